//! `policy` and `decision`: who decided what and why, in today's words.

use super::feedback::sentences;
use super::{NAME, Notices, PARAGRAPH, SENTENCE, room};
use crate::text::{Number, bounded, fitting};
use gansauditor_audit::AuditReport;
use gansauditor_audit::domain::{
    CompleteReason, Condition, DecidedBy, PolicyIdentity, StagnationReport, StagnationSign, Status,
    UnmetCondition,
};
use serde::Serialize;

/// Newest entries shown of a series of numbers.
const MAX_SERIES: usize = 10;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Policy {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    decided_by: String,
}

impl Policy {
    pub(super) fn new(by: &DecidedBy) -> Self {
        let nobody = |decided_by| Self {
            name: None,
            version: None,
            digest: None,
            decided_by,
        };
        let somebody = |policy: &PolicyIdentity, decided_by: &str| Self {
            name: Some(bounded(&policy.name, NAME)),
            version: Some(bounded(&policy.version, NAME)),
            digest: Some(policy.digest.to_string()),
            decided_by: decided_by.to_owned(),
        };
        match by {
            DecidedBy::Policy(policy) => somebody(policy, "policy"),
            DecidedBy::Fallback(policy) => somebody(policy, "fallback"),
            DecidedBy::Host(cap) => nobody(format!("host:{}", bounded(cap, NAME))),
            DecidedBy::Original => nobody("original".to_owned()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DecisionView {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Number of the tier that completed, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<u32>,
    bar: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<Number>,
    #[serde(rename = "loop")]
    loop_number: u32,
    cycle: u32,
    attempt: u32,
    unmet: Vec<Unmet>,
    stagnation: Stagnation,
    unchanged: bool,
    repeated: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Unmet {
    condition: String,
    required: Number,
    actual: Number,
    margin: Number,
    detail: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Stagnation {
    stagnant: bool,
    signs: Vec<String>,
    similarities: Vec<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mean_similarity: Option<Number>,
    open_blocking: Vec<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score_rise: Option<Number>,
    excused: bool,
    explanation: String,
    alternatives: Vec<String>,
}

impl DecisionView {
    pub(super) fn new(report: &AuditReport, notices: &mut Notices) -> Self {
        let decision = &report.decision;
        let status = match &decision.status {
            // One more review was wanted and the host did not grant it: the agent goes on.
            Status::ReviewAgain(_) => Status::Continue.name(),
            status => status.name(),
        };
        let reason = decision.status.reason();
        let tier = match &decision.status {
            Status::Complete(CompleteReason::BarMet(tier)) => Some(*tier),
            _ => None,
        };
        let unmet = fitting(decision.unmet.iter().map(unmet), 10, room(report, 2_000));
        notices.omitted(unmet.omitted, "decision.unmet");
        Self {
            status,
            reason: reason.map(|reason| bounded(reason, NAME)),
            tier,
            bar: Number(decision.bar.get()),
            score: decision.score.map(|score| Number(score.get())),
            loop_number: decision.loop_number,
            cycle: report.cycle,
            attempt: report.attempt,
            unmet: unmet.items,
            stagnation: stagnation(&decision.stagnation),
            unchanged: report.unchanged,
            repeated: report.repeated,
        }
    }
}

fn unmet(unmet: &UnmetCondition) -> Unmet {
    let condition = match &unmet.condition {
        Condition::ScoreBelowBar => "score_below_bar",
        Condition::BlockingFindings => "blocking_findings",
        Condition::PartialReview => "partial_review",
        Condition::TooLittleAssessed => "too_little_assessed",
        Condition::UncoveredFiles => "uncovered_files",
        Condition::LeftOutFiles => "left_out_files",
        Condition::MissingEvidence => "missing_evidence",
        Condition::Custom(name) => name,
    };
    Unmet {
        condition: bounded(condition, NAME),
        required: Number(unmet.required),
        actual: Number(unmet.actual),
        margin: Number(unmet.margin),
        detail: bounded(&unmet.detail, SENTENCE),
    }
}

fn stagnation(report: &StagnationReport) -> Stagnation {
    let sign = |sign: &StagnationSign| match sign {
        StagnationSign::NearIdentical => "near_identical".to_owned(),
        StagnationSign::Oscillation => "oscillation".to_owned(),
        StagnationSign::NoProgress => "no_progress".to_owned(),
        StagnationSign::ReopenedFindings => "reopened_findings".to_owned(),
        StagnationSign::Custom(name) => bounded(name, NAME),
    };
    Stagnation {
        stagnant: report.stagnant,
        signs: report.signs.iter().take(MAX_SERIES).map(sign).collect(),
        similarities: newest(&report.similarities)
            .iter()
            .map(|value| Number(*value))
            .collect(),
        mean_similarity: report.mean_similarity.map(Number),
        open_blocking: newest(&report.open_blocking).to_vec(),
        score_rise: report.score_rise.map(Number),
        excused: report.excused,
        explanation: bounded(&report.explanation, PARAGRAPH),
        alternatives: sentences(&report.alternatives),
    }
}

fn newest<T>(series: &[T]) -> &[T] {
    &series[series.len().saturating_sub(MAX_SERIES)..]
}
