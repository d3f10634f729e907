//! Stored components, named by their content.

use super::error::{RevisionError, io};
use super::files::{self, absent};
use cap_std::fs::Dir;
use gansauditor_audit::domain::Digest;

/// The folder, seen from the state directory.
pub(super) const FOLDER: &str = "policies/components";
const SUFFIX: &str = ".wasm";
/// Of a component that is being written.
const DRAFT: &str = ".new";
const PREFIX: &str = "sha256:";

/// A component in the policy directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredComponent {
    /// Digest of its bytes, as its name claims it.
    pub digest: Digest,
    /// Size in bytes.
    pub bytes: u64,
}

/// A component, verified against its digest.
pub(super) fn read(dir: &Dir, digest: &Digest, limit: usize) -> Result<Vec<u8>, RevisionError> {
    let bytes = files::read(dir, &path(digest, SUFFIX), limit as u64)
        .map_err(io("read a component"))?
        .ok_or_else(|| RevisionError::Missing(digest.clone()))?;
    if bytes.len() > limit {
        Err(RevisionError::ComponentTooLarge {
            digest: digest.clone(),
            limit,
        })
    } else if Digest::of(&bytes) != *digest {
        Err(RevisionError::Altered(digest.clone()))
    } else {
        Ok(bytes)
    }
}

/// Stores a component durably. One that is there and whole stays; one that was altered is written anew.
pub(super) fn put(dir: &Dir, digest: &Digest, bytes: &[u8]) -> Result<(), RevisionError> {
    let io = io("store a component");
    if read(dir, digest, bytes.len()).is_err() {
        let (draft, name) = (path(digest, DRAFT), path(digest, SUFFIX));
        files::put(dir, &draft, &name, bytes).map_err(&io)?;
    }
    files::sync(dir, FOLDER).map_err(&io)
}

/// All that are stored, in the order of their digests.
pub(super) fn list(dir: &Dir) -> Result<Vec<StoredComponent>, RevisionError> {
    let io = io("list the components");
    let Some(entries) = absent(dir.read_dir(FOLDER)).map_err(&io)? else {
        return Ok(Vec::new());
    };
    let mut stored = Vec::new();
    for entry in entries {
        let entry = entry.map_err(&io)?;
        let Some(digest) = entry.file_name().to_str().and_then(digest_of) else {
            continue;
        };
        let metadata = entry.metadata().map_err(&io)?;
        if metadata.is_file() {
            stored.push(StoredComponent {
                digest,
                bytes: metadata.len(),
            });
        }
    }
    stored.sort_by(|a, b| a.digest.cmp(&b.digest));
    Ok(stored)
}

/// Removes a component.
pub(super) fn remove(dir: &Dir, digest: &Digest) -> Result<(), RevisionError> {
    absent(dir.remove_file(path(digest, SUFFIX))).map_err(io("remove a component"))?;
    Ok(())
}

/// Removes what writers that died left half-written. Nobody may be writing.
pub(super) fn remove_drafts(dir: &Dir) -> Result<(), RevisionError> {
    let io = io("remove half a component");
    for entry in absent(dir.read_dir(FOLDER))
        .map_err(&io)?
        .into_iter()
        .flatten()
    {
        let name = entry.map_err(&io)?.file_name();
        if name.to_str().is_some_and(|name| name.ends_with(DRAFT)) {
            let draft = std::path::Path::new(FOLDER).join(name);
            absent(dir.remove_file(draft)).map_err(&io)?;
        }
    }
    Ok(())
}

fn path(digest: &Digest, suffix: &str) -> String {
    let digits = digest.as_str().trim_start_matches(PREFIX);
    format!("{FOLDER}/{digits}{suffix}")
}

fn digest_of(name: &str) -> Option<Digest> {
    let digits = name.strip_suffix(SUFFIX)?;
    format!("{PREFIX}{digits}").parse().ok()
}
