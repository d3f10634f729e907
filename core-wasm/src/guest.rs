//! The component: the contract's generated bindings, and the way from and to the plain types.
//!
//! The only file that sees generated types. Values are moved, not copied: a snapshot may hold megabytes of
//! text.

use crate::model;
use crate::policy::Policy;
use bindings::exports::gansauditor::policy::policy as exported;
use bindings::gansauditor::policy::types as wit;
use std::marker::PhantomData;

#[allow(
    missing_docs,
    unreachable_pub,
    reason = "generated from wit/, where everything is documented"
)]
#[doc(hidden)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../wit",
        world: "audit-policy",
        pub_export_macro: true,
        export_macro_name: "export_audit_policy",
        default_bindings_module: "gansauditor_core::guest::bindings",
    });
}

/// A policy as what the world `audit-policy` exports; see [`export_policy`](crate::export_policy).
#[derive(Debug)]
pub struct Guest<P>(PhantomData<P>);

impl<P: Policy> exported::Guest for Guest<P> {
    fn describe() -> exported::Description {
        P::describe().to()
    }

    fn validate_settings(settings: String) -> Result<(), Vec<wit::Problem>> {
        P::validate_settings(&settings).map_err(To::to)
    }

    fn evaluate(snapshot: wit::Snapshot) -> Result<exported::Decision, wit::Error> {
        P::evaluate(&snapshot.to()).map(To::to).map_err(To::to)
    }
}

/// Exports a type that implements [`Policy`](crate::Policy) as world `audit-policy`. Called once, in the
/// crate that becomes the component, for `wasm32` only.
#[macro_export]
macro_rules! export_policy {
    ($policy:ty) => {
        #[allow(unreachable_pub, reason = "generated")]
        const _: () = {
            type Exported = $crate::guest::Guest<$policy>;
            $crate::guest::bindings::export_audit_policy!(Exported with_types_in $crate::guest::bindings);
        };
    };
}

/// Conversion between a generated type and its plain one, by value.
trait To<T> {
    fn to(self) -> T;
}

impl<A: To<B>, B> To<Option<B>> for Option<A> {
    fn to(self) -> Option<B> {
        self.map(To::to)
    }
}

impl<A: To<B>, B> To<Vec<B>> for Vec<A> {
    fn to(self) -> Vec<B> {
        self.into_iter().map(To::to).collect()
    }
}

macro_rules! same {
    ($($type:ty),*) => {
        $(impl To<$type> for $type {
            fn to(self) -> $type {
                self
            }
        })*
    };
}

same!(bool, u8, u32, u64, f64, String, (String, String));

/// Records of one name and equal fields; `field: source` where the names differ.
macro_rules! record {
    ($from:ident => $to:ident, $name:ident { $($field:ident $(: $source:ident)?),* $(,)? }) => {
        impl To<$to::$name> for $from::$name {
            fn to(self) -> $to::$name {
                $to::$name { $($field: record!(self, $field $(, $source)?).to()),* }
            }
        }
    };
    ($self:ident, $field:ident) => { $self.$field };
    ($self:ident, $field:ident, $source:ident) => { $self.$source };
}

/// Enums and variants of one name and equal cases: those without a payload, then those with one.
macro_rules! cases {
    ($from:ident => $to:ident, $name:ident { $($unit:ident),* } $({ $($case:ident),* })?) => {
        impl To<$to::$name> for $from::$name {
            fn to(self) -> $to::$name {
                match self {
                    $($from::$name::$unit => $to::$name::$unit,)*
                    $($($from::$name::$case(payload) => $to::$name::$case(payload.to()),)*)?
                }
            }
        }
    };
}

