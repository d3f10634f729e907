//! `completionStatus`, `loopInfo` and `terminationInfo`: how far the loop is and how it ended.

use super::feedback::sentences;
use super::{NAME, PARAGRAPH, SENTENCE};
use crate::text::{Number, bounded, fitting};
use gansauditor_audit::AuditReport;
use gansauditor_audit::domain::{
    CompleteReason, DecidedBy, Decision, Finding, Status, StopReason, Trend,
};
use serde::Serialize;

/// Newest scores shown of a session.
const MAX_SCORES: usize = 50;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompletionStatus {
    is_complete: bool,
    reason: &'static str,
    current_loop: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<Number>,
    threshold: Number,
    message: String,
    progress_percentage: Number,
}

impl CompletionStatus {
    pub(super) fn new(report: &AuditReport) -> Self {
        let decision = &report.decision;
        Self {
            // In the original's words the loop is complete when it ended in one of its ways, two of which are stops;
            // `decision.status` tells which.
            is_complete: matches!(
                decision.status,
                Status::Complete(_) | Status::Stop(StopReason::HardStop | StopReason::Stagnation)
            ),
            reason: reason(report),
            current_loop: decision.loop_number,
            score: decision.score.map(|score| Number(score.get())),
            threshold: Number(decision.bar.get()),
            message: bounded(&message(decision), PARAGRAPH),
            progress_percentage: Number(progress(decision)),
        }
    }
}

/// The original's names, which keep the default thresholds whatever the thresholds are. What it had no name
/// for is called by what comes nearest: a completion by the tier in force, a limit of the host by the loop
/// limit.
fn reason(report: &AuditReport) -> &'static str {
    match &report.decision.status {
        Status::Continue | Status::ReviewAgain(_) => "in_progress",
        Status::Complete(CompleteReason::BarMet(tier)) => tier_reason(*tier as usize),
        Status::Complete(CompleteReason::Custom(_)) => {
            let ended = |loops: u32| loops < report.decision.loop_number;
            tier_reason(
                1 + report
                    .criteria
                    .tiers
                    .iter()
                    .filter(|tier| ended(tier.loops))
                    .count(),
            )
        }
        Status::Stop(StopReason::Stagnation) => "stagnation_detected",
        Status::Stop(StopReason::HardStop | StopReason::Custom(_)) => "max_loops_reached",
    }
}

/// Tiers count from 1; those beyond the original's three are its last.
fn tier_reason(tier: usize) -> &'static str {
    match tier {
        0 | 1 => "score_95_at_10",
        2 => "score_90_at_15",
        _ => "score_85_at_20",
    }
}

fn message(decision: &Decision) -> String {
    let Decision {
        loop_number, bar, ..
    } = decision;
    let score = decision
        .score
        .map_or("no score".to_owned(), |score| format!("score {score}"));
    match &decision.status {
        Status::Complete(_) => format!("Complete at loop {loop_number}: {score}, bar {bar}."),
        status @ Status::Stop(_) => {
            format!(
                "Stopped at loop {loop_number}, not complete ({}): {score}, bar {bar}.",
                status.reason().unwrap_or_default()
            )
        }
        Status::Continue | Status::ReviewAgain(_) => {
            let unmet: Vec<&str> = decision
                .unmet
                .iter()
                .take(5)
                .map(|unmet| unmet.detail.as_str())
                .collect();
            format!(
                "Loop {loop_number}: {score}, bar {bar}. {}",
                unmet.join(" ")
            )
            .trim_end()
            .to_owned()
        }
    }
}

/// The share of the way to the bar, 0 to 1; 1 only when the work is complete.
fn progress(decision: &Decision) -> f64 {
    match (&decision.status, decision.score) {
        (Status::Complete(_), _) => 1.0,
        (_, Some(score)) => (score.get() / decision.bar.get().max(1.0)).min(0.95),
        (_, None) => 0.0,
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LoopInfo {
    current_loop: u32,
    max_loops: u32,
    progress_trend: Trend,
    stagnation_detected: bool,
    score_progression: Vec<Number>,
    average_improvement: Number,
    loops_remaining: u32,
}

impl LoopInfo {
    pub(super) fn new(report: &AuditReport) -> Self {
        let decision = &report.decision;
        let scores: Vec<f64> = report.loops.iter().map(|summary| summary.score).collect();
        let steps = scores.len().saturating_sub(1);
        let risen = match (scores.first(), scores.last()) {
            (Some(first), Some(last)) => last - first,
            _ => 0.0,
        };
        Self {
            current_loop: decision.loop_number,
            max_loops: decision.hard_stop,
            // The one trend there is: the same as in the feedback.
            progress_trend: decision.feedback.progress.trend,
            stagnation_detected: decision.stagnation.stagnant,
            score_progression: scores
                .iter()
                .skip(scores.len().saturating_sub(MAX_SCORES))
                .map(|score| Number(*score))
                .collect(),
            average_improvement: Number(if steps == 0 {
                0.0
            } else {
                risen / steps as f64
            }),
            loops_remaining: decision.hard_stop.saturating_sub(decision.loop_number),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TerminationInfo {
    reason: String,
    #[serde(rename = "type")]
    kind: &'static str,
    failure_rate: Number,
    critical_issues: Vec<String>,
    final_assessment: String,
    recommendations: Vec<String>,
}

impl TerminationInfo {
    /// Present on every stop: a decision to stop always carries its termination report.
    pub(super) fn new(report: &AuditReport) -> Option<Self> {
        let Status::Stop(stop) = &report.decision.status else {
            return None;
        };
        let termination = report.decision.termination.as_ref()?;
        let issues = termination
            .critical_findings
            .iter()
            .map(|fingerprint| issue(fingerprint, &report.ledger));
        let (reason, kind) = match stop {
            StopReason::HardStop => (
                format!(
                    "the hard stop of {} loops was reached",
                    report.decision.hard_stop
                ),
                "timeout",
            ),
            StopReason::Stagnation => {
                (report.decision.stagnation.explanation.clone(), "stagnation")
            }
            StopReason::Custom(name) => {
                let limit = matches!(report.decided_by, DecidedBy::Host(_));
                (name.clone(), if limit { "timeout" } else { "failure" })
            }
        };
        Some(Self {
            reason: bounded(&reason, SENTENCE),
            kind,
            failure_rate: Number(termination.failure_rate.clamp(0.0, 1.0)),
            critical_issues: fitting(issues, 10, 1_500).items,
            final_assessment: bounded(&termination.assessment, PARAGRAPH),
            recommendations: sentences(&termination.recommendations),
        })
    }
}

/// A finding in one line; its fingerprint alone when the ledger does not hold it.
fn issue(fingerprint: &str, ledger: &[Finding]) -> String {
    let Some(finding) = ledger
        .iter()
        .find(|finding| finding.fingerprint == fingerprint)
    else {
        return bounded(fingerprint, NAME);
    };
    let place = match &finding.reported.location {
        Some(location) => match location.line {
            Some(line) => format!("{}:{line}: ", bounded(&location.path, NAME)),
            None => format!("{}: ", bounded(&location.path, NAME)),
        },
        None => String::new(),
    };
    bounded(&format!("{place}{}", finding.reported.message), SENTENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tiers_as_the_original_did_and_all_further_ones_like_its_last() {
        let names: Vec<&str> = (0..6).map(tier_reason).collect();
        assert_eq!(
            names,
            [
                "score_95_at_10",
                "score_95_at_10",
                "score_90_at_15",
                "score_85_at_20",
                "score_85_at_20",
                "score_85_at_20"
            ]
        );
    }
}
