//! Session files as the original leaves them, and what is in the events they become.

use crate::import::LegacyImporter;
use gansauditor_audit::domain::{Digest, Event, Review, SessionId, Timestamp, Work};
use gansauditor_audit::ports::{ImportError, SessionImporter};
use gansauditor_audit::session::Session;
use serde_json::{Value, json};

pub(super) const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// What becomes of this file.
pub(super) fn import(file: &Value) -> Result<Vec<Event>, ImportError> {
    import_bytes(&serde_json::to_vec(file).unwrap())
}

pub(super) fn import_bytes(bytes: &[u8]) -> Result<Vec<Event>, ImportError> {
    LegacyImporter.import(&id(), bytes, Digest::of(bytes), NOW)
}

pub(super) fn id() -> SessionId {
    SessionId::new("any").unwrap()
}

pub(super) fn fold(events: &[Event]) -> Session {
    let mut session = Session::new(id());
    events.iter().for_each(|event| session.apply(event));
    session
}

pub(super) fn reviews(events: &[Event]) -> Vec<&Review> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Reviewed { review, .. } => Some(review),
            _ => None,
        })
        .collect()
}

pub(super) fn works(events: &[Event]) -> Vec<&Work> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Submitted { work, .. } => Some(work),
            _ => None,
        })
        .collect()
}

/// A judge result in the order and with the members that the original writes.
pub(super) fn gan(overall: i64, verdict: &str, line: i64) -> Value {
    json!({
        "overall": overall,
        "dimensions": [
            { "name": "accuracy", "score": 90 }, { "name": "completeness", "score": 40 },
            { "name": "clarity", "score": 90 }, { "name": "actionability", "score": 85 },
            { "name": "human_likeness", "score": 85 }
        ],
        "verdict": verdict,
        "review": {
            "summary": "No validation.",
            "inline": [{ "path": "code", "line": line, "comment": "Consider validating inputs." }],
            "citations": []
        },
        "proposed_diff": null,
        "iterations": 1,
        "judge_cards": [{ "model": "codex-cli", "score": overall, "notes": "fine" }]
    })
}

pub(super) const THOUGHT: &str =
    "Here it is:\n\n```js\nfunction mul(a, b) {\n  return a * b;\n}\n```\n";

fn config(task: &str) -> Value {
    json!({
        "task": task, "scope": "diff", "threshold": 85, "maxCycles": 1, "candidates": 1, "judges": ["internal"],
        "applyFixes": false, "auditTimeout": 30000, "enableSystemPrompt": true
    })
}

pub(super) fn iteration(number: u64, code: &str, result: Value) -> Value {
    json!({ "thoughtNumber": number, "code": code, "auditResult": result, "timestamp": 1_757_213_200_000u64 + number })
}

/// A session as the original leaves it after `iterations`.
pub(super) fn session(iterations: &[Value], rest: &Value) -> Value {
    let history: Vec<Value> = iterations
        .iter()
        .map(|iteration| {
            json!({
                "timestamp": iteration["timestamp"], "thoughtNumber": iteration["thoughtNumber"],
                "review": iteration["auditResult"], "config": config("t")
            })
        })
        .collect();
    let mut file = json!({
        "id": "my-work", "config": config("Mend it"), "history": history, "createdAt": 1_757_213_149_312u64,
        "updatedAt": 1_757_213_149_999u64, "iterations": iterations, "currentLoop": iterations.len(),
        "isComplete": false, "codexContextActive": false,
        "lastGan": iterations.last().map(|iteration| iteration["auditResult"].clone())
    });
    for (key, value) in rest.as_object().unwrap() {
        file[key] = value.clone();
    }
    file
}

/// Two versions of the same file, of which the second one is better.
pub(super) fn two_iterations() -> Vec<Value> {
    let better = THOUGHT.replace("return a * b;", "check(a); check(b); return a * b;");
    vec![
        iteration(1, THOUGHT, gan(78, "revise", 5)),
        iteration(2, &better, gan(88, "pass", 999)),
    ]
}