// Into the policy.
record!(wit => model, Tier { score, loops });
record!(wit => model, StagnationCriteria { enabled, start_loop, threshold });
record!(wit => model, Criteria { tiers, hard_stop, stagnation, blocking_severity, detail });
record!(wit => model, Request { bar, stop, extensions });
record!(wit => model, Limits { max_attempts, max_reviews, max_tokens, max_money_micros, max_judge_millis });
record!(wit => model, Location { path, line, end_line });
record!(wit => model, Finding {
    fingerprint, rule, category, severity, cwe, message, advice, location, symbol, judge, state, first_seen,
    last_seen, fixed_in, reopened, extensions,
});
record!(wit => model, Judge { name, version, kind, deterministic });
record!(wit => model, Dimension { name, weight, score });
record!(wit => model, Review {
    judges, score, verdict, dimensions, assessed_weight, coverage, covered, reported, summary, extensions,
});
record!(wit => model, FileVersion { path, digest });
record!(wit => model, Iteration {
    attempt, loop_number: loop_, submission, submitted_at, files, unchanged, reviews, extensions,
});
record!(wit => model, SourceFile { path, language, text });
record!(wit => model, Source { attempt, files });
record!(wit => model, Evidence { check, submission, outcome, provenance, detail, extensions });
record!(wit => model, Spend { input_tokens, cached_tokens, output_tokens, money_micros, judge_millis, judge_calls });
record!(wit => model, Snapshot {
    now, criteria, request, limits, settings, iterations, sources, findings, evidence, spend, memo, extensions,
});
cases!(wit => model, Severity { Info, Minor, Major, Critical, Blocker });
cases!(wit => model, Category {
    Security, Performance, Style, Logic, ErrorHandling, Maintainability, Testing, Documentation, Architecture,
    Compatibility
} { Custom });
cases!(wit => model, FindingState { Open, Unreviewed, Fixed, Waived });
cases!(wit => model, JudgeKind { Static, Tool, Model, Human });
cases!(wit => model, Coverage { Whole } { Partial, Unscored });
cases!(wit => model, Verdict { Pass, Revise, Reject });
cases!(wit => model, DetailLevel { Basic, Detailed, Verbose });
cases!(wit => model, BarRequest {} { AtLeast, Exactly });
cases!(wit => model, StopRequest {} { AtMost, Exactly });
cases!(wit => model, CheckResult { Passed, Failed, Errored });

// Out of it.
record!(model => wit, Location { path, line, end_line });
record!(model => wit, UnmetCondition { condition, required, actual, margin, detail });
record!(model => wit, StagnationReport {
    stagnant, signs, similarities, mean_similarity, open_blocking, score_rise, excused, explanation, alternatives,
});
record!(model => wit, TerminationReport { failure_rate, critical_findings, assessment, recommendations });
record!(model => wit, FeedbackItem {
    finding, category, severity, priority, location, description, impact, action,
});
record!(model => wit, NextStep { action, rationale, expected_outcome, priority });
record!(model => wit, Progress { trend, confidence, scores, factors });
record!(model => wit, Feedback { summary, items, omitted, fixed, new, reopened, progress, next_steps });
record!(model => wit, Problem { path, message });
record!(model => exported, Decision {
    status, loop_: loop_number, bar, hard_stop, score, unmet, stagnation, termination, feedback, memo, extensions,
});
record!(model => exported, HistoryRequest { submissions, bytes });
record!(model => exported, Description { name, version, summary, settings_schema, history });
cases!(model => wit, Severity { Info, Minor, Major, Critical, Blocker });
cases!(model => wit, Category {
    Security, Performance, Style, Logic, ErrorHandling, Maintainability, Testing, Documentation, Architecture,
    Compatibility
} { Custom });
cases!(model => wit, Condition {
    ScoreBelowBar, BlockingFindings, PartialReview, TooLittleAssessed, UncoveredFiles, LeftOutFiles,
    MissingEvidence
} { Custom });
cases!(model => wit, CompleteReason {} { BarMet, Custom });
cases!(model => wit, StopReason { HardStop, Stagnation } { Custom });
cases!(model => wit, ReviewReason { NearTheBar } { Custom });
cases!(model => wit, Status { Continue } { Complete, Stop, ReviewAgain });
cases!(model => wit, StagnationSign { NearIdentical, Oscillation, NoProgress, ReopenedFindings } { Custom });
cases!(model => wit, Priority { Critical, High, Medium, Low });
cases!(model => wit, Trend { Improving, Stagnant, Declining, Oscillating });
cases!(model => wit, Error {} { InvalidSettings, InvalidSnapshot, Other });

