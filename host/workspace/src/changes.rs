//! What changed since a revision, to be judged itself.

use crate::error::RepositoryError;
use crate::git::Mirror;
use crate::locate::{self, Location};
use crate::repository::Repository;
use crate::watch::Watch;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A rename is a file that goes and one that comes: the new one is judged whole.
const OPTIONS: &[&str] = &["--no-renames"];

/// Most bytes of the texts beside the diff.
const MOST_PATCHED: usize = 64 * 1024 * 1024;

/// Changes of tracked files, and the files that are not tracked. Paths are relative to the repository's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// A unified diff as git writes it; empty when no tracked file changed.
    pub diff: String,
    /// Texts of the changed files as they are now, by path, as far as they are text and hold at most 64 MiB
    /// together.
    pub patched: BTreeMap<String, String>,
    /// Untracked files that are not ignored, with their content, in the order of their paths.
    pub untracked: Vec<(String, Vec<u8>)>,
}

impl Changes {
    /// What changed below the repository's root since `revision`, staged or not. Nothing is left out to save
    /// room, for what is not read must not pass for judged.
    ///
    /// # Errors
    /// Where git has no say (no repository, no git, not trusted), an unknown revision, more than `most` bytes
    /// of diff or of untracked files, time, cancellation.
    pub async fn since(
        repository: &Repository,
        revision: &str,
        most: usize,
        time: Duration,
        cancel: CancellationToken,
    ) -> Result<Self, RepositoryError> {
        let stop = cancel.child_token();
        let _stops = stop.clone().drop_guard();
        let watch = Watch::new(time, stop);
        let root = &repository.root;
        let top = locate::top_of(root).ok_or_else(|| RepositoryError::NoRepository {
            root: root.display().to_string(),
        })?;
        let location = Location::of(top)?;
        let mirror = Mirror::open(root, location, revision, None, watch.clone()).await?;
        let too_much = |what| RepositoryError::TooMuch { what, limit: most };
        let diff = mirror.diff(OPTIONS, most).await?;
        if diff.cut {
            return Err(too_much("the changes of tracked files"));
        }
        let (changed, cut) = mirror.changed(OPTIONS, most).await?;
        let (untracked, cut_too) = mirror.untracked(most).await?;
        if cut || cut_too {
            return Err(too_much("the names of the changed files"));
        }
        let diff = String::from_utf8_lossy(&diff.bytes).into_owned();
        let repository = repository.clone();
        let read = move || repository.read_changes(diff, changed, untracked, most, &watch);
        tokio::task::spawn_blocking(read)
            .await
            .unwrap_or_else(|error| {
                Err(RepositoryError::Io {
                    action: "read the changes",
                    reason: error.to_string(),
                })
            })
    }
}

impl Repository {
    fn read_changes(
        &self,
        diff: String,
        changed: Vec<String>,
        untracked: Vec<String>,
        most: usize,
        watch: &Watch,
    ) -> Result<Changes, RepositoryError> {
        let mut changes = Changes {
            diff,
            patched: BTreeMap::new(),
            untracked: Vec::new(),
        };
        let mut left = MOST_PATCHED;
        for path in changed {
            watch.check()?;
            if let Ok(text) = self.tree.text(&path, most.min(left))
                && text.whole
            {
                left -= text.text.len();
                changes.patched.insert(path, text.text);
            }
        }
        let mut left = most;
        for path in untracked {
            watch.check()?;
            match self.tree.bytes(&path, left) {
                Ok((content, true)) => {
                    left -= content.len();
                    changes.untracked.push((path, content));
                }
                Ok((_, false)) => {
                    return Err(RepositoryError::TooMuch {
                        what: "the untracked files",
                        limit: most,
                    });
                }
                // A link, a repository inside, a pipe, gone since: there is nothing to judge.
                Err(_) => {}
            }
        }
        Ok(changes)
    }
}
