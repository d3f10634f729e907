//! Machine code of components, kept from one process to the next.
//!
//! Compiling takes a hundred times longer than loading what was compiled. But machine code is run as it is: whoever
//! can write it here owns the server. So it is only ever made by this program, in a folder that nobody but its user
//! can reach, never in a state directory, which may have come with somebody's repository. A name holds the digest
//! of the component and what the engine's code depends on; the content begins with its own digest, so that what a
//! broken disk or a half-done copy left is compiled anew instead of run.

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use gansauditor_audit::domain::Digest;
use sha2::{Digest as _, Sha256};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use wasmtime::Engine;
use wasmtime::component::Component;

/// Bytes of the digest before the code.
const SEAL: usize = 32;
/// Largest entry that is read or kept, in bytes: components with an interpreter compile to about 60 MiB.
const MAX_ENTRY: u64 = 256 << 20;
/// Bytes that all entries may take; the oldest go first.
const MAX_TOTAL: u64 = 1 << 30;
const SUFFIX: &str = ".cwasm";

/// A folder with the machine code of components.
#[derive(Debug)]
pub struct CompiledCache {
    folder: Dir,
    /// Makes names of drafts differ within the process.
    drafts: AtomicU64,
}

impl CompiledCache {
    /// Opens the folder, and makes it for this user alone if there is none.
    ///
    /// # Errors
    /// When it cannot be made, is no folder, belongs to another user, or can be reached by others.
    pub fn open(path: &Path) -> io::Result<Self> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        make(path)?;
        let metadata = std::fs::symlink_metadata(path)?;
        if !metadata.is_dir() {
            return Err(refused("it is not a folder"));
        }
        let folder = Dir::open_ambient_dir(path, ambient_authority())?;
        check_private(&folder.dir_metadata()?)?;
        Ok(Self {
            folder,
            drafts: AtomicU64::new(0),
        })
    }

    /// The compiled component, if it is here, whole, and fit for this engine.
    pub(crate) fn get(&self, digest: &Digest, engine: &Engine) -> Option<Component> {
        let name = name(digest, engine);
        match self.read(&name) {
            Ok(entry) => load(engine, &entry).or_else(|| {
                tracing::warn!(%digest, "the cached machine code of a policy is damaged; compiling it again");
                None
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::debug!(%error, name, "a cached policy cannot be read");
                None
            }
        }
    }

    /// Keeps a compiled component. A cache that cannot be written costs time, and nothing else.
    pub(crate) fn put(&self, digest: &Digest, engine: &Engine, component: &Component) {
        let kept = component
            .serialize()
            .map_err(|error| io::Error::other(format!("{error:#}")))
            .and_then(|code| self.write(&name(digest, engine), &code));
        if let Err(error) = kept {
            tracing::debug!(%error, %digest, "the machine code of a policy is not kept");
        }
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        // A link may lead out of the folder; it is not followed out, and nothing here makes one.
        if !self.folder.symlink_metadata(name)?.is_file() {
            return Err(refused("it is not a plain file"));
        }
        let mut entry = Vec::new();
        self.folder
            .open(name)?
            .take(MAX_ENTRY + 1)
            .read_to_end(&mut entry)?;
        Ok(entry)
    }

    /// Whole or not at all: another process may read at any time.
    fn write(&self, name: &str, code: &[u8]) -> io::Result<()> {
        if code.len() as u64 > MAX_ENTRY - SEAL as u64 {
            return Err(refused("it is too large"));
        }
        self.make_room(code.len() as u64)?;
        let number = self.drafts.fetch_add(1, Ordering::Relaxed);
        let draft = format!("draft-{}-{number}", std::process::id());
        let mut options = OpenOptions::new();
        options.create_new(true).write(true);
        #[cfg(unix)]
        cap_std::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = self
            .folder
            .open_with(&draft, &options)
            .and_then(|mut file| {
                file.write_all(&Sha256::digest(code))?;
                file.write_all(code)
            })
            .and_then(|()| self.folder.rename(&draft, &self.folder, name));
        if written.is_err() {
            let _ = self.folder.remove_file(&draft);
        }
        written
    }

    /// Removes the oldest entries, and what writers that were killed left, until there is room.
    fn make_room(&self, wanted: u64) -> io::Result<()> {
        let mut entries = Vec::new();
        for entry in self.folder.entries()? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            entries.push((metadata.modified()?, metadata.len(), entry.file_name()));
        }
        entries.sort();
        let mut total: u64 = entries.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, bytes, name) in entries {
            if total + wanted <= MAX_TOTAL {
                break;
            }
            self.folder.remove_file(name)?;
            total -= bytes;
        }
        Ok(())
    }
}

/// The component in an entry, if the entry is what was written.
#[allow(
    unsafe_code,
    reason = "loading machine code that this program compiled"
)]
fn load(engine: &Engine, entry: &[u8]) -> Option<Component> {
    let (seal, code) = entry.split_at_checked(SEAL)?;
    if Sha256::digest(code).as_slice() != seal {
        return None;
    }
    // SAFETY: the bytes are equal to what `Component::serialize` gave this program's user, in a folder that nobody
    // else can write; the call itself refuses those of another version or configuration.
    unsafe { Component::deserialize(engine, code) }.ok()
}

/// Everything that the machine code depends on is in the name.
fn name(digest: &Digest, engine: &Engine) -> String {
    // Equal in all processes of one build; another build finds nothing, and compiles.
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    let digits = digest.as_str().trim_start_matches("sha256:");
    format!("{digits}-{:016x}{SUFFIX}", hasher.finish())
}

fn make(path: &Path) -> io::Result<()> {
    #[allow(unused_mut, reason = "there is a mode to set on some systems only")]
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// The folder is this user's, and nobody else gets in.
#[cfg(unix)]
#[allow(unsafe_code, reason = "the system call that tells who this is")]
fn check_private(metadata: &cap_std::fs::Metadata) -> io::Result<()> {
    use cap_std::fs::{MetadataExt as _, PermissionsExt as _};
    // SAFETY: takes nothing, changes nothing, and always succeeds.
    let user = unsafe { libc::geteuid() };
    if metadata.uid() != user {
        return Err(refused("it belongs to another user"));
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(refused("others can reach it; its mode must be 0700"));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_private(_: &cap_std::fs::Metadata) -> io::Result<()> {
    Ok(())
}

fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why.to_owned())
}

#[cfg(test)]
mod tests;
