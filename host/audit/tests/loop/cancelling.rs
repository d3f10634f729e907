//! What stops a judge that works.

use crate::support::*;
use gansauditor_audit::domain::JudgeKind;
use gansauditor_audit::ports::JudgeError;
use gansauditor_audit::session::Standing;
use gansauditor_audit::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[tokio::test]
async fn cancelling_stops_the_judge_and_is_on_record_as_a_failed_attempt() {
    let stopped = Arc::new(AtomicUsize::new(0));
    let world = World::ordinary(vec![Act::Hang(stopped.clone()), Act::clean(96.0)]);
    let cancelled = world.cancelled(&python("a.py", GOOD)).await;
    assert_eq!(cancelled, AuditError::Judge(JudgeError::Cancelled));
    assert_eq!(stopped.load(Ordering::SeqCst), 1);
    let next = world.round(GOOD).await;
    assert_eq!((next.attempt, next.standing), (2, Standing::Complete));
}

#[tokio::test]
async fn the_deadline_covers_the_judge() {
    let stopped = Arc::new(AtomicUsize::new(0));
    let judge = ScriptedJudge::new(JudgeKind::Static, vec![Act::Hang(stopped.clone())]);
    let hurried = LoopConfig {
        timeout: Duration::from_millis(50),
        ..config()
    };
    let world = World::new(judge, hurried, ordinary_rule);
    let error = world.submit(&python("a.py", GOOD)).await.unwrap_err();
    assert!(
        matches!(error, AuditError::Judge(JudgeError::TimedOut { .. })),
        "{error}"
    );
    assert_eq!(stopped.load(Ordering::SeqCst), 1);
}
