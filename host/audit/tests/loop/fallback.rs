//! What is decided while the policy fails.

use crate::support::{Act, ScriptedJudge, World, config, ordinary_rule, python};
use gansauditor_audit::AuditError;
use gansauditor_audit::domain::{Condition, DecidedBy, JudgeKind, Status, StopReason};
use gansauditor_audit::ports::PolicyError;
use gansauditor_audit::session::Standing;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const GOOD: &str = "def run(text):\n    return literal(text)";

/// A world whose policy traps while `broken` holds, over a judge that gives these scores.
fn world(scores: &[f64], broken: &Arc<AtomicBool>) -> World {
    let acts = scores.iter().map(|score| Act::clean(*score));
    let judge = ScriptedJudge::new(JudgeKind::Model, acts.collect());
    let broken = Arc::clone(broken);
    World::new(judge, config(), move |snapshot| {
        if broken.load(Ordering::SeqCst) {
            return Err(PolicyError::Trapped("unreachable".into()));
        }
        ordinary_rule(snapshot)
    })
}

#[tokio::test]
async fn a_fallback_that_would_complete_lets_the_loop_go_on_and_the_policy_completes_it_later() {
    let broken = Arc::new(AtomicBool::new(true));
    let world = world(&[96.0], &broken);
    world.fall_back_to(ordinary_rule);
    let waiting = world.submit(&python("a.py", GOOD)).await.unwrap();
    assert_eq!(waiting.decision.status, Status::Continue);
    assert_eq!(waiting.standing, Standing::Open);
    let DecidedBy::Fallback(by) = &waiting.decided_by else {
        panic!("{:?}", waiting.decided_by)
    };
    assert_eq!(by.name, "fallback");
    let unmet = &waiting.decision.unmet[0].condition;
    assert_eq!(*unmet, Condition::Custom("policy-failed".into()));
    assert!(
        waiting.notes.iter().any(|note| note.contains("trapped")),
        "{:?}",
        waiting.notes
    );

    broken.store(false, Ordering::SeqCst);
    let decided = world.submit(&python("a.py", GOOD)).await.unwrap();
    assert_eq!(decided.standing, Standing::Complete);
    assert_eq!(
        decided.decided_by,
        DecidedBy::Policy(world.policy.identity.clone())
    );
    assert_eq!(world.judge.calls(), 1, "one review");
}

#[tokio::test]
async fn a_fallback_may_go_on_and_may_stop() {
    for status in [Status::Continue, Status::Stop(StopReason::HardStop)] {
        let world = world(&[50.0], &Arc::new(AtomicBool::new(true)));
        let decides = status.clone();
        world.fall_back_to(move |_| Ok(decides.clone()));
        let report = world.submit(&python("a.py", GOOD)).await.unwrap();
        assert_eq!(report.decision.status, status);
        assert!(report.decision.unmet.is_empty());
    }
}

#[tokio::test]
async fn where_the_fallback_fails_too_nothing_is_decided() {
    let world = world(&[96.0], &Arc::new(AtomicBool::new(true)));
    world.fall_back_to(|_| Err(PolicyError::Refused("not me".into())));
    let error = world.submit(&python("a.py", GOOD)).await.unwrap_err();
    let AuditError::Undecided { error, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(error, PolicyError::Trapped("unreachable".into()));
}
