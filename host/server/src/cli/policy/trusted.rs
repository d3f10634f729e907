//! Whether a server with this configuration would take a component, and why.

use crate::cli::output::{BAD, GOOD};
use crate::config::Config;
use crate::text::plain;
use gansauditor_audit::domain::Digest;
use gansauditor_policy::{Artifact, Trust};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What is known of a component before it is looked into.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trusted<'a> {
    /// A server with this configuration takes it.
    accepted: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Whether it is one of `AUDIT_POLICY_DIGESTS`; absent where none are set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pinned: Option<bool>,
    /// It came with a signature, whoever's.
    signed: bool,
    /// Those of `AUDIT_POLICY_KEYS` that the signature is by.
    signed_by: Vec<&'a Path>,
    /// There are keys to check a signature with.
    #[serde(skip)]
    has_keys: bool,
}

impl<'a> Trusted<'a> {
    /// Of a component, where `trust` is that of `config`.
    pub(super) fn of(artifact: &Artifact, trust: &Trust, config: &'a Config) -> Self {
        let refused = trust.check(artifact).err();
        let pins = &trust.pins;
        let key = |place: usize| config.policy_keys.get(place).map(PathBuf::as_path);
        Self {
            accepted: refused.is_none(),
            reason: refused.map(|error| error.to_string()),
            pinned: (!pins.is_empty()).then(|| pins.contains(&Digest::of(&artifact.component))),
            signed: artifact.signature.is_some(),
            signed_by: trust.signers(artifact).filter_map(key).collect(),
            has_keys: !trust.keys.is_empty(),
        }
    }

    /// On lines, for people.
    pub(super) fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        let pinned = match self.pinned {
            None => "no component has to be (AUDIT_POLICY_DIGESTS is not set)",
            Some(true) => "yes",
            Some(false) => "no, and AUDIT_POLICY_DIGESTS has others",
        };
        writeln!(out, "pinned   {pinned}")?;
        match (self.signed, self.has_keys) {
            (false, false) => {
                writeln!(
                    out,
                    "signed   no, nor has it to be (AUDIT_POLICY_KEYS is not set)"
                )?;
            }
            (false, true) => writeln!(out, "signed   no")?,
            (true, false) => writeln!(
                out,
                "signed   yes; nobody knows by whom, AUDIT_POLICY_KEYS is not set"
            )?,
            (true, true) if self.signed_by.is_empty() => {
                writeln!(out, "signed   yes, but by no key in AUDIT_POLICY_KEYS")?;
            }
            (true, true) => {
                let keys: Vec<String> = self.signed_by.iter().map(|key| shown(key)).collect();
                writeln!(out, "signed   by {}", keys.join(", "))?;
            }
        }
        match &self.reason {
            None => writeln!(
                out,
                "trusted  {GOOD}yes{GOOD:#}, a server with this configuration takes it"
            ),
            Some(reason) => writeln!(out, "trusted  {BAD}no{BAD:#}: {}", plain(reason)),
        }
    }
}

fn shown(path: &Path) -> String {
    plain(&path.display().to_string())
}
