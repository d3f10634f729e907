//! What becomes of findings: fixed, unreviewed, reopened, and not believed.

use crate::support::*;
use gansauditor_audit::domain::*;
use gansauditor_audit::session::{Session, Standing};

#[tokio::test]
async fn revises_until_the_finding_is_fixed_and_then_completes() {
    let world = World::ordinary(vec![Act::finds(60.0, "eval(text)"), Act::clean(96.0)]);
    let first = world.round(EVIL).await;
    assert_eq!(first.decision.status, Status::Continue);
    assert_eq!(first.review.as_ref().unwrap().verdict, Verdict::Revise);
    assert_eq!(states(&first), [FindingState::Open]);
    let second = world.round(GOOD).await;
    assert_eq!(second.standing, Standing::Complete);
    assert_eq!(states(&second), [FindingState::Fixed]);
    assert_eq!(second.ledger[0].fixed_in, Some(2));
    assert_eq!(second.loops.len(), 2);
}

#[tokio::test]
async fn a_finding_stands_unreviewed_when_its_file_is_left_out() {
    let world = World::ordinary(vec![
        Act::finds(60.0, "eval(text)"),
        Act::clean(100.0),
        Act::clean(100.0),
    ]);
    world.round(EVIL).await;
    let less = world.submit(&python("b.py", "x = 1")).await.unwrap();
    assert_eq!(states(&less), [FindingState::Unreviewed]);
    assert_eq!(less.decision.status, Status::Continue);
    assert!(
        less.notes.iter().any(|note| note.contains("a.py")),
        "{:?}",
        less.notes
    );
    assert_eq!(states(&world.round(GOOD).await), [FindingState::Fixed]);
}

#[tokio::test]
async fn unnamed_code_keeps_its_findings_only_while_it_can_be_recognised() {
    let world = World::ordinary(vec![
        Act::Report(60.0, vec![critical("snippet-1.py", "eval(text)")]),
        Act::clean(100.0),
        Act::clean(100.0),
    ]);
    let unnamed = |code| format!("```python\n{code}\n```");
    world.submit(&unnamed(EVIL)).await.unwrap();
    let other = world.submit(&unnamed("print('hello')")).await.unwrap();
    assert_eq!(states(&other), [FindingState::Unreviewed]);
    assert_eq!(other.review.as_ref().unwrap().covered, ["snippet-2.py"]);
    let mended = world.submit(&unnamed(GOOD)).await.unwrap();
    assert_eq!(mended.review.as_ref().unwrap().covered, ["snippet-1.py"]);
    assert_eq!(states(&mended), [FindingState::Fixed]);
}

#[tokio::test]
async fn a_finding_that_comes_back_is_counted_as_reopened() {
    let world = World::ordinary(vec![
        Act::finds(60.0, "eval(text)"),
        Act::clean(80.0),
        Act::finds(60.0, "eval( text )"),
    ]);
    world.round(EVIL).await;
    world.round(GOOD).await;
    let back = world.round("def run(text):\n    return eval( text )").await;
    assert_eq!(back.ledger.len(), 1);
    assert_eq!(back.ledger[0].reopened, 1);
    assert_eq!(back.ledger[0].state, FindingState::Open);
}

#[tokio::test]
async fn a_judge_of_lower_rank_does_not_fix_what_a_higher_one_raised() {
    let script = vec![Act::finds(60.0, "eval(text)")];
    let higher = World::judged(JudgeKind::Model, script, ordinary_rule);
    let first = higher.round(EVIL).await;
    let mut session = Session::new(SessionId::new("s").unwrap());
    for event in higher.store.events("s") {
        session.apply(&event);
    }
    let lower = World::ordinary(vec![Act::clean(100.0)]);
    let clean = lower.round(GOOD).await;
    // What the lower judge saw is the second attempt of the higher one's session.
    for mut event in lower.store.events("s").into_iter().skip(1) {
        if let Event::Submitted { attempt, .. } | Event::Reviewed { attempt, .. } = &mut event {
            *attempt = 2;
        }
        session.apply(&event);
    }
    assert_eq!(first.ledger.len(), 1);
    assert_eq!(clean.ledger.len(), 0);
    assert_eq!(session.ledger()[0].state, FindingState::Open);
}

#[tokio::test]
async fn a_review_from_before_takes_nothing_back_that_was_found_since() {
    // A noisy judge misses the defect, then sees it, then is shown the first version again.
    let script = vec![
        Act::clean(94.0),
        Act::finds(60.0, "eval(text)"),
        Act::finds(60.0, "eval(text)"),
    ];
    let world = World::judged(JudgeKind::Model, script, ordinary_rule);
    world.round(EVIL).await;
    world.round(&format!("{EVIL}\n\n")).await;
    let again = world.round(EVIL).await;
    assert_eq!(world.judge.calls(), 3, "judged anew");
    assert_eq!(states(&again), [FindingState::Open]);
}

#[tokio::test]
async fn a_judge_is_not_believed() {
    let outside = critical("/etc/passwd", "root");
    let wordy = Reported {
        message: "x".repeat(1 << 20),
        ..critical("a.py", "y")
    };
    let world = World::ordinary(vec![Act::Report(100.0, vec![outside, wordy])]);
    let report = world.round(GOOD).await;
    assert_eq!(report.ledger.len(), 1);
    assert!(report.ledger[0].reported.message.len() < 5000);
    assert_ne!(report.standing, Standing::Complete);
}
