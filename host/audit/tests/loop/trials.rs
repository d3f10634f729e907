//! A policy on trial beside the one in force.

use crate::support::{Act, ScriptedJudge};
use crate::support::{RulePolicy, World, config, ordinary_rule, python, request};
use async_trait::async_trait;
use gansauditor_audit::AuditReport;
use gansauditor_audit::domain::{
    DecidedBy, Event, JudgeKind, SessionId, Snapshot, Status, StopReason,
};
use gansauditor_audit::ports::{Comparison, LivePolicy, PolicyError, Trial, Unheard};
use gansauditor_audit::session::Standing;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

const WORK: &str = "def run(text):\n    return literal(text)";

/// A trial that keeps what it is told, and acts on the sessions whose id begins with `canary`.
struct Noted {
    candidate: Arc<RulePolicy>,
    comparisons: Mutex<Vec<Comparison>>,
    memos: Mutex<HashMap<SessionId, Vec<u8>>>,
}

impl Noted {
    fn of(
        rule: impl Fn(&Snapshot) -> Result<Status, PolicyError> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            candidate: Arc::new(RulePolicy::new("candidate", rule)),
            comparisons: Mutex::default(),
            memos: Mutex::default(),
        })
    }
}

#[async_trait]
impl Trial for Noted {
    fn candidate(&self) -> Arc<dyn LivePolicy> {
        self.candidate.clone()
    }

    fn acts_on(&self, session: &SessionId) -> bool {
        session.as_str().starts_with("canary")
    }

    fn memo(&self, session: &SessionId, _: u32) -> Option<Vec<u8>> {
        self.memos.lock().unwrap().get(session).cloned()
    }

    async fn note(&self, comparison: Comparison) {
        let silent = if comparison.candidate_acts {
            &comparison.live
        } else {
            &comparison.candidate
        };
        if let Some(memo) = silent.as_ref().ok().and_then(|made| made.memo.clone()) {
            let session = comparison.session.clone();
            self.memos.lock().unwrap().insert(session, memo);
        }
        self.comparisons.lock().unwrap().push(comparison);
    }
}

fn world(scores: &[f64], trial: &Arc<Noted>) -> World {
    let acts = scores.iter().map(|score| Act::clean(*score));
    let judge = ScriptedJudge::new(JudgeKind::Model, acts.collect());
    let world = World::new(judge, config(), ordinary_rule);
    world.try_beside(trial.clone());
    world
}

async fn audited(world: &World, session: &str) -> AuditReport {
    let request = request(session, &python("a.py", WORK));
    world.audits.audit(request, &Unheard).await.unwrap()
}

fn stops(_: &Snapshot) -> Result<Status, PolicyError> {
    Ok(Status::Stop(StopReason::HardStop))
}

#[tokio::test]
async fn a_watching_candidate_is_compared_and_changes_nothing() {
    let trial = Noted::of(stops);
    let world = world(&[50.0, 96.0], &trial);
    for (standing, code) in [(Standing::Open, "a"), (Standing::Complete, "b")] {
        let report = world.submit(&python("a.py", code)).await.unwrap();
        assert_eq!(report.standing, standing);
        assert_eq!(
            report.decided_by,
            DecidedBy::Policy(world.policy.identity.clone())
        );
    }
    world.audits.close().await;
    let mut noted = trial.comparisons.lock().unwrap().clone();
    noted.sort_by_key(|comparison| comparison.attempt);
    let seen: Vec<_> = noted
        .iter()
        .map(|c| (c.attempt, c.cycle, c.candidate_acts))
        .collect();
    assert_eq!(seen, [(1, 1, false), (2, 1, false)]);
    for comparison in &noted {
        let candidate = comparison.candidate.as_ref().unwrap();
        assert_eq!(candidate.status, Status::Stop(StopReason::HardStop));
        assert!(!matches!(
            comparison.live.as_ref().unwrap().status,
            Status::Stop(_)
        ));
    }
    let events = world.store.events("s");
    assert!(
        !format!("{events:?}").contains("candidate"),
        "nothing of it is on record"
    );
}

#[tokio::test]
async fn each_policy_gets_its_own_memo_back() {
    let trial = Noted::of(ordinary_rule);
    let world = world(&[50.0, 60.0], &trial);
    for code in ["a", "b"] {
        world.submit(&python("a.py", code)).await.unwrap();
        // As time would pass between two submissions.
        while trial.comparisons.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    }
    world.audits.close().await;
    for policy in [&world.policy, &trial.candidate] {
        let memos: Vec<_> = policy
            .seen
            .lock()
            .unwrap()
            .iter()
            .map(|s| s.memo.clone())
            .collect();
        assert_eq!(memos, [None, Some(vec![7])], "{}", policy.identity.name);
    }
}

#[tokio::test]
async fn a_candidate_that_acts_decides_and_the_live_policy_is_compared() {
    let trial = Noted::of(stops);
    let world = world(&[96.0], &trial);
    let report = audited(&world, "canary-1").await;
    assert_eq!(report.standing, Standing::Stopped);
    assert_eq!(
        report.decided_by,
        DecidedBy::Policy(trial.candidate.identity.clone())
    );
    world.audits.close().await;
    let noted = trial.comparisons.lock().unwrap();
    assert!(noted[0].candidate_acts);
    assert!(matches!(
        noted[0].live.as_ref().unwrap().status,
        Status::Complete(_)
    ));
}

#[tokio::test]
async fn where_an_acting_candidate_fails_the_live_policy_decides_in_full() {
    let trial = Noted::of(|_| Err(PolicyError::Trapped("unreachable".into())));
    let world = world(&[96.0], &trial);
    let report = audited(&world, "canary-1").await;
    assert_eq!(report.standing, Standing::Complete);
    assert_eq!(
        report.decided_by,
        DecidedBy::Policy(world.policy.identity.clone())
    );
    assert!(
        report.notes.iter().any(|note| note.contains("on trial")),
        "{:?}",
        report.notes
    );
    let failures = world.store.events("canary-1");
    assert!(failures.iter().any(
        |event| matches!(event, Event::Undecided { policy, .. } if *policy == trial.candidate.identity)
    ));
    world.audits.close().await;
    let noted = trial.comparisons.lock().unwrap();
    assert!(noted[0].candidate_acts && noted[0].candidate.is_err() && noted[0].live.is_ok());
    assert_eq!(trial.candidate.seen.lock().unwrap().len(), 1, "asked once");
}

#[tokio::test]
async fn what_the_live_policy_did_not_decide_is_not_compared() {
    let trial = Noted::of(stops);
    let judge = ScriptedJudge::new(JudgeKind::Model, vec![Act::clean(50.0)]);
    let world = World::new(judge, config(), |_| {
        Err(PolicyError::Trapped("unreachable".into()))
    });
    world.try_beside(trial.clone());
    world.submit(&python("a.py", WORK)).await.unwrap_err();
    world.audits.close().await;
    assert!(trial.comparisons.lock().unwrap().is_empty());
    assert!(trial.candidate.seen.lock().unwrap().is_empty());
}
