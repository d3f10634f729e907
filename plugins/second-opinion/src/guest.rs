//! The component: a world of its own, that imports the parts it builds on and exports the policy.

use crate::settings::{self, Settings};
use bindings::exports::gansauditor::policy::policy as exported;
use bindings::gansauditor::policy::completion::{self, CompletionReport};
use bindings::gansauditor::policy::types::{
    Condition, Coverage, Error, Feedback, Iteration, Problem, ReviewReason, Snapshot, Status,
    StopReason, UnmetCondition,
};
use bindings::gansauditor::policy::{feedback, policy as imported};

#[allow(
    missing_docs,
    unreachable_pub,
    reason = "generated from wit/, where everything is documented"
)]
mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        inline: "
            package gansauditor:second-opinion;
            world second-opinion {
                import gansauditor:policy/policy@1.0.0;
                import gansauditor:policy/completion@1.0.0;
                import gansauditor:policy/feedback@1.0.0;
                export gansauditor:policy/policy@1.0.0;
            }
        ",
        generate_all,
    });
}

/// Why another review is wanted, and the condition that waits for it.
const NAME: &str = "second-opinion";

struct SecondOpinion;

impl exported::Guest for SecondOpinion {
    fn describe() -> exported::Description {
        let imported = imported::describe();
        exported::Description {
            name: NAME.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: format!(
                "Decides as {} {}, but asks a judge that can err for another review before the session completes or stops for stagnation.",
                imported.name, imported.version
            ),
            settings_schema: settings::schema_with(&imported.settings_schema),
            history: exported::HistoryRequest {
                submissions: imported.history.submissions,
                bytes: imported.history.bytes,
            },
        }
    }

    fn validate_settings(text: String) -> Result<(), Vec<Problem>> {
        let split = settings::split(&text);
        let mut problems = imported::validate_settings(&split.rest)
            .err()
            .unwrap_or_default();
        problems.extend(own_problems(split.problems));
        problems.sort_by(|a, b| a.path.cmp(&b.path));
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    fn evaluate(mut snapshot: Snapshot) -> Result<exported::Decision, Error> {
        let split = settings::split(&snapshot.settings);
        if !split.problems.is_empty() {
            return Err(Error::InvalidSettings(own_problems(split.problems)));
        }
        snapshot.settings = split.rest;
        let mut decision = imported::evaluate(&snapshot)?;
        if let Some(unmet) = another_opinion(&split.own, &snapshot, &decision.status) {
            decision.unmet.push(unmet);
            decision.status = Status::ReviewAgain(ReviewReason::Custom(NAME.to_owned()));
            decision.termination = None;
            decision.feedback = told(&mut snapshot, &decision)?;
        }
        Ok(exported::Decision {
            status: decision.status,
            loop_: decision.loop_,
            bar: decision.bar,
            hard_stop: decision.hard_stop,
            score: decision.score,
            unmet: decision.unmet,
            stagnation: decision.stagnation,
            termination: decision.termination,
            feedback: decision.feedback,
            memo: decision.memo,
            extensions: decision.extensions,
        })
    }
}

fn own_problems(problems: Vec<(String, &str)>) -> Vec<Problem> {
    let problem = |(path, message): (String, &str)| Problem {
        path,
        message: message.to_owned(),
    };
    problems.into_iter().map(problem).collect()
}

/// What is missing before the session may end as was decided.
fn another_opinion(
    settings: &Settings,
    snapshot: &Snapshot,
    status: &Status,
) -> Option<UnmetCondition> {
    let ending = match status {
        Status::Complete(_) => "completes",
        Status::Stop(StopReason::Stagnation) if settings.before_stopping => "stops",
        _ => return None,
    };
    let newest = snapshot.iterations.last()?;
    // The host lowers its cap to what there is when it grants no more.
    let wanted = settings.opinions.min(snapshot.limits.max_reviews);
    let given = u32::try_from(newest.reviews.len()).unwrap_or(u32::MAX);
    (can_err(newest) && given < wanted).then(|| UnmetCondition {
        condition: Condition::Custom(NAME.to_owned()),
        required: f64::from(wanted),
        actual: f64::from(given),
        margin: f64::from(wanted - given),
        detail: format!(
            "The session {ending} on {wanted} reviews and has {given}: nothing to do, the same submission is reviewed once more."
        ),
    })
}

/// A judge took part that may say something else when it is asked again.
fn can_err(newest: &Iteration) -> bool {
    newest
        .reviews
        .iter()
        .filter(|review| matches!(review.coverage, Coverage::Whole))
        .any(|review| review.judges.iter().any(|judge| !judge.deterministic))
}

/// Feedback under the new status.
fn told(snapshot: &mut Snapshot, decision: &imported::Decision) -> Result<Feedback, Error> {
    let report = report(snapshot, decision);
    let compose = |snapshot: &Snapshot| {
        feedback::compose_feedback(snapshot, &report, &decision.stagnation, &decision.status)
    };
    match compose(snapshot) {
        // The policy may be another than the core, with settings that the core's part does not know.
        Err(Error::InvalidSettings(_)) => {
            snapshot.settings.clear();
            compose(snapshot)
        }
        told => told,
    }
}

/// What the feedback is composed from: completion as it was decided on.
fn report(snapshot: &Snapshot, decision: &imported::Decision) -> CompletionReport {
    let (_, tier) = completion::bar_in_force(&snapshot.criteria, &snapshot.request, decision.loop_);
    CompletionReport {
        loop_: decision.loop_,
        bar: decision.bar,
        tier,
        hard_stop: decision.hard_stop,
        score: decision.score,
        complete: None,
        near_the_bar: false,
        unmet: decision.unmet.clone(),
    }
}

bindings::export!(SecondOpinion with_types_in bindings);
