//! What changed, to be judged itself.
//!
//! All of it is one diff, as `git diff` writes it, with what is not tracked among it: what reads a diff that was sent
//! reads this one, and finds the same. What comes beside it is the texts of the files as they are now.

mod compared;
mod section;

use crate::error::RepositoryError;
use crate::git::{Ahead, Entry, FilePatch, Mirror, Side, entries, names, split};
use crate::locate::{self, Location};
use crate::names::label;
use crate::repository::Repository;
use crate::tree::Tree;
use crate::watch::Watch;
use compared::{Compared, Of};
use gansauditor_submission::{decode, decode_message};
use section::{Texts, header, opaque, with_hunks};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// As git does without being asked. What changed within a submodule is that repository's affair, and asking it would
/// run what it configures; which commit of it belongs to this one is told.
const OPTIONS: [&str; 2] = ["--find-renames", "--ignore-submodules=dirty"];
/// Names that are not ASCII are quoted, so that only texts have an encoding.
const SETTINGS: &str = "\tquotePath = true\n";

/// Most bytes of the texts beside the diff, and again of the texts that are compared here.
const MOST_TEXTS: usize = 64 * 1024 * 1024;

/// What is to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// A commit or tree, to compare with what there is now; `A..B`, to compare two; `A...B`, to compare B with the
    /// commit where it parted from A. A side left out is `HEAD`.
    pub revision: String,
    /// What is staged, instead of the files as they are.
    pub staged: bool,
}

/// Changes of files. Paths are relative to the repository's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// A unified diff as git writes it; empty when nothing changed. Its texts are decoded, and what git took for binary
    /// and is text in another encoding is told line by line.
    pub diff: String,
    /// Texts of the changed files as they are after the change, by the path that a submission gives them, as far as they
    /// are text and hold at most 64 MiB together.
    pub patched: BTreeMap<String, String>,
    /// What is not in the diff and why, as sentences.
    pub left_out: Vec<String>,
}

impl Changes {
    /// What changed below the repository's root. Nothing is left out to save room, for what is not read must not pass
    /// for judged.
    ///
    /// # Errors
    /// Where git has no say (no repository, no git, not trusted), an unknown revision, files in conflict where the index
    /// is asked for, more than `most` bytes of diff, time, cancellation.
    pub async fn of(
        repository: &Repository,
        wanted: &Wanted,
        most: usize,
        time: Duration,
        cancel: CancellationToken,
    ) -> Result<Self, RepositoryError> {
        let stop = cancel.child_token();
        let _stops = stop.clone().drop_guard();
        let watch = Watch::new(time, stop);
        let mirror = open(repository, watch.clone()).await?;
        let compared = Compared::resolve(mirror.real(), wanted).await?;
        let mut left_out = Vec::new();
        match compared.of {
            Of::Folder => left_out = track(&mirror, most).await?,
            Of::Index => refuse_conflicts(&mirror, most).await?,
            Of::Tree => {}
        }
        let options = [&OPTIONS[..], &compared.arguments()].concat();
        let diff = mirror.diff(&options, most).await?;
        if diff.cut {
            return Err(RepositoryError::TooMuch {
                what: "the changes",
                limit: most,
            });
        }
        let raw = [&["--raw", "-z", "--no-abbrev"], &options[..]].concat();
        let raw = mirror.diff(&raw, most).await?;
        let patches = split(&diff.bytes, false);
        let told: usize = patches.iter().map(|patch| patch.bytes.len()).sum();
        if raw.cut || told != diff.bytes.len() {
            return Err(RepositoryError::Git {
                command: "diff".to_owned(),
                said: "a diff in a form that is not known here".to_owned(),
            });
        }
        let entries = entries(&raw.bytes).into_iter();
        let entries = entries.map(|entry| (entry.path.clone(), entry)).collect();
        let reader = Reader {
            mirror: &mirror,
            tree: Arc::clone(&repository.tree),
            entries,
            each: repository.limits.compared_bytes,
            most,
        };
        let diff = reader.decoded(&patches).await?;
        let patched = reader.patched(&patches).await?;
        Ok(Self {
            diff,
            patched,
            left_out,
        })
    }

