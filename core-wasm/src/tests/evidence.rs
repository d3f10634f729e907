//! "A check that could not be run to its end keeps the work from completing."

use super::*;
use crate::testing::*;

/// A perfect review of these files.
fn perfect(files: &[&str]) -> Vec<Review> {
    let mut review = review(100.0, files);
    review.judges = vec![steady()];
    vec![review]
}

/// How the check `tests` ended on the submission of an attempt, from 1.
fn ran(snapshot: &mut Snapshot, attempt: usize, outcome: CheckResult) {
    let submission = snapshot.iterations[attempt - 1].submission.clone();
    snapshot.evidence.push(Evidence {
        check: "tests".to_owned(),
        submission,
        outcome,
        provenance: "host".to_owned(),
        detail: "did not end within 4.5 s and was killed\nand printed this".to_owned(),
        extensions: Vec::new(),
    });
}

const A: &[(&str, &str)] = &[("a.rs", "one")];
const B: &[(&str, &str)] = &[("b.rs", "one")];

#[test]
fn a_check_that_was_cut_off_forbids_completion_and_says_why() {
    let mut snapshot = session().submit(A, perfect(&["a.rs"]));
    ran(&mut snapshot, 1, CheckResult::Errored);
    let decision = decide(&snapshot);
    assert_eq!(decision.status, Status::Continue);
    assert_eq!(conditions(&decision), [Condition::MissingEvidence]);
    assert_eq!(
        decision.unmet[0].detail,
        "The check \"tests\" did not run to its end on this submission and must (did not end within 4.5 s and was killed)."
    );
    let steps = &decision.feedback.next_steps;
    assert!(steps[0].action.contains("\"tests\""), "{steps:?}");
}

#[test]
fn a_check_that_ended_is_no_condition_of_its_own() {
    for outcome in [CheckResult::Passed, CheckResult::Failed] {
        let mut snapshot = session().submit(A, perfect(&["a.rs"]));
        ran(&mut snapshot, 1, outcome);
        assert!(is_complete(&decide(&snapshot)), "{outcome:?}");
    }
}

#[test]
fn of_several_runs_on_one_submission_the_newest_counts() {
    use CheckResult::{Errored, Passed};
    for (runs, complete) in [([Errored, Passed], true), ([Passed, Errored], false)] {
        let mut snapshot = session().submit(A, perfect(&["a.rs"]));
        for outcome in runs {
            ran(&mut snapshot, 1, outcome);
        }
        assert_eq!(is_complete(&decide(&snapshot)), complete, "{runs:?}");
    }
}

#[test]
fn leaving_out_the_file_on_which_a_check_was_cut_off_completes_nothing() {
    let mut snapshot = session()
        .submit(A, perfect(&["a.rs"]))
        .submit(B, perfect(&["b.rs"]));
    ran(&mut snapshot, 1, CheckResult::Errored);
    ran(&mut snapshot, 2, CheckResult::Passed);
    let decision = decide(&snapshot);
    assert_eq!(conditions(&decision), [Condition::MissingEvidence]);
    let detail = &decision.unmet[0].detail;
    assert!(detail.starts_with("Submit a.rs again"), "{detail}");
    let mut mended = snapshot.submit(&[("a.rs", "two")], perfect(&["a.rs"]));
    assert!(
        !is_complete(&decide(&mended)),
        "the check did not run on it"
    );
    ran(&mut mended, 3, CheckResult::Passed);
    assert!(is_complete(&decide(&mended)));
}

#[test]
fn a_file_that_was_deleted_waits_for_no_check() {
    let mut snapshot = session()
        .submit(A, perfect(&["a.rs"]))
        .submit(&[("a.rs", "-"), ("b.rs", "one")], perfect(&["b.rs"]));
    ran(&mut snapshot, 1, CheckResult::Errored);
    assert!(is_complete(&decide(&snapshot)));
}

#[test]
fn results_about_no_submission_of_the_cycle_count_for_nothing() {
    let mut snapshot = session().submit(A, perfect(&["a.rs"]));
    ran(&mut snapshot, 1, CheckResult::Errored);
    snapshot.evidence[0].submission = "another".to_owned();
    assert!(is_complete(&decide(&snapshot)));
}

#[test]
fn a_check_that_was_cut_off_is_no_reason_to_ask_the_judge_again() {
    let mut snapshot = session().scored(96.0);
    ran(&mut snapshot, 1, CheckResult::Errored);
    assert_eq!(decide(&snapshot).status, Status::Continue);
}
