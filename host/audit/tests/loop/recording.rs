//! What is on record, and when.

use crate::support::*;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::*;
use gansauditor_audit::*;
use std::sync::atomic::Ordering;

const CODE: &str = "def run(text):\n    return text";

/// How often something was made durable for this submission.
async fn appends(world: &World, text: &str) -> usize {
    let before = world.store.appends.load(Ordering::SeqCst);
    let _ = world.submit(text).await;
    world.store.appends.load(Ordering::SeqCst) - before
}

fn kinds(world: &World) -> Vec<&'static str> {
    let kind = |event: &Event| match event {
        Event::Opened { .. } => "opened",
        Event::Submitted { .. } => "submitted",
        Event::Reviewed { .. } => "reviewed",
        Event::ReviewFailed { .. } => "review failed",
        Event::Decided { .. } => "decided",
        Event::Undecided { .. } => "undecided",
        Event::Reset { .. } => "reset",
    };
    world.store.events("s").iter().map(kind).collect()
}

#[tokio::test]
async fn a_review_that_cost_something_is_durable_before_it_is_decided_on() {
    let world = World::ordinary(vec![Act::clean(60.0)]);
    assert_eq!(appends(&world, &python("a.py", CODE)).await, 1 + 2);
}

#[tokio::test]
async fn a_review_for_nothing_is_durable_together_with_its_decision() {
    let world = World::ordinary(vec![Act::clean(60.0)]);
    let code = python("a.py", CODE);
    world.submit(&code).await.unwrap();
    assert_eq!(appends(&world, &code).await, 1);
    assert_eq!(
        kinds(&world)[4..],
        ["submitted", "reviewed", "decided"],
        "{:?}",
        kinds(&world)
    );
}

#[tokio::test]
async fn a_review_for_nothing_stays_on_record_when_the_policy_fails() {
    let judge = ScriptedJudge::new(JudgeKind::Static, vec![Act::clean(60.0)]);
    let world = World::new(judge, config(), |snapshot| {
        if snapshot.iterations.len() == 1 {
            return Ok(Status::Continue);
        }
        Err(PolicyError::Trapped("unreachable".into()))
    });
    let code = python("a.py", CODE);
    world.submit(&code).await.unwrap();
    assert_eq!(appends(&world, &code).await, 1);
    assert_eq!(kinds(&world)[4..], ["submitted", "reviewed", "undecided"]);
}

#[tokio::test]
async fn what_was_spent_without_getting_a_review_counts_against_the_cap() {
    let spent = |input_tokens| Usage {
        input_tokens,
        ..Usage::default()
    };
    let failed = JudgeError::Failed {
        judge: "scripted".into(),
        kind: JudgeFailure::Malformed,
        reason: "prose".into(),
        retry_after: None,
        usage: spent(700),
    };
    let capped = LoopConfig {
        caps: Caps {
            max_tokens: Some(1_000),
            ..Caps::default()
        },
        ..config()
    };
    let script = vec![Act::Fail(failed.clone()), Act::Fail(failed)];
    let judge = ScriptedJudge::new(JudgeKind::Model, script);
    let world = World::new(judge, capped, ordinary_rule);
    let code = python("a.py", CODE);
    for _ in 0..2 {
        let error = world.submit(&code).await.unwrap_err();
        assert!(matches!(error, AuditError::Judge(error) if error.usage() == spent(700)));
    }
    let report = world.submit(&code).await.unwrap();
    assert_eq!(report.decided_by, DecidedBy::Host("max-tokens".into()));
}

#[tokio::test]
async fn what_a_failed_judge_of_a_panel_cost_is_part_of_the_review() {
    let failed = JudgeError::failed("linter", JudgeFailure::Unavailable, "no answer");
    let dear = JudgeError::TimedOut {
        judge: "model".into(),
        after: std::time::Duration::from_secs(30),
        partial: None,
        usage: Usage {
            output_tokens: 90,
            ..Usage::default()
        },
    };
    let judges = [
        ScriptedJudge::named(
            "model",
            JudgeKind::Model,
            vec![Act::Fail(dear.clone()), Act::Fail(dear)],
        ),
        ScriptedJudge::named(
            "linter",
            JudgeKind::Tool,
            vec![Act::clean(60.0), Act::Fail(failed)],
        ),
    ];
    let world = World::of(&judges);
    let report = world.submit(&python("a.py", CODE)).await.unwrap();
    let usage = report.review.unwrap().usage;
    assert_eq!((usage.input_tokens, usage.output_tokens), (10, 90));

    let error = world.submit(&python("a.py", CODE)).await.unwrap_err();
    assert!(matches!(error, AuditError::Judge(error) if error.usage().output_tokens == 90));
}

#[tokio::test]
async fn a_finding_about_the_work_as_a_whole_says_what_it_waits_for() {
    let everywhere = || Reported {
        location: None,
        ..critical("a.py", "")
    };
    let world = World::ordinary(vec![
        Act::Report(60.0, vec![everywhere()]),
        Act::clean(96.0),
        Act::clean(96.0),
    ]);
    let (a, b) = (python("a.py", CODE), python("b.py", CODE));
    world.submit(&(a.clone() + &b)).await.unwrap();
    let report = world.submit(&a).await.unwrap();
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.ends_with("missing here: b.py")),
        "{:?}",
        report.notes
    );
    let report = world.submit(&(python("a.py", "x = 1") + &b)).await.unwrap();
    assert_eq!(report.ledger[0].state, FindingState::Fixed);
    assert!(report.notes.is_empty(), "{:?}", report.notes);
}
