//! What policies that build on the default one may change, and what they may not.

use super::*;
use crate::assessment::Assessment;
use crate::reading::Reading;
use crate::settings::{self, Settings};
use crate::testing::*;
use proptest::prelude::*;
use serde::Deserialize;

fn assess(snapshot: &Snapshot) -> Assessment<'_> {
    Assessment::of(snapshot, &Reading::default()).expect("the snapshot keeps the contract")
}

fn missing() -> UnmetCondition {
    UnmetCondition {
        condition: Condition::MissingEvidence,
        required: 1.0,
        actual: 0.0,
        margin: 1.0,
        detail: "Run the tests.".to_owned(),
    }
}

fn done() -> CompleteReason {
    CompleteReason::Custom("rule".to_owned())
}

#[test]
fn a_condition_of_its_own_keeps_the_work_open_and_asks_for_no_further_review() {
    let near = session().scored(96.0);
    assert!(assess(&near).completion().near_the_bar);
    let mut assessment = assess(&near);
    assessment.require(missing());
    let decision = assessment.decide();
    assert_eq!(decision.status, Status::Continue);
    assert_eq!(conditions(&decision), [Condition::MissingEvidence]);
    let steps = &decision.feedback.next_steps;
    assert!(steps.iter().any(|step| step.action == "Run the tests."));
}

#[test]
fn replaced_conditions_complete_for_the_policys_own_reason() {
    let low = session().scored(40.0);
    let mut assessment = assess(&low);
    assessment.waive(|unmet| unmet.condition == Condition::ScoreBelowBar, done());
    assert_eq!(assessment.decide().status, Status::Complete(done()));
}

#[test]
fn a_reason_to_stop_gives_way_to_completion_and_to_the_default_policys_reasons() {
    let decided = |snapshot: &Snapshot| {
        let mut assessment = assess(snapshot);
        assessment.stop("spent");
        assessment.stop("later");
        assessment.remark("All is spent.".to_owned());
        assessment.decide()
    };
    let stop = Status::Stop(StopReason::Custom("spent".to_owned()));
    let stopped = decided(&session().scored(60.0));
    assert_eq!(stopped.status, stop);
    assert!(stopped.feedback.summary.ends_with("All is spent."));
    let report = stopped.termination.expect("a stop has a report");
    assert!(report.assessment.ends_with("All is spent."));
    assert_eq!(decided(&session().scored(96.0)).status, stop, "in doubt");
    assert!(is_complete(&decided(&session().scored(100.0))));
    let last = (0..25).fold(session(), |session, _| session.scored(60.0));
    assert_eq!(decided(&last).status, Status::Stop(StopReason::HardStop));
}

#[test]
fn a_step_of_its_own_comes_first_among_its_priority_and_within_the_level() {
    let mut snapshot = session().scored(60.0);
    snapshot.criteria.detail = DetailLevel::Basic;
    let step = |action: &str| NextStep {
        action: action.to_owned(),
        rationale: String::new(),
        expected_outcome: String::new(),
        priority: Priority::Medium,
    };
    let mut assessment = assess(&snapshot);
    for action in ["one", "two", "three", "four"] {
        assessment.advise(step(action));
    }
    let steps = assessment.decide().feedback.next_steps;
    let actions: Vec<&str> = steps.iter().map(|step| step.action.as_str()).collect();
    assert_eq!(actions, ["one", "two", "three"]);
}

#[test]
fn other_findings_may_block_and_then_count_in_every_part() {
    let snapshot = session()
        .scored(60.0)
        .with_finding(finding("f", Severity::Minor, "a.rs", 1));
    let decide = |reading: Reading| {
        let assessment = Assessment::of(&snapshot, &reading);
        assessment.expect("the contract is kept").decide()
    };
    let severity = decide(Reading {
        blocking_severity: Some(Severity::Minor),
        ..Reading::default()
    });
    let chosen = decide(Reading {
        also_blocking: &|finding| finding.fingerprint == "f",
        ..Reading::default()
    });
    for decision in [severity, chosen] {
        assert!(conditions(&decision).contains(&Condition::BlockingFindings));
        assert_eq!(decision.stagnation.open_blocking, [1]);
        assert_eq!(decision.feedback.items[0].priority, Priority::Critical);
    }
}

#[test]
fn what_arrived_and_what_stood_is_counted_loop_by_loop() {
    let late = Finding {
        first_seen: 2,
        last_seen: 3,
        ..finding("late", Severity::Critical, "a.rs", 2)
    };
    let gone = Finding {
        state: FindingState::Fixed,
        fixed_in: Some(3),
        ..finding("gone", Severity::Blocker, "a.rs", 1)
    };
    let snapshot = session().scored(50.0).scored(60.0).scored(65.0);
    let snapshot = snapshot.with_finding(late).with_finding(gone);
    let assessment = assess(&snapshot);
    assert_eq!(assessment.open_blocking(9), [1, 2, 1]);
    assert_eq!(assessment.new_blocking(9), [1, 1, 0]);
    assert_eq!(assessment.new_blocking(1), [0]);
    assert_eq!(assessment.score_rise(2), Some(5.0));
    assert_eq!(assessment.blocking().count(), 1);
    assert!(assessment.is_loop() && assessment.loops().len() == 3);
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Own {
    rounds: u32,
}

const OWN: &str = r#"{"properties": {"rounds": {"type": "integer", "minimum": 1, "maximum": 9}}}"#;

#[test]
fn a_policys_own_settings_stand_beside_the_default_policys() {
    let (own, core) = settings::read::<Own>(OWN, r#"{"rounds": 3.0, "noise_band": 1}"#)
        .expect("the settings are valid");
    assert_eq!((own.rounds, core.noise_band), (3, 1.0));
    assert_eq!(
        settings::read::<Own>(OWN, ""),
        Ok((Own::default(), Settings::default()))
    );
    let problems = settings::read::<Own>(OWN, r#"{"rounds": 0, "noise_band": -1, "x": 1}"#)
        .expect_err("all three are wrong");
    let paths: Vec<&str> = problems
        .iter()
        .map(|problem| problem.path.as_str())
        .collect();
    assert_eq!(paths, ["/noise_band", "/rounds", "/x"]);
    assert!(problems[2].message.contains("rounds, noise_band"));
    let schema = settings::schema_with(OWN);
    assert!(schema.contains("rounds") && schema.contains("excusing_rise"));
    assert!(settings::read::<Own>("{", "").is_err());
}

proptest! {
    #[test]
    fn no_policy_completes_what_was_not_read(steps in steps()) {
        let snapshot = play(&steps);
        let mut assessment = assess(&snapshot);
        assessment.waive(|_| true, done());
        let decision = assessment.decide();
        keeps_the_contract(&decision);
        let whole = snapshot.iterations.last().is_some_and(|newest| newest.loop_number.is_some());
        prop_assert!(whole || !is_complete(&decision));
    }

    #[test]
    fn whatever_a_policy_adds_the_decision_keeps_the_contract(
        steps in steps(), require: bool, stop: bool, waive: bool,
    ) {
        let snapshot = play(&steps);
        let mut assessment = assess(&snapshot);
        if waive {
            assessment.waive(|unmet| unmet.condition == Condition::BlockingFindings, done());
        }
        if require {
            assessment.require(missing());
        }
        if stop {
            assessment.stop("spent");
        }
        let decision = assessment.decide();
        keeps_the_contract(&decision);
        prop_assert!(!(require && is_complete(&decision)));
    }
}