/// The parts that the core exports beside the policy.
#[cfg(feature = "component")]
mod parts {
    use super::{To, model, wit};
    use crate::{Core, bar, completion, feedback, similarity, stagnation, termination};
    use bindings::exports::gansauditor::policy as exported;
    use exported::completion as reported;

    #[allow(
        missing_docs,
        unreachable_pub,
        reason = "generated from wit/, where everything is documented"
    )]
    mod bindings {
        wit_bindgen::generate!({
            path: "../wit",
            inline: "
                package gansauditor:core;
                world parts {
                    export gansauditor:policy/completion@1.0.0;
                    export gansauditor:policy/stagnation@1.0.0;
                    export gansauditor:policy/feedback@1.0.0;
                }
            ",
            with: { "gansauditor:policy/types@1.0.0": crate::guest::bindings::gansauditor::policy::types },
            default_bindings_module: "crate::guest::parts::bindings",
        });
    }

    struct Parts;

    impl exported::completion::Guest for Parts {
        fn bar_in_force(criteria: wit::Criteria, request: wit::Request, number: u32) -> (f64, u32) {
            bar::bar_in_force(&criteria.to(), &request.to(), number)
        }

        fn assess_completion(
            snapshot: wit::Snapshot,
        ) -> Result<reported::CompletionReport, wit::Error> {
            completion::assess_completion(&snapshot.to())
                .map(To::to)
                .map_err(To::to)
        }
    }

    impl exported::stagnation::Guest for Parts {
        fn similarity(a: String, b: String) -> f64 {
            similarity::similarity(&a, &b)
        }

        fn assess_stagnation(snapshot: wit::Snapshot) -> Result<wit::StagnationReport, wit::Error> {
            stagnation::assess_stagnation(&snapshot.to())
                .map(To::to)
                .map_err(To::to)
        }
    }

    impl exported::feedback::Guest for Parts {
        fn compose_feedback(
            snapshot: wit::Snapshot,
            completion: reported::CompletionReport,
            stagnation: wit::StagnationReport,
            status: wit::Status,
        ) -> Result<wit::Feedback, wit::Error> {
            feedback::compose_feedback(
                &snapshot.to(),
                &completion.to(),
                &stagnation.to(),
                &status.to(),
            )
            .map(To::to)
            .map_err(To::to)
        }

        fn compose_termination(
            snapshot: wit::Snapshot,
            completion: reported::CompletionReport,
            stagnation: wit::StagnationReport,
        ) -> Result<wit::TerminationReport, wit::Error> {
            termination::compose_termination(&snapshot.to(), &completion.to(), &stagnation.to())
                .map(To::to)
                .map_err(To::to)
        }
    }

    // Reports that one part makes and another takes.
    record!(model => reported, CompletionReport {
        loop_: loop_number, bar, tier, hard_stop, score, complete, near_the_bar, unmet,
    });
    record!(reported => model, CompletionReport {
        loop_number: loop_, bar, tier, hard_stop, score, complete, near_the_bar, unmet,
    });
    record!(wit => model, UnmetCondition { condition, required, actual, margin, detail });
    record!(wit => model, StagnationReport {
        stagnant, signs, similarities, mean_similarity, open_blocking, score_rise, excused, explanation,
        alternatives,
    });
    cases!(wit => model, Condition {
        ScoreBelowBar, BlockingFindings, PartialReview, TooLittleAssessed, UncoveredFiles, LeftOutFiles,
        MissingEvidence
    } { Custom });
    cases!(wit => model, CompleteReason {} { BarMet, Custom });
    cases!(wit => model, StopReason { HardStop, Stagnation } { Custom });
    cases!(wit => model, ReviewReason { NearTheBar } { Custom });
    cases!(wit => model, Status { Continue } { Complete, Stop, ReviewAgain });
    cases!(wit => model, StagnationSign { NearIdentical, Oscillation, NoProgress, ReopenedFindings } { Custom });

    crate::export_policy!(Core);
    bindings::export!(Parts with_types_in crate::guest::parts::bindings);
}
