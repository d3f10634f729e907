//! A git directory of our own over somebody else's repository.
//!
//! To say what changed, git reads files of the work tree, and on the way it runs what the repository configures:
//! `filter.*.clean` where an index entry may be stale, text conversions, diff programs, the file system monitor,
//! and the same again within submodules. These cannot be enumerated and switched off, so they are never read: git
//! works in a fresh directory whose configuration is written here. Of the repository it gets the objects (by
//! GIT_OBJECT_DIRECTORY), a copy of the index and of `info/exclude`, and those few settings that say how its
//! files are written. Attributes may still name a driver; without its definition there is nothing to run. The
//! repository itself is never written to, not even its index.
//!
//! The repository's own configuration is in force only in calls that look at no file: resolving a revision, and
//! reading single settings.

use super::child::{Call, Git};
use crate::error::RepositoryError;
use crate::locate::Location;
use crate::watch::Watch;
use gansauditor_scratch::ScratchDir;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Largest index that is copied, in bytes; some 2 million files.
const LARGEST_INDEX: u64 = 256 * 1024 * 1024;
/// Largest `info/exclude` and `info/attributes` that are copied, in bytes.
const LARGEST_INFO: u64 = 128 * 1024;
/// Most output of a call that tells one thing, in bytes.
const SHORT: usize = 64 * 1024;
/// Settings that say how files are written, and say nothing else.
const SETTINGS: &str = "^core\\.(autocrlf|eol|filemode|ignorecase|precomposeunicode|symlinks)$";

/// Git's own directory, borrowed.
#[derive(Debug)]
pub(crate) struct Mirror {
    git: Git,
    folder: ScratchDir,
    objects: PathBuf,
    top: PathBuf,
    /// Where git runs: paths are relative to it, and only what is below it is told.
    root: PathBuf,
    tree: String,
    watch: Watch,
}

/// What git says.
#[derive(Debug)]
pub(crate) struct Output {
    /// The beginning, or all.
    pub(crate) bytes: Vec<u8>,
    /// There was more.
    pub(crate) cut: bool,
}

impl Mirror {
    /// A mirror of the repository around `root`, to compare with `revision`. `HEAD` before the first commit is
    /// the empty tree. A tracked file of more than `compared` bytes is not compared (git calls it binary).
    pub(crate) async fn open(
        root: &Path,
        location: Location,
        revision: &str,
        compared: Option<usize>,
        watch: Watch,
    ) -> Result<Self, RepositoryError> {
        let git = Git::find(&location.top)?;
        let real = Real {
            git: &git,
            location: &location,
            watch: &watch,
        };
        real.check().await?;
        let tree = real.tree(revision).await?;
        let mut configuration = format!(
            "[core]\n\
             \trepositoryFormatVersion = 1\n\
             \tbare = false\n\
             \tabbrev = 12\n\
             \tquotePath = false\n\
             \tuntrackedCache = false\n\
             {}",
            real.settings().await?
        );
        if let Some(compared) = compared {
            configuration.push_str(&format!("\tbigFileThreshold = {compared}\n"));
        }
        // The length of a name tells the hash.
        if tree.len() == 64 {
            configuration.push_str("[extensions]\n\tobjectFormat = sha256\n");
        }
        let objects = location.common_dir.join("objects");
        let top = location.top.clone();
        let folder = tokio::task::spawn_blocking(move || make(&location, &configuration))
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error)))
            .map_err(RepositoryError::io("make a git directory to work in"))?;
        Ok(Self {
            git,
            folder,
            objects,
            top,
            root: root.to_owned(),
            tree,
            watch,
        })
    }

    /// Unified diffs of the tracked files against the revision.
    pub(crate) async fn diff(
        &self,
        options: &[&str],
        most: usize,
    ) -> Result<Output, RepositoryError> {
        let fixed = [
            "diff",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--ignore-submodules=all",
            "--relative",
            "--src-prefix=a/",
            "--dst-prefix=b/",
        ];
        self.run(&[&fixed, options, &[&self.tree, "--"]].concat(), most)
            .await
    }

    /// Paths of the changed tracked files, in the order of the diff.
    pub(crate) async fn changed(
        &self,
        options: &[&str],
        most: usize,
    ) -> Result<(Vec<String>, bool), RepositoryError> {
        let options = [options, &["--name-only", "-z"]].concat();
        Ok(names(self.diff(&options, most).await?))
    }

    /// Paths of the files that are neither tracked nor ignored; a repository inside ends with a slash.
    pub(crate) async fn untracked(
        &self,
        most: usize,
    ) -> Result<(Vec<String>, bool), RepositoryError> {
        let arguments = ["ls-files", "--others", "--exclude-standard", "-z"];
        Ok(names(self.run(&arguments, most).await?))
    }

    async fn run(&self, arguments: &[&str], most: usize) -> Result<Output, RepositoryError> {
        let call = Call {
            folder: &self.root,
            git_dir: Some(self.folder.path()),
            environment: vec![
                ("GIT_WORK_TREE", self.top.clone().into()),
                ("GIT_OBJECT_DIRECTORY", self.objects.clone().into()),
            ],
            arguments,
            most,
        };
        let ended = self.git.run(call, &self.watch).await?;
        let ended = ended.or_error(arguments[0])?;
        Ok(Output {
            bytes: ended.output,
            cut: ended.cut,
        })
    }
}

