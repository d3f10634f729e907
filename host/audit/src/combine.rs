//! Combining: from the judges' cards to one review.
//!
//! Grades are the weighted mean over the judges that gave one. A judge of lower rank can lower a grade, never
//! raise it over what the judges of the highest rank gave: a linter that sees nothing wrong knows less than
//! a model that does. What the highest left ungraded stays so. The review is whole when nothing was left unread that
//! the judges of the highest rank on the panel could read: where all of those failed, what the others read is a
//! partial review, and completes nothing.

use crate::domain::{
    Card, CardOutcome, CheckErrors, CheckResult, Coverage, Evidence, FileReading, JudgeIdentity,
    ReadingClass, Reported, Review, Score, Severity, Usage, Verdict, Work,
};
use crate::grade::{Graded, MAX_SUMMARY, bounded, dimensions, mean, not_read, weighted_mean};
use crate::readings::{self, Readers, Unreadable, rank};
use crate::rubric::Rubric;
use std::collections::BTreeMap;

/// Share of the rubric that must have been graded for a pass: that of the default policy.
const LEAST_ASSESSED: f64 = 0.5;

/// How one judge of the panel came out: graded, or its card with a failure.
pub(crate) enum Voice {
    /// It answered.
    Graded(Graded),
    /// It failed.
    Failed(Card),
}

impl Voice {
    /// The judge's card.
    pub(crate) fn card(&self) -> &Card {
        match self {
            Self::Graded(graded) => &graded.card,
            Self::Failed(card) => card,
        }
    }
}

/// What findings and scores amount to.
pub(crate) struct Bars {
    /// Findings from here on forbid a pass.
    pub(crate) blocking: Severity,
    /// Score from which a review without such findings passes.
    pub(crate) pass_mark: Score,
    /// Whether code that nobody here can read forbids completion.
    pub(crate) unreadable: Unreadable,
    /// What a check that could not be run to its end does to a pass.
    pub(crate) check_errors: CheckErrors,
}

/// One review of all voices, of which at least one is graded. `millis` is how long they took together.
pub(crate) fn combine(
    voices: Vec<Voice>,
    work: &Work,
    rubric: &Rubric,
    bars: &Bars,
    millis: u64,
) -> Review {
    let mut cards = Vec::with_capacity(voices.len());
    let mut answers = Vec::new();
    for voice in voices {
        match voice {
            Voice::Graded(graded) => {
                cards.push(graded.card.clone());
                answers.push(graded);
            }
            Voice::Failed(card) => cards.push(card),
        }
    }
    let top = cards.iter().map(rank).max().unwrap_or(0);
    let readers = Readers::of(&answers, top);
    let readings = readers.readings(work);
    let coverage = coverage(&cards, &readers, &readings, top);
    let covered = readings::covered(&readings, work, bars.unreadable);
    let grades: Vec<Option<Score>> = (0..rubric.dimensions.len())
        .map(|index| combined_grade(&answers, index))
        .collect();
    let dimensions = dimensions(rubric, &grades);
    let assessed_weight: f64 = dimensions
        .iter()
        .filter(|d| d.score.is_some())
        .map(|d| d.weight)
        .sum::<f64>()
        .clamp(0.0, 1.0);
    let score = match coverage {
        Coverage::Unscored(_) => None,
        _ => weighted_mean(&dimensions),
    };
    let findings = merged(&answers);
    let worst = findings.iter().map(|(_, finding)| finding.severity).max();
    let judges: Vec<JudgeIdentity> = answers.iter().map(|a| a.card.judge.clone()).collect();
    let evidence: Vec<Evidence> = answers.iter().flat_map(|a| a.evidence.clone()).collect();
    let held_back = bars.check_errors == CheckErrors::Block
        && evidence
            .iter()
            .any(|result| result.outcome == CheckResult::Errored);
    Review {
        verdict: match verdict(score, worst, bars) {
            Verdict::Pass
                if held_back || coverage != Coverage::Whole || assessed_weight < LEAST_ASSESSED =>
            {
                Verdict::Revise
            }
            verdict => verdict,
        },
        judges,
        score,
        dimensions,
        assessed_weight,
        coverage,
        covered,
        readings,
        findings,
        summary: summary(&answers),
        evidence,
        usage: spent(cards.iter()),
        cards,
        millis,
    }
}

/// What all judges cost together, whether they answered or not.
pub(crate) fn spent<'c>(cards: impl Iterator<Item = &'c Card>) -> Usage {
    cards
        .map(|card| card.usage)
        .fold(Usage::default(), Usage::plus)
}

