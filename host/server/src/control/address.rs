//! Where the sockets are.

use cap_std::fs::{Dir, FileTypeExt as _};
use std::path::{Path, PathBuf};

/// The folder in the state directory.
pub(super) const FOLDER: &str = "control";
/// How their names end.
pub(super) const SUFFIX: &str = ".sock";
/// Longest address that every Unix takes, in bytes: 104 with a zero at the end, and no less than this.
const MAX_ADDRESS: usize = 100;

/// The address of a socket in the folder `dir`, which lies at `path`: a socket's address is short, so a long path
/// is gone round by way of the open folder, where the system has one. The address counts as long as `dir` is open.
pub(super) fn address(dir: &Dir, path: &Path, name: &str) -> PathBuf {
    let plain = path.join(name);
    if plain.as_os_str().len() <= MAX_ADDRESS {
        return plain;
    }
    by_handle(dir, name).unwrap_or(plain)
}

/// Removes a socket that nobody listens at any more. Anything else of that name is not ours.
pub(super) fn remove(folder: &Dir, name: &str) {
    let metadata = folder.symlink_metadata(name);
    if metadata.is_ok_and(|metadata| metadata.file_type().is_socket()) {
        // Otherwise the next one who finds it refused removes it.
        let _ = folder.remove_file(name);
    }
}

#[cfg(target_os = "linux")]
fn by_handle(dir: &Dir, name: &str) -> Option<PathBuf> {
    use std::os::fd::AsRawFd as _;
    let folder = PathBuf::from(format!("/proc/self/fd/{}", dir.as_raw_fd()));
    folder.exists().then(|| folder.join(name))
}

#[cfg(not(target_os = "linux"))]
fn by_handle(_: &Dir, _: &str) -> Option<PathBuf> {
    None
}
