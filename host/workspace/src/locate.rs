//! Where a repository lies.

use crate::error::RepositoryError;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Longest `.git` file or pointer inside a git directory, in bytes.
const LONGEST_POINTER: u64 = 4096;

/// A repository's folders, all absolute and without links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    /// The folder of the files.
    pub(crate) top: PathBuf,
    /// What belongs to this folder of files: its index, its HEAD.
    pub(crate) git_dir: PathBuf,
    /// What linked worktrees share: objects, references, configuration.
    pub(crate) common_dir: PathBuf,
    /// Whether `.git` is a file that points here, and only the configuration there can tell that it points back.
    pub(crate) doubtful: bool,
}

/// The nearest folder with a `.git`, from `path` upwards. `path` is absolute and without links.
pub(crate) fn top_of(path: &Path) -> Option<&Path> {
    path.ancestors()
        .find(|folder| fs::symlink_metadata(folder.join(".git")).is_ok())
}

impl Location {
    /// The repository whose files are in `top`.
    ///
    /// A `.git` that points somewhere else could name any repository of this machine, whose files would then be
    /// shown as deleted. So what it points to has to point back, as linked worktrees and submodules do.
    pub(crate) fn of(top: &Path) -> Result<Self, RepositoryError> {
        let foreign = || RepositoryError::ForeignGitDirectory {
            root: top.display().to_string(),
        };
        let dot_git = top.join(".git");
        let metadata = fs::symlink_metadata(&dot_git).map_err(|_| foreign())?;
        if metadata.is_dir() {
            if fs::symlink_metadata(dot_git.join("commondir")).is_ok() {
                return Err(foreign());
            }
            return Ok(Self {
                top: top.to_owned(),
                common_dir: dot_git.clone(),
                git_dir: dot_git,
                doubtful: false,
            });
        }
        let pointer = pointer(&dot_git).ok_or_else(foreign)?;
        let git_dir = pointer.strip_prefix("gitdir:").ok_or_else(foreign)?.trim();
        let git_dir = fs::canonicalize(top.join(git_dir)).map_err(|_| foreign())?;
        let common_dir = git_dir.join("commondir");
        if fs::symlink_metadata(&common_dir).is_err() {
            return Ok(Self {
                top: top.to_owned(),
                common_dir: git_dir.clone(),
                git_dir,
                doubtful: true,
            });
        }
        let back = self::pointer(&git_dir.join("gitdir")).ok_or_else(foreign)?;
        if fs::canonicalize(git_dir.join(back)).ok().as_ref() != Some(&dot_git) {
            return Err(foreign());
        }
        let common = self::pointer(&common_dir).ok_or_else(foreign)?;
        let common_dir = fs::canonicalize(git_dir.join(common)).map_err(|_| foreign())?;
        if !git_dir.starts_with(&common_dir) {
            return Err(foreign());
        }
        Ok(Self {
            top: top.to_owned(),
            git_dir,
            common_dir,
            doubtful: false,
        })
    }
}

/// The one line of a small plain file.
fn pointer(path: &Path) -> Option<String> {
    let metadata = fs::symlink_metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > LONGEST_POINTER {
        return None;
    }
    let mut text = String::new();
    let file = fs::File::open(path).ok()?;
    file.take(LONGEST_POINTER).read_to_string(&mut text).ok()?;
    Some(text.trim_end_matches(['\r', '\n']).to_owned())
}
