//! The directory itself.

use super::components::{self, StoredComponent};
use super::error::{RevisionError, io};
use super::files::{self, absent};
use super::history::History;
use super::line;
use super::lock::WriteLock;
use super::revision::{Change, Draft, Program, Revision};
use super::seal::SealFile;
use crate::stamp::Stamp;
use crate::trial::{self, Compared};
use crate::trust::Artifact;
use cap_std::fs::{Dir, OpenOptions};
use gansauditor_audit::domain::Digest;
use std::io::Write as _;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

/// Names, seen from the state directory.
const FOLDER: &str = "policies";
const HISTORY: &str = "policies/history.jsonl";
const LOCK: &str = "policies/history.lock";

/// Largest history that is read: tens of thousands of revisions with small settings.
const MAX_HISTORY: u64 = 32 << 20;

/// The policy directory inside a state directory. A handle: clones are the same directory. It need not exist to
/// be read; the first [`PolicyDirectory::record`] makes it.
#[derive(Debug, Clone)]
pub struct PolicyDirectory {
    state: Arc<Dir>,
    component_bytes: usize,
    seal: SealFile,
}

impl PolicyDirectory {
    /// The policy directory of this state directory; components have at most `component_bytes` bytes, and lines of the
    /// history count under the key in `seal`.
    pub fn new(state: Dir, component_bytes: usize, seal: SealFile) -> Self {
        Self {
            state: Arc::new(state),
            component_bytes,
            seal,
        }
    }

    /// The history as it is now; empty when there is none.
    ///
    /// # Errors
    /// When the file cannot be read, or is larger than is read; when its key cannot be read. Damaged lines are in the
    /// history.
    pub fn history(&self) -> Result<History, RevisionError> {
        // Where there is no history, there need not be a place for its key.
        match self.history_bytes()? {
            Some(bytes) => Ok(History::read(&bytes, self.seal.read()?.as_ref())),
            None => Ok(History::default()),
        }
    }

    fn history_bytes(&self) -> Result<Option<Vec<u8>>, RevisionError> {
        let bytes =
            files::read(&self.state, HISTORY, MAX_HISTORY).map_err(io("read the history"))?;
        match bytes {
            Some(bytes) if bytes.len() as u64 > MAX_HISTORY => {
                Err(RevisionError::HistoryTooLarge { limit: MAX_HISTORY })
            }
            bytes => Ok(bytes),
        }
    }

    /// A stored component, equal to what was stored.
    ///
    /// # Errors
    /// [`RevisionError::Missing`], [`RevisionError::Altered`] and [`RevisionError::ComponentTooLarge`].
    pub fn component(&self, digest: &Digest) -> Result<Vec<u8>, RevisionError> {
        components::read(&self.state, digest, self.component_bytes)
    }

    /// The code of a revision: its component with its signature, or nothing for the built-in policy.
    ///
    /// # Errors
    /// As [`PolicyDirectory::component`].
    pub fn program(&self, revision: &Revision) -> Result<Option<Artifact>, RevisionError> {
        let record = &revision.record;
        Ok(match record.program {
            Program::Core => None,
            Program::Component => Some(Artifact {
                component: self.component(&record.policy.digest)?,
                signature: record.signature.clone(),
            }),
        })
    }

    /// What was noted of a trial, in order; nothing when nothing was.
    ///
    /// # Errors
    /// When the file cannot be read. Lines that do not hold are left out.
    pub fn comparisons(&self, trial: u64) -> Result<Vec<Compared>, RevisionError> {
        trial::read(&self.state, trial)
    }

    /// The state directory.
    pub(crate) fn state(&self) -> Arc<Dir> {
        Arc::clone(&self.state)
    }

