//! Which components an operator lets become policies: pinned ones, signed ones, and what they may import.

mod key;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
pub use key::{InvalidKey, PublicKey};

use crate::component;
use crate::error::LoadError;
use gansauditor_audit::domain::Digest;
use std::path::Path;

/// A component as it came, with its detached signature where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The bytes of the component.
    pub component: Vec<u8>,
    /// The text of a minisign signature, or the base64 of a plain one, as `cosign sign-blob` writes it.
    pub signature: Option<String>,
}

impl Artifact {
    /// Reads the file of a component of at most `limit` bytes, and the signature beside it: the same name with
    /// `.minisig` or `.sig` after it.
    ///
    /// # Errors
    /// [`LoadError::Unreadable`] and [`LoadError::TooLarge`].
    pub fn read(path: &Path, limit: usize) -> Result<Self, LoadError> {
        component::read(path, limit)
    }

    /// The text of a signature's file: that of `openssl` is no text, and is given in base64 as `cosign` writes it.
    pub fn signature_text(file: Vec<u8>) -> String {
        String::from_utf8(file).unwrap_or_else(|error| STANDARD.encode(error.as_bytes()))
    }
}

impl From<Vec<u8>> for Artifact {
    /// Without a signature.
    fn from(component: Vec<u8>) -> Self {
        Self {
            component,
            signature: None,
        }
    }
}

impl From<&[u8]> for Artifact {
    fn from(component: &[u8]) -> Self {
        component.to_vec().into()
    }
}

/// What a component must be to become a policy. The default asks for nothing and allows no function imports.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// The only digests that are taken; any, when empty.
    pub pins: Vec<Digest>,
    /// Keys of which one must have signed the component; no signature is needed when empty.
    pub keys: Vec<PublicKey>,
    /// Interfaces whose functions a component may import, e.g. `wasi:clocks/wall-clock`; a `*` at the end stands for
    /// any rest. Nothing is behind them: a policy that calls one traps. They let in components whose toolchain
    /// imports more than the policy ever uses.
    pub imports: Vec<String>,
}

impl Trust {
    /// Whether this component may be run, before it is looked into.
    ///
    /// # Errors
    /// [`LoadError::NotPinned`], [`LoadError::Unsigned`] and [`LoadError::BadSignature`].
    pub fn check(&self, artifact: &Artifact) -> Result<(), LoadError> {
        if !self.pins.is_empty() {
            let digest = Digest::of(&artifact.component);
            if !self.pins.contains(&digest) {
                return Err(LoadError::NotPinned(digest));
            }
        }
        if self.keys.is_empty() {
            return Ok(());
        }
        if artifact.signature.is_none() {
            return Err(LoadError::Unsigned);
        }
        let mut signers = self.signers(artifact);
        signers.next().map(|_| ()).ok_or(LoadError::BadSignature)
    }

    /// Which of the keys its signature is by, as places in [`Trust::keys`].
    pub fn signers(&self, artifact: &Artifact) -> impl Iterator<Item = usize> {
        let signature = artifact.signature.as_deref();
        let keys = self.keys.iter().enumerate();
        keys.filter_map(move |(place, key)| {
            key.has_signed(&artifact.component, signature?)
                .then_some(place)
        })
    }

    /// Whether functions of this interface may be imported. Versions are part of a name: `wasi:io/poll@0.2.0`.
    pub(crate) fn allows(&self, interface: &str) -> bool {
        self.imports
            .iter()
            .any(|allowed| match allowed.strip_suffix('*') {
                Some(start) => interface.starts_with(start),
                None => {
                    interface == allowed
                        || interface
                            .strip_prefix(allowed.as_str())
                            .is_some_and(|rest| rest.starts_with('@'))
                }
            })
    }
}

#[cfg(test)]
mod tests;
