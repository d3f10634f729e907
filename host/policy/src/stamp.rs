//! Noticing that a file changed without reading it.

use std::time::{Duration, SystemTime};

/// A file that changed this recently is read again even when its stamp did not change: within the granularity of
/// file times a second write can leave the same stamp.
const SETTLING: Duration = Duration::from_secs(2);

/// What tells one version of a file from another without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    modified: Option<SystemTime>,
    len: u64,
    file: u64,
}

impl Stamp {
    /// The stamp of a file by its metadata.
    pub(crate) fn of(metadata: &std::fs::Metadata) -> Self {
        Self {
            modified: metadata.modified().ok(),
            len: metadata.len(),
            #[cfg(unix)]
            file: std::os::unix::fs::MetadataExt::ino(metadata),
            #[cfg(not(unix))]
            file: 0,
        }
    }

    /// The same of a file in a directory that is reached by its handle.
    pub(crate) fn of_confined(metadata: &cap_std::fs::Metadata) -> Self {
        Self {
            modified: metadata
                .modified()
                .ok()
                .map(cap_std::time::SystemTime::into_std),
            len: metadata.len(),
            #[cfg(unix)]
            file: cap_std::fs::MetadataExt::ino(metadata),
            #[cfg(not(unix))]
            file: 0,
        }
    }

    /// Whether an unchanged stamp will mean an unchanged file.
    pub(crate) fn is_settled(&self, now: SystemTime) -> bool {
        self.modified.is_some_and(|modified| {
            now.duration_since(modified)
                .is_ok_and(|age| age >= SETTLING)
        })
    }
}
