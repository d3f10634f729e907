//! The default policy within a budget.
//!
//! A session stops when its cycle has spent the tokens, the money or the minutes that it may, and - unless
//! switched off - when the next loop would not fit. Work that completes does so whatever it cost.

mod meter;

use gansauditor_core::assessment::Assessment;
use gansauditor_core::model::{
    Decision, Description, Error, NextStep, Priority, Problem, Snapshot,
};
use gansauditor_core::reading::Reading;
use gansauditor_core::{Policy, policy, settings};
use meter::Meter;
use serde::Deserialize;

const SCHEMA: &str = include_str!("settings.schema.json");

/// Loops that fit from which on nobody has to hurry.
const PLENTY: u64 = 3;

/// What can be set.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
struct Settings {
    max_tokens: Option<u64>,
    max_money: Option<f64>,
    max_minutes: Option<f64>,
    foresee: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_tokens: None,
            max_money: None,
            max_minutes: None,
            foresee: true,
        }
    }
}

/// The policy.
#[derive(Debug, Clone, Copy)]
pub struct Budget;

impl Policy for Budget {
    fn describe() -> Description {
        Description {
            name: "budget".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Completes as the default policy; stops also when the tokens, the money or the minutes of the budget are spent or would be by the next loop.".to_owned(),
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
        let meters = meter::meters(&own, snapshot);
        if !meters.is_empty() {
            apply(&own, &meters, &mut assessment);
        }
        let mut decision = assessment.decide();
        if !meters.is_empty() {
            let left = ("budget/left".to_owned(), meter::json(&meters));
            decision.extensions.push(left);
        }
        Ok(decision)
    }
}

/// Says what is left, and stops when it is too little.
fn apply(settings: &Settings, meters: &[Meter], assessment: &mut Assessment) {
    let told: Vec<String> = meters.iter().map(Meter::told).collect();
    assessment.remark(format!("Budget: {}.", told.join(", ")));
    if let Some(spent) = meters.iter().find(|meter| meter.is_spent()) {
        assessment.remark(format!("The budget of {} is spent.", spent.unit));
        assessment.stop("budget-spent");
        return;
    }
    let Some(scarcest) = meters.iter().min_by_key(|meter| meter.loops_left()) else {
        return;
    };
    match scarcest.loops_left() {
        0 if settings.foresee => {
            assessment.remark(format!(
                "Another loop takes about {} {}, and {} are left.",
                meter::number(scarcest.mean),
                scarcest.unit,
                meter::number(scarcest.left())
            ));
            assessment.stop("budget-short");
        }
        few if few < PLENTY => assessment.advise(NextStep {
            action: "Mend what forbids completion first, and all of it in the next submission."
                .to_owned(),
            rationale: match few {
                0 => format!("Another loop may exceed the budget of {}.", scarcest.unit),
                few => format!(
                    "The budget of {} has room for about {few} more.",
                    scarcest.unit
                ),
            },
            expected_outcome: "The work completes within the budget.".to_owned(),
            priority: Priority::High,
        }),
        _ => {}
    }
}

#[cfg(target_arch = "wasm32")]
gansauditor_core::export_policy!(Budget);

#[cfg(test)]
mod tests;
