//! A line of the history: a JSON object that ends with the digest of what stands before it.

use super::error::RevisionError;
use super::revision::{Change, Draft, Program, Revision};
use crate::setup::{OwnLimits, Setup};
use crate::trial::TrialRules;
use gansauditor_audit::domain::{Digest, PolicyIdentity, Timestamp};
use serde::{Deserialize, Serialize};

const SEAL_START: &[u8] = b",\"hash\":\"";
const SEAL_END: &[u8] = b"\"}";
/// `sha256:` and 64 digits.
const DIGEST_BYTES: usize = 71;
const SEAL_BYTES: usize = SEAL_START.len() + DIGEST_BYTES + SEAL_END.len();

/// The members of a line, in their order.
#[derive(Serialize, Deserialize)]
struct Line {
    revision: u64,
    at: String,
    by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    action: Action,
    /// Which revision a rollback goes back to, or a promotion or a withdrawal is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<u64>,
    /// The rules of a trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trial: Option<TrialRules>,
    policy: PolicyIdentity,
    /// Whether the policy is the built-in one.
    core: bool,
    settings: String,
    #[serde(default, skip_serializing_if = "OwnLimits::is_empty")]
    limits: OwnLimits,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Activate,
    Rollback,
    Try,
    Promote,
    Withdraw,
}

/// The line of a revision, its line break included.
pub(super) fn write(revision: &Revision) -> Result<Vec<u8>, RevisionError> {
    let record = &revision.record;
    let (action, to, trial) = match record.change {
        Change::Activate => (Action::Activate, None, None),
        Change::Rollback { to } => (Action::Rollback, Some(to), None),
        Change::Try(rules) => (Action::Try, None, Some(rules)),
        Change::Promote { trial } => (Action::Promote, Some(trial), None),
        Change::Withdraw { trial } => (Action::Withdraw, Some(trial), None),
    };
    let line = Line {
        revision: revision.number,
        at: record.at.rfc3339(),
        by: record.by.clone(),
        reason: record.reason.clone(),
        action,
        to,
        trial,
        policy: record.policy.clone(),
        core: record.program == Program::Core,
        settings: record.setup.settings.clone(),
        limits: record.setup.limits,
        signature: record.signature.clone(),
        source: record.source.clone(),
    };
    let mut bytes =
        serde_json::to_vec(&line).map_err(|error| RevisionError::Unwritable(error.to_string()))?;
    // The seal takes the place of the closing brace.
    bytes.pop();
    let hash = Digest::of(&bytes);
    bytes.extend_from_slice(SEAL_START);
    bytes.extend_from_slice(hash.as_str().as_bytes());
    bytes.extend_from_slice(SEAL_END);
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a line without its line break, or says in a few words what is wrong with it.
pub(super) fn read(line: &[u8]) -> Result<Revision, String> {
    let content = line
        .len()
        .checked_sub(SEAL_BYTES)
        .ok_or("it is too short")?;
    let (content, seal) = line.split_at(content);
    let claimed = seal
        .strip_prefix(SEAL_START)
        .and_then(|seal| seal.strip_suffix(SEAL_END))
        .ok_or("it does not end with a hash")?;
    if Digest::of(content).as_str().as_bytes() != claimed {
        return Err("its hash is not that of its content".to_owned());
    }
    let line: Line = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let change = match (line.action, line.to, line.trial) {
        (Action::Activate, None, None) => Change::Activate,
        (Action::Rollback, Some(to), None) => Change::Rollback { to },
        (Action::Try, None, Some(rules)) => {
            rules.check()?;
            Change::Try(rules)
        }
        (Action::Promote, Some(trial), None) => Change::Promote { trial },
        (Action::Withdraw, Some(trial), None) => Change::Withdraw { trial },
        _ => return Err("its action does not go with what it is about".to_owned()),
    };
    Ok(Revision {
        number: line.revision,
        record: Draft {
            at: Timestamp::from_rfc3339(&line.at).ok_or("its time is none")?,
            by: line.by,
            reason: line.reason,
            change,
            policy: line.policy,
            program: if line.core {
                Program::Core
            } else {
                Program::Component
            },
            setup: Setup {
                settings: line.settings,
                limits: line.limits,
            },
            signature: line.signature,
            source: line.source,
        },
    })
}
