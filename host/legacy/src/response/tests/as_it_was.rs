//! Whole answers against what is kept of them: the original's members come first and unchanged.

use super::sample::{answer, call, decision, log, report, revise};
use crate::golden;
use crate::response::Answer;
use gansauditor_audit::domain::{
    CompleteReason, Score, StagnationReport, StagnationSign, Status, StopReason, Trend,
};

#[test]
fn a_review_to_revise_looks_as_it_did_with_what_is_new_behind() {
    golden::check("revise", &answer(&revise()));
}

#[test]
fn a_completion_looks_as_it_did_for_each_tier() {
    for (tier, loop_number, bar) in [(1, 3, 95.0), (2, 12, 90.0), (3, 17, 85.0)] {
        let mut decision = decision(
            Status::Complete(CompleteReason::BarMet(tier)),
            loop_number,
            bar + 1.0,
        );
        decision.bar = Score::clamped(bar);
        golden::check(&format!("complete-tier-{tier}"), &answer(&report(decision)));
    }
}

#[test]
fn a_hard_stop_looks_as_it_did_and_carries_its_termination_report() {
    let mut report = report(decision(Status::Stop(StopReason::HardStop), 25, 70.0));
    report.ledger = revise().ledger;
    golden::check("hard-stop", &answer(&report));
}

#[test]
fn stagnation_stops_and_says_by_which_signs() {
    let mut decision = decision(Status::Stop(StopReason::Stagnation), 12, 70.0);
    decision.feedback.progress.trend = Trend::Stagnant;
    decision.stagnation = StagnationReport {
        stagnant: true,
        signs: vec![
            StagnationSign::NearIdentical,
            StagnationSign::Custom("odd".into()),
        ],
        similarities: vec![1.0, 0.9666666],
        mean_similarity: Some(0.983_333),
        open_blocking: vec![1, 1, 1],
        score_rise: Some(0.0),
        excused: false,
        explanation: "Three submissions are nearly the same (0.98).".into(),
        alternatives: vec!["Try another design.".into()],
    };
    golden::check("stagnation", &answer(&report(decision)));
}

#[test]
fn prose_and_background_answers_are_short() {
    golden::check(
        "prose",
        &Answer::prose(&call(), &log(), vec!["there was no code in it".into()]),
    );
    golden::check("pending", &Answer::pending(&call(), &log(), vec![]));
}
