//! "Loop number", "Bar in force", "Complete", "Near the bar, ask twice", "Unchanged work".

use super::*;
use crate::testing::*;

#[test]
fn ninety_six_at_loop_2_completes() {
    let decision = decide(&session().scored(60.0).scored(99.0));
    assert_eq!(decision.status, Status::Complete(CompleteReason::BarMet(1)));
    assert_eq!(
        (decision.loop_number, decision.bar, decision.score),
        (2, 95.0, Some(99.0))
    );
    assert_eq!(decision.unmet, []);
}

#[test]
fn a_score_below_the_bar_in_force_does_not_complete() {
    let decision = decide(&session().scored(94.0));
    assert_eq!(decision.status, Status::Continue);
    assert_eq!(conditions(&decision), [Condition::ScoreBelowBar]);
    let unmet = &decision.unmet[0];
    assert_eq!(
        (unmet.required, unmet.actual, unmet.margin),
        (95.0, 94.0, 1.0)
    );
    assert_eq!(unmet.detail, "Raise the score from 94 to 95, by 1 point.");
}

#[test]
fn the_bar_declines_with_the_loops() {
    let at_loop = |number: usize| {
        (1..number)
            .fold(session(), |session, n| session.scored(30.0 + n as f64))
            .scored(94.5)
    };
    let outcome = |number| {
        let decision = decide(&at_loop(number));
        (decision.bar, is_complete(&decision))
    };
    assert_eq!(outcome(9), (95.0, false));
    assert_eq!(outcome(11), (90.0, true));
    assert_eq!(outcome(16), (85.0, true));
}

#[test]
fn partial_failed_and_unscored_attempts_do_not_advance_the_loop() {
    let mut partial = review(99.0, &["a.rs"]);
    partial.coverage = Coverage::Partial("out of time".into());
    let mut unscored = review(0.0, &["a.rs"]);
    (unscored.coverage, unscored.score) = (Coverage::Unscored("not code".into()), None);
    for reviews in [vec![partial], vec![unscored], vec![]] {
        let first = session().submit(&[("a.rs", "x")], reviews.clone());
        assert_eq!(decide(&first).loop_number, 0);
        let snapshot = session().scored(60.0).submit(&[("a.rs", "x")], reviews);
        let decision = decide(&snapshot);
        assert_eq!((decision.loop_number, decision.score), (1, None));
        assert_eq!(decision.status, Status::Continue);
        assert_eq!(conditions(&decision)[0], Condition::PartialReview);
        assert_eq!(decide(&snapshot.scored(70.0)).loop_number, 2);
    }
}

#[test]
fn a_partial_second_review_does_not_complete() {
    let mut snapshot = session().scored(99.0);
    let mut partial = review(99.0, &["a.rs"]);
    partial.coverage = Coverage::Partial("out of time".into());
    snapshot.iterations[0].reviews.push(partial);
    assert_eq!(conditions(&decide(&snapshot)), [Condition::PartialReview]);
}

#[test]
fn no_open_finding_at_or_above_the_blocking_severity_may_stand() {
    let with = |severity, state| {
        let mut finding = finding("f", severity, "a.rs", 3);
        finding.state = state;
        finding.fixed_in = (state == FindingState::Fixed).then_some(1);
        decide(&session().scored(99.0).with_finding(finding))
    };
    for severity in [Severity::Blocker, Severity::Critical] {
        let decision = with(severity, FindingState::Open);
        assert_eq!(conditions(&decision), [Condition::BlockingFindings]);
        assert_eq!(
            (decision.unmet[0].required, decision.unmet[0].margin),
            (0.0, 1.0)
        );
        assert!(decision.unmet[0].detail.contains("a.rs"));
        assert!(!is_complete(&with(severity, FindingState::Unreviewed)));
        assert!(is_complete(&with(severity, FindingState::Fixed)));
        assert!(is_complete(&with(severity, FindingState::Waived)));
    }
    assert!(is_complete(&with(Severity::Major, FindingState::Open)));
}

#[test]
fn the_blocking_severity_is_the_operators() {
    let mut snapshot =
        session()
            .scored(99.0)
            .with_finding(finding("f", Severity::Minor, "a.rs", 3));
    snapshot.criteria.blocking_severity = Severity::Minor;
    assert_eq!(
        conditions(&decide(&snapshot)),
        [Condition::BlockingFindings]
    );
}

