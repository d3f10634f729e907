//! A policy that the policy directory holds.

use super::Fetched;
use anyhow::Context as _;
use gansauditor_audit::domain::Digest;
use gansauditor_policy::Artifact;
use gansauditor_policy::revisions::{History, PolicyDirectory, Program, Revision};

/// Before the number of a revision.
const REVISION: &str = "revision:";

/// Before the digits of a digest.
const COMPONENT: &str = "sha256:";

/// Fewest digits that stand for a whole digest, and how many that one has.
const FEWEST: usize = 8;
const DIGITS: usize = 64;

/// Which of the stored policies.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cli::policy) enum Stored {
    /// The component of this revision, run under what the revision has.
    Revision(u64),
    /// The component whose digest begins with these digits, `sha256:` before them.
    Component(String),
}

impl Stored {
    /// What a text names, with an error where it nearly does; absent when it names something else.
    pub(super) fn parse(text: &str) -> Option<Result<Self, String>> {
        if let Some(number) = text.strip_prefix(REVISION) {
            let revision = number.parse().map(Self::Revision);
            return Some(revision.map_err(|_| {
                "a revision is named by its number, e.g. revision:3; `gansauditor policy history` has the numbers".to_owned()
            }));
        }
        let digits = text.strip_prefix(COMPONENT)?;
        let is_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        Some(if is_digits && (FEWEST..=DIGITS).contains(&digits.len()) {
            Ok(Self::Component(text.to_ascii_lowercase()))
        } else {
            Err(format!(
                "a stored component is named by sha256: and {FEWEST} or more of the {DIGITS} hexadecimal digits of its digest; `gansauditor policy list` shows them"
            ))
        })
    }

    /// Reads the component, equal to what was stored, with the signature that was stored with it.
    pub(super) fn read(&self, policies: &PolicyDirectory) -> anyhow::Result<Fetched> {
        let history = policies.history()?;
        match self {
            Self::Revision(number) => {
                let revision = history.revision(*number)?;
                let artifact = policies.program(revision)?.context(
                    "it has no component: its policy is the built-in one, which --core stands for",
                )?;
                Ok(Fetched {
                    artifact,
                    from: self.to_string(),
                    setup: Some(revision.record.setup.clone()),
                })
            }
            Self::Component(start) => {
                let digest = whole(start, policies)?;
                let signature =
                    using(&digest, &history).find_map(|revision| revision.record.signature.clone());
                Ok(Fetched {
                    artifact: Artifact {
                        component: policies.component(&digest)?,
                        signature,
                    },
                    from: digest.to_string(),
                    setup: None,
                })
            }
        }
    }
}

impl std::fmt::Display for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Revision(number) => write!(f, "{REVISION}{number}"),
            Self::Component(start) => f.write_str(start),
        }
    }
}

/// The one stored digest that begins so.
fn whole(start: &str, policies: &PolicyDirectory) -> anyhow::Result<Digest> {
    let mut meant = policies.components()?;
    meant.retain(|stored| stored.digest.as_str().starts_with(start));
    let count = meant.len();
    match meant.pop() {
        Some(one) if count == 1 => Ok(one.digest),
        Some(_) => anyhow::bail!("{count} stored components begin so; write more digits"),
        None => anyhow::bail!(
            "no stored component begins so; `gansauditor policy list` shows those there are"
        ),
    }
}

/// The revisions that have this component, the newest first.
fn using<'a>(digest: &'a Digest, history: &'a History) -> impl Iterator<Item = &'a Revision> {
    history.revisions().iter().rev().filter(move |revision| {
        let record = &revision.record;
        record.program == Program::Component && record.policy.digest == *digest
    })
}
