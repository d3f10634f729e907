//! Grading: from one judge's report to its card.

use crate::domain::{
    Card, CardOutcome, Coverage, Dimension, Evidence, FileReading, JudgeIdentity, ReadingClass,
    Reported, Score, Work,
};
use crate::fingerprint::fingerprints;
use crate::ports::JudgeReport;
use crate::rubric::Rubric;

/// Most findings that are kept of one judge; the worst ones.
const MAX_FINDINGS: usize = 500;
/// Most results of checks that are kept of one judge.
const MAX_CHECKS: usize = 50;
/// Most remarks that are kept of one judge.
const MAX_REMARKS: usize = 20;
/// Longest text of a judge that is kept, in bytes.
const MAX_TEXT: usize = 4 * 1024;
/// Longest reason why a file was not graded, in bytes.
const MAX_REASON: usize = 512;
/// Longest summary of a judge that is kept, in bytes.
pub(crate) const MAX_SUMMARY: usize = 16 * 1024;

/// A report after the host went through it: nothing outside the files, every text bounded, findings
/// identified.
pub(crate) struct Graded {
    /// The judge's card.
    pub(crate) card: Card,
    /// The grade of each dimension of the rubric, in its order.
    pub(crate) grades: Vec<Option<Score>>,
    /// What the judge made of each file, by path. Files it said nothing of are missing.
    pub(crate) readings: Vec<FileReading>,
    /// What was found, with fingerprints, in the order of the files.
    pub(crate) findings: Vec<(String, Reported)>,
    /// Results of checks.
    pub(crate) evidence: Vec<Evidence>,
    /// In the judge's own words.
    pub(crate) summary: String,
}

/// Goes through a report.
pub(crate) fn grade(
    judge: &JudgeIdentity,
    weight: f64,
    report: JudgeReport,
    work: &Work,
    rubric: &Rubric,
    millis: u64,
) -> Graded {
    let known = |path: &str| work.files.iter().any(|file| file.path == path);
    let mut readings = bounded_readings(report.readings, known);
    if matches!(report.coverage, Coverage::Partial(_))
        && readings.len() == work.files.len()
        && readings.iter().all(FileReading::is_read)
    {
        // It read in part, and not because of some files: it came to the end of none.
        readings.clear();
    }
    let grades: Vec<Option<Score>> = rubric
        .dimensions
        .iter()
        .map(|dimension| {
            report
                .scores
                .iter()
                .find(|(name, _)| *name == dimension.name)
                .map(|(_, score)| *score)
        })
        .collect();
    let has_code = readings
        .iter()
        .any(|reading| reading.class == ReadingClass::Graded);
    let (coverage, score) = match report.coverage {
        Coverage::Unscored(reason) => (Coverage::Unscored(bounded(reason, MAX_TEXT)), None),
        coverage => match weighted_mean(&dimensions(rubric, &grades)) {
            None if has_code || readings.is_empty() => (
                Coverage::Unscored("the judge graded nothing".to_owned()),
                None,
            ),
            score => (bounded_coverage(left_out(coverage, work, &readings)), score),
        },
    };
    let findings = identified(report.findings, known);
    let submission = work.digest();
    let evidence = report
        .checks
        .into_iter()
        .take(MAX_CHECKS)
        .map(|run| Evidence {
            check: bounded(run.check, MAX_TEXT),
            submission: submission.clone(),
            outcome: run.outcome,
            provenance: bounded(run.provenance, MAX_TEXT),
            detail: bounded(run.detail, MAX_TEXT),
        });
    Graded {
        evidence: evidence.collect(),
        summary: bounded(report.summary, MAX_SUMMARY),
        card: Card {
            judge: judge.clone(),
            weight,
            outcome: CardOutcome::Answered {
                score,
                coverage,
                covered: readings
                    .iter()
                    .filter(|reading| reading.is_read())
                    .map(|reading| reading.path.clone())
                    .collect(),
                reported: findings.iter().map(|(print, _)| print.clone()).collect(),
                grades: rubric
                    .dimensions
                    .iter()
                    .zip(&grades)
                    .filter_map(|(dimension, grade)| Some((dimension.name.clone(), (*grade)?)))
                    .collect(),
            },
            provenance: bounded(report.provenance, MAX_TEXT),
            remarks: report
                .remarks
                .into_iter()
                .take(MAX_REMARKS)
                .map(|remark| bounded(remark, MAX_TEXT))
                .collect(),
            usage: report.usage,
            millis,
        },
        // A judge that says it could not score has no say in the score.
        grades: if score.is_some() {
            grades
        } else {
            vec![None; grades.len()]
        },
        findings,
        readings,
    }
}

