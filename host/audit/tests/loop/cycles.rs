//! What counts as a loop, what ends a cycle and what begins the next one.

use crate::support::*;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::{JudgeError, JudgeFailure};
use gansauditor_audit::session::Standing;
use gansauditor_audit::*;
use std::sync::Arc;

#[tokio::test]
async fn unchanged_work_is_not_judged_again_and_counts_as_a_loop() {
    let world = World::ordinary(vec![Act::clean(90.0)]);
    world.round(GOOD).await;
    let again = world
        .submit(&format!("same again\n\n{}", python("a.py", GOOD)))
        .await
        .unwrap();
    assert!(again.unchanged);
    assert_eq!(again.loops.len(), 2);
    let seen = world.policy.seen.lock().unwrap();
    assert_eq!(
        seen[1].spend.input_tokens, 10,
        "a review that is used again costs nothing"
    );
    assert_eq!(seen[1].spend.judge_calls, 1);
    assert_eq!(world.judge.calls(), 1);
}

#[tokio::test]
async fn partial_and_failed_attempts_are_no_loops_and_fix_nothing() {
    let failed = JudgeError::failed("scripted", JudgeFailure::Unavailable, "no answer");
    let world = World::ordinary(vec![
        Act::finds(60.0, "eval(text)"),
        Act::Partial(100.0, vec![]),
        Act::Fail(failed.clone()),
        Act::clean(100.0),
    ]);
    world.round(EVIL).await;
    let partial = world.round("def run(text):\n    return 1").await;
    assert_eq!(states(&partial), [FindingState::Open]);
    assert_eq!(partial.loops.len(), 1);
    let error = world.submit(&python("a.py", GOOD)).await.unwrap_err();
    assert_eq!(error, AuditError::Judge(failed));
    let last = world.round(GOOD).await;
    assert_eq!(last.attempt, 4);
    assert_eq!(last.loops.len(), 2);
    assert_eq!(last.standing, Standing::Complete);
}

#[tokio::test]
async fn a_completed_session_begins_a_new_cycle_with_what_stood() {
    let minor = Reported {
        severity: Severity::Minor,
        ..critical("a.py", "x")
    };
    let world = World::ordinary(vec![
        Act::Report(96.0, vec![minor]),
        Act::finds(50.0, "eval(text)"),
    ]);
    assert_eq!(world.round(GOOD).await.standing, Standing::Complete);
    let next = world.round(EVIL).await;
    assert_eq!((next.cycle, next.standing), (2, Standing::Open));
    assert_eq!(next.decision.loop_number, 1);
    assert_eq!(next.ledger[0].first_seen, 0);
    assert_eq!(next.ledger[1].first_seen, 1);
}

#[tokio::test]
async fn a_stopped_session_repeats_its_answer_until_it_is_reset() {
    let script = vec![Act::clean(10.0), Act::clean(96.0)];
    let world = World::judged(JudgeKind::Static, script, |snapshot| {
        Ok(match snapshot.iterations[0].attempt {
            1 => Status::Stop(StopReason::Stagnation),
            _ => Status::Continue,
        })
    });
    world.round(EVIL).await;
    let repeated = world.round(GOOD).await;
    assert!(repeated.repeated);
    assert_eq!(
        repeated.decision.status,
        Status::Stop(StopReason::Stagnation)
    );
    assert!(repeated.notes[0].contains("has stopped"));
    assert!(!repeated.notes[0].contains("reset"));
    assert_eq!(world.judge.calls(), 1);

    let session = SessionId::new("s").unwrap();
    assert!(world.audits.reset(&session, "go on".into()).await.unwrap());
    assert!(!world.audits.reset(&session, "again".into()).await.unwrap());
    let on = world.round(GOOD).await;
    assert_eq!((on.cycle, on.repeated), (2, false));
}

#[tokio::test]
async fn a_host_cap_ends_the_cycle_before_a_judge_spends() {
    let judge = ScriptedJudge::new(JudgeKind::Static, vec![Act::clean(10.0)]);
    let caps = Caps {
        max_attempts: 1,
        ..Caps::default()
    };
    let world = World::new(judge, LoopConfig { caps, ..config() }, ordinary_rule);
    world.round(EVIL).await;
    let capped = world.round(GOOD).await;
    assert_eq!(capped.decided_by, DecidedBy::Host("max-attempts".into()));
    assert_eq!(capped.standing, Standing::Stopped);
    assert!(capped.decision.termination.is_some());
    assert_eq!(world.judge.calls(), 1);
}

#[tokio::test]
async fn audits_of_one_session_run_one_after_the_other() {
    let script = (0..8).map(|_| Act::clean(50.0)).collect();
    let world = Arc::new(World::ordinary(script));
    let mut audits = tokio::task::JoinSet::new();
    for n in 0..8 {
        let world = world.clone();
        audits.spawn(async move { world.round(&format!("x = {n}")).await.attempt });
    }
    let mut attempts = audits.join_all().await;
    attempts.sort_unstable();
    assert_eq!(attempts, [1, 2, 3, 4, 5, 6, 7, 8]);
}
