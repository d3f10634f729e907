//! Revisions, for people and programs.

use crate::cli::output::{BOLD, GOOD};
use crate::policies::warn_of_damage;
use crate::text::plain;
use gansauditor_audit::domain::{Digest, PolicyIdentity, Status};
use gansauditor_policy::revisions::{Change, History, Program, Revision};
use gansauditor_policy::{OwnLimits, TrialRules};
use serde::Serialize;
use std::io::Write;

/// Digits of a digest that people are shown.
const DIGITS: usize = 12;

/// A revision as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RevisionView<'a> {
    revision: u64,
    active: bool,
    at: String,
    by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u64>,
    /// The rules of a trial that it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    trial: Option<TrialRules>,
    policy: &'a PolicyIdentity,
    /// Whether it is the built-in policy of whichever server loads it.
    core: bool,
    /// Where its component was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    settings: &'a str,
    #[serde(skip_serializing_if = "OwnLimits::is_empty")]
    limits: OwnLimits,
}

impl<'a> RevisionView<'a> {
    /// Of a revision.
    pub(super) fn of(revision: &'a Revision, active: bool) -> Self {
        let record = &revision.record;
        let (action, to, trial) = match record.change {
            Change::Activate => ("activate", None, None),
            Change::Rollback { to } => ("rollback", Some(to), None),
            Change::Try(rules) => ("try", None, Some(rules)),
            Change::Promote { trial } => ("promote", Some(trial), None),
            Change::Withdraw { trial } => ("withdraw", Some(trial), None),
        };
        Self {
            revision: revision.number,
            active,
            at: record.at.rfc3339(),
            by: &record.by,
            reason: record.reason.as_deref(),
            action,
            to,
            trial,
            policy: &record.policy,
            core: record.program == Program::Core,
            source: record.source.as_deref(),
            settings: &record.setup.settings,
            limits: record.setup.limits,
        }
    }
}

/// A revision on a line or two.
pub(super) fn write(
    revision: &Revision,
    active: bool,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let record = &revision.record;
    let how = match record.change {
        Change::Activate => String::new(),
        Change::Rollback { to } => format!("  back to revision {to}"),
        Change::Try(_) => "  on trial".to_owned(),
        Change::Promote { trial } => format!("  promoted from trial {trial}"),
        Change::Withdraw { trial } => format!("  withdrawn from trial {trial}"),
    };
    writeln!(
        out,
        "{BOLD}{:>4}{BOLD:#}  {}  {}{how}{}",
        revision.number,
        record.at.rfc3339(),
        policy(&record.policy),
        mark(active),
    )?;
    let reason = record.reason.as_deref().map(|reason| format!(": {reason}"));
    writeln!(
        out,
        "      {}{}",
        plain(&record.by),
        plain(&reason.unwrap_or_default())
    )?;
    if let Some(source) = &record.source {
        writeln!(out, "      from {}", plain(source))?;
    }
    let setup = &record.setup;
    if setup.settings != "{}" {
        writeln!(out, "      settings {}", plain(&setup.settings))?;
    }
    if !setup.limits.is_empty() {
        let limits = serde_json::to_string(&setup.limits)?;
        writeln!(out, "      limits {limits}")?;
    }
    Ok(())
}

/// A policy in a few words.
pub(super) fn policy(policy: &PolicyIdentity) -> String {
    format!(
        "{} {} ({})",
        plain(&policy.name),
        plain(&policy.version),
        digits(&policy.digest)
    )
}

/// A status with its reason, e.g. `complete (bar met)`.
pub(super) fn status(status: &Status) -> String {
    let name = status.name().replace('_', " ");
    match status.reason() {
        Some(reason) => format!("{name} ({})", plain(&reason.replace('_', " "))),
        None => name,
    }
}

/// The first digits of a digest.
pub(super) fn digits(digest: &Digest) -> &str {
    let digits = digest.as_str().trim_start_matches("sha256:");
    digits.get(..DIGITS).unwrap_or(digits)
}

/// What stands behind the one that is active.
pub(super) fn mark(active: bool) -> String {
    if active {
        format!("  {GOOD}active{GOOD:#}")
    } else {
        String::new()
    }
}

/// Warns of what is damaged, and gives the number of the active revision, if it is known.
pub(super) fn checked(history: &History) -> Option<u64> {
    warn_of_damage(history);
    match history.active() {
        Ok(active) => active.map(|revision| revision.number),
        Err(error) => {
            tracing::warn!("{}", plain(&error.to_string()));
            None
        }
    }
}
