//! Reviews that are not whole: without code, unread, or lost.

use super::sample::*;
use gansauditor_audit::domain::{Coverage, Event};
use serde_json::{Value, json};

#[test]
fn audits_without_code_come_over_without_findings_and_do_not_count() {
    let mut file = session(&two_iterations(), &json!({}));
    file.as_object_mut().unwrap().remove("iterations");
    let mut failed = file["history"][0].clone();
    failed["review"]["judge_cards"][0]["model"] = json!("fallback");
    file["history"]
        .as_array_mut()
        .unwrap()
        .extend([failed, json!({ "review": null })]);
    let events = import(&file).unwrap();
    assert_eq!(events.len(), 5);
    for review in reviews(&events) {
        assert!(matches!(review.coverage, Coverage::Partial(_)));
        assert!(review.findings.is_empty() && review.score.is_some());
    }
    assert_eq!(fold(&events).loops(), 0);
}

#[test]
fn what_nobody_had_read_is_not_scored() {
    for model in ["fallback", "synchronous-audit-engine"] {
        let mut unread = gan(100, "pass", 1);
        unread["judge_cards"][0]["model"] = json!(model);
        let events = import(&session(&[iteration(1, THOUGHT, unread)], &json!({}))).unwrap();
        let review = reviews(&events)[0];
        assert!(matches!(review.coverage, Coverage::Unscored(_)));
        assert_eq!(review.score, None);
        assert!(review.findings.is_empty());
        assert_eq!(fold(&events).loops(), 0);
    }
}

#[test]
fn a_lost_result_is_a_failed_review() {
    let events = import(&session(&[iteration(1, THOUGHT, Value::Null)], &json!({}))).unwrap();
    assert!(matches!(
        events.as_slice(),
        [
            _,
            Event::Submitted { .. },
            Event::ReviewFailed { attempt: 1, .. }
        ]
    ));
}