/// Names that end with NULs; one that was cut is dropped. Names that are not text come out with replacement
/// characters, and thus name nothing that can be opened.
fn names(output: Output) -> (Vec<String>, bool) {
    let end = output.bytes.iter().rposition(|byte| *byte == 0);
    let names = output.bytes[..end.unwrap_or(0)]
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    (names, output.cut)
}

/// The repository with its own configuration: asked for names and settings only.
struct Real<'a> {
    git: &'a Git,
    location: &'a Location,
    watch: &'a Watch,
}

impl Real<'_> {
    /// Whether git itself takes this for a repository, and one that the user trusts. Git's guard against other
    /// users' repositories is kept: a `.git` that somebody puts into a shared folder would make the files of
    /// all others below it untracked files of his repository.
    async fn check(&self) -> Result<(), RepositoryError> {
        let top = &self.location.top;
        let root = || top.display().to_string();
        let ceiling = top.parent().map_or_else(OsString::new, Into::into);
        let arguments = ["rev-parse", "--absolute-git-dir"];
        let call = Call {
            folder: top,
            git_dir: None,
            environment: vec![("GIT_CEILING_DIRECTORIES", ceiling)],
            arguments: &arguments,
            most: SHORT,
        };
        let ended = self.git.run(call, self.watch).await?;
        if !ended.success && ended.trouble.contains("dubious ownership") {
            return Err(RepositoryError::NotTrusted { root: root() });
        }
        if !ended.success && ended.trouble.contains("not a git repository") {
            return Err(RepositoryError::NoRepository { root: root() });
        }
        let ended = ended.or_error("rev-parse")?;
        let found = fs::canonicalize(ended.line()).ok();
        let foreign = RepositoryError::ForeignGitDirectory { root: root() };
        if found.as_ref() != Some(&self.location.git_dir) {
            return Err(foreign);
        }
        if self.location.doubtful && !self.works_on(top).await? {
            return Err(foreign);
        }
        Ok(())
    }

    /// Whether the git directory's configuration names this folder, as a submodule's does.
    async fn works_on(&self, top: &Path) -> Result<bool, RepositoryError> {
        let ended = self
            .ask(&[
                "config",
                "--local",
                "--no-includes",
                "--get",
                "core.worktree",
            ])
            .await?;
        let place = fs::canonicalize(self.location.git_dir.join(ended.line()));
        Ok(ended.success && place.is_ok_and(|place| place == top))
    }

    /// The name of the tree of a revision.
    async fn tree(&self, revision: &str) -> Result<String, RepositoryError> {
        let verify = ["rev-parse", "--verify", "--quiet", "--end-of-options"];
        let named = format!("{revision}^{{tree}}");
        let ended = self.ask(&[&verify[..], &[&named]].concat()).await?;
        let tree = if ended.success {
            ended.line()
        } else if revision == "HEAD" && !self.ask(&[&verify[..], &["HEAD"]].concat()).await?.success
        {
            // Before the first commit everything is new.
            let empty = ["hash-object", "-t", "tree", "--stdin"];
            self.ask(&empty).await?.or_error("hash-object")?.line()
        } else {
            return Err(RepositoryError::UnknownRevision {
                revision: revision.to_owned(),
            });
        };
        if matches!(tree.len(), 40 | 64) && tree.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(tree)
        } else {
            Err(RepositoryError::UnknownRevision {
                revision: revision.to_owned(),
            })
        }
    }

    /// The settings that are taken over, as lines of a configuration.
    async fn settings(&self) -> Result<String, RepositoryError> {
        let ended = self
            .ask(&[
                "config",
                "--local",
                "--no-includes",
                "-z",
                "--get-regexp",
                SETTINGS,
            ])
            .await?;
        // Without any such setting git says so by failing.
        let said = String::from_utf8_lossy(&ended.output).into_owned();
        Ok(said
            .split('\0')
            .filter_map(|setting| setting.split_once('\n'))
            .filter(|(_, value)| value.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            .filter_map(|(name, value)| Some((name.strip_prefix("core.")?, value)))
            .map(|(name, value)| format!("\t{name} = {value}\n"))
            .collect())
    }

    async fn ask(&self, arguments: &[&str]) -> Result<super::child::Ended, RepositoryError> {
        let call = Call {
            folder: &self.location.top,
            git_dir: Some(&self.location.git_dir),
            environment: vec![("GIT_WORK_TREE", self.location.top.clone().into())],
            arguments,
            most: SHORT,
        };
        self.git.run(call, self.watch).await
    }
}

