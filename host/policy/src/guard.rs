//! What happens while the live policy fails: who decides in its place, and when it is left alone for a while.

use crate::load::LoadedPolicy;
use async_trait::async_trait;
use gansauditor_audit::domain::{
    Decision, HistoryRequest, PolicyIdentity, SessionId, Snapshot, Timestamp,
};
use gansauditor_audit::ports::{Clock, LivePolicy, PolicyError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Who decides where the live policy fails. Whoever it is completes nothing: that is up to the audit loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// Nobody: the audit has a review and no decision, and is to be tried again.
    #[default]
    Closed,
    /// The policy that decided last before the live one took its place, else the core.
    LastGood,
    /// The core under its own settings.
    Core,
}

/// How failures of the live policy are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// Who decides in its place.
    pub on_failure: OnFailure,
    /// Failures in a row after which it is not asked for a while, if they are not all of one session: what one
    /// session submits must not take the policy from the others. No less than 1.
    pub failures: u32,
    /// For how long. After it one evaluation is let through; its outcome tells how to go on.
    pub pause: Duration,
}

impl Default for Guard {
    /// Fails closed. Five failures in more than one session tell a policy that is broken from work that it does not
    /// like, and a minute costs nobody the loop.
    fn default() -> Self {
        Self {
            on_failure: OnFailure::default(),
            failures: 5,
            pause: Duration::from_secs(60),
        }
    }
}

/// A live policy that does not decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Failures since it decided last.
    pub failures: u32,
    /// What the newest was.
    pub error: PolicyError,
    /// Until when it is not asked; absent while it is.
    pub suspended_until: Option<Timestamp>,
}

/// Counts the failures of one live policy, and holds it back after too many: a circuit breaker.
pub(crate) struct Breaker {
    guard: Guard,
    clock: Arc<dyn Clock>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    has_decided: bool,
    failing: Option<Failing>,
}

/// Failures in a row.
#[derive(Debug)]
struct Failing {
    trouble: Trouble,
    /// The session of the first.
    first: SessionId,
    /// Others met one, too.
    is_of_several: bool,
}

impl Breaker {
    pub(crate) fn new(guard: Guard, clock: Arc<dyn Clock>) -> Self {
        Self {
            guard,
            clock,
            seen: Mutex::default(),
        }
    }

    /// The policy decided, and has not failed since.
    pub(crate) fn is_good(&self) -> bool {
        let seen = self.seen();
        seen.has_decided && seen.failing.is_none()
    }

    /// What is wrong now.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        let seen = self.seen();
        Some(seen.failing.as_ref()?.trouble.clone())
    }

    /// Lets an evaluation through, or says how long to wait. Once the pause is over one goes through, and the next
    /// pause begins with it.
    fn admit(&self) -> Result<(), PolicyError> {
        let mut seen = self.seen();
        let Some(Failing { trouble, .. }) = &mut seen.failing else {
            return Ok(());
        };
        let Some(until) = &mut trouble.suspended_until else {
            return Ok(());
        };
        let now = self.clock.now();
        if now < *until {
            return Err(PolicyError::Suspended {
                failures: trouble.failures,
                retry_after: Duration::from_millis(until.0 - now.0),
            });
        }
        *until = later(now, self.guard.pause);
        Ok(())
    }

    /// Counts what came of an evaluation for this session. A policy that says why it does not decide works, and may
    /// be right: that is no failure of its, and no decision.
    fn note(&self, session: &SessionId, failure: Option<&PolicyError>) {
        let mut seen = self.seen();
        let error = match failure {
            None => {
                seen.has_decided = true;
                seen.failing = None;
                return;
            }
            Some(PolicyError::Refused(_)) => return,
            Some(error) => error,
        };
        let failing = seen.failing.get_or_insert_with(|| Failing {
            trouble: Trouble {
                failures: 0,
                error: error.clone(),
                suspended_until: None,
            },
            first: session.clone(),
            is_of_several: false,
        });
        failing.is_of_several |= failing.first != *session;
        let trouble = &mut failing.trouble;
        trouble.failures = trouble.failures.saturating_add(1);
        trouble.error = error.clone();
        // One is several where one is enough.
        let is_of_several = failing.is_of_several || self.guard.failures <= 1;
        if !is_of_several || trouble.failures < self.guard.failures {
            return;
        }
        if trouble.suspended_until.is_none() {
            let failures = trouble.failures;
            tracing::warn!(%error, failures, "the live policy failed too often and is not asked for a while");
        }
        trouble.suspended_until = Some(later(self.clock.now(), self.guard.pause));
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn later(now: Timestamp, pause: Duration) -> Timestamp {
    let pause = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
    Timestamp(now.0.saturating_add(pause))
}

/// The live policy behind its breaker.
pub(crate) struct Guarded {
    pub(crate) policy: LoadedPolicy,
    pub(crate) breaker: Arc<Breaker>,
    /// The session that it is asked about.
    pub(crate) session: SessionId,
}

#[async_trait]
impl LivePolicy for Guarded {
    fn identity(&self) -> &PolicyIdentity {
        self.policy.identity()
    }

    fn settings(&self) -> &str {
        self.policy.settings()
    }

    fn history(&self) -> HistoryRequest {
        self.policy.history()
    }

    async fn evaluate(&self, snapshot: Arc<Snapshot>) -> Result<Decision, PolicyError> {
        self.breaker.admit()?;
        let answer = self.policy.evaluate(snapshot).await;
        self.breaker.note(&self.session, answer.as_ref().err());
        answer
    }
}
