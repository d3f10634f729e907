//! Who and when: sessions, judges, policies, points in time.

use super::Digest;
use serde::{Deserialize, Serialize};

/// Milliseconds since the Unix epoch.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Milliseconds from `earlier` to this point; 0 when the clock went backwards.
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// The name of a session: data chosen by a client, never a path.
///
/// Any text of 1 to 256 bytes without control characters. How a store derives a file name from it is the
/// store's affair.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SessionId(String);

/// A text that cannot name a session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSessionId {
    /// Nothing but white space.
    #[error("a session id must not be empty")]
    Empty,
    /// Over [`SessionId::MAX_BYTES`].
    #[error("a session id has at most 256 bytes, this one has {0}")]
    TooLong(usize),
    /// Control characters.
    #[error("a session id must not hold control characters")]
    ControlCharacter,
}

impl SessionId {
    /// Longest id, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 256;

    /// Takes a text that can name a session.
    pub fn new(id: impl Into<String>) -> Result<Self, InvalidSessionId> {
        let id = id.into();
        if id.trim().is_empty() {
            Err(InvalidSessionId::Empty)
        } else if id.len() > Self::MAX_BYTES {
            Err(InvalidSessionId::TooLong(id.len()))
        } else if id.chars().any(char::is_control) {
            Err(InvalidSessionId::ControlCharacter)
        } else {
            Ok(Self(id))
        }
    }

    /// The id as the client wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SessionId {
    type Error = InvalidSessionId;
    fn try_from(id: String) -> Result<Self, Self::Error> {
        Self::new(id)
    }
}

impl From<SessionId> for String {
    fn from(id: SessionId) -> Self {
        id.0
    }
}

impl std::fmt::Display for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Kinds of judges. Built-in rules and tools are of one rank, below models, below people: a finding is only
/// ever fixed by a judge of at least the rank of the one that raised it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgeKind {
    /// Built-in rules.
    Static,
    /// An external analyser.
    Tool,
    /// A language model.
    Model,
    /// A person.
    Human,
}

impl JudgeKind {
    /// Position in the order of authority; higher overrules lower.
    pub fn rank(self) -> u8 {
        match self {
            Self::Static | Self::Tool => 0,
            Self::Model => 1,
            Self::Human => 2,
        }
    }
}

/// Who reviews. Two reviews are comparable when name and version are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct JudgeIdentity {
    /// Short name, e.g. `static` or `codex-http`.
    pub name: String,
    /// Changes whenever the same submission may get another review.
    pub version: String,
    /// What it is, and with that its rank.
    pub kind: JudgeKind,
    /// Same submission, same review; such a judge is never asked twice.
    pub deterministic: bool,
}

/// Which policy decided.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PolicyIdentity {
    /// Name from the policy's description.
    pub name: String,
    /// Version from the policy's description.
    pub version: String,
    /// Digest of the component's bytes.
    pub digest: Digest,
}
