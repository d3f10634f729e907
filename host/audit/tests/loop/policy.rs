//! What the policy is told, and what becomes of a review when it fails.

use crate::support::*;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::PolicyError;
use gansauditor_audit::session::Standing;
use gansauditor_audit::*;
use std::sync::atomic::{AtomicBool, Ordering};

#[tokio::test]
async fn a_failing_policy_leaves_the_review_on_record_and_the_same_work_is_decided_later() {
    let fails = AtomicBool::new(true);
    let script = vec![Act::clean(96.0)];
    let world = World::judged(JudgeKind::Static, script, move |snapshot| {
        if fails.swap(false, Ordering::SeqCst) {
            return Err(PolicyError::Trapped("unreachable".into()));
        }
        ordinary_rule(snapshot)
    });
    let error = world.submit(&python("a.py", GOOD)).await.unwrap_err();
    let AuditError::Undecided { review, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(review.score, Some(Score::clamped(96.0)));
    let decided = world.round(GOOD).await;
    assert_eq!((decided.standing, decided.attempt), (Standing::Complete, 1));
    assert_eq!(world.judge.calls(), 1);
}

#[tokio::test]
async fn the_memo_goes_back_to_the_same_policy_and_the_texts_asked_for_come_along() {
    let world = World::ordinary((0..5).map(|_| Act::clean(50.0)).collect());
    for n in 0..5 {
        world.round(&format!("x = {n}")).await;
    }
    let seen = world.policy.seen.lock().unwrap();
    assert_eq!(seen[0].memo, None);
    assert_eq!(seen[4].memo, Some(vec![7]));
    let sources = seen[4].sources.iter();
    let attempts: Vec<u32> = sources.map(|source| source.attempt).collect();
    assert_eq!(attempts, [3, 4, 5]);
    assert_eq!(seen[4].iterations.len(), 5);
}

#[tokio::test]
async fn a_gan_config_only_tightens_unless_the_operator_lets_it() {
    let json = "{\"threshold\": 10, \"judges\": [\"me\"]}";
    let ten = Score::clamped(10.0);
    let judges = "`judges` was not taken";
    let not_lower = "threshold 10 does not lower the bar of 95";
    let not_taken = "`threshold` was not taken";
    let cases: [(_, _, &[&str]); 3] = [
        (
            GanConfigMode::Tighten,
            Some(BarRequest::AtLeast(ten)),
            &[not_lower, judges],
        ),
        (GanConfigMode::Honour, Some(BarRequest::Exactly(ten)), &[]),
        (GanConfigMode::Ignore, None, &[not_taken]),
    ];
    for (gan_config, bar, told) in cases {
        let judge = ScriptedJudge::new(JudgeKind::Static, vec![Act::clean(50.0)]);
        let config = LoopConfig {
            gan_config,
            ..config()
        };
        let world = World::new(judge, config, ordinary_rule);
        let work = configured(json, &python("a.py", GOOD));
        let notes = world.submit(&work).await.unwrap().notes.join("\n");
        assert_eq!(world.policy.seen.lock().unwrap()[0].request.bar, bar);
        for note in told {
            assert!(notes.contains(note), "{notes}");
        }
    }
}
