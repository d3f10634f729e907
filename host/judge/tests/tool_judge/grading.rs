//! From findings to grades.

use crate::support::*;
use gansauditor_audit::domain::Coverage;
use gansauditor_audit::rubric::{CORRECTNESS, PERFORMANCE, SECURITY, STYLE};
use serde_json::{Value, json};

fn graded(results: Value, extra: Value) -> gansauditor_audit::ports::JudgeReport {
    let rules = json!([{"id": "S", "properties": {"tags": ["security"]}}]);
    review(
        &Script::saying(&log(results, rules).to_string()).tool(extra),
        vec![app()],
    )
}

#[test]
fn a_tool_grades_what_it_is_configured_to_grade() {
    let report = graded(json!([]), json!({}));
    let mut names: Vec<&str> = report
        .scores
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, [CORRECTNESS, SECURITY, STYLE]);
    assert!(report.scores.iter().all(|(_, score)| score.get() == 100.0));
    let report = graded(
        json!([at("S", 1)]),
        json!({"grades": [SECURITY, PERFORMANCE]}),
    );
    assert_eq!(score(&report, SECURITY), Some(92.0));
    assert_eq!(score(&report, PERFORMANCE), Some(100.0));
    assert_eq!(score(&report, CORRECTNESS), None);
}

#[test]
fn the_order_of_the_results_does_not_change_the_grade() {
    let bad = with(at("R", 1), "level", json!("error"));
    let mild = with(at("R", 2), "level", json!("note"));
    let one = graded(json!([bad.clone(), mild.clone()]), json!({}));
    let other = graded(json!([mild, bad]), json!({}));
    assert_eq!(one.scores, other.scores);
    assert_eq!(one.findings, other.findings);
}

#[test]
fn nothing_is_graded_when_the_tool_read_nothing() {
    let script = Script::saying(&log(json!([]), json!([])).to_string());
    let report = review(
        &script.tool(json!({})),
        vec![file("a.rs", "fn main() {}\n")],
    );
    assert_eq!(
        report.coverage,
        Coverage::Unscored("no files for tool".to_owned())
    );
    assert!(report.scores.is_empty() && report.covered().is_empty());
}
