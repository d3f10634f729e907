use super::*;
use gansauditor_core::model::{
    Category, CompleteReason, Condition, Dimension, Finding, FindingState, Priority, Status,
};
use gansauditor_core::testing::*;
use proptest::prelude::*;

fn decide(snapshot: &Snapshot) -> Decision {
    SecurityGate::evaluate(snapshot).expect("the snapshot keeps the contract")
}

fn security(severity: Severity) -> Finding {
    Finding {
        category: Category::Security,
        cwe: Some(89),
        ..finding("injection", severity, "a.rs", 3)
    }
}

fn custom(name: &str) -> Condition {
    Condition::Custom(name.to_owned())
}

const DONE: Status = Status::Complete(CompleteReason::BarMet(1));

#[test]
fn a_perfect_score_does_not_pass_a_security_finding() {
    let decision = decide(
        &session()
            .scored(100.0)
            .with_finding(security(Severity::Minor)),
    );
    assert_eq!(decision.status, Status::Continue);
    assert_eq!(
        conditions(&decision),
        [Condition::BlockingFindings, custom("security-findings")]
    );
    let told = &decision.unmet[1].detail;
    assert!(
        told.contains("1 security finding (CWE-89) stands in a.rs"),
        "{told}"
    );
}

#[test]
fn a_finding_that_nobody_looked_at_again_stands_too() {
    let unreviewed = Finding {
        state: FindingState::Unreviewed,
        ..security(Severity::Minor)
    };
    assert!(!is_complete(&decide(
        &session().scored(100.0).with_finding(unreviewed)
    )));
}

#[test]
fn what_was_fixed_or_waived_opens_the_gate() {
    for state in [FindingState::Fixed, FindingState::Waived] {
        let gone = Finding {
            state,
            fixed_in: Some(1),
            ..security(Severity::Blocker)
        };
        assert_eq!(
            decide(&session().scored(100.0).with_finding(gone)).status,
            DONE
        );
    }
}

#[test]
fn other_findings_are_the_default_policys_matter() {
    let style = finding("style", Severity::Major, "a.rs", 1);
    assert_eq!(
        decide(&session().scored(100.0).with_finding(style)).status,
        DONE
    );
}

#[test]
fn milder_findings_than_the_setting_pass() {
    let snapshot = session()
        .scored(100.0)
        .with_finding(security(Severity::Minor));
    let lenient = snapshot.with_settings(r#"{"from_severity": "major"}"#);
    assert_eq!(decide(&lenient).status, DONE);
}

#[test]
fn a_listed_weakness_shuts_the_gate_in_any_category_and_severity() {
    let logic = Finding {
        category: Category::Logic,
        ..security(Severity::Info)
    };
    let snapshot = session().scored(100.0).with_finding(logic);
    assert_eq!(decide(&snapshot).status, DONE);
    assert!(!is_complete(&decide(
        &snapshot.with_settings(r#"{"cwes": [79, 89]}"#)
    )));
}

#[test]
fn what_shuts_the_gate_comes_first_in_the_feedback_and_counts_for_stagnation() {
    let worse = finding("worse", Severity::Major, "b.rs", 1);
    let snapshot = (0..10).fold(session(), |session, _| session.scored(100.0));
    let snapshot = snapshot
        .with_finding(security(Severity::Minor))
        .with_finding(worse);
    let decision = decide(&snapshot);
    assert_eq!(decision.stagnation.open_blocking, [1, 1, 1]);
    assert!(matches!(decision.status, Status::Stop(_)), "{decision:?}");
    let items = &decision.feedback.items;
    assert_eq!(items[1].finding, "injection");
    assert_eq!(items[1].priority, Priority::Critical);
}

#[test]
fn the_dimension_may_have_to_be_assessed_and_good() {
    let assessed = |score: Option<f64>, settings: &str| {
        let mut snapshot = session().scored(100.0).with_settings(settings);
        snapshot.newest_review().dimensions.push(Dimension {
            name: "security".to_owned(),
            weight: 0.15,
            score,
        });
        conditions(&decide(&snapshot))
    };
    assert_eq!(assessed(None, ""), []);
    assert_eq!(
        assessed(None, r#"{"require_assessed": true}"#),
        [custom("security-not-assessed")]
    );
    assert_eq!(
        assessed(None, r#"{"minimum_score": 80}"#),
        [custom("security-not-assessed")]
    );
    assert_eq!(
        assessed(Some(79.0), r#"{"minimum_score": 80}"#),
        [custom("security-score")]
    );
    assert_eq!(
        assessed(
            Some(80.0),
            r#"{"minimum_score": 80, "require_assessed": true}"#
        ),
        []
    );
    let elsewhere = r#"{"require_assessed": true, "dimension": "safety"}"#;
    assert_eq!(
        assessed(Some(80.0), elsewhere),
        [custom("security-not-assessed")]
    );
}

#[test]
fn settings_are_checked_strictly() {
    schema_is_kept::<SecurityGate, Settings>(SCHEMA);
    examples_are_valid::<SecurityGate>(include_str!("../README.md"));
    let wrong = r#"{"from_severity": "bad", "cwes": [0, 89], "minimum_score": 101, "x": 1}"#;
    assert_eq!(
        problems::<SecurityGate>(wrong),
        ["/cwes/0", "/from_severity", "/minimum_score", "/x"]
    );
}

proptest! {
    #[test]
    fn never_completes_while_a_security_finding_stands(
        steps in steps(),
        chosen in prop::collection::vec(any::<bool>(), 15),
    ) {
        let mut snapshot = play(&steps);
        for (finding, security) in snapshot.findings.iter_mut().zip(chosen) {
            if security {
                finding.category = Category::Security;
            }
        }
        let decision = decide(&snapshot);
        keeps_the_contract(&decision);
        let stands = snapshot.findings.iter().any(|finding| {
            finding.category == Category::Security
                && finding.severity >= Severity::Minor
                && finding.state.is_standing()
        });
        prop_assert!(!(stands && is_complete(&decision)));
    }
}
