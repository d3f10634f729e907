//! One folder.

use crate::sweep::sweep_once;
use cap_std::fs::{Dir, Permissions};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How the names of all these folders begin.
const PREFIX: &str = "gansauditor-scratch-";
/// Letters and digits of chance at the end of a name.
const CHANCE: usize = 12;
/// How often another folder is made when somebody swept one before it was locked.
const FOLDERS: u32 = 16;
/// How often removing is tried while killed processes may still be writing, and how long between.
const TRIES: u32 = 20;
const BETWEEN: Duration = Duration::from_millis(10);
/// Levels of folders that are made writable again for removal.
const DEPTH: u32 = 64;

/// A folder among the temporary files, for this user alone. Removed when dropped, also when folders in it are
/// read-only; when the process is killed before, by [`sweep`](crate::sweep).
#[derive(Debug)]
pub struct ScratchDir(Locked);

/// A folder, and the handle on it that holds its lock. Shared with the thread that removes it.
#[derive(Debug, Clone)]
pub(crate) struct Locked {
    path: PathBuf,
    handle: Arc<File>,
}

impl ScratchDir {
    /// Makes one in the system's folder for temporary files. `purpose`, a word, is part of its name.
    ///
    /// The first one of a process has what killed processes left beside it removed, on a thread of its own.
    pub fn create(purpose: &str) -> io::Result<Self> {
        // Without links in it: programs report the paths they see.
        Self::create_in(&std::env::temp_dir().canonicalize()?, purpose)
    }

    /// Makes one in this folder.
    pub fn create_in(parent: &Path, purpose: &str) -> io::Result<Self> {
        for _ in 0..FOLDERS {
            let path = tempfile::Builder::new()
                .prefix(&format!("{PREFIX}{purpose}-"))
                .rand_bytes(CHANCE)
                .permissions(std::fs::Permissions::from_mode(0o700))
                .tempdir_in(parent)?
                .keep();
            // It stands unlocked for a moment, and empty. Whoever sweeps it then takes nothing but the name.
            if let Some(locked) = Locked::take(&path)? {
                sweep_once(parent, locked.handle.metadata()?.uid());
                return Ok(Self(locked));
            }
        }
        Err(io::Error::other("each folder was removed as it was made"))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0.path
    }
}

impl Drop for ScratchDir {
    fn drop(&mut self) {
        if self.0.remove() {
            return;
        }
        // Rare: something killed has not died yet. Whoever drops may be the runtime.
        let locked = self.0.clone();
        let retry = move || {
            for _ in 0..TRIES {
                std::thread::sleep(BETWEEN);
                if locked.remove() {
                    return;
                }
            }
            tracing::warn!(folder = %locked.path.display(), "a temporary folder could not be removed");
        };
        if let Err(error) = std::thread::Builder::new()
            .name("scratch".to_owned())
            .spawn(retry)
        {
            tracing::warn!(%error, "a temporary folder could not be removed");
        }
    }
}

impl Locked {
    /// Takes the lock of a folder that is about to be used. Absent when somebody swept it, or is at it.
    fn take(path: &Path) -> io::Result<Option<Self>> {
        let handle = match open(path) {
            Ok(handle) => handle,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        match handle.try_lock() {
            // A file system without locks on folders: usable all the same, and nobody can sweep there.
            Ok(()) | Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
        }
        Ok(is_at(&handle, path)?.then(|| Self::new(path, handle)))
    }

    /// Takes the lock of a folder of `owner` that somebody left behind. Absent when it is in use, or anything else.
    pub(crate) fn take_left(path: &Path, owner: u32) -> io::Result<Option<Self>> {
        let handle = open(path)?;
        if handle.metadata()?.uid() != owner || handle.try_lock().is_err() {
            return Ok(None);
        }
        Ok(is_at(&handle, path)?.then(|| Self::new(path, handle)))
    }

    fn new(path: &Path, handle: File) -> Self {
        Self {
            path: path.to_owned(),
            handle: Arc::new(handle),
        }
    }

    /// Whether the folder is gone.
    pub(crate) fn remove(&self) -> bool {
        // Never through links, whatever stands there now.
        let gone = || match std::fs::remove_dir_all(&self.path) {
            Ok(()) => true,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        if gone() {
            return true;
        }
        let own = std::fs::Permissions::from_mode(0o700);
        let _ = self.handle.set_permissions(own);
        if let Ok(handle) = self.handle.try_clone() {
            make_writable(&Dir::from_std_file(handle), DEPTH);
        }
        gone()
    }
}

/// Opens a folder, never through a link. As all that the standard library opens it is closed in programs that are
/// started: a lock does not outlive us because one of them does.
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_DIRECTORY | libc::O_NOFOLLOW)
        .open(path)
}

