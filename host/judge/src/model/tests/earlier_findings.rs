//! What becomes of findings of earlier loops.

use super::samples::*;
use super::scripted::Case;
use gansauditor_audit::domain::{FindingState, Reported};
use gansauditor_audit::fingerprint::fingerprints;
use gansauditor_audit::ports::JudgeRequest;
use serde_json::{Value, json};

/// What is found when the model says this of the earlier finding, and finds these.
async fn followed(state: FindingState, fate: Option<&str>, findings: Value) -> Vec<Reported> {
    let mut answer = written(70.0, findings);
    if let Some(fate) = fate {
        answer["earlier"] = json!([{ "id": "E1", "state": fate, "evidence": "line 4" }]);
    }
    let played = Case {
        request: JudgeRequest {
            earlier: vec![earlier(state)],
            ..asked_of_code()
        },
        ..Case::of(vec![said(&answer)])
    }
    .play()
    .await;
    assert!(played.input(0).contains("E1 ["));
    played.result.unwrap().findings
}

#[tokio::test]
async fn what_is_not_said_to_be_fixed_is_the_same_finding_again() {
    for fate in [Some("open"), Some("unclear"), None] {
        // The model words it anew as well: that is one finding, not two.
        let again = followed(FindingState::Open, fate, json!([eval_finding()])).await;
        assert_eq!(again.len(), 1, "{fate:?}");
        let known = earlier(FindingState::Open);
        assert_eq!(fingerprints(again.clone())[0].0, known.fingerprint);
        assert_eq!(
            again[0].location.as_ref().unwrap().line,
            Some(4),
            "where it stands now"
        );
    }
}

#[tokio::test]
async fn an_earlier_finding_alone_stands_as_the_model_says() {
    for (state, fate, found) in [
        (FindingState::Open, Some("fixed"), 0),
        (FindingState::Fixed, Some("open"), 1),
        (FindingState::Fixed, Some("fixed"), 0),
        (FindingState::Fixed, Some("unclear"), 0),
        (FindingState::Fixed, None, 0),
    ] {
        let findings = followed(state, fate, json!([])).await;
        assert_eq!(findings.len(), found, "{state:?}: {fate:?}");
    }
}
