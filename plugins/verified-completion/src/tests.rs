use super::*;
use gansauditor_core::model::{CheckResult, CompleteReason, Condition, Evidence, Status};
use gansauditor_core::testing::*;
use proptest::prelude::*;
use proptest::sample::select;

fn ran(check: &str, submission: &str, outcome: CheckResult) -> Evidence {
    Evidence {
        check: check.to_owned(),
        submission: submission.to_owned(),
        outcome,
        provenance: "host".to_owned(),
        detail: "2 of 30 tests".to_owned(),
        extensions: Vec::new(),
    }
}

/// Perfect work after a first try, with these results on the newest submission and those on the first.
fn perfect(here: &[(&str, CheckResult)], before: &[(&str, CheckResult)]) -> Snapshot {
    let mut snapshot = session().scored(50.0).scored(100.0);
    for (at, results) in [(0, before), (1, here)] {
        let submission = snapshot.iterations[at].submission.clone();
        snapshot.evidence.extend(
            results
                .iter()
                .map(|&(check, outcome)| ran(check, &submission, outcome)),
        );
    }
    snapshot
}

fn decide(snapshot: &Snapshot) -> Decision {
    VerifiedCompletion::evaluate(snapshot).expect("the snapshot keeps the contract")
}

const TESTS: &str = r#"{"checks": ["tests"]}"#;
const DONE: Status = Status::Complete(CompleteReason::BarMet(1));

/// The one unmet condition of perfect work.
fn shortcoming(snapshot: &Snapshot) -> String {
    let decision = decide(snapshot);
    assert_eq!(conditions(&decision), [Condition::MissingEvidence]);
    decision.unmet[0].detail.clone()
}

#[test]
fn completes_when_the_named_check_passed_on_the_very_submission() {
    let snapshot = perfect(&[("tests", CheckResult::Passed)], &[]).with_settings(TESTS);
    assert_eq!(decide(&snapshot).status, DONE);
}

#[test]
fn a_check_that_never_ran_is_named() {
    let told = shortcoming(&perfect(&[], &[]).with_settings(TESTS));
    assert_eq!(
        told,
        "The check \"tests\" did not run; it must pass on this submission."
    );
}

#[test]
fn a_pass_on_another_submission_does_not_count() {
    let told = shortcoming(&perfect(&[], &[("tests", CheckResult::Passed)]).with_settings(TESTS));
    assert!(told.contains("another submission only"), "{told}");
}

#[test]
fn failed_and_errored_checks_do_not_count_and_say_what_they_printed() {
    let told = shortcoming(&perfect(&[("tests", CheckResult::Failed)], &[]).with_settings(TESTS));
    assert!(
        told.contains("failed") && told.contains("2 of 30 tests"),
        "{told}"
    );
    let told = shortcoming(&perfect(&[("tests", CheckResult::Errored)], &[]).with_settings(TESTS));
    assert!(told.contains("did not run to its end"), "{told}");
}

#[test]
fn of_several_runs_the_newest_counts() {
    use CheckResult::{Failed, Passed};
    let mended = perfect(&[("tests", Failed), ("tests", Passed)], &[]).with_settings(TESTS);
    assert_eq!(decide(&mended).status, DONE);
    let broken = perfect(&[("tests", Passed), ("tests", Failed)], &[]).with_settings(TESTS);
    assert!(!is_complete(&decide(&broken)));
}

#[test]
fn without_names_any_check_will_do_but_one_must_pass() {
    assert!(shortcoming(&perfect(&[], &[])).contains("No check passed"));
    let passed = perfect(&[("build", CheckResult::Passed)], &[]);
    assert_eq!(decide(&passed).status, DONE);
}

#[test]
fn other_checks_must_not_have_failed_unless_they_may() {
    let results = [
        ("tests", CheckResult::Passed),
        ("lint", CheckResult::Failed),
    ];
    let told = shortcoming(&perfect(&results, &[]).with_settings(TESTS));
    assert!(told.contains("\"lint\" failed"), "{told}");
    let lenient = r#"{"checks": ["tests"], "all_must_pass": false}"#;
    assert_eq!(
        decide(&perfect(&results, &[]).with_settings(lenient)).status,
        DONE
    );
}

#[test]
fn a_missing_check_is_a_next_step() {
    let decision = decide(&perfect(&[], &[]).with_settings(TESTS));
    let steps = &decision.feedback.next_steps;
    assert!(steps.iter().any(|step| step.action.contains("\"tests\"")));
}

#[test]
fn settings_are_checked_strictly() {
    schema_is_kept::<VerifiedCompletion, Settings>(SCHEMA);
    examples_are_valid::<VerifiedCompletion>(include_str!("../README.md"));
    let wrong = r#"{"checks": ["tests", 7, ""], "all_must_pass": "yes", "noise_band": -1}"#;
    assert_eq!(
        problems::<VerifiedCompletion>(wrong),
        ["/all_must_pass", "/checks/1", "/checks/2", "/noise_band"]
    );
    assert_eq!(
        problems::<VerifiedCompletion>(r#"{"checks": ["a", "a"]}"#),
        ["/checks"]
    );
}

proptest! {
    #[test]
    fn never_completes_without_a_pass_on_the_newest_submission(
        steps in steps(),
        results in prop::collection::vec(
            (any::<prop::sample::Index>(), select(vec!["tests", "lint"]), 0..3usize), 0..12),
    ) {
        let mut snapshot = play(&steps).with_settings(TESTS);
        for (at, check, outcome) in results {
            let outcome = [CheckResult::Passed, CheckResult::Failed, CheckResult::Errored][outcome];
            let submission = at.get(&snapshot.iterations).submission.clone();
            snapshot.evidence.push(ran(check, &submission, outcome));
        }
        let decision = decide(&snapshot);
        keeps_the_contract(&decision);
        let newest = snapshot.iterations.last().map(|newest| &newest.submission);
        let passed = snapshot.evidence.iter().any(|evidence| {
            Some(&evidence.submission) == newest
                && evidence.check == "tests"
                && evidence.outcome == CheckResult::Passed
        });
        prop_assert!(passed || !is_complete(&decision));
    }
}
