//! Files of the policy directory: private, plain, bounded and durable.

#[cfg(unix)]
use cap_std::fs::DirBuilderExt;
use cap_std::fs::{Dir, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};

/// Opens an existing plain file; absent when there is none of that name.
pub(crate) fn open(dir: &Dir, name: &str, options: &OpenOptions) -> io::Result<Option<File>> {
    match absent(dir.symlink_metadata(name))? {
        None => Ok(None),
        // A pipe would block, and a link may lead to something else.
        Some(metadata) if !metadata.is_file() => Err(io::Error::new(
            ErrorKind::InvalidInput,
            format!("`{name}` is not a plain file"),
        )),
        Some(_) => absent(dir.open_with(name, options)),
    }
}

/// All of a file, at most one byte more than `limit`; absent when there is none.
pub(crate) fn read(dir: &Dir, name: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let Some(file) = open(dir, name, OpenOptions::new().read(true))? else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Writes a file whole or not at all, in place of another. `draft` is the name it has meanwhile, in the same
/// folder.
pub(crate) fn put(dir: &Dir, draft: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
    absent(dir.remove_file(draft))?;
    let mut file = dir.open_with(draft, private().create_new(true).write(true))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    dir.rename(draft, dir, name)
}

/// Makes a folder for its owner only, if there is none.
pub(crate) fn make_folder(dir: &Dir, name: &str) -> io::Result<()> {
    #[allow(unused_mut, reason = "there is a mode to set on some systems only")]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    DirBuilderExt::mode(&mut builder, 0o700);
    match dir.create_dir_with(name, &builder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Makes creations and renames in a folder durable.
pub(crate) fn sync(dir: &Dir, folder: &str) -> io::Result<()> {
    // Elsewhere a directory cannot be synchronised, and need not be.
    #[cfg(unix)]
    dir.open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = (dir, folder);
    Ok(())
}

/// Options that create files only their owner can use.
pub(crate) fn private() -> OpenOptions {
    #[allow(unused_mut, reason = "there is a mode to set on some systems only")]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    cap_std::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Nothing of that name is no error.
pub(crate) fn absent<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
