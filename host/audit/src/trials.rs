//! A policy on trial: who decides on a session, and who is asked beside without effect.

use crate::domain::{DecidedBy, Decision, Digest, SessionId, Timestamp};
use crate::evaluation::{Answer, Evaluation, Made};
use crate::ports::{Comparison, InForce, LivePolicy, PolicyError, Trial};
use crate::session::Session;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

/// Policies that are asked beside at one time, at most. Each holds a snapshot with its texts; what comes while all
/// are taken is not compared.
const MAX_AT_ONCE: usize = 4;

/// The two policies of a session, where one is on trial.
pub(crate) struct Roles {
    live: Arc<dyn LivePolicy>,
    trial: Option<Arc<dyn Trial>>,
    candidate: Part,
}

/// What the candidate of a trial does in a session.
enum Part {
    /// It is asked beside.
    Watches,
    /// Its decisions count.
    Acts,
    /// They would have counted, but it failed; after so many microseconds.
    Failed(PolicyError, u64),
}

impl Roles {
    /// For this session.
    pub(crate) fn new(in_force: InForce, session: &SessionId) -> Self {
        let InForce { live, trial } = in_force;
        let acts = trial.as_ref().is_some_and(|trial| trial.acts_on(session));
        Self {
            live,
            trial,
            candidate: if acts { Part::Acts } else { Part::Watches },
        }
    }

    /// The policy whose decision counts.
    pub(crate) fn acting(&self) -> Arc<dyn LivePolicy> {
        match (&self.candidate, &self.trial) {
            (Part::Acts, Some(trial)) => trial.candidate(),
            _ => Arc::clone(&self.live),
        }
    }

    /// The acting policy failed. Whether it was the candidate: then the live policy acts now.
    pub(crate) fn candidate_failed(&mut self, error: &PolicyError, micros: u64) -> bool {
        let was_candidate = matches!(self.candidate, Part::Acts);
        if was_candidate {
            self.candidate = Part::Failed(error.clone(), micros);
        }
        was_candidate
    }

    /// What is left to be done for the trial once this decision is on record. Nothing without a trial, nor where
    /// the live policy failed: there is nothing to compare with.
    pub(crate) fn beside(self, session: &Session, made: &Made) -> Option<Beside> {
        let trial = self.trial?;
        if !matches!(made.by, DecidedBy::Policy(_)) {
            return None;
        }
        let other = match self.candidate {
            Part::Watches => Some(trial.candidate()),
            Part::Acts => Some(self.live),
            Part::Failed(..) => None,
        };
        let work = session.iterations().last()?.digest.clone();
        let memo = trial.memo(session.id(), session.cycle());
        let ask = other.map(|policy| made.evaluation.beside(policy, session, memo.as_deref()));
        Some(Beside {
            trial,
            candidate: self.candidate,
            ask,
            session: session.id().clone(),
            cycle: session.cycle(),
            attempt: session.attempts(),
            work,
            at: made.evaluation.at,
            decision: made.decision.clone(),
            micros: made.micros,
        })
    }
}

/// The other policy's turn at a decision that is made.
pub(crate) struct Beside {
    trial: Arc<dyn Trial>,
    candidate: Part,
    /// Absent when it has had its turn.
    ask: Option<Evaluation>,
    session: SessionId,
    cycle: u32,
    attempt: u32,
    work: Digest,
    at: Timestamp,
    /// The decision that counts, and how long it took.
    decision: Decision,
    micros: u64,
}

impl Beside {
    async fn run(self) {
        let other = match &self.ask {
            Some(evaluation) => Some(evaluation.ask().await),
            None => None,
        };
        let counts = Answer {
            decision: Ok(self.decision),
            micros: self.micros,
        };
        let candidate_acts = !matches!(self.candidate, Part::Watches);
        let (live, candidate) = match (self.candidate, other) {
            (Part::Watches, Some(other)) => (counts, other),
            (Part::Acts, Some(other)) => (other, counts),
            (Part::Failed(error, micros), _) => {
                let decision = Err(error);
                (counts, Answer { decision, micros })
            }
            (Part::Watches | Part::Acts, None) => return,
        };
        let comparison = Comparison {
            session: self.session,
            cycle: self.cycle,
            attempt: self.attempt,
            work: self.work,
            at: self.at,
            candidate_acts,
            live: live.decision,
            candidate: candidate.decision,
            candidate_micros: candidate.micros,
        };
        self.trial.note(comparison).await;
    }
}

/// Asks policies beside, after their audits were answered.
pub(crate) struct Trials {
    running: TaskTracker,
    room: Arc<Semaphore>,
}

impl Default for Trials {
    fn default() -> Self {
        Self {
            running: TaskTracker::new(),
            room: Arc::new(Semaphore::new(MAX_AT_ONCE)),
        }
    }
}

impl Trials {
    /// Has the other policy take its turn, without anybody waiting for it.
    pub(crate) fn run(&self, beside: Beside) {
        let Ok(permit) = Arc::clone(&self.room).try_acquire_owned() else {
            tracing::debug!(session = %beside.session, "too many policies are asked beside; one decision is not compared");
            return;
        };
        self.running.spawn(async move {
            beside.run().await;
            drop(permit);
        });
    }

    /// Waits for all of them.
    pub(crate) async fn settle(&self) {
        self.running.close();
        self.running.wait().await;
    }
}
