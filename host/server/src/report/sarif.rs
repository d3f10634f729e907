//! The report for programs: SARIF 2.1.0.
//!
//! `baselineState` comes from the ledger: a finding first reported by this submission is `new`, one that was
//! there before is `unchanged`, one that was fixed by it is `absent`. The fingerprint is the finding's own, so
//! a viewer follows it across runs as the session does.

use gansauditor_audit::AuditReport;
use gansauditor_audit::domain::{Finding, FindingState, Severity};
use serde_sarif::sarif::{
    ArtifactLocation, Location, Message, PhysicalLocation, PropertyBag, Region,
    ReportingDescriptor, Result as SarifResult, ResultLevel, Run, SCHEMA_URL, Sarif, Tool,
    ToolComponent, Version,
};
use std::collections::{BTreeMap, BTreeSet};

/// Key of the fingerprint; the number changes when its recipe does.
const FINGERPRINT: &str = "gansauditor/v1";

/// The audit as a SARIF log with one run.
pub(crate) fn sarif(report: &AuditReport) -> Sarif {
    let loop_number = report.decision.loop_number;
    let shown: Vec<&Finding> = report
        .ledger
        .iter()
        .filter(|finding| match finding.state {
            FindingState::Open | FindingState::Unreviewed => true,
            FindingState::Fixed => finding.fixed_in == Some(loop_number),
            FindingState::Waived => false,
        })
        .collect();
    let rules: BTreeSet<&str> = shown.iter().map(|finding| rule(finding)).collect();
    let rules = rules
        .into_iter()
        .map(|id| ReportingDescriptor::builder().id(id.to_owned()).build())
        .collect::<Vec<_>>();
    let results = shown
        .into_iter()
        .map(|finding| result(finding, loop_number))
        .collect();
    log(rules, results)
}

/// A log of a run that had nothing to judge.
pub(crate) fn sarif_of_nothing() -> Sarif {
    log(Vec::new(), Vec::new())
}

fn log(rules: Vec<ReportingDescriptor>, results: Vec<SarifResult>) -> Sarif {
    let driver = ToolComponent::builder()
        .name("gansauditor".to_owned())
        .version(env!("CARGO_PKG_VERSION").to_owned())
        .rules(rules)
        .build();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .results(results)
        .build();
    Sarif::builder()
        .schema(SCHEMA_URL.to_owned())
        .version(Version::V2_1_0.to_string())
        .runs(vec![run])
        .build()
}

fn rule(finding: &Finding) -> &str {
    finding
        .reported
        .rule
        .as_deref()
        .unwrap_or_else(|| finding.reported.category.name())
}

fn result(finding: &Finding, loop_number: u32) -> SarifResult {
    let reported = &finding.reported;
    let text = match &reported.advice {
        Some(advice) => format!("{} {advice}", reported.message),
        None => reported.message.clone(),
    };
    let state = match finding.state {
        FindingState::Fixed => "absent",
        _ if finding.first_seen == loop_number => "new",
        _ => "unchanged",
    };
    let properties: BTreeMap<String, serde_json::Value> = [
        Some(("severity".to_owned(), reported.severity.name().into())),
        Some(("category".to_owned(), reported.category.name().into())),
        reported
            .cwe
            .map(|cwe| ("cwe".to_owned(), format!("CWE-{cwe}").into())),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut result = SarifResult::builder()
        .rule_id(rule(finding).to_owned())
        .level(level(reported.severity))
        .message(Message::builder().text(text).build())
        .baseline_state(serde_json::Value::from(state))
        .partial_fingerprints(BTreeMap::from([(
            FINGERPRINT.to_owned(),
            finding.fingerprint.clone(),
        )]))
        .properties(
            PropertyBag::builder()
                .additional_properties(properties)
                .build(),
        )
        .build();
    result.locations = reported.location.as_ref().map(|location| {
        let mut region = None;
        if let Some(line) = location.line {
            let last = location.end_line.unwrap_or(line);
            region = Some(
                Region::builder()
                    .start_line(i64::from(line))
                    .end_line(i64::from(last))
                    .build(),
            );
        }
        let mut place = PhysicalLocation::builder()
            .artifact_location(ArtifactLocation::builder().uri(uri(&location.path)).build())
            .build();
        place.region = region;
        vec![Location::builder().physical_location(place).build()]
    });
    result
}

fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Blocker | Severity::Critical => ResultLevel::Error,
        Severity::Major | Severity::Minor => ResultLevel::Warning,
        Severity::Info => ResultLevel::Note,
    }
}

/// A path as a relative URI reference: what RFC 3986 does not allow in one is percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