    /// All stored components, in the order of their digests. Their content is not looked at.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn components(&self) -> Result<Vec<StoredComponent>, RevisionError> {
        components::list(&self.state)
    }

    /// Makes a change the active revision, durably: first the component, then the line. `component` holds the
    /// bytes of the draft's digest, or nothing when it is stored already or is the core. With `expected`, nothing
    /// happens unless that is still the number of the newest revision (0 for none). Another writer is waited for
    /// no longer than `patience`. Blocks.
    ///
    /// # Errors
    /// By what stood in the way; the active revision is the one it was.
    pub fn record(
        &self,
        draft: Draft,
        component: Option<&[u8]>,
        expected: Option<u64>,
        patience: Duration,
    ) -> Result<Revision, RevisionError> {
        draft.check()?;
        let seal = self.seal.make()?;
        let make = io("make a folder");
        files::make_folder(&self.state, FOLDER).map_err(&make)?;
        files::make_folder(&self.state, components::FOLDER).map_err(&make)?;
        files::sync(&self.state, ".").map_err(&make)?;
        let _lock = WriteLock::take(&self.state, LOCK, patience)?;
        let history = self.history()?;
        let newest = history.newest();
        if let Some(expected) = expected
            && expected != newest
        {
            return Err(RevisionError::Moved { expected, newest });
        }
        let revision = Revision {
            number: newest.checked_add(1).ok_or(RevisionError::NoNumber)?,
            record: draft,
        };
        let mut line = line::write(&revision, &seal)?;
        if history.is_open() {
            line.insert(0, b'\n');
        }
        if history.whole_bytes() as u64 + line.len() as u64 > MAX_HISTORY {
            return Err(RevisionError::HistoryTooLarge { limit: MAX_HISTORY });
        }
        let digest = &revision.record.policy.digest;
        match (revision.record.program, component) {
            (Program::Core, _) => {}
            (Program::Component, Some(bytes)) => components::put(&self.state, digest, bytes)?,
            // What is sent away is not needed any more.
            (Program::Component, None) => match revision.record.change {
                Change::Withdraw { .. } => {}
                _ => drop(self.component(digest)?),
            },
        }
        self.append(&history, &line)
            .map_err(io("write the history"))?;
        Ok(revision)
    }

    /// Removes the components that none of the `keep` newest revisions in force uses, nor the trial that runs, and
    /// tells them. The history stays whole; a rollback to a revision without its component says what is missing.
    /// With `dry_run` nothing is removed. Another writer is waited for no longer than `patience`. Blocks.
    ///
    /// # Errors
    /// [`RevisionError::Damaged`] while nobody knows what is active: then everything may be wanted.
    pub fn prune(
        &self,
        keep: NonZeroUsize,
        dry_run: bool,
        patience: Duration,
    ) -> Result<Vec<StoredComponent>, RevisionError> {
        if self.stamp()?.is_none() {
            return Ok(Vec::new());
        }
        let _lock = WriteLock::take(&self.state, LOCK, patience)?;
        let history = self.history()?;
        let wanted = history.wanted(keep.get())?;
        let mut unused = components::list(&self.state)?;
        unused.retain(|stored| !wanted.contains(&stored.digest));
        if !dry_run {
            components::remove_drafts(&self.state)?;
            for stored in &unused {
                components::remove(&self.state, &stored.digest)?;
            }
        }
        Ok(unused)
    }

    /// Cuts off what a writer before left unfinished, and appends. The caller holds the lock.
    fn append(&self, history: &History, line: &[u8]) -> std::io::Result<()> {
        let mut options = files::private();
        // Checks that it is a plain file before it is opened for writing.
        files::open(&self.state, HISTORY, OpenOptions::new().read(true))?;
        let mut file = self
            .state
            .open_with(HISTORY, options.create(true).append(true))?;
        let whole = history.whole_bytes() as u64;
        if history.is_torn() {
            file.set_len(whole)?;
        }
        let written = file.write_all(line).and_then(|()| file.sync_all());
        if let Err(error) = written {
            // What could not be made durable must not count after all. A torn line would not either.
            let _ = file.set_len(whole);
            return Err(error);
        }
        files::sync(&self.state, FOLDER)
    }

    /// What tells one version of the history from another without reading it; absent when there is none.
    pub(crate) fn stamp(&self) -> Result<Option<Stamp>, RevisionError> {
        let metadata =
            absent(self.state.symlink_metadata(HISTORY)).map_err(io("look at the history"))?;
        Ok(metadata.map(|metadata| Stamp::of_confined(&metadata)))
    }
}

#[cfg(test)]
mod tests;
