//! What can be wrong with a policy directory.

use gansauditor_audit::domain::Digest;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

/// Why the policy directory cannot be read or changed. What it held before still counts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RevisionError {
    /// The system refused.
    #[error("cannot {action} in the policy directory: {reason}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// What the system says, and what helps.
        reason: String,
    },
    /// Another process changes the directory.
    #[error("another process is changing the policy directory; try again")]
    Busy,
    /// The history went on since it was looked at.
    #[error(
        "the newest revision is {newest} now, no longer {expected}; look at the history and decide again"
    )]
    Moved {
        /// Newest revision when the change was planned; 0 for none.
        expected: u64,
        /// Newest revision now; 0 for none.
        newest: u64,
    },
    /// The newest line cannot be read, so nobody knows what is active.
    #[error(
        "line {line} of the policy history, its newest, is damaged ({reason}), so no revision is known to be active; name one with `gansauditor policy rollback REVISION`, or activate a policy"
    )]
    Damaged {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// No revision has that number, or its line is damaged.
    #[error("there is no readable revision {0} in the policy history")]
    NoSuchRevision(u64),
    /// The history names a component that is not there.
    #[error("the component {0} is not in the policy directory; activate its file again")]
    Missing(Digest),
    /// A component is not what its name says.
    #[error("the stored component {0} was changed after it was stored; activate its file again")]
    Altered(Digest),
    /// A component is larger than may be loaded.
    #[error("the stored component {digest} has more than {limit} bytes")]
    ComponentTooLarge {
        /// Its name.
        digest: Digest,
        /// Largest size in bytes.
        limit: usize,
    },
    /// The history would get, or is, larger than is read.
    #[error(
        "the policy history has more than {limit} bytes; move history.jsonl away and activate the policy again"
    )]
    HistoryTooLarge {
        /// Largest size in bytes.
        limit: u64,
    },
    /// There is no place for the key of histories.
    #[error(
        "there is no home directory to keep the key that seals the policy history in; name its file in AUDIT_POLICY_SEAL"
    )]
    NoSeal,
    /// The key of histories cannot be used.
    #[error("the key that seals the policy history, {path}, {reason} (AUDIT_POLICY_SEAL)")]
    Seal {
        /// Its file.
        path: PathBuf,
        /// What is wrong with it, and what helps.
        reason: String,
    },
    /// The newest revision has the largest number there is: nobody wrote that line here.
    #[error(
        "the newest revision in the policy history has the last number there is; move history.jsonl away and activate the policy again"
    )]
    NoNumber,
    /// A text of a revision is longer than is kept.
    #[error("the {what} of a revision has at most {limit} bytes; make it shorter")]
    TextTooLong {
        /// Which text.
        what: &'static str,
        /// Longest in bytes.
        limit: usize,
    },
    /// The terms of a trial are out of range.
    #[error("{0}")]
    InvalidTrial(&'static str),
    /// A revision could not be written as JSON.
    #[error("the revision cannot be written: {0}")]
    Unwritable(String),
}

/// An input/output error as one of the directory's.
pub(crate) fn io(action: &'static str) -> impl Fn(io::Error) -> RevisionError {
    move |error| {
        let advice = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                "; free space for the state directory"
            }
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
                "; let this user write the state directory"
            }
            _ => "",
        };
        RevisionError::Io {
            action,
            reason: format!("{error}{advice}"),
        }
    }
}