    /// What the branch that is checked out has over the one it came from or goes to, where that can be told.
    ///
    /// # Errors
    /// As [`Changes::of`].
    pub async fn ahead(
        repository: &Repository,
        time: Duration,
        cancel: CancellationToken,
    ) -> Result<Option<Ahead>, RepositoryError> {
        let mirror = open(repository, Watch::new(time, cancel)).await?;
        mirror.real().ahead().await
    }
}

async fn open(repository: &Repository, watch: Watch) -> Result<Mirror, RepositoryError> {
    let root = &repository.root;
    let top = locate::top_of(root).ok_or_else(|| RepositoryError::NoRepository {
        root: root.display().to_string(),
    })?;
    Mirror::open(root, Location::of(top)?, SETTINGS, watch).await
}

/// Has files that are not tracked compared too, and files in conflict as they lie in the folder. Says what cannot be.
async fn track(mirror: &Mirror, most: usize) -> Result<Vec<String>, RepositoryError> {
    let others = ["--others", "--exclude-standard", "--full-name"];
    let (others, cut) = names(mirror.list(&others, most).await?);
    let (conflicts, cut_too) = names(mirror.list(&["--unmerged", "--full-name"], most).await?);
    if cut || cut_too {
        return Err(RepositoryError::TooMuch {
            what: "the names of the changed files",
            limit: most,
        });
    }
    let (folders, mut paths): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|path| path.ends_with(b"/"));
    paths.extend(conflicts.iter().filter_map(|line| path_of(line)));
    paths.sort();
    paths.dedup();
    mirror.track(&paths).await?;
    let note = |folder: &Vec<u8>| {
        let folder = String::from_utf8_lossy(folder);
        format!("`{folder}` is a repository of its own and was left out; run this there")
    };
    Ok(folders.iter().map(note).collect())
}

async fn refuse_conflicts(mirror: &Mirror, most: usize) -> Result<(), RepositoryError> {
    let (conflicts, _) = names(mirror.list(&["--unmerged"], most).await?);
    match conflicts.first().and_then(|line| path_of(line)) {
        None => Ok(()),
        Some(path) => Err(RepositoryError::InConflict {
            path: String::from_utf8_lossy(&path).into_owned(),
        }),
    }
}

/// The path of a line of `ls-files --unmerged`: `mode id stage`, a tab, the path.
fn path_of(line: &[u8]) -> Option<Vec<u8>> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    Some(line[tab + 1..].to_vec())
}

/// Reads the texts of the changed files.
struct Reader<'a> {
    mirror: &'a Mirror,
    tree: Arc<Tree>,
    entries: BTreeMap<String, Entry>,
    /// Most bytes of one file that is decoded to be compared.
    each: usize,
    most: usize,
}

