use super::*;
use gansauditor_core::model::{CompleteReason, Spend, Status, StopReason};
use gansauditor_core::testing::*;
use proptest::prelude::*;

/// A session of these scores that has spent so much.
fn spent(scores: &[f64], tokens: u64, micros: u64, minutes: u64, settings: &str) -> Snapshot {
    let session = scores
        .iter()
        .fold(session(), |all, &score| all.scored(score));
    let mut snapshot = session.with_settings(settings);
    snapshot.spend = Spend {
        input_tokens: tokens - tokens / 4,
        output_tokens: tokens / 4,
        money_micros: micros,
        judge_millis: minutes * 60_000,
        judge_calls: scores.len() as u32,
        ..Spend::default()
    };
    snapshot
}

fn decide(snapshot: &Snapshot) -> Decision {
    Budget::evaluate(snapshot).expect("the snapshot keeps the contract")
}

fn stop(reason: &str) -> Status {
    Status::Stop(StopReason::Custom(reason.to_owned()))
}

#[test]
fn without_limits_it_is_the_default_policy() {
    let snapshot = spent(&[50.0, 60.0], 1_000_000, 1_000_000, 60, "");
    assert_eq!(
        decide(&snapshot),
        gansauditor_core::Core::evaluate(&snapshot).unwrap()
    );
}

#[test]
fn each_limit_stops_when_it_is_spent() {
    for limit in [
        r#"{"max_tokens": 1000}"#,
        r#"{"max_money": 2}"#,
        r#"{"max_minutes": 5}"#,
    ] {
        let all = spent(&[50.0], 1000, 2_000_000, 5, limit);
        let decision = decide(&all);
        assert_eq!(decision.status, stop("budget-spent"), "{limit}");
        assert!(decision.termination.is_some());
        let less = spent(&[50.0; 10], 100, 200_000, 1, limit);
        assert_eq!(decide(&less).status, Status::Continue, "{limit}");
    }
}

#[test]
fn stops_when_the_next_loop_would_not_fit() {
    let limit = r#"{"max_tokens": 1000}"#;
    let decision = decide(&spent(&[50.0, 60.0], 700, 0, 0, limit));
    assert_eq!(decision.status, stop("budget-short"));
    let told = &decision.feedback.summary;
    assert!(
        told.contains("takes about 350 tokens, and 300 are left"),
        "{told}"
    );
    let blind = r#"{"max_tokens": 1000, "foresee": false}"#;
    assert_eq!(
        decide(&spent(&[50.0, 60.0], 700, 0, 0, blind)).status,
        Status::Continue
    );
}

#[test]
fn a_review_that_was_used_again_does_not_make_loops_look_cheap() {
    let mut snapshot = spent(&[50.0, 60.0], 700, 0, 0, r#"{"max_tokens": 1200}"#);
    assert_eq!(decide(&snapshot).status, Status::Continue);
    snapshot.iterations[1].unchanged = true;
    assert_eq!(decide(&snapshot).status, stop("budget-short"));
}

#[test]
fn says_what_is_left_and_asks_for_haste_when_it_is_little() {
    let decision = decide(&spent(&[50.0], 400, 0, 0, r#"{"max_tokens": 1000}"#));
    assert_eq!(decision.status, Status::Continue);
    let feedback = &decision.feedback;
    assert!(
        feedback
            .summary
            .ends_with("Budget: 400 of 1000 tokens spent.")
    );
    assert!(
        feedback.next_steps[0]
            .rationale
            .contains("room for about 1 more")
    );
    let (name, json) = &decision.extensions[0];
    assert_eq!(name, "budget/left");
    assert!(json.contains(r#""left":600.0"#), "{json}");
    let plenty = decide(&spent(&[50.0], 100, 0, 0, r#"{"max_tokens": 1000}"#));
    let steps = plenty.feedback.next_steps;
    assert!(
        !steps
            .iter()
            .any(|step| step.expected_outcome.contains("budget"))
    );
}

#[test]
fn work_that_completes_does_so_whatever_it_cost() {
    let decision = decide(&spent(&[100.0], 5000, 0, 0, r#"{"max_tokens": 1000}"#));
    assert_eq!(decision.status, Status::Complete(CompleteReason::BarMet(1)));
}

#[test]
fn a_second_review_that_does_not_fit_is_not_asked_for() {
    let near = spent(&[96.0], 800, 0, 0, r#"{"max_tokens": 1000}"#);
    assert_eq!(decide(&near).status, stop("budget-short"));
}

#[test]
fn attempts_that_fail_spend_too() {
    let mut failed = session().submit(&[("a.rs", "x")], Vec::new());
    failed.settings = r#"{"max_tokens": 10}"#.to_owned();
    failed.spend.input_tokens = 10;
    assert_eq!(decide(&failed).status, stop("budget-spent"));
}

#[test]
fn settings_are_checked_strictly() {
    schema_is_kept::<Budget, Settings>(SCHEMA);
    examples_are_valid::<Budget>(include_str!("../README.md"));
    let wrong = r#"{"max_tokens": 0, "max_money": "5", "max_minutes": -1, "foresee": 1, "y": 0}"#;
    assert_eq!(
        problems::<Budget>(wrong),
        [
            "/foresee",
            "/max_minutes",
            "/max_money",
            "/max_tokens",
            "/y"
        ]
    );
}

proptest! {
    #[test]
    fn never_goes_on_when_the_budget_is_spent_and_never_completes_for_that(
        steps in steps(), input: u64, output: u64, money: u64, millis: u64, limit in 1u64..1_000_000,
    ) {
        let mut snapshot = play(&steps);
        let plain = decide(&snapshot);
        snapshot.settings = format!(r#"{{"max_tokens": {limit}}}"#);
        snapshot.spend = Spend {
            input_tokens: input,
            output_tokens: output,
            money_micros: money,
            judge_millis: millis,
            ..Spend::default()
        };
        let decision = decide(&snapshot);
        keeps_the_contract(&decision);
        prop_assert_eq!(is_complete(&decision), is_complete(&plain));
        let over = input.saturating_add(output) >= limit;
        prop_assert!(!over || !matches!(decision.status, Status::Continue | Status::ReviewAgain(_)));
    }
}
