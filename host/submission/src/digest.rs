//! Content digests.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;

const PREFIX: &str = "sha256:";

/// A SHA-256 digest (FIPS 180-4), written `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

/// The text is not `sha256:` followed by 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a digest is written `sha256:` and 64 lower-case hexadecimal digits; this text is not")]
pub struct DigestError;

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_sum(&Sha256::digest(bytes))
    }

    /// The whole written form, `sha256:` included.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn from_sum(sum: &[u8]) -> Self {
        let digits = |nibble: u8| {
            char::from(if nibble < 10 {
                b'0' + nibble
            } else {
                b'a' + nibble - 10
            })
        };
        let mut text = String::with_capacity(PREFIX.len() + 64);
        text.push_str(PREFIX);
        for byte in sum {
            text.push(digits(byte >> 4));
            text.push(digits(byte & 15));
        }
        Self(text)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        let hex = text.strip_prefix(PREFIX).ok_or(DigestError)?;
        let valid = hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if valid {
            Ok(Self(text))
        } else {
            Err(DigestError)
        }
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        Self::try_from(text.to_owned())
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

/// A hash over fields, each preceded by its length, so that no two different lists of fields feed it the same bytes.
pub(crate) struct FieldHasher(Sha256);

impl FieldHasher {
    /// Starts a hash for one purpose; `domain` keeps different purposes apart.
    pub(crate) fn new(domain: &str) -> Self {
        let mut hasher = Self(Sha256::new());
        hasher.bytes(domain.as_bytes());
        hasher
    }

    pub(crate) fn bytes(&mut self, field: &[u8]) {
        self.number(field.len() as u64);
        self.0.update(field);
    }

    pub(crate) fn number(&mut self, field: u64) {
        self.0.update(field.to_le_bytes());
    }

    pub(crate) fn optional(&mut self, field: Option<&str>) {
        self.number(u64::from(field.is_some()));
        self.bytes(field.unwrap_or_default().as_bytes());
    }

    pub(crate) fn finish(self) -> Digest {
        Digest::from_sum(&self.0.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_published_digest_of_abc() {
        // FIPS 180-4 example.
        let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").to_string(), abc);
        assert_eq!(abc.parse(), Ok(Digest::of(b"abc")));
    }

    #[test]
    fn refuses_anything_but_the_written_form() {
        let good = Digest::of(b"abc").to_string();
        for bad in [
            "",
            "sha256:",
            &good[7..],
            &good[..70],
            &good.to_uppercase(),
            &format!("{good}0"),
        ] {
            assert_eq!(bad.parse::<Digest>(), Err(DigestError), "{bad}");
            assert!(serde_json::from_value::<Digest>(bad.into()).is_err());
        }
    }

    #[test]
    fn keeps_fields_apart() {
        let hash = |fields: &[&str]| {
            let mut hasher = FieldHasher::new("test");
            fields
                .iter()
                .for_each(|field| hasher.bytes(field.as_bytes()));
            hasher.finish()
        };
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
        assert_ne!(hash(&["a", ""]), hash(&["a"]));
    }
}
