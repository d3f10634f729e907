//! One evaluation of a session by a policy, and what may be made of the answer of a fallback.

use crate::domain::{
    Caps, Condition, Criteria, DecidedBy, Decision, NextStep, Priority, Snapshot, Status, Terms,
    Timestamp, UnmetCondition,
};
use crate::ports::{LivePolicy, PolicyError};
use crate::session::Session;
use crate::snapshot_of::snapshot;
use std::sync::Arc;
use std::time::Instant;

/// What a policy is asked about the newest iteration of a session.
pub(crate) struct Evaluation {
    /// Whom.
    pub(crate) policy: Arc<dyn LivePolicy>,
    /// On what terms.
    pub(crate) terms: Terms,
    /// What it is shown.
    pub(crate) facts: Arc<Snapshot>,
    /// When.
    pub(crate) at: Timestamp,
}

impl Evaluation {
    /// Under these criteria and caps; with the memo that the journal has.
    pub(crate) fn of(
        policy: Arc<dyn LivePolicy>,
        session: &Session,
        criteria: &Criteria,
        caps: Caps,
        at: Timestamp,
    ) -> Self {
        let terms = Terms {
            criteria: criteria.clone(),
            limits: caps,
            history: policy.history(),
        };
        let memo = session.memo(policy.identity());
        Self::new(policy, session, terms, memo, at)
    }

    /// The same asked of another policy, with this memo, or without one with the one that the journal has. This order:
    /// the same component under other settings shares the journal's memo, which the policy that decides wrote.
    pub(crate) fn beside(
        &self,
        policy: Arc<dyn LivePolicy>,
        session: &Session,
        memo: Option<&[u8]>,
    ) -> Self {
        let terms = Terms {
            history: policy.history(),
            ..self.terms.clone()
        };
        let memo = memo.or(session.memo(policy.identity()));
        Self::new(policy, session, terms, memo, self.at)
    }

    fn new(
        policy: Arc<dyn LivePolicy>,
        session: &Session,
        terms: Terms,
        memo: Option<&[u8]>,
        at: Timestamp,
    ) -> Self {
        let facts = Arc::new(snapshot(session, &terms, policy.settings(), memo, at));
        Self {
            policy,
            terms,
            facts,
            at,
        }
    }

    /// Asks.
    pub(crate) async fn ask(&self) -> Answer {
        let began = Instant::now();
        let decision = self.policy.evaluate(Arc::clone(&self.facts)).await;
        Answer {
            decision,
            micros: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
        }
    }
}

/// What a policy answered.
pub(crate) struct Answer {
    /// Its decision, or why there is none.
    pub(crate) decision: Result<Decision, PolicyError>,
    /// Microseconds until it answered.
    pub(crate) micros: u64,
}

/// A decision that counts.
pub(crate) struct Made {
    /// What it rests on.
    pub(crate) evaluation: Evaluation,
    /// The decision.
    pub(crate) decision: Decision,
    /// Microseconds until it was there.
    pub(crate) micros: u64,
    /// Whose it is.
    pub(crate) by: DecidedBy,
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
