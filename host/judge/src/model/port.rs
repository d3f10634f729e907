//! What the judge needs of a language model.

use async_trait::async_trait;
use gansauditor_audit::domain::Usage;
use gansauditor_audit::ports::JudgeFailure;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Longest answer that is read, in bytes. A review of 500 findings of a kilobyte each fits.
pub(crate) const MAX_ANSWER: usize = 1 << 20;

/// Name of the answer's schema, for services that want one.
pub(crate) const SCHEMA_NAME: &str = "review";

/// What a model is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prompt {
    /// Who it is and what it does: the operator's words alone.
    pub(crate) instructions: String,
    /// The work with everything around it. Untrusted data, delimited.
    pub(crate) input: String,
    /// JSON schema the answer is asked to be of: strict, as OpenAI's structured outputs take it.
    pub(crate) schema: Arc<serde_json::Value>,
}

/// The answer so far, as it streams in: what is left of a call that is cut off.
#[derive(Debug, Default)]
pub(crate) struct Said(Mutex<String>);

impl Said {
    /// Adds a piece. An answer over [`MAX_ANSWER`] is an error, and the piece is not kept.
    pub(crate) fn push(&self, piece: &str) -> Result<(), ModelError> {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if said.len() + piece.len() > MAX_ANSWER {
            return Err(ModelError::new(
                JudgeFailure::Oversized,
                format!("the answer is longer than {} KiB", MAX_ANSWER >> 10),
            ));
        }
        said.push_str(piece);
        Ok(())
    }

    /// Begins anew: another attempt.
    pub(crate) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// What was said so far.
    pub(crate) fn text(&self) -> String {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether anything was said.
    pub(crate) fn is_empty(&self) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty()
    }
}

/// The circumstances of one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    /// When the answer must be there.
    pub(crate) deadline: Instant,
    /// When the model must have begun to answer: response headers, first event. At most the deadline.
    pub(crate) first_sign: Instant,
    /// Cancelled when nobody waits any more.
    pub(crate) cancel: &'a CancellationToken,
    /// Hears the answer as it comes.
    pub(crate) said: &'a Said,
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The text, not yet read.
    pub(crate) text: String,
    /// What it cost.
    pub(crate) usage: Usage,
    /// How it came, for people, e.g. `gpt-6.1-sol over /responses`.
    pub(crate) way: String,
}

/// Why there is no whole answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ModelError {
    /// The deadline passed; what was said until then stands in [`Call::said`].
    #[error("the time was up")]
    TimedOut,
    /// No sign of an answer until [`Call::first_sign`]; another try may have more luck.
    #[error("no sign of an answer")]
    Silent,
    /// Nobody waits any more.
    #[error("cancelled")]
    Cancelled,
    /// It failed.
    #[error("{message}")]
    Failed {
        /// Of which kind.
        kind: JudgeFailure,
        /// What happened and what to do, without secrets.
        message: String,
        /// How long to wait before asking again, when the service said so.
        retry_after: Option<Duration>,
        /// What it cost all the same.
        usage: Usage,
    },
}

impl ModelError {
    /// A failure of which no more is known.
    pub(crate) fn new(kind: JudgeFailure, message: impl Into<String>) -> Self {
        Self::Failed {
            kind,
            message: message.into(),
            retry_after: None,
            usage: Usage::default(),
        }
    }
}

/// A language model behind some transport.
///
/// One call of `answer` is one request to the model: transports do not retry. It ends soon after `cancel`
/// fires or the deadline passes, and leaves no process, connection or task behind. The prompt reaches the
/// model byte for byte. The answer is asked to be of the review's schema; nobody believes that it is.
#[async_trait]
pub(crate) trait Model: Send + Sync + 'static {
    /// Name of the judge this makes, e.g. `codex-http`.
    fn name(&self) -> &'static str;

    /// Changes whenever the same prompt may get another answer: model, effort, service. No secrets.
    fn version(&self) -> String;

    /// Asks once.
    async fn answer(&self, prompt: &Prompt, call: Call<'_>) -> Result<Answer, ModelError>;

    /// Ends what it keeps running between requests, and returns when that is gone. Called once, after the last
    /// request.
    async fn close(&self) {}

    /// Told when a whole answer was not of the schema. True when the next request will go another way that
    /// may do better; that way is then kept to.
    fn distrust(&self) -> bool {
        false
    }
}
