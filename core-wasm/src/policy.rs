//! The policy: its parts put together.

use crate::bar::{self, BarRule};
use crate::model::{
    CompletionReport, Decision, Description, Error, HistoryRequest, Problem, ReviewReason,
    Snapshot, StagnationReport, Status, StopReason,
};
use crate::settings::{self, Settings};
use crate::view::View;
use crate::{completion, feedback, stagnation, termination};

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
    let view = View::of(snapshot)?;
    let completion = completion::assess(&view, rule);
    let stagnation = stagnation::assess(&view);
    let status = status(&view, &completion, &stagnation);
    let stops = matches!(status, Status::Stop(_));
    Ok(Decision {
        loop_number: completion.loop_number,
        bar: completion.bar,
        hard_stop: completion.hard_stop,
        score: completion.score,
        termination: stops.then(|| termination::compose(&view, &completion, &stagnation)),
        feedback: feedback::compose(&view, &completion, &stagnation, &status),
        unmet: completion.unmet,
        stagnation,
        status,
        memo: None,
        extensions: Vec::new(),
    })
}

/// A loop that completes, or would but for a doubt, never stops. An attempt that is no loop neither
/// completes nor stops: the host's caps bound such attempts.
fn status(view: &View, completion: &CompletionReport, stagnation: &StagnationReport) -> Status {
    let criteria = view.snapshot.criteria.stagnation;
    if let Some(reason) = &completion.complete {
        return Status::Complete(reason.clone());
    }
    if completion.near_the_bar {
        return Status::ReviewAgain(ReviewReason::NearTheBar);
    }
    match view.newest.loop_number {
        Some(number) if number >= completion.hard_stop => Status::Stop(StopReason::HardStop),
        Some(number)
            if criteria.enabled && number >= criteria.start_loop && stagnation.stagnant =>
        {
            Status::Stop(StopReason::Stagnation)
        }
        _ => Status::Continue,
    }
}
