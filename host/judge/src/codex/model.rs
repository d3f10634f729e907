//! What both ways through the Codex CLI share.

use super::executable::{CodexCli, CodexError};
use super::failure::reported;
use super::settings::CodexSettings;
use crate::model::{Call, ModelError, ModelSettings, Prompt};
use crate::process::{Program, Running};
use gansauditor_audit::domain::Usage;
use gansauditor_audit::ports::JudgeFailure;
use serde_json::Value;

/// Longest prompt that Codex takes, in characters.
const LONGEST_PROMPT: usize = 1 << 20;
// No setting makes a prompt that Codex refuses.
const _: () = assert!((ModelSettings::MOST_INPUT_BYTES as usize) < LONGEST_PROMPT);

/// A Codex CLI with the settings it is to be run with.
#[derive(Debug, Clone)]
pub(crate) struct Codex {
    /// The program.
    pub(crate) cli: CodexCli,
    /// How to run it.
    pub(crate) settings: CodexSettings,
}

impl Codex {
    /// Finds the program.
    pub(crate) fn find(settings: CodexSettings) -> Result<Self, CodexError> {
        Ok(Self {
            cli: CodexCli::find(settings.executable.as_deref())?,
            settings,
        })
    }

    /// Model, effort, service and version of the CLI: whatever may change an answer.
    pub(crate) fn version(&self) -> String {
        let service = self.settings.provider.base_url().unwrap_or("login");
        format!(
            "{} {} at {service} by {}",
            self.model(),
            self.settings.effort.as_deref().unwrap_or("default effort"),
            self.cli.version()
        )
    }

    /// The model's name for people.
    pub(crate) fn model(&self) -> &str {
        self.settings.model.as_deref().unwrap_or("default model")
    }

    /// How an answer came, for people.
    pub(crate) fn way(&self, model: &str, mode: &str) -> String {
        format!("{model} by {} {mode}", self.cli.version())
    }

    /// Refuses a prompt that Codex would refuse.
    pub(crate) fn fits(&self, prompt: &Prompt) -> Result<(), ModelError> {
        let length = prompt.input.chars().count();
        if length > LONGEST_PROMPT {
            return Err(ModelError::new(
                JudgeFailure::TooLong,
                format!(
                    "the prompt has {length} characters and Codex takes {LONGEST_PROMPT}; submit less at once"
                ),
            ));
        }
        Ok(())
    }

    /// Starts it.
    pub(crate) fn start(&self, program: &Program) -> Result<Running, ModelError> {
        program.start().map_err(|error| {
            ModelError::new(
                JudgeFailure::Misconfigured,
                format!(
                    "`{}` could not be started: {error}; check CODEX_EXECUTABLE",
                    program.executable.display()
                ),
            )
        })
    }

    /// A failure in Codex's own words.
    pub(crate) fn failed(
        &self,
        words: &str,
        code: Option<&Value>,
        otherwise: JudgeFailure,
        usage: Usage,
    ) -> ModelError {
        reported(words, code, otherwise, usage, &self.settings.provider)
    }
}

/// A turn that ended well and said nothing: that is how a refusal looks through Codex.
pub(crate) fn refused(usage: Usage) -> ModelError {
    ModelError::Failed {
        kind: JudgeFailure::Refused,
        message: "the model ended its turn without an answer, as it does when it declines"
            .to_owned(),
        retry_after: None,
        usage,
    }
}

/// Does the work until it is done, the time is up or nobody waits.
pub(crate) async fn within<T>(
    call: Call<'_>,
    work: impl Future<Output = Result<T, ModelError>>,
) -> Result<T, ModelError> {
    tokio::select! {
        biased;
        () = call.cancel.cancelled() => Err(ModelError::Cancelled),
        () = tokio::time::sleep_until(call.deadline.into()) => Err(ModelError::TimedOut),
        done = work => done,
    }
}