impl Reader<'_> {
    /// The diff as text. Where a file's part of it is none, the file's texts are decoded and compared; where they are no
    /// text either, only the part's head remains, which says so.
    async fn decoded(&self, patches: &[FilePatch]) -> Result<String, RepositoryError> {
        let texts: Vec<Option<String>> = patches
            .iter()
            .map(|patch| decode_message(&patch.bytes).filter(|_| !patch.opaque))
            .collect();
        let opaque_files: Vec<&Entry> = patches
            .iter()
            .zip(&texts)
            .filter(|(_, text)| text.is_none())
            .filter_map(|(patch, _)| self.entries.get(&patch.path))
            .filter(|entry| entry.new.is_file())
            .filter(|entry| entry.old.is_file() || entry.old.is_nothing())
            .collect();
        let mut hunks = self.compared(&opaque_files).await?;
        let mut diff = String::new();
        for (patch, text) in patches.iter().zip(texts) {
            diff.push_str(&match (text, hunks.remove(&patch.path)) {
                (Some(text), _) => text,
                (None, Some(hunks)) => with_hunks(&patch.bytes, &hunks),
                (None, None) => opaque(&header(&patch.bytes)),
            });
        }
        if diff.len() > self.most {
            return Err(RepositoryError::TooMuch {
                what: "the changes",
                limit: self.most,
            });
        }
        Ok(diff)
    }

    /// Hunks between the decoded texts of files, by path; of those alone that are text on both sides.
    async fn compared(
        &self,
        files: &[&Entry],
    ) -> Result<BTreeMap<String, String>, RepositoryError> {
        let old = files.iter().map(|entry| (&entry.path, &entry.old));
        let new = files.iter().map(|entry| (&entry.path, &entry.new));
        let old = self.contents(old.collect(), self.each).await?;
        let new = self.contents(new.collect(), self.each).await?;
        let (mut paths, mut pairs) = (Vec::new(), Vec::new());
        for entry in files {
            let old = match old.get(&entry.path) {
                None if entry.old.is_nothing() => Some(String::new()),
                content => content.and_then(|content| decode(content)),
            };
            let new = new.get(&entry.path).and_then(|content| decode(content));
            if let (Some(old), Some(new)) = (old, new) {
                paths.push(entry.path.clone());
                pairs.push((old, new));
            }
        }
        let mut hunks = self.mirror.compare(&pairs, self.most).await?;
        Ok(paths
            .into_iter()
            .enumerate()
            .map(|(number, path)| {
                let hunks = hunks.remove(&number).unwrap_or_default();
                (path, String::from_utf8_lossy(&hunks).into_owned())
            })
            .collect())
    }

    /// The texts of patched files as they are after the change.
    async fn patched(
        &self,
        patches: &[FilePatch],
    ) -> Result<BTreeMap<String, String>, RepositoryError> {
        let files: Vec<(&Entry, bool)> = patches
            .iter()
            .filter_map(|patch| {
                let entry = self.entries.get(&patch.path)?;
                let has_returns = patch.bytes.windows(2).any(|pair| pair == b"\r\n");
                (entry.old.is_file() && entry.new.is_file()).then_some((entry, has_returns))
            })
            .collect();
        let sides = files.iter().map(|(entry, _)| (&entry.path, &entry.new));
        let mut contents = self.contents(sides.collect(), self.most).await?;
        let mut texts = Texts::default();
        for (entry, has_returns) in files {
            let content = contents.remove(&entry.path);
            if let Some(text) = content.and_then(|content| decode(&content)) {
                texts.add(label(&entry.path), text, has_returns);
            }
        }
        Ok(texts.0)
    }

    /// Contents of files on one side, by path: of those that are there and have at most `each` bytes.
    async fn contents(
        &self,
        sides: Vec<(&String, &Side)>,
        each: usize,
    ) -> Result<BTreeMap<String, Vec<u8>>, RepositoryError> {
        let ids: Vec<&str> = sides
            .iter()
            .filter(|(_, side)| side.is_file())
            .filter_map(|(_, side)| side.id.as_deref())
            .collect();
        let stored = self.mirror.blobs(&ids, each, MOST_TEXTS).await?;
        let mut contents = BTreeMap::new();
        let mut lying = Vec::new();
        for (path, side) in sides {
            match &side.id {
                Some(id) => {
                    if let Some(content) = stored.get(id) {
                        contents.insert(path.clone(), content.clone());
                    }
                }
                None if side.is_file() => lying.push(path.clone()),
                None => {}
            }
        }
        let tree = Arc::clone(&self.tree);
        let watch = self.mirror.real().watch.clone();
        let read = move || {
            let mut left = MOST_TEXTS;
            let mut read = Vec::new();
            for path in lying {
                watch.check()?;
                if let Ok((content, true)) = tree.bytes(&path, each.min(left)) {
                    left -= content.len();
                    read.push((path, content));
                }
            }
            Ok::<_, RepositoryError>(read)
        };
        let read = tokio::task::spawn_blocking(read)
            .await
            .unwrap_or_else(|error| {
                Err(RepositoryError::Io {
                    action: "read the changes",
                    reason: error.to_string(),
                })
            })?;
        contents.extend(read);
        Ok(contents)
    }
}
