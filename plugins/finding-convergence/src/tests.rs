use super::*;
use gansauditor_core::model::{
    CompleteReason, Condition, Finding, FindingState, Severity, Status, StopReason,
};
use gansauditor_core::testing::*;
use proptest::prelude::*;

fn decide(snapshot: &Snapshot) -> Decision {
    FindingConvergence::evaluate(snapshot).expect("the snapshot keeps the contract")
}

fn loops(scores: &[f64]) -> Snapshot {
    scores
        .iter()
        .fold(session(), |all, &score| all.scored(score))
}

fn since(first_seen: u32, severity: Severity) -> Finding {
    Finding {
        first_seen,
        last_seen: 9,
        ..finding(&format!("since {first_seen}"), severity, "a.rs", 1)
    }
}

fn converged() -> Status {
    Status::Stop(StopReason::Custom("findings-converged".to_owned()))
}

#[test]
fn stops_when_three_loops_brought_nothing_new_and_mended_nothing() {
    let critical = since(1, Severity::Critical);
    let decision = decide(&loops(&[60.0; 4]).with_finding(critical.clone()));
    assert_eq!(decision.status, converged());
    let told = decision
        .termination
        .expect("a stop has a report")
        .assessment;
    assert!(
        told.contains("3 loops running brought no new finding of severity critical"),
        "{told}"
    );
    assert!(told.contains("1 is still open"), "{told}");
    let earlier = loops(&[60.0; 3]).with_finding(critical);
    assert_eq!(decide(&earlier).status, Status::Continue);
}

#[test]
fn stops_too_when_nothing_blocks_and_only_the_score_is_missing() {
    assert_eq!(decide(&loops(&[60.0; 4])).status, converged());
}

#[test]
fn a_new_finding_shows_that_the_rounds_still_find_something() {
    let snapshot = loops(&[60.0; 4]).with_finding(since(3, Severity::Critical));
    assert_eq!(decide(&snapshot).status, Status::Continue);
    let old = loops(&[60.0; 6]).with_finding(since(3, Severity::Critical));
    assert_eq!(decide(&old).status, converged());
}

#[test]
fn getting_rid_of_findings_is_progress() {
    let fixed = Finding {
        state: FindingState::Fixed,
        fixed_in: Some(4),
        ..since(1, Severity::Critical)
    };
    let snapshot = loops(&[60.0; 4]).with_finding(fixed).with_finding(Finding {
        fingerprint: "other".to_owned(),
        ..since(1, Severity::Critical)
    });
    assert_eq!(decide(&snapshot).status, Status::Continue);
}

#[test]
fn a_rising_score_is_progress() {
    assert_eq!(
        decide(&loops(&[50.0, 60.0, 70.0, 80.0])).status,
        Status::Continue
    );
}

#[test]
fn what_completes_does_not_stop_and_a_doubt_is_settled_first() {
    let done = loops(&[98.0, 98.0, 98.0, 100.0]);
    assert_eq!(
        decide(&done).status,
        Status::Complete(CompleteReason::BarMet(1))
    );
    assert!(matches!(
        decide(&loops(&[96.0; 4])).status,
        Status::ReviewAgain(_)
    ));
}

#[test]
fn early_loops_block_on_major_findings_and_later_ones_on_the_operators_severity() {
    let at = |count: usize| {
        let snapshot = loops(&vec![100.0; count]).with_finding(since(1, Severity::Major));
        conditions(&decide(&snapshot))
    };
    for early in 1..=3 {
        assert_eq!(at(early), [Condition::BlockingFindings]);
    }
    assert_eq!(at(4), []);
}

#[test]
fn a_schedule_may_tighten_as_well() {
    let settings = r#"{"schedule": [{"from_loop": 2, "severity": "minor"}]}"#;
    let at = |count: usize| {
        let snapshot = loops(&vec![100.0; count]).with_finding(since(1, Severity::Minor));
        is_complete(&decide(&snapshot.with_settings(settings)))
    };
    assert!(at(1) && !at(2));
}

#[test]
fn says_for_programs_what_it_counted() {
    let decision = decide(&loops(&[60.0; 2]).with_finding(since(2, Severity::Major)));
    let (name, json) = &decision.extensions[0];
    assert_eq!(name, "finding-convergence/rounds");
    assert_eq!(
        json,
        r#"{"blocking_severity":"major","new":[0,1],"open":[0,1]}"#
    );
}

#[test]
fn settings_are_checked_strictly() {
    schema_is_kept::<FindingConvergence, Settings>(SCHEMA);
    examples_are_valid::<FindingConvergence>(include_str!("../README.md"));
    let wrong = r#"{"rounds": 1, "schedule": [{"severity": "bad"}, {"from_loop": 0, "x": 1}]}"#;
    assert_eq!(
        problems::<FindingConvergence>(wrong),
        [
            "/rounds",
            "/schedule/0/from_loop",
            "/schedule/0/severity",
            "/schedule/1/from_loop",
            "/schedule/1/x"
        ]
    );
    let misordered = r#"{"schedule": [{"from_loop": 3}, {"from_loop": 3}]}"#;
    assert_eq!(
        problems::<FindingConvergence>(misordered),
        ["/schedule/1/from_loop"]
    );
}

proptest! {
    #[test]
    fn never_completes_with_a_finding_of_the_severity_in_force(steps in steps(), rounds in 2u32..5) {
        let snapshot = play(&steps).with_settings(&format!("{{\"rounds\": {rounds}}}"));
        let decision = decide(&snapshot);
        keeps_the_contract(&decision);
        let severity = schedule::in_force(&schedule::usual(), &snapshot);
        let blocks = snapshot.findings.iter().any(|finding| finding.blocks(severity));
        prop_assert!(!(blocks && is_complete(&decision)));
        let number = snapshot.iterations.iter().filter(|one| one.loop_number.is_some()).count();
        prop_assert!(decision.status != converged() || number > rounds as usize);
    }
}
