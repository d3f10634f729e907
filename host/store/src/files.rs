//! The state directory: what can be seen of it, and what can be changed.

use cap_std::fs::{Dir, File, FileType, OpenOptions};
use gansauditor_audit::ports::StoreError;
use std::io::{self, ErrorKind, Write};
use std::ops::Deref;

/// The state directory, to be looked at: nothing in it can be changed through this. Names are single components made by
/// [`crate::names`].
#[derive(Debug)]
pub(crate) struct Folder(Dir);

impl Folder {
    /// The files of this directory.
    pub(crate) fn new(dir: Dir) -> Self {
        Self(dir)
    }

    /// Opens an existing plain file for reading; absent when there is none of that name.
    pub(crate) fn open_to_read(&self, name: &str) -> io::Result<Option<File>> {
        self.open(name, OpenOptions::new().read(true))
    }

    fn open(&self, name: &str, options: &OpenOptions) -> io::Result<Option<File>> {
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

    /// Whether there is anything of that name.
    pub(crate) fn exists(&self, name: &str) -> io::Result<bool> {
        Ok(absent(self.0.symlink_metadata(name))?.is_some())
    }

    /// Names of everything in it, as far as they are text.
    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        self.names_where(|_| true)
    }

    /// Names of all plain files that are text.
    pub(crate) fn file_names(&self) -> io::Result<Vec<String>> {
        self.names_where(|kind| kind.is_file())
    }

    fn names_where(&self, wanted: impl Fn(FileType) -> bool) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in self.0.entries()? {
            let entry = entry?;
            if wanted(entry.file_type()?)
                && let Ok(name) = entry.file_name().into_string()
            {
                names.push(name);
            }
        }
        Ok(names)
    }
}

/// The state directory, as far as a store needs it: plain files by name, durably.
#[derive(Debug)]
pub(crate) struct Files(Folder);

impl Deref for Files {
    type Target = Folder;

    fn deref(&self) -> &Folder {
        &self.0
    }
}

impl Files {
    /// The files of this directory.
    pub(crate) fn new(dir: Dir) -> Self {
        Self(Folder::new(dir))
    }

    /// The directory itself.
    pub(crate) fn dir(&self) -> &Dir {
        &self.0.0
    }

    /// Opens an existing plain file for reading and for writing at its end; absent when there is none of that name.
    pub(crate) fn open_to_append(&self, name: &str) -> io::Result<Option<File>> {
        self.open(name, OpenOptions::new().read(true).append(true))
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
            .dir()
            .open_with(draft, private().create_new(true).read(true).append(true))?;
        fill(&mut file)?;
        file.flush()?;
        file.sync_all()?;
        self.dir().rename(draft, self.dir(), name)?;
        self.sync()?;
        Ok(file)
    }

    /// Cuts a file to its first `bytes` bytes, durably.
    pub(crate) fn cut(&self, name: &str, bytes: u64) -> io::Result<()> {
        let file = self.dir().open_with(name, OpenOptions::new().write(true))?;
        file.set_len(bytes)?;
        file.sync_all()
    }

    /// Gives a file another name, durably.
    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.dir().rename(from, self.dir(), to)?;
        self.sync()
    }

    /// Removes a file if it is there. Durable after [`Files::sync`].
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        absent(self.dir().remove_file(name)).map(|_| ())
    }

    /// Makes creations, renames and removals durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        // Elsewhere a directory cannot be synchronised, and need not be.
        #[cfg(unix)]
        self.dir().open(".")?.sync_all()?;
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
                "let the user running this read and write the state directory"
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
