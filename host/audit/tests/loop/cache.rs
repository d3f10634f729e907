//! The same work is reviewed once, and a hit is still a loop.

use crate::support::*;
use async_trait::async_trait;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::*;
use gansauditor_audit::*;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// Keeps reports as JSON texts, so that they must survive it.
#[derive(Default)]
struct MapCache(Mutex<HashMap<String, String>>);

#[async_trait]
impl ReviewCache for MapCache {
    async fn get(&self, key: &Digest) -> Option<JudgeReport> {
        let kept = self.0.lock().unwrap();
        Some(serde_json::from_str(kept.get(key.as_str())?).unwrap())
    }

    async fn put(&self, key: &Digest, report: &JudgeReport) {
        let text = serde_json::to_string(report).unwrap();
        self.0.lock().unwrap().insert(key.as_str().to_owned(), text);
    }
}

fn world(kind: JudgeKind, script: Vec<Act>) -> World {
    let judge = ScriptedJudge::new(kind, script);
    let cached = CachedJudge::new(judge.clone(), Arc::new(MapCache::default()));
    let panel = Panel::of(Arc::new(cached));
    World::with(judge, panel, None, config(), ordinary_rule)
}

const CODE: &str = "```python a.py\nx = 1\n```\n";

async fn submit(world: &World, session: &str, text: &str) -> AuditReport {
    let request = request(session, text);
    world.audits.audit(request, &Unheard).await.unwrap()
}

#[tokio::test]
async fn another_session_gets_the_same_review_of_the_same_work_as_a_loop_of_its_own() {
    let world = world(JudgeKind::Model, vec![Act::finds(80.0, "x")]);
    let first = submit(&world, "one", CODE).await;
    let second = submit(&world, "two", CODE).await;
    assert_eq!(world.judge.calls(), 1);
    assert_eq!(second.loops.len(), 1);
    let (first, second) = (first.review.unwrap(), second.review.unwrap());
    assert_eq!(first.findings, second.findings);
    assert_eq!(second.usage, Usage::default(), "it cost nothing");
    assert!(second.cards[0].provenance.contains("cache"));
}

#[tokio::test]
async fn everything_that_can_change_the_review_is_in_the_key() {
    let script = (0..5).map(|_| Act::clean(80.0)).collect();
    let world = world(JudgeKind::Model, script);
    let texts = [
        CODE.to_owned(),
        CODE.replace("x = 1", "x = 1 "),
        CODE.replace("a.py", "b.py"),
        configured("{\"task\": \"sums\"}", CODE),
        configured("{\"task\": \"other\"}", CODE),
    ];
    for (index, text) in texts.iter().enumerate() {
        submit(&world, &format!("s{index}"), text).await;
    }
    assert_eq!(world.judge.calls(), texts.len());
}

#[tokio::test]
async fn partial_and_failed_reviews_are_not_kept() {
    let failed = JudgeError::failed("scripted", JudgeFailure::Malformed, "prose");
    let world = world(
        JudgeKind::Model,
        vec![
            Act::Partial(99.0, vec![]),
            Act::Fail(failed),
            Act::clean(80.0),
        ],
    );
    submit(&world, "one", CODE).await;
    let request = request("two", CODE);
    world.audits.audit(request, &Unheard).await.unwrap_err();
    submit(&world, "three", CODE).await;
    assert_eq!(world.judge.calls(), 3);
}

#[tokio::test]
async fn the_same_work_in_flight_twice_runs_once() {
    let go = Arc::new(Notify::new());
    let world = world(JudgeKind::Model, vec![Act::Wait(go.clone())]);
    let (first, second, ()) = tokio::join!(
        submit(&world, "one", CODE),
        submit(&world, "two", CODE),
        async {
            tokio::task::yield_now().await;
            go.notify_one();
        }
    );
    assert_eq!(world.judge.calls(), 1);
    assert_eq!(first.loops.len() + second.loops.len(), 2);
}

#[tokio::test]
async fn who_waits_for_a_review_that_is_cancelled_makes_it_himself() {
    let never = Arc::new(Notify::new());
    let world = world(JudgeKind::Model, vec![Act::Wait(never), Act::clean(96.0)]);
    let leader = request("one", CODE);
    let cancel = leader.cancel.clone();
    let (first, second, ()) = tokio::join!(
        world.audits.audit(leader, &Unheard),
        submit(&world, "two", CODE),
        async {
            tokio::task::yield_now().await;
            cancel.cancel();
        }
    );
    assert_eq!(first.unwrap_err(), AuditError::Judge(JudgeError::Cancelled));
    assert_eq!(second.loops.len(), 1);
}

#[tokio::test]
async fn a_further_review_is_an_independent_one() {
    let judge = ScriptedJudge::new(JudgeKind::Model, vec![Act::clean(96.0), Act::clean(90.0)]);
    let cached = CachedJudge::new(judge.clone(), Arc::new(MapCache::default()));
    let twice = |snapshot: &Snapshot| {
        let reviews = snapshot.iterations.last().unwrap().reviews.len();
        Ok(if reviews < 2 {
            Status::ReviewAgain(ReviewReason::NearTheBar)
        } else {
            Status::Continue
        })
    };
    let panel = Panel::of(Arc::new(cached));
    let world = World::with(judge, panel, None, config(), twice);
    let first = submit(&world, "one", CODE).await;
    let second = submit(&world, "two", CODE).await;
    assert_eq!(world.judge.calls(), 2);
    assert_eq!(first.loops[0].score, 93.0);
    assert_eq!(second.loops[0].score, 93.0, "the same two");
}

#[tokio::test]
async fn a_model_that_is_asked_what_became_of_findings_is_asked_itself() {
    let world = world(
        JudgeKind::Model,
        vec![
            Act::clean(80.0),
            Act::finds(60.0, "y"),
            Act::finds(60.0, "y"),
        ],
    );
    submit(&world, "throw-away", CODE).await;
    submit(&world, "real", "```python a.py\ny = 1\n```\n").await;
    let report = submit(&world, "real", CODE).await;
    assert_eq!(world.judge.calls(), 3);
    assert_eq!(report.ledger[0].state, FindingState::Open);
}
