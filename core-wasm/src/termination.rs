//! What a stopped session leaves behind.

use crate::feedback::worst_first;
use crate::model::{
    CompletionReport, Error, Finding, Severity, Snapshot, StagnationReport, TerminationReport,
    Verdict,
};
use crate::progress::progress;
use crate::text::{counted, points, shortened};
use crate::view::{Loop, View};

/// Most findings that are named.
const MOST_FINDINGS: usize = 200;

/// The report of a session that stops. Errors: settings or snapshot that break the contract.
pub fn compose_termination(
    snapshot: &Snapshot,
    completion: &CompletionReport,
    stagnation: &StagnationReport,
) -> Result<TerminationReport, Error> {
    Ok(compose(&View::of(snapshot)?, completion, stagnation))
}

pub(crate) fn compose(
    view: &View,
    completion: &CompletionReport,
    stagnation: &StagnationReport,
) -> TerminationReport {
    let rejected = view.loops.iter().filter(|at| is_rejected(at)).count();
    let failure_rate = if view.loops.is_empty() {
        0.0
    } else {
        rejected as f64 / view.loops.len() as f64
    };
    let standing = view
        .snapshot
        .findings
        .iter()
        .filter(|finding| finding.state.is_standing());
    let mut critical: Vec<&Finding> = standing
        .filter(|finding| finding.severity >= Severity::Critical)
        .collect();
    critical.sort_by(|a, b| worst_first(a, b));
    let assessment = assessment(view, completion, rejected, critical.len());
    critical.truncate(MOST_FINDINGS);
    TerminationReport {
        failure_rate,
        recommendations: recommendations(completion, stagnation, &critical),
        critical_findings: critical
            .into_iter()
            .map(|finding| finding.fingerprint.clone())
            .collect(),
        assessment,
    }
}

/// A loop counts as rejected when any of its reviews rejects.
fn is_rejected(at: &Loop) -> bool {
    at.iteration
        .whole_reviews()
        .any(|(review, _)| review.verdict == Verdict::Reject)
}

fn assessment(
    view: &View,
    completion: &CompletionReport,
    rejected: usize,
    critical: usize,
) -> String {
    let loops = counted(view.loops.len(), "loop");
    let [Some(first), Some(last)] = [view.loops.first(), view.loops.last()] else {
        return "No submission was reviewed whole.".to_owned();
    };
    let best = view.loops.iter().fold(
        first,
        |best, at| if at.score > best.score { at } else { best },
    );
    format!(
        "{loops}: the score went from {} to {} (best {} at loop {}, trend {}); the bar is {}. {} of {loops} rejected, {} left, {} unmet.",
        points(first.score),
        points(last.score),
        points(best.score),
        best.number,
        progress(view).trend.name(),
        points(completion.bar),
        rejected,
        counted(critical, "critical finding"),
        counted(completion.unmet.len(), "condition"),
    )
}

fn recommendations(
    completion: &CompletionReport,
    stagnation: &StagnationReport,
    critical: &[&Finding],
) -> Vec<String> {
    let worst = critical.first().map(|finding| {
        let place = finding
            .path()
            .map(|path| format!(" in {}", shortened(path, 200)))
            .unwrap_or_default();
        format!(
            "Begin with the worst finding{place}: {}",
            shortened(&finding.message, 400)
        )
    });
    let unmet = completion.unmet.iter().map(|unmet| unmet.detail.clone());
    let alternatives = stagnation
        .alternatives
        .iter()
        .map(|text| shortened(text, 1000));
    let end = "Let a person look at the findings before the session is reset.".to_owned();
    worst
        .into_iter()
        .chain(alternatives.take(8))
        .chain(unmet.take(8))
        .chain([end])
        .collect()
}