/// Of each file of the work the first word a judge said of it, by path; bounded.
fn bounded_readings(readings: Vec<FileReading>, known: impl Fn(&str) -> bool) -> Vec<FileReading> {
    let mut readings: Vec<FileReading> = readings
        .into_iter()
        .filter(|reading| known(&reading.path))
        .map(|reading| FileReading {
            reason: bounded(reading.reason, MAX_REASON),
            ..reading
        })
        .collect();
    readings.sort_by(|a, b| a.path.cmp(&b.path));
    readings.dedup_by(|later, first| later.path == first.path);
    readings
}

/// The rubric's dimensions with these grades.
pub(crate) fn dimensions(rubric: &Rubric, grades: &[Option<Score>]) -> Vec<Dimension> {
    rubric
        .dimensions
        .iter()
        .zip(grades)
        .map(|(dimension, score)| Dimension {
            name: dimension.name.clone(),
            weight: dimension.weight,
            score: *score,
        })
        .collect()
}

/// Mean of the assessed dimensions, their weights renormalised, rounded to a whole number: one number is
/// shown, compared and recorded.
pub(crate) fn weighted_mean(dimensions: &[Dimension]) -> Option<Score> {
    mean(
        dimensions
            .iter()
            .filter_map(|d| d.score.map(|score| (score, d.weight))),
    )
    .map(|mean| Score::clamped(mean.round()))
}

/// Weighted mean; none of nothing.
pub(crate) fn mean(parts: impl Iterator<Item = (Score, f64)>) -> Option<f64> {
    let (sum, weight) = parts.fold((0.0, 0.0), |(sum, weights), (score, weight)| {
        (sum + score.get() * weight, weights + weight)
    });
    (weight > 0.0).then(|| sum / weight)
}

/// The worst findings that concern the files, bounded, with their fingerprints.
fn identified(findings: Vec<Reported>, known: impl Fn(&str) -> bool) -> Vec<(String, Reported)> {
    let mut findings: Vec<Reported> = findings
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
    findings
}

/// A review that claims to be whole but did not read every file it could is partial.
fn left_out(coverage: Coverage, work: &Work, readings: &[FileReading]) -> Coverage {
    let mentions = |path: &str| readings.iter().find(|reading| reading.path == path);
    let missing = work.files.iter().filter_map(|file| {
        let path = file.path.as_str();
        match mentions(path) {
            None => Some((path, "the judge left it out")),
            Some(reading) if reading.class == ReadingClass::Unread => {
                Some((path, reading.reason.as_str()))
            }
            Some(_) => None,
        }
    });
    match (coverage, not_read(missing)) {
        (Coverage::Whole, Some(missing)) => Coverage::Partial(missing),
        (coverage, _) => coverage,
    }
}

/// Names files that were not read, each with the reason; `None` when there is no such file.
pub(crate) fn not_read<'f>(files: impl Iterator<Item = (&'f str, &'f str)>) -> Option<String> {
    let files: Vec<String> = files
        .map(|(path, reason)| format!("{path} ({reason})"))
        .collect();
    (!files.is_empty()).then(|| bounded(format!("not read: {}", files.join(", ")), MAX_TEXT))
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
pub(crate) fn bounded(mut text: String, max: usize) -> String {
    if text.len() > max {
        text.truncate(text.floor_char_boundary(max));
        text.push('…');
    }
    text
}