/// How much was read. `top` is the highest rank on the panel.
fn coverage(cards: &[Card], readers: &Readers<'_>, readings: &[FileReading], top: u8) -> Coverage {
    let reasons = |of: &mut dyn Iterator<Item = &Card>| {
        let reasons: Vec<String> = of
            .filter_map(|card| shortfall(card, cards.len() > 1))
            .collect();
        bounded(reasons.join("; "), MAX_SUMMARY)
    };
    if readers.are_none() {
        return Coverage::Unscored(reasons(&mut cards.iter()));
    }
    if !readers.are_of_top_rank {
        return Coverage::Partial(reasons(&mut cards.iter().filter(|card| rank(card) == top)));
    }
    let unread = readings
        .iter()
        .filter(|reading| reading.class == ReadingClass::Unread)
        .map(|reading| (reading.path.as_str(), reading.reason.as_str()));
    match (not_read(unread), reasons(&mut readers.cut_off())) {
        (None, _) => Coverage::Whole,
        (Some(unread), why) if why.is_empty() => Coverage::Partial(unread),
        (Some(_), why) => Coverage::Partial(why),
    }
}

/// What is missing from a judge's contribution, with its name where there are others.
fn shortfall(card: &Card, named: bool) -> Option<String> {
    let why = match &card.outcome {
        CardOutcome::Failed(why) => why,
        CardOutcome::Answered {
            coverage: Coverage::Partial(why) | Coverage::Unscored(why),
            ..
        } => why,
        CardOutcome::Answered {
            coverage: Coverage::Whole,
            ..
        } => return None,
    };
    Some(if named {
        format!("{}: {why}", card.judge.name)
    } else {
        why.clone()
    })
}

/// The grade of one dimension over all judges.
fn combined_grade(answers: &[Graded], index: usize) -> Option<Score> {
    let graded = || {
        answers.iter().filter_map(move |answer| {
            Some((
                rank(&answer.card),
                answer.grades.get(index).copied().flatten()?,
                answer.card.weight,
            ))
        })
    };
    let top = answers
        .iter()
        .filter(|answer| answer.grades.iter().any(Option::is_some))
        .map(|answer| rank(&answer.card))
        .max()?;
    let all = mean(graded().map(|(_, score, weight)| (score, weight)))?;
    let highest = mean(
        graded()
            .filter(|(rank, ..)| *rank == top)
            .map(|(_, score, weight)| (score, weight)),
    )?;
    Some(Score::clamped(all.min(highest)))
}

/// Every finding once, worst first. Of two that are the same, the worse one, with what advice there is.
fn merged(answers: &[Graded]) -> Vec<(String, Reported)> {
    let mut by_print: BTreeMap<&str, usize> = BTreeMap::new();
    let mut findings: Vec<(String, Reported)> = Vec::new();
    for (print, finding) in answers.iter().flat_map(|answer| &answer.findings) {
        match by_print.get(print.as_str()) {
            None => {
                by_print.insert(print, findings.len());
                findings.push((print.clone(), finding.clone()));
            }
            Some(&index) => {
                let kept = &mut findings[index].1;
                let advice = kept.advice.take().or_else(|| finding.advice.clone());
                if finding.severity > kept.severity {
                    *kept = finding.clone();
                }
                kept.advice = kept.advice.take().or(advice);
            }
        }
    }
    findings.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.severity));
    findings
}

fn summary(answers: &[Graded]) -> String {
    if let [answer] = answers {
        return answer.summary.clone();
    }
    let parts: Vec<String> = answers
        .iter()
        .filter(|answer| !answer.summary.is_empty())
        .map(|answer| format!("{}: {}", answer.card.judge.name, answer.summary))
        .collect();
    bounded(parts.join("\n"), MAX_SUMMARY)
}

/// Reject: a blocker, or less than half a grade. Pass: at least the pass mark and nothing that blocks, if enough
/// was read and graded.
fn verdict(score: Option<Score>, worst: Option<Severity>, bars: &Bars) -> Verdict {
    match score {
        Some(score) if worst == Some(Severity::Blocker) || score.get() < 50.0 => Verdict::Reject,
        Some(score)
            if score >= bars.pass_mark && worst.is_none_or(|worst| worst < bars.blocking) =>
        {
            Verdict::Pass
        }
        _ => Verdict::Revise,
    }
}
