//! Signed policies.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gansauditor_policy::{Artifact, PublicKey, Trust};
use ring::signature::{Ed25519KeyPair, KeyPair};

/// A team that signs its policies.
pub(crate) struct Signer(Ed25519KeyPair);

impl Signer {
    pub(crate) fn new() -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap())
    }

    pub(crate) fn trusted(&self) -> Trust {
        // The key with what says that it is one of Ed25519 (RFC 8410).
        let mut der = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00".to_vec();
        der.extend_from_slice(self.0.public_key().as_ref());
        let body = STANDARD.encode(der);
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n");
        Trust {
            keys: vec![PublicKey::parse(&pem).unwrap()],
            ..Trust::default()
        }
    }

    pub(crate) fn signature(&self, component: &[u8]) -> String {
        STANDARD.encode(self.0.sign(component))
    }

    pub(crate) fn sign(&self, component: Vec<u8>) -> Artifact {
        Artifact {
            signature: Some(self.signature(&component)),
            component,
        }
    }
}
