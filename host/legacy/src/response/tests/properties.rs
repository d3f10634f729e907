//! What holds of every answer, whatever was reported.

use super::flood::flooded;
use super::sample::answer;
use gansauditor_audit::AuditReport;
use gansauditor_audit::domain::{CompleteReason, DetailLevel, ReviewReason, Status, StopReason};
use gansauditor_audit::session::Standing;
use proptest::prelude::*;
use serde_json::Value;

/// The keys of the original, in its order, and the new ones after them.
const KEYS: &[&str] = &[
    "thoughtNumber",
    "totalThoughts",
    "nextThoughtNeeded",
    "branches",
    "thoughtHistoryLength",
    "sessionId",
    "gan",
    "feedback",
    "completionStatus",
    "loopInfo",
    "terminationInfo",
    "sessionMetadata",
    "audited",
    "policy",
    "decision",
    "ledger",
    "checks",
    "files",
    "notices",
];

/// Keys of the outermost object in the order they are written.
fn top_level_keys(pretty: &str) -> Vec<String> {
    pretty
        .lines()
        .filter_map(|line| {
            line.strip_prefix("  \"")?
                .split_once("\":")
                .map(|(key, _)| key.to_owned())
        })
        .collect()
}

fn any_status() -> impl Strategy<Value = Status> {
    prop_oneof![
        Just(Status::Continue),
        Just(Status::ReviewAgain(ReviewReason::NearTheBar)),
        (0u32..9).prop_map(|tier| Status::Complete(CompleteReason::BarMet(tier))),
        ".{0,400}".prop_map(|name| Status::Complete(CompleteReason::Custom(name))),
        Just(Status::Stop(StopReason::HardStop)),
        Just(Status::Stop(StopReason::Stagnation)),
        ".{0,400}".prop_map(|name| Status::Stop(StopReason::Custom(name))),
    ]
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        Just(f64::NAN),
        Just(f64::INFINITY),
        0.0..100.0f64
    ]
}

fn any_report() -> impl Strategy<Value = AuditReport> {
    let piece = prop_oneof![".{0,40}", "[\u{1}-\u{7f}]{0,40}", "漢{0,9}"];
    let text = (piece, 0usize..60).prop_map(|(piece, times)| piece.repeat(times));
    let detail = prop_oneof![
        Just(DetailLevel::Basic),
        Just(DetailLevel::Detailed),
        Just(DetailLevel::Verbose)
    ];
    (any_status(), text, 0usize..60, any_number(), detail).prop_map(
        |(status, text, count, number, detail)| flooded(status, &text, count, number, detail),
    )
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        _ => false,
    }
}

fn all_in(list: &Value, key: &str, words: &[&str]) -> bool {
    list.as_array()
        .unwrap()
        .iter()
        .all(|item| words.contains(&item[key].as_str().unwrap()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn every_answer_is_bounded_in_order_and_in_the_words_of_the_original(report in any_report()) {
        let answer = answer(&report);
        let compact = serde_json::to_string(&answer).unwrap();
        // Twice a flood of plain words: a text of quotation marks is written with as many backslashes.
        let most = match report.criteria.detail {
            DetailLevel::Basic => 56,
            DetailLevel::Detailed => 80,
            DetailLevel::Verbose => 128,
        };
        prop_assert!(compact.len() <= most * 1024, "{} bytes", compact.len());

        let keys = top_level_keys(&serde_json::to_string_pretty(&answer).unwrap());
        let expected: Vec<&str> = KEYS.iter().copied().filter(|key| keys.iter().any(|k| k == key)).collect();
        prop_assert_eq!(&keys, &expected);

        let json = serde_json::to_value(&answer).unwrap();
        prop_assert!(!has_null(&json));
        let categories = ["security", "performance", "style", "logic", "error_handling", "maintainability",
            "testing", "documentation", "architecture", "compatibility"];
        let issues = ["security_vulnerability", "logic_error", "performance_bottleneck", "compatibility_issue",
            "data_corruption_risk", "resource_leak", "infinite_loop", "null_pointer", "race_condition", "deadlock_risk"];
        let reasons = ["score_95_at_10", "score_90_at_15", "score_85_at_20", "max_loops_reached",
            "stagnation_detected", "in_progress"];
        let feedback = &json["feedback"];
        prop_assert!(all_in(&feedback["improvements"], "category", &categories));
        prop_assert!(all_in(&feedback["criticalIssues"], "type", &issues));
        prop_assert!(all_in(&feedback["criticalIssues"], "severity", &["blocker", "critical", "major", "minor"]));
        prop_assert!(feedback["improvements"].as_array().unwrap().len() <= 10);
        prop_assert!(feedback["criticalIssues"].as_array().unwrap().len() <= 5);
        prop_assert!(feedback["nextSteps"].as_array().unwrap().len() <= 5);
        let completion = &json["completionStatus"];
        prop_assert!(reasons.contains(&completion["reason"].as_str().unwrap()));
        prop_assert!((0.0..=1.0).contains(&completion["progressPercentage"].as_f64().unwrap()));
        if completion["isComplete"].as_bool().unwrap() {
            prop_assert!(!answer.next_thought_needed());
        }
        if let Some(termination) = json.get("terminationInfo") {
            prop_assert!((0.0..=1.0).contains(&termination["failureRate"].as_f64().unwrap()));
            prop_assert!(["timeout", "failure", "stagnation"].contains(&termination["type"].as_str().unwrap()));
        }
        prop_assert_eq!(json.get("terminationInfo").is_some(), report.standing == Standing::Stopped);
    }
}
