//! Revisions, for people and programs.

use crate::cli::output::{BOLD, GOOD, WARN};
use crate::policies::warn_of_damage;
use crate::text::{compact, cut, plain};
use gansauditor_audit::domain::{Digest, PolicyIdentity, Status};
use gansauditor_policy::revisions::{Change, History, Program, Revision};
use gansauditor_policy::{OwnLimits, TrialRules};
use serde::Serialize;
use std::io::Write;

/// Digits of a digest that people are shown.
const DIGITS: usize = 12;

/// Longest settings that people are shown, in bytes.
const MAX_SETTINGS: usize = 300;

/// How a revision stands now.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Standing {
    /// It is the active one.
    pub(super) active: bool,
    /// How the trial that it began ended; absent while that runs, or where it began none.
    pub(super) over: Option<Over>,
    /// Whether its component is stored; absent where it has none, or nobody looked.
    pub(super) stored: Option<bool>,
}

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Over {
    /// Its policy was put in force.
    Promoted,
    /// Its policy was sent away.
    Withdrawn,
    /// Another change ended it.
    Replaced,
}

impl Over {
    /// What became of the trial that this revision began, if it is over.
    pub(super) fn of(revision: &Revision, history: &History) -> Option<Self> {
        let Change::Try(_) = revision.record.change else {
            return None;
        };
        let number = revision.number;
        if history
            .trial()
            .is_some_and(|(runs, _)| runs.number == number)
        {
            return None;
        }
        let ended = |after: &Revision| match after.record.change {
            Change::Promote { trial } if trial == number => Some(Self::Promoted),
            Change::Withdraw { trial } if trial == number => Some(Self::Withdrawn),
            _ => None,
        };
        let ended = history.revisions().iter().find_map(ended);
        Some(ended.unwrap_or(Self::Replaced))
    }

    fn word(self) -> &'static str {
        match self {
            Self::Promoted => "promoted",
            Self::Withdrawn => "withdrawn",
            Self::Replaced => "ended by another change",
        }
    }
}

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
    /// How that trial ended; absent while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    over: Option<Over>,
    policy: &'a PolicyIdentity,
    /// Whether it is the built-in policy of whichever server loads it.
    core: bool,
    /// Whether its component is stored still; absent for the built-in policy, and where nobody looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    stored: Option<bool>,
    /// Where its component was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    settings: &'a str,
    #[serde(skip_serializing_if = "OwnLimits::is_empty")]
    limits: OwnLimits,
}

impl<'a> RevisionView<'a> {
    /// Of a revision of which no more is asked.
    pub(super) fn of(revision: &'a Revision, active: bool) -> Self {
        let standing = Standing {
            active,
            ..Standing::default()
        };
        Self::standing(revision, standing)
    }

    /// Of a revision that stands so.
    pub(super) fn standing(revision: &'a Revision, standing: Standing) -> Self {
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
            active: standing.active,
            at: record.at.rfc3339(),
            by: &record.by,
            reason: record.reason.as_deref(),
            action,
            to,
            trial,
            over: standing.over,
            policy: &record.policy,
            core: record.program == Program::Core,
            stored: standing.stored,
            source: record.source.as_deref(),
            settings: &record.setup.settings,
            limits: record.setup.limits,
        }
    }
}

/// A revision of which no more is asked, on a line or two.
pub(super) fn write(
    revision: &Revision,
    active: bool,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let standing = Standing {
        active,
        ..Standing::default()
    };
    write_standing(revision, standing, out)
}

/// A revision that stands so, on a line or two.
pub(super) fn write_standing(
    revision: &Revision,
    standing: Standing,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let record = &revision.record;
    let policy = policy(&record.policy);
    let what = match (record.change, standing.over) {
        (Change::Activate, _) => policy,
        (Change::Rollback { to }, _) => format!("{policy}  back to revision {to}"),
        (Change::Try(_), None) => format!("{policy}  on trial"),
        (Change::Try(_), Some(over)) => format!("trial of {policy}  (over: {})", over.word()),
        (Change::Promote { trial }, _) => format!("{policy}  promoted from trial {trial}"),
        (Change::Withdraw { trial }, _) => format!("{policy}  withdrawn from trial {trial}"),
    };
    let gone = if standing.stored == Some(false) {
        format!("  {WARN}not stored any more{WARN:#}")
    } else {
        String::new()
    };
    writeln!(
        out,
        "{BOLD}{:>4}{BOLD:#}  {}  {what}{}{gone}",
        revision.number,
        record.at.rfc3339(),
        mark(standing.active),
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
    let settings = compact(&setup.settings);
    if settings != "{}" {
        writeln!(
            out,
            "      settings {}",
            cut(plain(&settings), MAX_SETTINGS)
        )?;
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
