//! Work to review, and answers about it as a model writes them.

use super::requests::{file, request};
use super::scripted::Act;
use gansauditor_audit::domain::*;
use gansauditor_audit::fingerprint::fingerprints;
use gansauditor_audit::ports::JudgeRequest;
use gansauditor_audit::rubric::Rubric;
use serde_json::{Value, json};
use std::time::Duration;

pub(super) const CODE: &str =
    "import os\n\ndef run(text):\n    return eval(text)\n\ndef safe(text):\n    return int(text)\n";

/// Thirty seconds for reviewing these files.
pub(super) fn asked(files: Vec<WorkFile>) -> JudgeRequest {
    JudgeRequest {
        task: Some("Evaluate `1 + 1`.".to_owned()),
        time: Duration::from_secs(30),
        ..request(files)
    }
}

/// Thirty seconds for reviewing [`CODE`] as `a.py`.
pub(super) fn asked_of_code() -> JudgeRequest {
    asked(vec![file("a.py", CODE)])
}

/// A whole answer with this score in every dimension.
pub(super) fn written(score: f64, findings: Value) -> Value {
    let rubric = Rubric::default();
    let grades: Vec<Value> = rubric
        .dimensions
        .iter()
        .map(|d| json!({ "dimension": d.name, "reason": "so", "score": score }))
        .collect();
    json!({ "summary": "It runs whatever it is given.", "scores": grades, "findings": findings,
        "earlier": [], "not_assessed": [] })
}

/// The finding about the line with eval, as a model writes it: the number of the line is wrong.
pub(super) fn eval_finding() -> Value {
    json!({ "path": "a.py", "quote": "return eval(text)", "line": 9, "symbol": "run",
        "category": "security", "severity": "critical", "cwe": 95,
        "message": "It runs any code.", "advice": "Use int()." })
}

pub(super) fn said(value: &Value) -> Act {
    Act::Say(value.to_string())
}

/// A whole answer that finds nothing.
pub(super) fn praise() -> Act {
    said(&written(90.0, json!([])))
}

/// A finding of an earlier loop about the line with eval.
pub(super) fn earlier(state: FindingState) -> Finding {
    let reported = Reported {
        rule: None,
        category: Category::Security,
        severity: Severity::Critical,
        cwe: Some(95),
        message: "It runs what it gets.".to_owned(),
        advice: None,
        location: Some(Location {
            path: "a.py".to_owned(),
            line: Some(2),
            end_line: None,
        }),
        symbol: Some("run".to_owned()),
        anchor: "return eval(text)".to_owned(),
    };
    let (fingerprint, reported) = fingerprints(vec![reported]).remove(0);
    Finding {
        fingerprint,
        reported,
        judge: "scripted".to_owned(),
        judge_rank: 1,
        state,
        first_seen: 1,
        last_seen: 1,
        fixed_in: None,
        reopened: 0,
    }
}
