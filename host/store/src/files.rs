//! The state directory, as far as a journal needs it: plain files by name, durably.

use cap_std::fs::{Dir, File, OpenOptions};
use gansauditor_audit::ports::StoreError;
use std::io::{self, ErrorKind, Write};

/// The state directory. Names are single components made by [`crate::names`].
#[derive(Debug)]
pub(crate) struct Files(pub(crate) Dir);

impl Files {
    /// Opens an existing plain file; absent when there is none of that name.
    pub(crate) fn open(&self, name: &str, options: &OpenOptions) -> io::Result<Option<File>> {
        match self.0.symlink_metadata(name) {
            // A pipe would block, and a link may lead to another session's file.
            Ok(metadata) if !metadata.is_file() => Err(io::Error::new(
                ErrorKind::InvalidInput,
                format!("`{name}` is not a plain file"),
            )),
            Ok(_) => absent(self.0.open_with(name, options)),
            // No file can have a name that the file system does not take.
            Err(error) if error.kind() == ErrorKind::InvalidFilename => Ok(None),
            Err(error) => absent(Err(error)),
        }
    }

    /// Opens an existing file for reading only.
    pub(crate) fn open_to_read(&self, name: &str) -> io::Result<Option<File>> {
        self.open(name, OpenOptions::new().read(true))
    }

    /// Creates a file that nobody else can read, durable under `name` with what `fill` writes, and gives it
    /// back ready for appends. A crash leaves it whole or not at all. `draft` is the name it has meanwhile.
    pub(crate) fn create(
        &self,
        draft: &str,
        name: &str,
        fill: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<File> {
        self.remove(draft)?;
        let mut file = self
            .0
            .open_with(draft, private().create_new(true).read(true).append(true))?;
        fill(&mut file)?;
        file.flush()?;
        file.sync_all()?;
        self.0.rename(draft, &self.0, name)?;
        self.sync()?;
        Ok(file)
    }

    /// Cuts a file to its first `bytes` bytes, durably.
    pub(crate) fn cut(&self, name: &str, bytes: u64) -> io::Result<()> {
        let file = self.0.open_with(name, OpenOptions::new().write(true))?;
        file.set_len(bytes)?;
        file.sync_all()
    }

    /// Gives a file another name, durably.
    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, &self.0, to)?;
        self.sync()
    }

    /// Whether there is anything of that name.
    pub(crate) fn exists(&self, name: &str) -> io::Result<bool> {
        Ok(absent(self.0.symlink_metadata(name))?.is_some())
    }

    /// Removes a file if it is there. Durable after [`Files::sync`].
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        absent(self.0.remove_file(name)).map(|_| ())
    }

    /// Names of all plain files that are text.
    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in self.0.entries()? {
            let entry = entry?;
            if entry.file_type()?.is_file()
                && let Ok(name) = entry.file_name().into_string()
            {
                names.push(name);
            }
        }
        Ok(names)
    }

    /// Makes creations, renames and removals durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        // Elsewhere a directory cannot be synchronised, and need not be.
        #[cfg(unix)]
        self.0.open(".")?.sync_all()?;
        Ok(())
    }
}

/// Options that create files only their owner can use.
pub(crate) fn private() -> OpenOptions {
    #[allow(unused_mut, reason = "there is a mode to set on some systems only")]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    cap_std::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn absent<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What an input/output error means to the operator.
pub(crate) fn unavailable(action: &'static str) -> impl Fn(io::Error) -> StoreError {
    move |error| {
        let advice = match error.kind() {
            ErrorKind::StorageFull => "free space on the disk that holds the state directory",
            ErrorKind::QuotaExceeded => {
                "free space or raise the quota of the user running the server"
            }
            ErrorKind::ReadOnlyFilesystem => "make the state directory's file system writable",
            ErrorKind::PermissionDenied => {
                "let the user running the server write the state directory"
            }
            ErrorKind::NotFound => {
                "the state directory is gone; restart the server to make it anew"
            }
            _ => "look after the disk that holds the state directory",
        };
        StoreError::Unavailable {
            action,
            reason: format!("{error}; {advice}"),
        }
    }
}
