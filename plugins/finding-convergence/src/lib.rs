//! Stops when rounds of review find nothing new and mend nothing.
//!
//! Which findings count follows a schedule: strict while there is time to mend much, lenient later. What
//! completes is the default policy's matter, under the severity in force.

mod rounds;
mod schedule;

use gansauditor_core::assessment::Assessment;
use gansauditor_core::model::{Decision, Description, Error, Problem, Snapshot};
use gansauditor_core::reading::Reading;
use gansauditor_core::{Policy, policy, settings};
use rounds::Rounds;
use schedule::Entry;
use serde::Deserialize;
use serde_json::json;

const SCHEMA: &str = include_str!("settings.schema.json");

/// What can be set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Settings {
    rounds: usize,
    schedule: Vec<Entry>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rounds: 3,
            schedule: schedule::usual(),
        }
    }
}

impl Settings {
    fn read(text: &str) -> Result<(Self, settings::Settings), Vec<Problem>> {
        let (own, core) = settings::read::<Self>(SCHEMA, text)?;
        schedule::check(&own.schedule)?;
        Ok((own, core))
    }
}

/// The policy.
#[derive(Debug, Clone, Copy)]
pub struct FindingConvergence;

impl Policy for FindingConvergence {
    fn describe() -> Description {
        Description {
            name: "finding-convergence".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Completes as the default policy, under a blocking severity that follows the loops; stops also when some loops running brought no new blocking finding and mended none.".to_owned(),
            settings_schema: settings::schema_with(SCHEMA),
            history: policy::HISTORY,
        }
    }

    fn validate_settings(text: &str) -> Result<(), Vec<Problem>> {
        Settings::read(text).map(|_| ())
    }

    fn evaluate(snapshot: &Snapshot) -> Result<Decision, Error> {
        let (own, core) = Settings::read(&snapshot.settings).map_err(Error::InvalidSettings)?;
        let severity = schedule::in_force(&own.schedule, snapshot);
        let reading = Reading {
            settings: core,
            blocking_severity: Some(severity),
            ..Reading::default()
        };
        let mut assessment = Assessment::of(snapshot, &reading)?;
        let rounds = Rounds::of(&assessment, own.rounds);
        if assessment.is_loop() && rounds.converged(core.excusing_rise) {
            assessment.remark(rounds.told(severity));
            // A score that completes but for a doubt is worth another review.
            if !assessment.completion().near_the_bar {
                assessment.stop("findings-converged");
            }
        }
        let mut decision = assessment.decide();
        // In ascending order: what else is built decides whether JSON objects keep another.
        let report = json!({
            "blocking_severity": severity.name(),
            "new": rounds.new,
            "open": rounds.open,
        });
        decision
            .extensions
            .push(("finding-convergence/rounds".to_owned(), report.to_string()));
        Ok(decision)
    }
}

#[cfg(target_arch = "wasm32")]
gansauditor_core::export_policy!(FindingConvergence);

#[cfg(test)]
mod tests;
