//! Removes what killed processes left behind.

use crate::folder::{Locked, is_name};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Most entries of the parent that are looked at: it may be a system's folder for temporary files.
const MAX_ENTRIES: usize = 100_000;
/// Most folders that are removed at once.
const MAX_REMOVED: usize = 1_000;

/// Sweeps a folder the first time this process asks for it, on a thread of its own.
pub(crate) fn sweep_once(parent: &Path, owner: u32) {
    static SWEPT: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let first = SWEPT
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(parent.to_owned());
    if !first {
        return;
    }
    let parent = parent.to_owned();
    let sweeping = move || match sweep(&parent, owner) {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "removed temporary folders of killed processes"),
        Err(error) => tracing::debug!(%error, "the temporary files could not be swept"),
    };
    // Without a thread the next process does it.
    let _ = std::thread::Builder::new()
        .name("scratch sweep".to_owned())
        .spawn(sweeping);
}

/// Removes the folders of killed processes from `parent`, and says how many: those with a name of ours, of the user
/// `owner`, whose lock nobody holds. Links are not followed; what cannot be removed stays.
pub fn sweep(parent: &Path, owner: u32) -> io::Result<usize> {
    let mut removed = 0;
    for entry in std::fs::read_dir(parent)?.take(MAX_ENTRIES) {
        let entry = entry?;
        if !entry.file_name().to_str().is_some_and(is_name) {
            continue;
        }
        // Others may be sweeping too: what is gone by now is as good.
        if let Ok(Some(left)) = Locked::take_left(&entry.path(), owner)
            && left.remove()
        {
            removed += 1;
            if removed == MAX_REMOVED {
                break;
            }
        }
    }
    Ok(removed)
}
