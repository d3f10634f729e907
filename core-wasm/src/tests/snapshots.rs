//! Snapshots and settings that break the contract are refused, never decided on.

use super::*;
use crate::testing::*;

fn refusal(change: impl FnOnce(&mut Snapshot)) -> Error {
    let mut snapshot =
        session()
            .scored(60.0)
            .scored(70.0)
            .with_finding(finding("f", Severity::Minor, "a.rs", 1));
    assert!(Core::evaluate(&snapshot).is_ok());
    change(&mut snapshot);
    Core::evaluate(&snapshot).expect_err("the snapshot breaks the contract")
}

#[test]
fn every_broken_promise_is_named() {
    type Change = fn(&mut Snapshot);
    let cases: [(&str, Change); 22] = [
        ("no iteration", |s| s.iterations.clear()),
        ("no tier", |s| s.criteria.tiers.clear()),
        ("tier's score is NaN", |s| {
            s.criteria.tiers[0].score = f64::NAN
        }),
        ("tier's score is 101", |s| s.criteria.tiers[0].score = 101.0),
        ("before loop 1", |s| s.criteria.tiers[0].loops = 0),
        ("ascending order", |s| s.criteria.tiers.reverse()),
        ("threshold is inf", |s| {
            s.criteria.stagnation.threshold = f64::INFINITY
        }),
        ("requested bar -1", |s| {
            s.request.bar = Some(BarRequest::Exactly(-1.0))
        }),
        ("requested bar NaN", |s| {
            s.request.bar = Some(BarRequest::AtLeast(f64::NAN))
        }),
        ("attempt 4 follows attempt 1", |s| {
            s.iterations[1].attempt = 4
        }),
        ("attempt 0", |s| s.iterations[0].attempt = 0),
        ("is loop 1, but loop 2", |s| {
            s.iterations[1].loop_number = Some(1)
        }),
        ("no loop number", |s| s.iterations[1].loop_number = None),
        ("without a whole, scored review", |s| {
            s.iterations[1].reviews.clear()
        }),
        ("file \"a.rs\" is there twice", |s| {
            let file = s.iterations[0].files[0].clone();
            s.iterations[0].files.push(file);
        }),
        ("covers \"b.rs\"", |s| {
            s.newest_review().covered.push("b.rs".into())
        }),
        ("no judge", |s| s.newest_review().judges.clear()),
        ("review's score is NaN", |s| {
            s.newest_review().score = Some(f64::NAN)
        }),
        ("weight is 1.5", |s| s.newest_review().assessed_weight = 1.5),
        ("unscored review has a score", |s| {
            s.newest_review().coverage = Coverage::Unscored(String::new())
        }),
        ("text of attempt 7", |s| s.sources[1].attempt = 7),
        ("finding \"f\" is there twice", |s| {
            let finding = s.findings[0].clone();
            s.findings.push(finding);
        }),
    ];
    for (expected, change) in cases {
        match refusal(change) {
            Error::InvalidSnapshot(text) => {
                assert!(text.contains(expected), "{text:?} lacks {expected:?}")
            }
            other => panic!("{expected}: {other}"),
        }
    }
}

#[test]
fn a_finding_must_make_sense() {
    assert!(matches!(
        refusal(|s| s.findings[0].first_seen = 9),
        Error::InvalidSnapshot(_)
    ));
    assert!(matches!(
        refusal(|s| s.findings[0].state = FindingState::Fixed),
        Error::InvalidSnapshot(_)
    ));
}

#[test]
fn invalid_settings_are_reported_as_such() {
    let Error::InvalidSettings(problems) = refusal(|s| s.settings = r#"{"noise_bend": 3}"#.into())
    else {
        panic!("not about the settings");
    };
    assert_eq!(problems[0].path, "/noise_bend");
    assert_eq!(
        Core::validate_settings(r#"{"noise_bend": 3}"#),
        Err(problems)
    );
    assert_eq!(Core::validate_settings(""), Ok(()));
}

#[test]
fn every_part_checks_the_snapshot_by_itself() {
    let snapshot = session();
    let good = session().scored(60.0);
    let completion = crate::completion::assess_completion(&good).unwrap();
    let stagnation = crate::stagnation::assess_stagnation(&good).unwrap();
    assert!(crate::completion::assess_completion(&snapshot).is_err());
    assert!(crate::stagnation::assess_stagnation(&snapshot).is_err());
    let status = Status::Continue;
    assert!(
        crate::feedback::compose_feedback(&snapshot, &completion, &stagnation, &status).is_err()
    );
    assert!(crate::termination::compose_termination(&snapshot, &completion, &stagnation).is_err());
}

#[test]
fn the_parts_together_are_the_decision() {
    let snapshot = (0..25).fold(session(), |session, _| session.scored(60.0));
    let decision = decide(&snapshot);
    let completion = crate::completion::assess_completion(&snapshot).unwrap();
    let stagnation = crate::stagnation::assess_stagnation(&snapshot).unwrap();
    let feedback =
        crate::feedback::compose_feedback(&snapshot, &completion, &stagnation, &decision.status)
            .unwrap();
    let termination =
        crate::termination::compose_termination(&snapshot, &completion, &stagnation).unwrap();
    assert_eq!(
        (decision.unmet, decision.bar),
        (completion.unmet, completion.bar)
    );
    assert_eq!(
        (decision.stagnation, decision.feedback),
        (stagnation, feedback)
    );
    assert_eq!(decision.termination, Some(termination));
}

#[test]
fn says_who_it_is_and_what_it_wants_to_see() {
    let description = Core::describe();
    assert_eq!(description.name, "gansauditor-core");
    assert_eq!(description.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(
        (description.history.submissions, description.history.bytes),
        (4, 4 * 1024 * 1024)
    );
    assert_eq!(description.settings_schema, crate::settings::SCHEMA);
}
