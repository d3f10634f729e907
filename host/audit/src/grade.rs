//! Grading: from a judge's report to the host's review.

use crate::domain::{
    Coverage, Dimension, JudgeIdentity, Reported, Review, Score, Severity, Verdict, WorkFile,
};
use crate::fingerprint::fingerprints;
use crate::ports::JudgeReport;
use crate::rubric::Rubric;

/// Most findings that are kept of one review; the worst ones.
const MAX_FINDINGS: usize = 500;
/// Longest text of a judge that is kept, in bytes.
const MAX_TEXT: usize = 4 * 1024;
/// Longest summary of a judge that is kept, in bytes.
const MAX_SUMMARY: usize = 16 * 1024;

/// Makes a review of a report: drops what is outside the files, bounds every text, orders and identifies the
/// findings, computes score and verdict. `pass_mark` is the score from which a review without findings of
/// `blocking` severity passes.
pub(crate) fn grade(
    judge: &JudgeIdentity,
    report: JudgeReport,
    files: &[WorkFile],
    rubric: &Rubric,
    blocking: Severity,
    pass_mark: Score,
    millis: u64,
) -> Review {
    let known = |path: &str| files.iter().any(|file| file.path == path);
    let mut covered: Vec<String> = report
        .covered
        .into_iter()
        .filter(|path| known(path))
        .collect();
    covered.sort();
    covered.dedup();

    let dimensions: Vec<Dimension> = rubric
        .dimensions
        .iter()
        .map(|dimension| Dimension {
            name: dimension.name.clone(),
            weight: dimension.weight,
            score: report
                .scores
                .iter()
                .find(|(name, _)| *name == dimension.name)
                .map(|(_, score)| *score),
        })
        .collect();
    let assessed_weight: f64 = dimensions
        .iter()
        .filter(|d| d.score.is_some())
        .map(|d| d.weight)
        .sum::<f64>()
        .clamp(0.0, 1.0);
    let (coverage, score) = match report.coverage {
        Coverage::Unscored(reason) => (Coverage::Unscored(bounded(reason, MAX_TEXT)), None),
        coverage => match weighted_mean(&dimensions) {
            None => (
                Coverage::Unscored("the judge graded nothing".to_owned()),
                None,
            ),
            score if covered.len() == files.len() => (bounded_coverage(coverage), score),
            score => (bounded_coverage(left_out(coverage, files, &covered)), score),
        },
    };

    let mut findings: Vec<Reported> = report
        .findings
        .into_iter()
        .filter(|finding| {
            finding
                .location
                .as_ref()
                .is_none_or(|location| known(&location.path))
        })
        .map(bounded_finding)
        .collect();
    // The order in the file, so that the ordinal among equal findings does not depend on the judge's.
    findings.sort_by(|a, b| {
        a.location
            .cmp(&b.location)
            .then_with(|| a.rule.cmp(&b.rule))
    });
    let mut findings = fingerprints(findings);
    findings.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.severity));
    findings.truncate(MAX_FINDINGS);

    let worst = findings.iter().map(|(_, finding)| finding.severity).max();
    Review {
        verdict: verdict(score, worst, blocking, pass_mark),
        judges: vec![judge.clone()],
        score,
        dimensions,
        assessed_weight,
        coverage,
        covered,
        findings,
        summary: bounded(report.summary, MAX_SUMMARY),
        usage: report.usage,
        millis,
    }
}

/// Mean of the assessed dimensions, their weights renormalised, rounded to a whole number: one number is
/// shown, compared and recorded.
fn weighted_mean(dimensions: &[Dimension]) -> Option<Score> {
    let (sum, weight) = dimensions
        .iter()
        .filter_map(|d| d.score.map(|score| (score.get() * d.weight, d.weight)))
        .fold((0.0, 0.0), |(sum, weights), (part, weight)| {
            (sum + part, weights + weight)
        });
    (weight > 0.0).then(|| Score::clamped((sum / weight).round()))
}

/// Reject: a blocker, or less than half a grade. Pass: at least the pass mark and nothing that blocks.
fn verdict(
    score: Option<Score>,
    worst: Option<Severity>,
    blocking: Severity,
    pass_mark: Score,
) -> Verdict {
    match score {
        Some(score) if worst == Some(Severity::Blocker) || score.get() < 50.0 => Verdict::Reject,
        Some(score) if score >= pass_mark && worst.is_none_or(|worst| worst < blocking) => {
            Verdict::Pass
        }
        _ => Verdict::Revise,
    }
}

/// A review that claims to be whole but did not cover every file is partial.
fn left_out(coverage: Coverage, files: &[WorkFile], covered: &[String]) -> Coverage {
    match coverage {
        Coverage::Whole => {
            let missing: Vec<&str> = files
                .iter()
                .map(|file| file.path.as_str())
                .filter(|path| !covered.iter().any(|c| c == path))
                .collect();
            Coverage::Partial(format!("not read: {}", missing.join(", ")))
        }
        other => other,
    }
}

fn bounded_coverage(coverage: Coverage) -> Coverage {
    match coverage {
        Coverage::Partial(reason) => Coverage::Partial(bounded(reason, MAX_TEXT)),
        other => other,
    }
}

fn bounded_finding(finding: Reported) -> Reported {
    let optional = |text: Option<String>| text.map(|text| bounded(text, MAX_TEXT));
    Reported {
        rule: optional(finding.rule),
        message: bounded(finding.message, MAX_TEXT),
        advice: optional(finding.advice),
        symbol: optional(finding.symbol),
        anchor: bounded(finding.anchor, MAX_TEXT),
        ..finding
    }
}

/// Cuts a text at a character boundary.
fn bounded(mut text: String, max: usize) -> String {
    if text.len() > max {
        text.truncate(text.floor_char_boundary(max));
        text.push('…');
    }
    text
}
