//! Completes nothing while a security finding stands, whatever the score.
//!
//! What shuts the gate counts as blocking in every part of the default policy: it forbids completion, comes
//! first in the feedback, and not getting rid of it is stagnation.

mod gate;

use gansauditor_core::assessment::Assessment;
use gansauditor_core::model::{Decision, Description, Error, Problem, Severity, Snapshot};
use gansauditor_core::reading::Reading;
use gansauditor_core::{Policy, policy, settings};
use serde::Deserialize;

const SCHEMA: &str = include_str!("settings.schema.json");

/// What can be set.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
struct Settings {
    from_severity: Severity,
    cwes: Vec<u32>,
    require_assessed: bool,
    minimum_score: Option<f64>,
    dimension: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            from_severity: Severity::Minor,
            cwes: Vec::new(),
            require_assessed: false,
            minimum_score: None,
            dimension: "security".to_owned(),
        }
    }
}

/// The policy.
#[derive(Debug, Clone, Copy)]
pub struct SecurityGate;

impl Policy for SecurityGate {
    fn describe() -> Description {
        Description {
            name: "security-gate".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Completes when the default policy does and no security finding stands; stops as the default policy.".to_owned(),
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
        let shuts = |finding: &_| gate::shuts(&own, finding);
        let reading = Reading {
            settings: core,
            also_blocking: &shuts,
            ..Reading::default()
        };
        let mut assessment = Assessment::of(snapshot, &reading)?;
        [
            gate::standing(&own, assessment.blocking()),
            gate::assessed(&own, assessment.loops().last()),
        ]
        .into_iter()
        .flatten()
        .for_each(|unmet| assessment.require(unmet));
        Ok(assessment.decide())
    }
}

#[cfg(target_arch = "wasm32")]
gansauditor_core::export_policy!(SecurityGate);

#[cfg(test)]
mod tests;
