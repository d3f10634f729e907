//! What single members of the answer say.

use super::sample::{decision, report, revise, shown};
use gansauditor_audit::domain::{
    CheckResult, CompleteReason, Coverage, DecidedBy, Digest, Evidence, ReviewReason, Severity,
    Status, StopReason,
};
use serde_json::json;

#[test]
fn a_pass_below_the_bar_goes_on() {
    let mut report = report(decision(Status::Continue, 3, 90.0));
    report.loops.truncate(1);
    let answer = shown(&report);
    assert_eq!(answer["gan"]["verdict"], "pass");
    assert_eq!(answer["nextThoughtNeeded"], true);
    assert_eq!(answer["completionStatus"]["isComplete"], false);
    assert_eq!(answer["completionStatus"]["reason"], "in_progress");
    assert_eq!(answer["loopInfo"]["averageImprovement"], 0);
    assert!(answer.get("terminationInfo").is_none());
}

#[test]
fn what_was_not_scored_has_no_gan_and_says_why() {
    let mut report = report(decision(Status::Continue, 0, 0.0));
    report.decision.score = None;
    report.loops.clear();
    let review = report.review.as_mut().unwrap();
    review.score = None;
    review.coverage = Coverage::Unscored("the model answered nothing".into());
    let answer = shown(&report);
    assert!(answer.get("gan").is_none());
    assert!(answer["completionStatus"].get("score").is_none());
    assert_eq!(answer["nextThoughtNeeded"], true);
    assert!(
        answer["notices"][0]
            .as_str()
            .unwrap()
            .ends_with("the model answered nothing")
    );
}

#[test]
fn a_stop_at_a_cap_of_the_host_names_the_cap() {
    let mut report = report(decision(
        Status::Stop(StopReason::Custom("max-tokens".into())),
        4,
        70.0,
    ));
    report.decided_by = DecidedBy::Host("max-tokens".into());
    report.review = None;
    report.repeated = true;
    let answer = shown(&report);
    assert_eq!(answer["policy"], json!({ "decidedBy": "host:max-tokens" }));
    assert_eq!(answer["terminationInfo"]["type"], "timeout");
    assert_eq!(answer["terminationInfo"]["reason"], "max-tokens");
    assert_eq!(answer["completionStatus"]["reason"], "max_loops_reached");
    assert_eq!(answer["decision"]["repeated"], true);
}

#[test]
fn a_completion_for_a_reason_of_its_own_is_named_by_the_tier_in_force() {
    for (loop_number, reason) in [
        (10, "score_95_at_10"),
        (11, "score_90_at_15"),
        (16, "score_85_at_20"),
        (25, "score_85_at_20"),
    ] {
        let custom = Status::Complete(CompleteReason::Custom("signed_off".into()));
        let answer = shown(&report(decision(custom, loop_number, 97.0)));
        assert_eq!(answer["completionStatus"]["reason"], reason);
        assert_eq!(answer["decision"]["reason"], "signed_off");
    }
}

#[test]
fn a_further_review_that_was_not_granted_goes_on() {
    let again = Status::ReviewAgain(ReviewReason::NearTheBar);
    let answer = shown(&report(decision(again, 3, 96.0)));
    assert_eq!(answer["decision"]["status"], "continue");
    assert_eq!(answer["decision"]["reason"], "near_the_bar");
    assert_eq!(answer["nextThoughtNeeded"], true);
}

#[test]
fn what_blocks_by_configuration_is_a_critical_issue() {
    let mut report = revise();
    report.decision.feedback.items[0].severity = Severity::Major;
    assert_eq!(shown(&report)["feedback"]["criticalIssues"], json!([]));
    report.criteria.blocking_severity = Severity::Major;
    assert_eq!(
        shown(&report)["feedback"]["criticalIssues"][0]["severity"],
        "major"
    );
}

#[test]
fn both_trends_are_one() {
    let answer = shown(&revise());
    assert_eq!(
        answer["loopInfo"]["progressTrend"],
        answer["feedback"]["progressAssessment"]["trend"]
    );
}

#[test]
fn standing_findings_come_first_and_the_worst_of_them_before_the_others() {
    let answer = shown(&revise());
    let order: Vec<&str> = answer["ledger"]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["fingerprint"].as_str().unwrap())
        .collect();
    assert_eq!(order, ["f1", "f2", "f3"]);
    assert_eq!(
        [
            &answer["ledger"]["open"],
            &answer["ledger"]["unreviewed"],
            &answer["ledger"]["fixed"]
        ],
        [1, 1, 1]
    );
}

#[test]
fn checks_are_named_with_how_they_ended_what_did_not_pass_first() {
    let mut report = report(decision(Status::Continue, 1, 100.0));
    assert!(shown(&report).get("checks").is_none());
    let ended = |number: usize, outcome| Evidence {
        check: format!("check-{number}"),
        submission: Digest::of(b"work"),
        outcome,
        provenance: "pytest".into(),
        detail: "did not end within 4.5 s and was killed\n".to_owned() + &"x".repeat(4000),
    };
    let evidence = &mut report.review.as_mut().unwrap().evidence;
    evidence.extend((0..60).map(|number| ended(number, CheckResult::Passed)));
    evidence.push(ended(60, CheckResult::Errored));
    let answer = shown(&report);
    let checks = answer["checks"].as_array().unwrap();
    assert_eq!(checks[0]["name"], "check-60");
    assert_eq!(checks[0]["outcome"], "errored");
    let detail = checks[0]["detail"].as_str().unwrap();
    assert!(detail.starts_with("did not end within 4.5 s") && detail.len() < 400);
    assert!(checks.len() > 2 && checks.len() < 20);
    let cut = format!("{} more entries of `checks`", 61 - checks.len());
    let notices = answer["notices"].as_array().unwrap();
    assert!(
        notices
            .iter()
            .any(|notice| notice.as_str().unwrap().starts_with(&cut))
    );
}