fn make(location: &Location, configuration: &str) -> io::Result<ScratchDir> {
    let folder = ScratchDir::create("git")?;
    let path = folder.path();
    for name in ["refs", "objects", "info"] {
        fs::create_dir(path.join(name))?;
    }
    fs::write(path.join("config"), configuration)?;
    fs::write(path.join("HEAD"), "ref: refs/heads/none\n")?;
    copy(
        &location.git_dir.join("index"),
        &path.join("index"),
        LARGEST_INDEX,
    )?;
    for entry in fs::read_dir(&location.git_dir)? {
        let name = entry?.file_name();
        // A split index has its larger part here.
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("sharedindex."))
        {
            copy(
                &location.git_dir.join(&name),
                &path.join(&name),
                LARGEST_INDEX,
            )?;
        }
    }
    for name in ["info/exclude", "info/attributes"] {
        copy(
            &location.common_dir.join(name),
            &path.join(name),
            LARGEST_INFO,
        )?;
    }
    Ok(folder)
}

/// Copies a plain file if it is there. The copy is as old as the file: git takes entries younger than the index
/// for possibly stale, and would miss a change of the same second otherwise.
fn copy(from: &Path, to: &Path, largest: u64) -> io::Result<()> {
    let metadata = match fs::symlink_metadata(from) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let name = from.file_name().unwrap_or_default().to_string_lossy();
    if !metadata.is_file() {
        return Err(io::Error::other(format!(".git/{name} is no plain file")));
    }
    if metadata.len() > largest {
        let limit = largest >> 10;
        return Err(io::Error::other(format!(
            ".git/{name} has more than {limit} KiB"
        )));
    }
    let mut source = io::Read::take(fs::File::open(from)?, largest);
    let mut copy = fs::File::create(to)?;
    io::copy(&mut source, &mut copy)?;
    copy.set_modified(metadata.modified()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    #[test]
    fn the_copy_of_an_index_is_as_old_as_the_index() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("index"), folder.path().join("copy"));
        fs::write(&from, "DIRC").unwrap();
        let old = SystemTime::UNIX_EPOCH + Duration::from_nanos(1_000_000_000_123_456_789);
        let file = fs::File::options().write(true).open(&from).unwrap();
        file.set_modified(old).unwrap();
        copy(&from, &to, 4).unwrap();
        assert_eq!(fs::metadata(&to).unwrap().modified().unwrap(), old);
        assert!(copy(&from, &to, 3).is_err(), "too large");
        assert!(copy(&folder.path().join("none"), &folder.path().join("no"), 4).is_ok());
        assert!(!folder.path().join("no").exists());
    }

    #[test]
    fn a_name_that_was_cut_is_dropped() {
        let output = |bytes: &[u8], cut| Output {
            bytes: bytes.to_vec(),
            cut,
        };
        let (all, _) = names(output(b"a\0b c\n\0", false));
        assert_eq!(all, ["a", "b c\n"]);
        assert_eq!(names(output(b"a\0b", true)), (vec!["a".to_owned()], true));
        assert_eq!(names(output(b"", false)), (Vec::new(), false));
    }
}
