//! The lock of a session, over all processes that share the directory.

use crate::files::{Files, private};
use std::fs::{File, TryLockError};
use std::io;

/// An advisory lock on a file of its own. The system lets go when the process dies.
#[derive(Debug)]
pub(crate) struct SessionLock {
    // Held open for its lock.
    _file: File,
    name: String,
}

impl SessionLock {
    /// Takes the lock without waiting; absent when another holds it.
    pub(crate) fn try_take(files: &Files, name: String) -> io::Result<Option<Self>> {
        loop {
            let file = files
                .dir()
                .open_with(&name, private().create(true).write(true))?
                .into_std();
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Between opening and locking, the holder may have removed the file: that lock excludes nobody.
            if is_current(files, &name, &file)? {
                return Ok(Some(Self { _file: file, name }));
            }
        }
    }

    /// Lets go and removes the file, once nothing is left that it protects.
    pub(crate) fn retire(self, files: &Files) -> io::Result<()> {
        // Without a way to tell files apart, a lock file has to stay.
        if cfg!(unix) {
            files.remove(&self.name)
        } else {
            Ok(())
        }
    }
}

#[cfg(unix)]
fn is_current(files: &Files, name: &str, file: &File) -> io::Result<bool> {
    use cap_std::fs::MetadataExt as _;
    use std::os::unix::fs::MetadataExt as _;
    let held = file.metadata()?;
    match files.dir().symlink_metadata(name) {
        Ok(named) => Ok((named.dev(), named.ino()) == (held.dev(), held.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn is_current(_: &Files, _: &str, _: &File) -> io::Result<bool> {
    Ok(true)
}
