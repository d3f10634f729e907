//! Makes a component of a core WebAssembly module, and precompiles it for the server.
//!
//! A package of its own, because the server needs none of it: `make` runs the binary, and the tests of the
//! policy engine use [`componentize`] to build hostile guests. It does not depend on the engine, which embeds
//! what it writes.

#[path = "../../src/config.rs"]
mod config;

use std::path::{Path, PathBuf};

/// Why there is no component.
#[derive(Debug, thiserror::Error)]
pub enum ComponentizeError {
    /// A file could not be read or written.
    #[error("cannot {action} {path}: {source}")]
    File {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The module does not fit the world that is recorded in it, or records none.
    #[error("cannot make a component of the module: {0}")]
    Encode(String),
    /// The component could not be compiled.
    #[error("cannot precompile the component: {0}")]
    Precompile(String),
}

/// The component of a core module in which the bindings' generator has recorded the world.
pub fn componentize(module: &[u8]) -> Result<Vec<u8>, ComponentizeError> {
    wit_component::ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|e| ComponentizeError::Encode(format!("{e:#}")))
}

/// Machine code of a component, for the baseline processor of this architecture and under the server's
/// configuration.
pub fn precompile(component: &[u8]) -> Result<Vec<u8>, ComponentizeError> {
    config::compiler()
        .and_then(|config| wasmtime::Engine::new(&config))
        .and_then(|engine| engine.precompile_component(component))
        .map_err(|e| ComponentizeError::Precompile(format!("{e:#}")))
}

/// Reads a whole file.
pub fn read(path: &Path) -> Result<Vec<u8>, ComponentizeError> {
    std::fs::read(path).map_err(|source| ComponentizeError::File {
        action: "read",
        path: path.to_owned(),
        source,
    })
}

/// Writes a file, and leaves one that holds these bytes already untouched, so that nothing is rebuilt for it.
pub fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<(), ComponentizeError> {
    let failed = |source| ComponentizeError::File {
        action: "write",
        path: path.to_owned(),
        source,
    };
    if std::fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    // Never half a file under the final name: another build may be reading it.
    let partial = path.with_extension("partial");
    std::fs::write(&partial, bytes).map_err(failed)?;
    std::fs::rename(&partial, path).map_err(failed)
}