#[test]
fn too_little_assessed_does_not_complete() {
    let with = |weight| {
        let mut snapshot = session().scored(99.0);
        snapshot.newest_review().assessed_weight = weight;
        decide(&snapshot)
    };
    assert!(is_complete(&with(0.5)));
    let decision = with(0.49);
    assert_eq!(conditions(&decision), [Condition::TooLittleAssessed]);
    assert_eq!(
        (decision.unmet[0].required, decision.unmet[0].actual),
        (0.5, 0.49)
    );
    let mut lax = session()
        .scored(99.0)
        .with_settings(r#"{"minimum_assessed_weight": 0}"#);
    lax.newest_review().assessed_weight = 0.0;
    assert!(is_complete(&decide(&lax)));
}

#[test]
fn every_file_of_the_cycle_is_covered_in_its_latest_version() {
    // b.rs came with an attempt that was reviewed in part, and never again.
    let mut partial = review(80.0, &["a.rs"]);
    partial.coverage = Coverage::Partial("b.rs is too large".into());
    let snapshot = session()
        .submit(&[("a.rs", "1"), ("b.rs", "1")], vec![partial])
        .submit(&[("a.rs", "2")], vec![review(99.0, &["a.rs"])]);
    let decision = decide(&snapshot);
    assert_eq!(conditions(&decision), [Condition::UncoveredFiles]);
    assert_eq!(
        (decision.unmet[0].required, decision.unmet[0].actual),
        (2.0, 1.0)
    );
    assert!(decision.unmet[0].detail.contains("b.rs"));

    let with_b = snapshot
        .clone()
        .submit(&[("b.rs", "1")], vec![review(99.0, &["b.rs"])]);
    assert!(is_complete(&decide(&with_b)));
    let deleted = snapshot.submit(
        &[("a.rs", "3"), ("b.rs", "-")],
        vec![review(99.0, &["a.rs"])],
    );
    assert!(is_complete(&decide(&deleted)));
}

#[test]
fn a_file_changed_by_an_attempt_that_failed_is_not_covered() {
    let snapshot = session()
        .submit(
            &[("a.rs", "1"), ("b.rs", "1")],
            vec![review(99.0, &["a.rs", "b.rs"])],
        )
        .submit(&[("b.rs", "2")], vec![])
        .submit(&[("a.rs", "2")], vec![review(99.0, &["a.rs"])]);
    assert_eq!(conditions(&decide(&snapshot)), [Condition::UncoveredFiles]);
    // Back to the version that was read.
    let back = snapshot.submit(
        &[("a.rs", "3"), ("b.rs", "1")],
        vec![review(99.0, &["a.rs", "b.rs"])],
    );
    assert!(is_complete(&decide(&back)));
}

/// Two files at 60 points with a finding of this severity in `b.rs`; then `a.rs` alone at 99.
fn leaving_b_out(severity: Severity, reported: bool) -> Snapshot {
    let mut first = review(60.0, &["a.rs", "b.rs"]);
    first.reported.extend(reported.then(|| "f".to_owned()));
    let mut finding = finding("f", severity, "b.rs", 3);
    finding.state = FindingState::Unreviewed;
    session()
        .submit(&[("a.rs", "1"), ("b.rs", "1")], vec![first])
        .submit(&[("a.rs", "2")], vec![review(99.0, &["a.rs"])])
        .with_finding(finding)
}

#[test]
fn a_left_out_file_with_a_standing_finding_is_still_judged_by_its_last_review() {
    let decision = decide(&leaving_b_out(Severity::Minor, true));
    assert_eq!(conditions(&decision), [Condition::LeftOutFiles]);
    let unmet = &decision.unmet[0];
    assert_eq!(
        (unmet.required, unmet.actual, unmet.margin),
        (95.0, 60.0, 35.0)
    );
    for part in ["b.rs", "loop 1", "60"] {
        assert!(unmet.detail.contains(part), "{}", unmet.detail);
    }
    assert_eq!(decision.score, Some(99.0));
}

#[test]
fn a_left_out_file_without_standing_findings_does_not_matter() {
    assert!(is_complete(&decide(&leaving_b_out(Severity::Info, true))));
    let mut waived = leaving_b_out(Severity::Minor, true);
    waived.findings[0].state = FindingState::Waived;
    assert!(is_complete(&decide(&waived)));
}

#[test]
fn a_low_score_that_located_no_finding_speaks_for_every_file_it_read() {
    let mut snapshot = leaving_b_out(Severity::Minor, false);
    snapshot.findings.clear();
    assert_eq!(conditions(&decide(&snapshot)), [Condition::LeftOutFiles]);
}

#[test]
fn a_left_out_file_whose_last_review_met_the_bar_does_not_hold_the_score_down() {
    let mut snapshot = leaving_b_out(Severity::Minor, true);
    snapshot.iterations[0].reviews[0].score = Some(95.0);
    assert!(is_complete(&decide(&snapshot)));
}

#[test]
fn a_file_deleted_on_purpose_is_not_left_out() {
    let mut snapshot = leaving_b_out(Severity::Minor, false);
    snapshot.findings.clear();
    snapshot = snapshot.submit(
        &[("a.rs", "3"), ("b.rs", "-")],
        vec![review(99.0, &["a.rs"])],
    );
    assert!(is_complete(&decide(&snapshot)));
}

#[test]
fn every_unmet_condition_is_reported_most_important_first() {
    let mut snapshot = leaving_b_out(Severity::Critical, true);
    let newest = snapshot.newest_review();
    (newest.assessed_weight, newest.score) = (0.1, Some(40.0));
    newest.coverage = Coverage::Whole;
    assert_eq!(
        conditions(&decide(&snapshot)),
        [
            Condition::BlockingFindings,
            Condition::ScoreBelowBar,
            Condition::LeftOutFiles,
            Condition::TooLittleAssessed
        ]
    );
}

#[test]
fn a_noisy_score_within_the_band_above_the_bar_is_reviewed_again() {
    for (score, again) in [(95.0, true), (98.9, true), (99.0, false), (94.9, false)] {
        let decision = decide(&session().scored(score));
        let expected = Status::ReviewAgain(ReviewReason::NearTheBar);
        assert_eq!(decision.status == expected, again, "{score}");
    }
    let decision = decide(&session().scored(96.0));
    assert_eq!(
        conditions(&decision),
        [Condition::Custom("near-the-bar".into())]
    );
    assert_eq!(
        (decision.unmet[0].required, decision.unmet[0].actual),
        (99.0, 96.0)
    );
}

#[test]
fn two_reviews_decide_by_their_mean() {
    let with = |second| {
        let mut snapshot = session().scored(96.0);
        snapshot.iterations[0]
            .reviews
            .push(review(second, &["a.rs"]));
        decide(&snapshot)
    };
    assert!(is_complete(&with(94.0)));
    assert_eq!(with(94.0).score, Some(95.0));
    assert_eq!(conditions(&with(90.0)), [Condition::ScoreBelowBar]);
}

#[test]
fn deterministic_judges_are_not_asked_again() {
    let mut snapshot = session().scored(96.0);
    snapshot.newest_review().judges = vec![steady()];
    assert!(is_complete(&decide(&snapshot)));
    snapshot.newest_review().judges = vec![steady(), noisy()];
    assert!(!is_complete(&decide(&snapshot)));
}

#[test]
fn band_and_count_are_settings() {
    let score = |settings: &str| decide(&session().scored(96.0).with_settings(settings)).status;
    assert!(matches!(score(r#"{"noise_band": 1}"#), Status::Complete(_)));
    assert!(matches!(
        score(r#"{"reviews_near_bar": 1}"#),
        Status::Complete(_)
    ));
    let mut third = session()
        .scored(96.0)
        .with_settings(r#"{"reviews_near_bar": 3}"#);
    third.iterations[0].reviews.push(review(96.0, &["a.rs"]));
    assert!(matches!(decide(&third).status, Status::ReviewAgain(_)));
    third.iterations[0].reviews.push(review(96.0, &["a.rs"]));
    assert!(is_complete(&decide(&third)));
}

#[test]
fn the_host_bounds_how_often_a_review_is_asked_for() {
    let mut snapshot = session().scored(96.0);
    snapshot.limits.max_reviews = 1;
    assert!(is_complete(&decide(&snapshot)));
}

#[test]
fn a_score_near_the_bar_that_does_not_complete_otherwise_is_not_reviewed_again() {
    let blocked = session()
        .scored(96.0)
        .with_finding(finding("f", Severity::Critical, "a.rs", 1));
    assert_eq!(decide(&blocked).status, Status::Continue);
}

#[test]
fn unchanged_work_counts_as_a_loop() {
    let mut snapshot = session().scored(80.0).scored(80.0);
    let first = snapshot.iterations[0].clone();
    let second = &mut snapshot.iterations[1];
    (second.unchanged, second.submission, second.files) = (true, first.submission, first.files);
    assert_eq!(decide(&snapshot).loop_number, 2);
}

#[test]
fn a_submission_may_ask_for_a_higher_bar() {
    let mut snapshot = session().scored(97.0);
    snapshot.newest_review().judges = vec![steady()];
    snapshot.request.bar = Some(BarRequest::AtLeast(98.0));
    assert_eq!(conditions(&decide(&snapshot)), [Condition::ScoreBelowBar]);
    snapshot.request.bar = Some(BarRequest::Exactly(50.0));
    assert!(is_complete(&decide(&snapshot)));
}
