//! What is taken over of an answer, and what is dropped.

use super::requests::file;
use super::samples::*;
use super::scripted::*;
use gansauditor_audit::domain::{Coverage, Extent, Severity};
use serde_json::json;

#[tokio::test]
async fn a_review_is_read_and_its_findings_stand_where_their_quotes_do() {
    let played = play(1, vec![said(&written(70.0, json!([eval_finding()])))]).await;
    let report = played.report();
    assert_eq!(report.coverage, Coverage::Whole);
    assert_eq!(report.covered(), ["a.py"]);
    assert_eq!(report.scores.len(), 6);
    let finding = &report.findings[0];
    assert_eq!(finding.anchor, "return eval(text)");
    assert_eq!(finding.location.as_ref().unwrap().line, Some(4));
    assert_eq!(finding.severity, Severity::Critical);
    assert_eq!(report.usage.input_tokens, 100);
    assert!(
        report
            .provenance
            .starts_with("m1 over /responses; 100 tokens"),
        "{}",
        report.provenance
    );
    assert!(played.input(0).contains(CODE), "byte for byte");
    assert!(played.input(0).contains("Evaluate `1 + 1`."));
    assert!(played.prompts[0].instructions.contains("security (15 %)"));
}

#[tokio::test]
async fn a_bad_item_is_dropped_and_never_the_review() {
    let mut answer = written(
        80.0,
        json!([
            eval_finding(),
            {"path": "a.py", "severity": "terrible", "category": "security", "message": "x"},
            {"path": "elsewhere.py", "quote": "x", "category": "logic", "severity": "major", "message": "Not ours."},
            "a text", null, {"message": 7},
            {"path": "./a.py", "quote": "no such text", "line": 3, "category": "logic", "severity": "blocker", "message": "It is said."}
        ]),
    );
    answer["scores"][0]["score"] = json!(950);
    answer["scores"][1]["score"] = json!(null);
    answer["scores"][2] = json!({"dimension": "beauty", "score": 3});
    let fenced = Act::Say(format!("Here it is:\n```json\n{answer}\n```"));
    let played = play(0, vec![fenced]).await;
    let report = played.report();
    assert_eq!(report.scores.len(), 3, "{:?}", report.scores);
    assert!(report.scores.iter().all(|(_, score)| score.get() == 80.0));
    let severities: Vec<Severity> = report.findings.iter().map(|f| f.severity).collect();
    assert_eq!(
        severities,
        [Severity::Critical, Severity::Major],
        "what is not in the code blocks nothing"
    );
    assert!(report.provenance.contains("unusable items dropped"));
}

#[tokio::test]
async fn findings_on_lines_that_are_not_under_review_are_dropped() {
    let mut changed = file("a.py", CODE);
    changed.extent = Extent::Changed(vec![7]);
    let played = Case {
        request: asked(vec![changed]),
        ..Case::of(vec![said(&written(70.0, json!([eval_finding()])))])
    }
    .play()
    .await;
    assert!(played.report().findings.is_empty());
    assert!(played.input(0).contains("under review: 7:"));
}
