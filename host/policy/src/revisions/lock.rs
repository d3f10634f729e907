//! One writer at a time, over all processes that share the directory.

use super::error::{RevisionError, io};
use super::files::private;
use cap_std::fs::Dir;
use std::fs::{File, TryLockError};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Pause between two tries.
const PAUSE: Duration = Duration::from_millis(10);

/// An advisory lock on a file of its own, which stays. The system lets go when the process dies.
#[derive(Debug)]
pub(super) struct WriteLock {
    // Held open for its lock.
    _file: File,
}

impl WriteLock {
    /// Takes the lock, waiting for another holder no longer than `patience`.
    pub(super) fn take(dir: &Dir, name: &str, patience: Duration) -> Result<Self, RevisionError> {
        let io = io("lock the history");
        let file = dir
            .open_with(name, private().create(true).write(true))
            .map_err(&io)?
            .into_std();
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::Error(error)) => return Err(io(error)),
                Err(TryLockError::WouldBlock) if begun.elapsed() >= patience => {
                    return Err(RevisionError::Busy);
                }
                Err(TryLockError::WouldBlock) => sleep(PAUSE),
            }
        }
    }
}
