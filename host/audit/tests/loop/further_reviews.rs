//! Further reviews of the same work, which a policy may ask for.

use crate::support::*;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::PolicyError;
use gansauditor_audit::session::Standing;
use gansauditor_audit::*;

/// Never has enough reviews.
fn insatiable(_: &Snapshot) -> Result<Status, PolicyError> {
    Ok(Status::ReviewAgain(ReviewReason::NearTheBar))
}

#[tokio::test]
async fn a_further_review_is_granted_to_a_noisy_judge_and_bounded() {
    let script = [96.0, 92.0, 95.0].map(Act::clean).into();
    let world = World::judged(JudgeKind::Model, script, insatiable);
    let report = world.round(GOOD).await;
    assert_eq!(world.judge.calls(), 3);
    assert_eq!(report.loops.len(), 1);
    assert_eq!(report.loops[0].score, (96.0 + 92.0 + 95.0) / 3.0);
    assert_eq!(report.standing, Standing::Open);
}

#[tokio::test]
async fn submitting_the_same_work_again_is_no_new_draw() {
    let script = [96.0, 90.0].map(Act::clean).into();
    let world = World::judged(JudgeKind::Model, script, |snapshot| {
        match snapshot.iterations.last().unwrap().reviews.len() {
            1 => insatiable(snapshot),
            _ => Ok(Status::Continue),
        }
    });
    let first = world.round(GOOD).await;
    let again = world.round(GOOD).await;
    assert_eq!(world.judge.calls(), 2);
    assert_eq!(first.loops[0].score, 93.0);
    assert_eq!(again.loops[1].score, 93.0);
}

#[tokio::test]
async fn a_deterministic_judge_is_never_asked_twice() {
    let world = World::judged(JudgeKind::Static, vec![Act::clean(96.0)], insatiable);
    world.round(GOOD).await;
    assert_eq!(world.judge.calls(), 1);
}

#[tokio::test]
async fn a_further_review_that_fails_is_on_record_and_bounded() {
    let capped = LoopConfig {
        caps: Caps {
            max_attempts: 2,
            max_reviews: 2,
            ..Caps::default()
        },
        ..config()
    };
    let script = vec![Act::clean(96.0), Act::fails(), Act::fails(), Act::fails()];
    let judge = ScriptedJudge::new(JudgeKind::Model, script);
    let world = World::new(judge, capped, insatiable);
    for _ in 0..3 {
        world.submit(&python("a.py", GOOD)).await.unwrap_err();
    }
    world.round(GOOD).await;
    assert_eq!(world.judge.calls(), 4);
    let failures = world.store.events("s").into_iter();
    let failures = failures.filter(|event| matches!(event, Event::ReviewFailed { .. }));
    assert_eq!(failures.count(), 3);
}
