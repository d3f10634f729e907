//! A folder for one run of a program, gone afterwards.

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt as _};
use gansauditor_scratch::ScratchDir;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a run waits for its folder to be removed.
const REMOVAL: Duration = Duration::from_millis(200);

/// A private folder with three in it: the submission, a home, and one for temporary files. Removed when dropped.
#[derive(Debug)]
pub(crate) struct Scratch {
    folder: ScratchDir,
}

impl Scratch {
    /// Makes one in the system's folder for temporary files, for this user alone.
    pub(crate) fn create() -> io::Result<Self> {
        let scratch = Self {
            folder: ScratchDir::create("tool")?,
        };
        for folder in [scratch.work(), scratch.home(), scratch.temporary()] {
            std::fs::create_dir(folder)?;
        }
        Ok(scratch)
    }

    /// All of it.
    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Where the submission is and the program runs.
    pub(crate) fn work(&self) -> PathBuf {
        self.root().join("work")
    }

    /// For `HOME`.
    pub(crate) fn home(&self) -> PathBuf {
        self.root().join("home")
    }

    /// For `TMPDIR`.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.root().join("tmp")
    }

    /// The folder with the submission. Nothing outside can be reached through it.
    pub(crate) fn open_work(&self) -> io::Result<Dir> {
        Dir::open_ambient_dir(self.work(), ambient_authority())
    }

    /// The beginning of a file that the program wrote: one byte more than `limit` when there is more. What is not a
    /// file in the folder, or is a link out of it, is an error.
    pub(crate) fn read(&self, path: &str, limit: usize) -> io::Result<Vec<u8>> {
        let mut options = OpenOptions::new();
        // A pipe in the file's place would have us wait for a writer.
        options.read(true).custom_flags(libc::O_NONBLOCK);
        let file = self.open_work()?.open_with(path, &options)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("not a file"));
        }
        let mut bytes = Vec::new();
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        file.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Removes it without keeping the runtime waiting. What takes long goes on while nobody waits: a program may have
    /// left more behind than there is time to remove.
    pub(crate) async fn remove(self) {
        let removed = tokio::task::spawn_blocking(move || drop(self));
        let _ = tokio::time::timeout(REMOVAL, removed).await;
    }
}

/// Writes a new file below a folder; never over another one, never through a link.
pub(crate) fn write_new(dir: &Dir, parts: &[&str], text: &str) -> io::Result<()> {
    let path = parts.join("/");
    if let Some((folder, _)) = path.rsplit_once('/') {
        dir.create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    dir.open_with(path, &options)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_out_of_the_folder_and_pipes_are_not_read() {
        let scratch = Scratch::create().unwrap();
        let link = |name: &str, to: &str| {
            std::os::unix::fs::symlink(to, scratch.work().join(name)).unwrap();
        };
        link("passwd", "/etc/passwd");
        link("up", "../home");
        std::fs::write(scratch.home().join("x"), "secret").unwrap();
        assert!(scratch.read("passwd", 10).is_err());
        assert!(scratch.read("up/x", 10).is_err());
        assert!(scratch.read(".", 10).is_err());
        let status = std::process::Command::new("mkfifo")
            .arg(scratch.work().join("pipe"))
            .status()
            .unwrap();
        assert!(status.success());
        assert!(scratch.read("pipe", 10).is_err());
        std::fs::write(scratch.work().join("long"), "0123456789abc").unwrap();
        assert_eq!(scratch.read("long", 10).unwrap(), b"0123456789a");
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let scratch = Scratch::create().unwrap();
        std::os::unix::fs::symlink("../home", scratch.work().join("a")).unwrap();
        let dir = scratch.open_work().unwrap();
        assert!(write_new(&dir, &["a", "b"], "x").is_err());
        assert!(!scratch.home().join("b").exists());
        write_new(&dir, &["c", "d"], "x").unwrap();
        assert!(write_new(&dir, &["c", "d"], "y").is_err());
        assert!(write_new(&dir, &["c"], "y").is_err());
        assert!(write_new(&dir, &["c", "d", "e"], "y").is_err());
    }
}
