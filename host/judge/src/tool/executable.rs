//! Finds programs as a shell does.

use std::env;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// The executable of a name on a search path, or an absolute path itself.
///
/// Relative paths, also those on the search path, find nothing: the program would run in the folder with the
/// submission, which then could bring a program of that name.
pub(crate) fn find(program: &str, search: &OsStr) -> Option<PathBuf> {
    let path = Path::new(program);
    if path.is_absolute() {
        return is_executable(path).then(|| path.to_owned());
    }
    if program.contains('/') {
        return None;
    }
    env::split_paths(search)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(program))
        .find(|candidate| is_executable(candidate))
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_folders_are_searched() {
        let path = OsStr::new(".:bin::/bin:/usr/bin");
        assert!(find("sh", path).is_some_and(|found| found.is_absolute()));
        assert_eq!(find("sh", OsStr::new(".:bin:")), None);
        assert_eq!(find("./sh", path), None);
        assert_eq!(find("/bin", path), None);
        assert!(find("/bin/sh", OsStr::new("")).is_some());
    }
}
