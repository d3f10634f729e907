//! Reports of a judge and a policy that never stop talking.

use super::sample::{answer, decision, finding, report, reported, revise, shown};
use gansauditor_audit::AuditReport;
use gansauditor_audit::domain::{
    Category, Condition, Coverage, DetailLevel, FeedbackItem, Finding, FindingState, Location,
    NextStep, Priority, Reported, Severity, Status, StopReason, UnmetCondition,
};

/// As much as a hostile judge and policy can put into a report.
pub(super) fn flooded(
    status: Status,
    text: &str,
    count: usize,
    number: f64,
    detail: DetailLevel,
) -> AuditReport {
    let text = text.to_owned();
    let mut decision = decision(status, u32::MAX, 50.0);
    let path = Location {
        path: text.clone(),
        line: Some(u32::MAX),
        end_line: None,
    };
    let item = FeedbackItem {
        finding: text.clone(),
        category: Category::Custom(text.clone()),
        severity: Severity::Info,
        priority: Priority::Low,
        location: Some(path.clone()),
        description: text.clone(),
        impact: Some(text.clone()),
        action: text.clone(),
    };
    let feedback = &mut decision.feedback;
    feedback.summary.clone_from(&text);
    feedback.items = vec![
        FeedbackItem {
            severity: Severity::Blocker,
            ..item.clone()
        };
        count
    ];
    feedback.items.push(item);
    feedback.new = vec![text.clone(); count];
    feedback.fixed = vec![text.clone(); count];
    feedback.reopened = vec![text.clone(); count];
    feedback.progress.confidence = number;
    feedback.progress.factors = vec![text.clone(); count];
    feedback.next_steps = vec![
        NextStep {
            action: text.clone(),
            rationale: text.clone(),
            expected_outcome: text.clone(),
            priority: Priority::Low,
        };
        count
    ];
    decision.stagnation.similarities = vec![number; count];
    decision.stagnation.alternatives = vec![text.clone(); count];
    decision.stagnation.explanation.clone_from(&text);
    if let [unmet] = decision.unmet.as_slice() {
        let unmet = UnmetCondition {
            condition: Condition::Custom(text.clone()),
            margin: number,
            detail: text.clone(),
            ..unmet.clone()
        };
        decision.unmet = vec![unmet; count];
    }
    if let Some(termination) = &mut decision.termination {
        termination.failure_rate = number;
        termination.assessment.clone_from(&text);
        termination.critical_findings = vec![text.clone(); count];
        termination.recommendations = vec![text.clone(); count];
    }
    let mut report = report(decision);
    let hostile = Reported {
        rule: Some(text.clone()),
        message: text.clone(),
        advice: Some(text.clone()),
        location: Some(path),
        ..reported(Severity::Blocker, "")
    };
    let entry = Finding {
        reported: hostile.clone(),
        ..finding(&text, Severity::Info, FindingState::Open)
    };
    report.ledger = vec![entry; count];
    if let Some(review) = &mut report.review {
        review.findings = vec![(text.clone(), hostile); count];
        review.summary.clone_from(&text);
        review.coverage = Coverage::Partial(text.clone());
        review.judges[0].name.clone_from(&text);
        review.judges[0].version.clone_from(&text);
    }
    report.notes = vec![text.clone(); count];
    report.task = Some(text);
    report.criteria.detail = detail;
    report
}

/// Bytes of the answer as compact JSON.
fn size(report: &AuditReport) -> usize {
    serde_json::to_vec(&answer(report)).unwrap().len()
}

#[test]
fn a_flood_is_cut_to_the_size_of_its_level_of_detail() {
    let text = "Words of a judge that never stops. ".repeat(200);
    for (detail, kib) in [
        (DetailLevel::Basic, 28),
        (DetailLevel::Detailed, 40),
        (DetailLevel::Verbose, 64),
    ] {
        let report = flooded(Status::Stop(StopReason::HardStop), &text, 500, 0.5, detail);
        let size = size(&report);
        assert!(size <= kib * 1024, "{detail:?}: {size} bytes");
    }
}

#[test]
fn a_long_session_of_ordinary_findings_fits_as_well() {
    let text = "eval runs whatever it is given, here and there";
    let report = flooded(Status::Continue, text, 100, 0.5, DetailLevel::Detailed);
    let size = size(&report);
    assert!(size <= 32 * 1024, "{size} bytes");
}

#[test]
fn what_was_left_out_is_counted() {
    let mut report = revise();
    report.ledger = vec![report.ledger[2].clone(); 60];
    let answer = shown(&report);
    let shown = answer["ledger"]["findings"].as_array().unwrap().len();
    let said = answer["notices"].as_array().unwrap().last().unwrap();
    let left_out = 60 - shown;
    assert_eq!(
        said.as_str().unwrap(),
        format!("{left_out} more entries of `ledger.findings` were left out of this answer")
    );
    assert_eq!(answer["ledger"]["open"], 60);
}
