//! One evaluation of a session by a policy, and what may be made of the answer of a fallback.

use crate::domain::{
    Caps, Condition, Criteria, Decision, NextStep, Priority, Snapshot, Status, Terms, Timestamp,
    UnmetCondition,
};
use crate::ports::{LivePolicy, PolicyError};
use crate::session::Session;
use crate::snapshot_of::snapshot;
use std::sync::Arc;
use std::time::Instant;

/// What a policy was asked.
pub(crate) struct Evaluation {
    /// Whom.
    pub(crate) policy: Arc<dyn LivePolicy>,
    /// On what terms.
    pub(crate) terms: Terms,
    /// What it was shown.
    pub(crate) facts: Arc<Snapshot>,
    /// When.
    pub(crate) at: Timestamp,
    /// Microseconds until it answered.
    pub(crate) micros: u64,
}

/// Asks a policy about the newest iteration of a session.
pub(crate) async fn evaluate(
    policy: Arc<dyn LivePolicy>,
    session: &Session,
    criteria: &Criteria,
    caps: Caps,
    at: Timestamp,
) -> (Evaluation, Result<Decision, PolicyError>) {
    let terms = Terms {
        criteria: criteria.clone(),
        limits: caps,
        history: policy.history(),
    };
    let memo = session.memo(policy.identity());
    let facts = Arc::new(snapshot(session, &terms, policy.settings(), memo, at));
    let began = Instant::now();
    let answer = policy.evaluate(Arc::clone(&facts)).await;
    let evaluation = Evaluation {
        policy,
        terms,
        facts,
        at,
        micros: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
    };
    (evaluation, answer)
}

/// A fallback may go on or stop. Where it would complete, the loop goes on, and the agent is told what it waits for;
/// a further review is not worth its cost.
pub(crate) fn without_completion(mut decision: Decision) -> Decision {
    if !matches!(
        decision.status,
        Status::Complete(_) | Status::ReviewAgain(_)
    ) {
        return decision;
    }
    let detail = "The policy in force failed, and its fallback completes nothing. Submit the same work again, unchanged, once the policy works.";
    let waits = UnmetCondition {
        condition: Condition::Custom("policy-failed".to_owned()),
        required: 1.0,
        actual: 0.0,
        margin: 1.0,
        detail: detail.to_owned(),
    };
    let step = NextStep {
        action: "Submit the same work again later, unchanged".to_owned(),
        rationale: detail.to_owned(),
        expected_outcome: "The policy in force decides on the review that was made".to_owned(),
        priority: Priority::High,
    };
    decision.status = Status::Continue;
    decision.unmet.push(waits);
    decision.feedback.summary = detail.to_owned();
    decision.feedback.next_steps = vec![step];
    decision
}
