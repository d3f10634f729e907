//! What the bytes are, before anything in them runs.

use crate::error::LoadError;
use std::io::Read;
use std::path::Path;
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

/// Reads a file, at most one byte more than may be loaded.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, LoadError> {
    let mut bytes = Vec::new();
    let reading = std::fs::File::open(path)
        .and_then(|file| file.take(limit as u64 + 1).read_to_end(&mut bytes));
    match reading {
        Ok(_) if bytes.len() > limit => Err(LoadError::TooLarge { limit }),
        Ok(_) => Ok(bytes),
        Err(e) => Err(LoadError::Unreadable {
            path: path.to_owned(),
            reason: e.to_string(),
        }),
    }
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

/// The component imports no functions and exports a policy.
pub(crate) fn check_interfaces(
    engine: &Engine,
    component: &Component,
) -> Result<Interfaces, LoadError> {
    let ty = component.component_type();
    let mut imports = Vec::new();
    let mut impure = Vec::new();
    for (name, item) in ty.imports(engine) {
        imports.push(name.to_owned());
        match item.ty {
            ComponentItem::Type(_) => {}
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
