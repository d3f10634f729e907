//! "Stop": the hard stop, stagnation, the termination report.

use super::*;
use crate::testing::*;

fn loops(scores: impl IntoIterator<Item = f64>) -> Snapshot {
    scores.into_iter().fold(session(), Snapshot::scored)
}

/// Submits the same text every time, so that the loop is stuck.
fn stuck(loops: usize, score: f64) -> Snapshot {
    (0..loops).fold(session(), |session, _| {
        session.submit(&[("a.rs", "same")], vec![review(score, &["a.rs"])])
    })
}

#[test]
fn stops_at_the_hard_stop_when_that_loop_does_not_complete() {
    assert_eq!(decide(&loops([60.0; 24])).status, Status::Continue);
    let decision = decide(&loops([60.0; 25]));
    assert_eq!(decision.status, Status::Stop(StopReason::HardStop));
    assert_eq!(decision.hard_stop, 25);
    let last_moment = [60.0; 24].into_iter().chain([90.0]);
    assert!(is_complete(&decide(&loops(last_moment))));
}

#[test]
fn a_doubtful_score_at_the_hard_stop_is_reviewed_again_first() {
    let scores = [60.0; 24].into_iter().chain([86.0]);
    assert_eq!(
        decide(&loops(scores)).status,
        Status::ReviewAgain(ReviewReason::NearTheBar)
    );
}

#[test]
fn an_attempt_that_is_no_loop_does_not_stop() {
    let mut snapshot = loops([60.0; 5]).submit(&[("a.rs", "x")], vec![]);
    snapshot.request.stop = Some(StopRequest::AtMost(3));
    assert_eq!(decide(&snapshot).status, Status::Continue);
}

#[test]
fn a_submission_may_ask_for_an_earlier_stop() {
    let mut snapshot = loops([60.0; 5]);
    snapshot.request.stop = Some(StopRequest::AtMost(5));
    assert_eq!(decide(&snapshot).status, Status::Stop(StopReason::HardStop));
    snapshot.request.stop = Some(StopRequest::AtMost(40));
    assert_eq!(decide(&snapshot).hard_stop, 25);
    snapshot.request.stop = Some(StopRequest::Exactly(40));
    assert_eq!(decide(&snapshot).hard_stop, 40);
}

#[test]
fn stops_on_stagnation_from_its_start_loop_on() {
    assert_eq!(decide(&stuck(9, 60.0)).status, Status::Continue);
    assert!(decide(&stuck(9, 60.0)).stagnation.stagnant);
    assert_eq!(
        decide(&stuck(10, 60.0)).status,
        Status::Stop(StopReason::Stagnation)
    );
}

#[test]
fn does_not_stop_on_stagnation_when_it_is_switched_off() {
    let mut snapshot = stuck(12, 60.0);
    snapshot.criteria.stagnation.enabled = false;
    assert_eq!(decide(&snapshot).status, Status::Continue);
}

#[test]
fn a_stagnant_loop_that_completes_does_not_stop() {
    assert!(is_complete(&decide(&stuck(12, 99.0))));
}

#[test]
fn the_report_of_a_stop_says_how_it_went() {
    let mut scores = vec![40.0; 5];
    scores.extend([60.0; 20]);
    let mut worse = finding("worse", Severity::Blocker, "z.rs", 9);
    worse.message = "it does not parse".into();
    let mut fixed = finding("fixed", Severity::Critical, "a.rs", 1);
    (fixed.state, fixed.fixed_in) = (FindingState::Fixed, Some(3));
    let decision = decide(
        &loops(scores)
            .with_finding(finding("bad", Severity::Critical, "a.rs", 1))
            .with_finding(worse)
            .with_finding(fixed)
            .with_finding(finding("major", Severity::Major, "a.rs", 1)),
    );
    let report = decision.termination.expect("it stopped");
    assert_eq!(report.failure_rate, 0.2);
    assert_eq!(report.critical_findings, ["worse", "bad"]);
    for part in [
        "25 loops",
        "from 40 to 60",
        "best 60 at loop 6",
        "5 of 25 loops rejected",
        "2 critical",
    ] {
        assert!(report.assessment.contains(part), "{}", report.assessment);
    }
    assert!(report.recommendations[0].contains("it does not parse"));
}

#[test]
fn only_a_stop_carries_the_report() {
    assert!(decide(&loops([60.0; 24])).termination.is_none());
    assert!(decide(&loops([99.0])).termination.is_none());
    assert!(decide(&stuck(10, 60.0)).termination.is_some());
}
