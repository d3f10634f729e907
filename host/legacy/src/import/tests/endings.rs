//! How a session ended.

use super::sample::*;
use gansauditor_audit::domain::{CompleteReason, DecidedBy, Event, Status, StopReason};
use gansauditor_audit::session::Standing;
use serde_json::json;

#[test]
fn a_session_that_ended_has_the_originals_decision_at_its_end() {
    let bar_met = |tier| Status::Complete(CompleteReason::BarMet(tier));
    let imported = Status::Complete(CompleteReason::Custom("imported".into()));
    for (reason, status, standing) in [
        ("score_95_at_10", bar_met(1), Standing::Complete),
        ("score_90_at_15", bar_met(2), Standing::Complete),
        ("score_85_at_20", bar_met(3), Standing::Complete),
        (
            "max_loops_reached",
            Status::Stop(StopReason::HardStop),
            Standing::Stopped,
        ),
        (
            "stagnation_detected",
            Status::Stop(StopReason::Stagnation),
            Standing::Stopped,
        ),
        ("because", imported, Standing::Complete),
    ] {
        let file = session(
            &two_iterations(),
            &json!({ "isComplete": true, "completionReason": reason }),
        );
        let events = import(&file).unwrap();
        let Some(Event::Decided {
            attempt: 2,
            decision,
            by: DecidedBy::Original,
            ..
        }) = events.last()
        else {
            panic!("{reason}")
        };
        assert_eq!(decision.status, status);
        assert_eq!(
            decision.unmet.is_empty(),
            standing == Standing::Complete,
            "{reason}"
        );
        assert_eq!(
            decision.termination.is_some(),
            standing == Standing::Stopped,
            "{reason}"
        );
        assert_eq!(fold(&events).standing(), standing);
    }
}

#[test]
fn a_session_that_never_audited_is_an_empty_one() {
    let file = r#"{"id":"code-test-002","config":{"task":"Audit and improve the provided candidate","scope":"diff","threshold":85,"maxCycles":1,"candidates":1,"judges":["internal"],"applyFixes":false},"history":[],"createdAt":1757213149312,"updatedAt":1757213149312,"iterations":[],"currentLoop":0,"isComplete":false,"codexContextActive":false}"#;
    assert_eq!(import_bytes(file.as_bytes()).unwrap().len(), 1);
}
