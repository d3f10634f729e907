//! Public keys, and what they signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minisign_verify as minisign;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{SignatureVerificationAlgorithm, SubjectPublicKeyInfoDer};
use webpki::{RawPublicKeyEntity, ring};

/// What plain signatures are tried as. Which fits is in the key.
const ALGORITHMS: [&dyn SignatureVerificationAlgorithm; 4] = [
    ring::ECDSA_P256_SHA256,
    ring::ECDSA_P384_SHA384,
    ring::ED25519,
    ring::RSA_PKCS1_2048_8192_SHA256,
];

/// First words of a PEM block.
const PEM: &str = "-----BEGIN";

/// A key that signs policies.
#[derive(Debug, Clone)]
pub enum PublicKey {
    /// Of minisign, or signify in its format.
    Minisign(Box<minisign::PublicKey>),
    /// Any other, as `cosign` and `openssl` write it: ECDSA on P-256 or P-384 with SHA-2, Ed25519, or RSA with SHA-256.
    Plain(SubjectPublicKeyInfoDer<'static>),
}

/// A text that is no public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no public key ({0}); give a minisign public key, or `-----BEGIN PUBLIC KEY-----` in PEM"
)]
pub struct InvalidKey(String);

impl PublicKey {
    /// Reads the file of a minisign public key, its base64 line alone, or a public key in PEM.
    ///
    /// # Errors
    /// [`InvalidKey`] for any other text.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        let text = text.trim();
        if text.starts_with(PEM) {
            let key = SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes())
                .map_err(|error| InvalidKey(error.to_string()))?;
            RawPublicKeyEntity::try_from(&key).map_err(|error| InvalidKey(error.to_string()))?;
            return Ok(Self::Plain(key));
        }
        let key = if text.lines().count() > 1 {
            minisign::PublicKey::decode(text)
        } else {
            minisign::PublicKey::from_base64(text)
        };
        key.map(|key| Self::Minisign(Box::new(key)))
            .map_err(|error| InvalidKey(error.to_string()))
    }

    /// Whether this is the key's signature of these bytes. A text that is no signature is none.
    pub(crate) fn has_signed(&self, bytes: &[u8], signature: &str) -> bool {
        match self {
            Self::Minisign(key) => minisign::Signature::decode(signature)
                // The old format, which signs the bytes and not their hash, is taken too: it is no weaker.
                .is_ok_and(|signature| key.verify(bytes, &signature, true).is_ok()),
            Self::Plain(key) => {
                // Tools break its lines.
                let signature: String = signature.split_whitespace().collect();
                let Ok(signature) = STANDARD.decode(signature) else {
                    return false;
                };
                let Ok(key) = RawPublicKeyEntity::try_from(key) else {
                    return false;
                };
                ALGORITHMS
                    .into_iter()
                    .any(|algorithm| key.verify_signature(algorithm, bytes, &signature).is_ok())
            }
        }
    }
}
