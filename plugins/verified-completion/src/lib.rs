//! Completes only with evidence: checks that the host ran, and that passed, on the very submission.
//!
//! What it takes otherwise is the default policy's. Evidence about another submission proves nothing, and of
//! several runs of a check on the submission the newest counts.

mod evidence;

use evidence::Verification;
use gansauditor_core::assessment::Assessment;
use gansauditor_core::model::{Condition, Decision, Description, Error, Problem, Snapshot};
use gansauditor_core::reading::Reading;
use gansauditor_core::{Policy, policy, settings};
use serde::Deserialize;

const SCHEMA: &str = include_str!("settings.schema.json");

/// What can be set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Settings {
    checks: Vec<String>,
    all_must_pass: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            checks: Vec::new(),
            all_must_pass: true,
        }
    }
}

/// The policy.
#[derive(Debug, Clone, Copy)]
pub struct VerifiedCompletion;

impl Policy for VerifiedCompletion {
    fn describe() -> Description {
        Description {
            name: "verified-completion".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Completes when the default policy does and the named checks passed on the very submission; stops as the default policy.".to_owned(),
            settings_schema: settings::schema_with(SCHEMA),
            history: policy::HISTORY,
        }
    }

    fn validate_settings(text: &str) -> Result<(), Vec<Problem>> {
        settings::read::<Settings>(SCHEMA, text).map(|_| ())
    }

    fn evaluate(snapshot: &Snapshot) -> Result<Decision, Error> {
        let (own, core) = settings::read::<Settings>(SCHEMA, &snapshot.settings)
            .map_err(Error::InvalidSettings)?;
        let reading = Reading {
            settings: core,
            ..Reading::default()
        };
        let mut assessment = Assessment::of(snapshot, &reading)?;
        let unmet = &assessment.completion().unmet;
        let waits = unmet
            .iter()
            .any(|unmet| unmet.condition == Condition::MissingEvidence);
        Verification::of(snapshot)
            .missing(&own, waits)
            .into_iter()
            .for_each(|unmet| assessment.require(unmet));
        Ok(assessment.decide())
    }
}

#[cfg(target_arch = "wasm32")]
gansauditor_core::export_policy!(VerifiedCompletion);

#[cfg(test)]
mod tests;