/// Whether the folder that is held is the one of that name. It is not when it was removed between opening and
/// locking.
fn is_at(handle: &File, path: &Path) -> io::Result<bool> {
    let held = handle.metadata()?;
    match path.symlink_metadata() {
        Ok(named) => Ok((named.dev(), named.ino()) == (held.dev(), held.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a folder of that name may be one of ours.
pub(crate) fn is_name(name: &str) -> bool {
    name.strip_prefix(PREFIX)
        .and_then(|rest| rest.rsplit_once('-'))
        .is_some_and(|(_, chance)| {
            chance.len() == CHANCE && chance.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// Gives the folders their permissions back. By handles: nothing outside changes, whatever is a link now.
fn make_writable(dir: &Dir, depth: u32) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    for entry in dir.entries().into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let name = entry.file_name();
            let all = Permissions::from_std(std::fs::Permissions::from_mode(0o700));
            let _ = dir.set_permissions(&name, all);
            if let Ok(inner) = dir.open_dir(&name) {
                make_writable(&inner, depth);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn it_is_for_its_user_alone_and_gone_when_dropped() {
        let scratch = ScratchDir::create("test").unwrap();
        let path = scratch.path().to_owned();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        assert!(is_name(path.file_name().unwrap().to_str().unwrap()));
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0, "no lock file");
        fs::write(path.join("file"), "").unwrap();
        drop(scratch);
        assert!(!path.exists());
    }

    #[test]
    fn a_folder_without_permissions_is_removed_all_the_same() {
        let scratch = ScratchDir::create("test").unwrap();
        let path = scratch.path().to_owned();
        let inner = path.join("a/b");
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("c"), "").unwrap();
        for folder in [inner, path.join("a"), path.clone()] {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o000)).unwrap();
        }
        drop(scratch);
        assert!(!path.exists());
    }

    #[test]
    fn what_a_link_in_it_leads_to_stays() {
        let other = tempfile::tempdir().unwrap();
        fs::write(other.path().join("kept"), "").unwrap();
        let scratch = ScratchDir::create("test").unwrap();
        std::os::unix::fs::symlink(other.path(), scratch.path().join("link")).unwrap();
        drop(scratch);
        assert!(other.path().join("kept").exists());
    }

    #[test]
    fn a_folder_that_was_swept_before_it_was_locked_is_not_used() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("folder");
        assert!(Locked::take(&path).unwrap().is_none(), "it is gone");
        fs::create_dir(&path).unwrap();
        let owner = path.metadata().unwrap().uid();
        let sweeping = Locked::take_left(&path, owner).unwrap().unwrap();
        assert!(Locked::take(&path).unwrap().is_none(), "it is being swept");
        let handle = open(&path).unwrap();
        assert!(sweeping.remove());
        assert!(!is_at(&handle, &path).unwrap(), "opened, then gone");
        fs::create_dir(&path).unwrap();
        assert!(!is_at(&handle, &path).unwrap(), "another one of that name");
    }

    #[test]
    fn only_names_that_are_made_here_are_ours() {
        assert!(is_name("gansauditor-scratch-codex-0123456789aB"));
        for name in [
            "gansauditor-scratch-0123456789aB",
            "gansauditor-scratch-codex-0123456789a",
            "gansauditor-scratch-codex-0123456789a.",
            "gansauditor-codex-0123456789aB",
            "my-gansauditor-scratch-codex-0123456789aB",
        ] {
            assert!(!is_name(name), "{name}");
        }
    }
}
