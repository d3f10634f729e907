//! The policy: its parts put together.

use crate::assessment::Assessment;
use crate::bar::{self, BarRule};
use crate::model::{Decision, Description, Error, HistoryRequest, Problem, Snapshot};
use crate::reading::Reading;
use crate::settings::{self, Settings};

/// What every evaluation policy is: three functions, the same in `wit/policy.wit`. Without state: equal
/// arguments give equal answers.
pub trait Policy {
    /// What the policy says of itself; constant.
    fn describe() -> Description;

    /// Checks a settings text; `""` stands for `{}`.
    fn validate_settings(settings: &str) -> Result<(), Vec<Problem>>;

    /// Decides on the newest iteration. Errors: settings or snapshot that break the contract; never a panic.
    fn evaluate(snapshot: &Snapshot) -> Result<Decision, Error>;
}

/// Texts of the window of stagnation and of two oscillations running.
pub const HISTORY: HistoryRequest = HistoryRequest {
    submissions: 4,
    bytes: 4 * 1024 * 1024,
};

/// The default policy.
#[derive(Debug, Clone, Copy)]
pub struct Core;

impl Policy for Core {
    fn describe() -> Description {
        Description {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Completes when the score meets a bar that declines with the loops, no blocking finding stands and all work was reviewed whole; stops at the hard stop or when the loop is stuck.".to_owned(),
            settings_schema: settings::SCHEMA.to_owned(),
            history: HISTORY,
        }
    }

    fn validate_settings(settings: &str) -> Result<(), Vec<Problem>> {
        validate_settings(settings)
    }

    fn evaluate(snapshot: &Snapshot) -> Result<Decision, Error> {
        evaluate(snapshot, bar::declining)
    }
}

/// Checks a settings text of the default policy, for policies that keep its settings.
pub fn validate_settings(settings: &str) -> Result<(), Vec<Problem>> {
    Settings::parse(settings).map(|_| ())
}

/// The default policy under any reading of the tiers. Errors: settings or snapshot that break the contract.
pub fn evaluate(snapshot: &Snapshot, rule: BarRule) -> Result<Decision, Error> {
    let settings = Settings::parse(&snapshot.settings).map_err(Error::InvalidSettings)?;
    let reading = Reading {
        settings,
        bar: rule,
        ..Reading::default()
    };
    Ok(Assessment::of(snapshot, &reading)?.decide())
}
