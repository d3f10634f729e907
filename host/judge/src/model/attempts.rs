//! Asking again: the only place where requests to a model are repeated.
//!
//! A request is repeated when its failure may pass, as long as nothing of an answer was heard: from then on the
//! service may bill it, and what was said is worth more than another try. Waits are those the service asks for,
//! else 0.5 s doubled each time, up to a quarter less by chance, as OpenAI's own client has it. A wait that does not
//! fit into the time is not begun: whoever asked learns at once when to come again.

use super::{Answer, Call, Model, ModelError, Prompt, Said};
use gansauditor_audit::domain::Usage;
use gansauditor_audit::ports::JudgeFailure;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// First wait before asking again, where the service does not say.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Longest such wait.
const LONGEST_WAIT: Duration = Duration::from_secs(8);
/// Least time in which an answer could come.
const LEAST_TIME: Duration = Duration::from_secs(1);

/// Requests of one review.
pub(super) struct Attempts<'a> {
    /// Who is asked.
    pub(super) model: &'a dyn Model,
    /// When the review must be there.
    pub(super) deadline: Instant,
    /// Cancelled when nobody waits.
    pub(super) cancel: &'a CancellationToken,
    /// Hears the answer as it comes.
    pub(super) said: &'a Said,
    /// How often a failure may still be repeated.
    pub(super) retries_left: u32,
    /// Requests made so far.
    pub(super) requests: u32,
    /// What they cost.
    pub(super) usage: Usage,
}

impl Attempts<'_> {
    /// Asks, and asks again after failures that may pass.
    pub(super) async fn ask(&mut self, prompt: &Prompt) -> Result<Answer, ModelError> {
        loop {
            let error = match self.once(prompt).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let wait = match &error {
                ModelError::Silent => Duration::ZERO,
                ModelError::Failed {
                    kind, retry_after, ..
                } if kind.is_transient() => retry_after.unwrap_or_else(|| self.backoff()),
                _ => return Err(error),
            };
            let left = self.deadline.saturating_duration_since(now());
            if self.retries_left == 0 || !self.said.is_empty() || wait + LEAST_TIME > left {
                return Err(self.given_up(error));
            }
            self.retries_left -= 1;
            tracing::debug!("{} is asked again in {wait:?}: {error}", self.model.name());
            tokio::select! {
                biased;
                () = self.cancel.cancelled() => return Err(ModelError::Cancelled),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    async fn once(&mut self, prompt: &Prompt) -> Result<Answer, ModelError> {
        self.said.clear();
        self.requests += 1;
        let now = now();
        let left = self.deadline.saturating_duration_since(now);
        let call = Call {
            deadline: self.deadline,
            // A service that is silent leaves the other attempts their share of the time.
            first_sign: now + left / self.retries_left.saturating_add(1),
            cancel: self.cancel,
            said: self.said,
        };
        let outcome = self.model.answer(prompt, call).await;
        let cost = match &outcome {
            Ok(answer) => answer.usage,
            Err(ModelError::Failed { usage, .. }) => *usage,
            Err(_) => Usage::default(),
        };
        self.usage = self.usage.plus(cost);
        outcome
    }

    fn backoff(&self) -> Duration {
        let doubled = FIRST_WAIT * 2u32.saturating_pow(self.requests.saturating_sub(1));
        let wait = doubled.min(LONGEST_WAIT);
        wait - wait.mul_f64(chance() / 4.0)
    }

    /// Silence to the last is the end of the time.
    fn given_up(&self, error: ModelError) -> ModelError {
        match error {
            ModelError::Silent if self.deadline <= now() => ModelError::TimedOut,
            ModelError::Silent => ModelError::new(
                JudgeFailure::Unreachable,
                "the service took the request and gave no sign of an answer",
            ),
            error => error,
        }
    }
}

/// The clock that waits go by.
pub(super) fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// Between 0 and 1, so that clients that failed together do not come again together.
fn chance() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    // Each state has keys of its own, from the system's randomness.
    let bits = RandomState::new().hash_one(0u8) >> 11;
    bits as f64 / (1u64 << 53) as f64
}
