//! `ledger`: every finding of the session, what stands first.

use super::{NAME, Notices, SENTENCE, room};
use crate::text::{bounded, fitting};
use gansauditor_audit::AuditReport;
use gansauditor_audit::domain::{DetailLevel, Finding, FindingState, Severity};
use serde::Serialize;
use std::cmp::Reverse;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Ledger {
    open: usize,
    unreviewed: usize,
    fixed: usize,
    waived: usize,
    changes: Changes,
    findings: Vec<Entry>,
}

/// Fingerprints that this submission moved.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Changes {
    fixed: Vec<String>,
    new: Vec<String>,
    reopened: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    severity: Severity,
    category: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cwe: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    state: FindingState,
    first_seen: u32,
    last_seen: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed_in: Option<u32>,
    reopened: u32,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

impl Ledger {
    pub(super) fn new(report: &AuditReport, notices: &mut Notices) -> Self {
        let count = |state| {
            report
                .ledger
                .iter()
                .filter(|finding| finding.state == state)
                .count()
        };
        let mut findings: Vec<&Finding> = report.ledger.iter().collect();
        findings.sort_by_key(|finding| {
            let Finding {
                state, reported, ..
            } = finding;
            (
                !state.is_standing(),
                Reverse(reported.severity),
                reported.location.as_ref(),
                &finding.fingerprint,
            )
        });
        let most = match report.criteria.detail {
            DetailLevel::Basic => 20,
            DetailLevel::Detailed => 50,
            DetailLevel::Verbose => 200,
        };
        let feedback = &report.decision.feedback;
        let mut moved = |list: &[String], name: &str| {
            let shown = fitting(
                list.iter().map(|fingerprint| bounded(fingerprint, NAME)),
                20,
                800,
            );
            notices.omitted(shown.omitted, name);
            shown.items
        };
        let changes = Changes {
            fixed: moved(&feedback.fixed, "ledger.changes.fixed"),
            new: moved(&feedback.new, "ledger.changes.new"),
            reopened: moved(&feedback.reopened, "ledger.changes.reopened"),
        };
        let shown = fitting(findings.into_iter().map(entry), most, room(report, 7_000));
        notices.omitted(shown.omitted, "ledger.findings");
        Self {
            open: count(FindingState::Open),
            unreviewed: count(FindingState::Unreviewed),
            fixed: count(FindingState::Fixed),
            waived: count(FindingState::Waived),
            changes,
            findings: shown.items,
        }
    }
}

fn entry(finding: &Finding) -> Entry {
    let reported = &finding.reported;
    let location = reported.location.as_ref();
    Entry {
        fingerprint: bounded(&finding.fingerprint, NAME),
        rule: reported.rule.as_deref().map(|rule| bounded(rule, NAME)),
        severity: reported.severity,
        category: bounded(reported.category.name(), NAME),
        cwe: reported.cwe,
        path: location.map(|location| bounded(&location.path, NAME)),
        line: location.and_then(|location| location.line),
        state: finding.state,
        first_seen: finding.first_seen,
        last_seen: finding.last_seen,
        fixed_in: finding.fixed_in,
        reopened: finding.reopened,
        message: bounded(&reported.message, SENTENCE / 2),
        advice: reported
            .advice
            .as_deref()
            .map(|advice| bounded(advice, SENTENCE / 2)),
    }
}
