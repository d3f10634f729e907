//! Is a component a correct policy? Every promise of the contract that can be tried, tried.
//!
//! A check says what it saw and what to do. A failed one means that the contract is broken, and that some session
//! would not get a decision; a warning is about what the contract allows and hardly anybody wants.

mod cases;
mod describe;
mod evaluate;
mod headroom;
mod purpose;
mod schema;
mod settings;

use crate::description::Description;
use crate::embedded::CORE;
use crate::error::LoadError;
use crate::limits::Limits;
use crate::linked::Linked;
use crate::runtime::Runtime;
use gansauditor_audit::domain::{HistoryRequest, PolicyIdentity};
use serde::Serialize;
use std::sync::Arc;

/// Most offenders that a check names.
const NAMED: usize = 3;

/// Why checks are skipped.
const REFUSED: &str = "not tried: the settings of this run are refused";
const UNDECIDED: &str = "not tried: it decides on nothing";
const NO_DESCRIPTION: &str = "not tried: it does not describe itself";

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The promise is kept.
    Pass,
    /// It could not be tried, so nothing is known.
    Skip,
    /// The contract allows it; it is likely not meant.
    Warn,
    /// The contract is broken.
    Fail,
}

/// One promise, tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Short name, lower-case words joined by `-`.
    pub name: &'static str,
    /// How it came out.
    pub outcome: Outcome,
    /// What was seen. May hold the policy's words.
    pub seen: String,
    /// What to do; absent when there is nothing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'static str>,
}

/// All that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conformance {
    /// Which policy; absent when its description is not one.
    pub identity: Option<PolicyIdentity>,
    /// What was tried, in order.
    pub checks: Vec<Check>,
}

impl Conformance {
    /// Every promise was tried, and none is broken.
    pub fn conforms(&self) -> bool {
        self.count(Outcome::Fail) == 0 && self.count(Outcome::Skip) == 0
    }

    /// How many checks came out so.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.checks
            .iter()
            .filter(|check| check.outcome == outcome)
            .count()
    }
}

impl Check {
    pub(crate) fn pass(name: &'static str, seen: impl Into<String>) -> Self {
        Self {
            name,
            outcome: Outcome::Pass,
            seen: seen.into(),
            advice: None,
        }
    }

    /// It could not be tried; why.
    pub(crate) fn skip(name: &'static str, why: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Skip,
            ..Self::pass(name, why)
        }
    }

    pub(crate) fn warn(name: &'static str, seen: impl Into<String>, advice: &'static str) -> Self {
        Self {
            outcome: Outcome::Warn,
            advice: Some(advice),
            ..Self::pass(name, seen)
        }
    }

    pub(crate) fn fail(name: &'static str, seen: impl Into<String>, advice: &'static str) -> Self {
        Self {
            outcome: Outcome::Fail,
            ..Self::warn(name, seen, advice)
        }
    }

    /// Passes when nobody offended, else fails and names the first offenders.
    pub(crate) fn unless(
        name: &'static str,
        offenders: &[String],
        seen: impl Into<String>,
        advice: &'static str,
    ) -> Self {
        if offenders.is_empty() {
            Self::pass(name, seen)
        } else {
            Self::fail(name, some(offenders), advice)
        }
    }
}

/// The first of them, and how many more there are.
fn some(offenders: &[String]) -> String {
    let mut text = offenders[..offenders.len().min(NAMED)].join("; ");
    if offenders.len() > NAMED {
        text.push_str(&format!("; and {} more", offenders.len() - NAMED));
    }
    text
}

/// Tries a component, or the core without one, under these limits and settings. Takes some seconds at most for a
/// policy that keeps its deadline.
///
/// # Errors
/// When there is nothing to try: the bytes are no component, import functions, or export no policy of the
/// contract.
pub fn examine(
    limits: Limits,
    component: Option<&[u8]>,
    settings: &str,
) -> Result<Conformance, LoadError> {
    let runtime = Arc::new(Runtime::new(limits)?);
    let linked = match component {
        Some(bytes) => Linked::to_try(runtime, bytes)?,
        None => Linked::from_core(runtime, CORE.as_ref().ok_or(LoadError::NoCore)?)?,
    };
    let (mut checks, description) = describe::checks(&linked)?;
    let schema = description
        .as_ref()
        .and_then(|d| serde_json::from_str(&d.settings_schema).ok());
    let given = settings::given(&linked, settings);
    let is_accepted = given.outcome == Outcome::Pass;
    checks.push(given);
    checks.extend(settings::checks(&linked, schema.as_ref()));
    let history = description.as_ref().map(|d| d.history);
    checks.extend(if is_accepted {
        decisions(&linked, settings, history)
    } else {
        // No server would ask it for a decision, so what it would answer proves nothing.
        let names = [
            evaluate::CHECKS.as_slice(),
            &purpose::CHECKS,
            &[headroom::CHECK],
        ];
        skip(names.concat(), REFUSED)
    });
    Ok(Conformance {
        identity: description.map(|d| identity(&linked, d)),
        checks,
    })
}

/// The checks of what it decides, under settings that it accepts.
fn decisions(linked: &Linked, settings: &str, history: Option<HistoryRequest>) -> Vec<Check> {
    let tried = evaluate::Tried::new(linked, settings, history);
    let mut checks = evaluate::checks(linked, settings, &tried);
    checks.extend(if tried.decided() > 0 {
        purpose::checks(linked, settings)
    } else {
        skip(purpose::CHECKS, UNDECIDED)
    });
    checks.push(headroom::check(&linked.runtime.limits, &tried));
    checks
}

/// Checks that cannot be tried, and why.
fn skip(names: impl IntoIterator<Item = &'static str>, why: &str) -> Vec<Check> {
    let names = names.into_iter();
    names.map(|name| Check::skip(name, why)).collect()
}

fn identity(linked: &Linked, description: Description) -> PolicyIdentity {
    PolicyIdentity {
        name: description.name,
        version: description.version,
        digest: linked.digest.clone(),
    }
}
