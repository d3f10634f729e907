//! A line of the history: a JSON object that ends with the seal of what stands before it.

use super::error::RevisionError;
use super::revision::{Change, Draft, Program, Revision};
use super::seal::{SEAL_BYTES, Seal};
use crate::setup::{OwnLimits, Setup};
use crate::trial::TrialRules;
use gansauditor_audit::domain::{PolicyIdentity, Timestamp};
use serde::{Deserialize, Serialize};

const START: &[u8] = b",\"seal\":\"";
const END: &[u8] = b"\"}";

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
pub(super) fn write(revision: &Revision, seal: &Seal) -> Result<Vec<u8>, RevisionError> {
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
    let seal = seal.of(&bytes);
    bytes.extend_from_slice(START);
    bytes.extend_from_slice(seal.as_bytes());
    bytes.extend_from_slice(END);
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a line without its line break, or says in a few words what is wrong with it. Without a key no line holds.
pub(super) fn read(line: &[u8], seal: Option<&Seal>) -> Result<Revision, String> {
    let content = line
        .len()
        .checked_sub(START.len() + SEAL_BYTES + END.len())
        .ok_or("it is too short")?;
    let (content, claimed) = line.split_at(content);
    let claimed = claimed
        .strip_prefix(START)
        .and_then(|claimed| claimed.strip_suffix(END))
        .ok_or("it does not end with a seal")?;
    if !seal.is_some_and(|seal| seal.holds(content, claimed)) {
        return Err("it is not sealed with the key of this installation (AUDIT_POLICY_SEAL): it was changed, or written by somebody else".to_owned());
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
