//! What the bytes are, before anything in them runs.

use crate::error::LoadError;
use crate::trust::{Artifact, Trust};
use std::io::Read;
use std::path::{Path, PathBuf};
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

/// The interface that every policy exports, up to its minor version.
const POLICY: &str = "gansauditor:policy/policy@1.";

/// First bytes of any WebAssembly binary.
const MAGIC: &[u8] = b"\0asm";

/// The two bytes of the version field that tell a component from a core module.
const COMPONENT_LAYER: [u8; 2] = [1, 0];

/// Bytes of the file that an error shows.
const SHOWN: usize = 8;

/// What a component asks for and offers, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Interfaces {
    pub(crate) imports: Vec<String>,
    pub(crate) exports: Vec<String>,
}

/// Longest signature that is read, in bytes. Those of RSA and minisign have a few hundred.
const MAX_SIGNATURE: usize = 8 << 10;

/// Names of a component's signature: what comes after its own.
const SIGNATURES: [&str; 2] = [".minisig", ".sig"];

/// Reads a component of bearable size, and the signature beside it.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Artifact, LoadError> {
    let unreadable = |path: &Path, e: std::io::Error| LoadError::Unreadable {
        path: path.to_owned(),
        reason: e.to_string(),
    };
    let component = bounded(path, limit).map_err(|e| unreadable(path, e))?;
    if component.len() > limit {
        return Err(LoadError::TooLarge { limit });
    }
    let mut signature = None;
    for name in signatures(path) {
        match bounded(&name, MAX_SIGNATURE) {
            Ok(bytes) => {
                signature = Some(Artifact::signature_text(bytes));
                break;
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(unreadable(&name, e)),
        }
    }
    Ok(Artifact {
        component,
        signature,
    })
}

/// Where the signature of a component may be, the first that is there first.
pub(crate) fn signatures(path: &Path) -> [PathBuf; 2] {
    SIGNATURES.map(|suffix| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    })
}

/// At most one byte more of a file than is wanted. A pipe is none: nobody may ever write to it, and whoever follows a
/// file would wait for that.
fn bounded(path: &Path, limit: usize) -> std::io::Result<Vec<u8>> {
    let kind = std::fs::metadata(path)?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        let why = "it is not a plain file";
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, why));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The bytes are a component of bearable size, as far as the first bytes tell.
pub(crate) fn check_form(bytes: &[u8], limit: usize) -> Result<(), LoadError> {
    if bytes.is_empty() {
        Err(LoadError::Empty)
    } else if bytes.len() > limit {
        Err(LoadError::TooLarge { limit })
    } else if !bytes.starts_with(MAGIC) {
        let shown = &bytes[..bytes.len().min(SHOWN)];
        Err(LoadError::NotWebAssembly(format!(
            "\"{}\"",
            shown.escape_ascii()
        )))
    } else if bytes.len() >= 8 && bytes[6..8] != COMPONENT_LAYER {
        Err(LoadError::CoreModule)
    } else {
        Ok(())
    }
}

/// The component imports no functions but allowed ones, and exports a policy.
pub(crate) fn check_interfaces(
    engine: &Engine,
    component: &Component,
    trust: &Trust,
) -> Result<Interfaces, LoadError> {
    let ty = component.component_type();
    let mut imports = Vec::new();
    let mut impure = Vec::new();
    for (name, item) in ty.imports(engine) {
        imports.push(name.to_owned());
        match item.ty {
            ComponentItem::Type(_) => {}
            _ if trust.allows(name) => {}
            ComponentItem::ComponentInstance(instance) => impure.extend(
                instance
                    .exports(engine)
                    .filter(|(_, item)| !matches!(item.ty, ComponentItem::Type(_)))
                    .map(|(function, _)| format!("{name}#{function}")),
            ),
            _ => impure.push(name.to_owned()),
        }
    }
    if !impure.is_empty() {
        return Err(LoadError::Imports(impure));
    }
    let exports: Vec<String> = ty
        .exports(engine)
        .map(|(name, _)| name.to_owned())
        .collect();
    if exports.iter().any(|name| name.starts_with(POLICY)) {
        Ok(Interfaces { imports, exports })
    } else {
        Err(LoadError::NoPolicy(exports))
    }
}
