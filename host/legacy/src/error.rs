//! Errors in the original's shape: a tool result with `isError`, never a failure of the protocol.

mod causes;
mod kind;
mod paths;
mod payload;
#[cfg(test)]
mod tests;

use crate::schema::TOOL;
use crate::text::bounded;
use gansauditor_audit::domain::Timestamp;
use kind::Kind;
use paths::without_paths;
use payload::{Context, Diagnostic};
use std::time::Duration;

pub use payload::{ErrorContext, ErrorPayload, RetryInfo};

/// Most bytes of a message: as much as a full list of problems needs.
const MAX_MESSAGE: usize = 4_000;
/// Most bytes of a client's name that is shown back.
const MAX_NAME: usize = 256;

/// Something that keeps a call from being answered: what happened, of which kind, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    kind: Kind,
    /// Stable name for programs.
    code: &'static str,
    message: String,
    details: Option<String>,
    suggestions: Vec<String>,
    requested_tool: Option<String>,
    /// When to call again, where that is known; else the kind says.
    retry_after: Option<Duration>,
}

impl Failure {
    fn new(kind: Kind, code: &'static str, message: &str, suggestions: &[&str]) -> Self {
        Self {
            kind,
            code,
            message: bounded(&without_paths(message), MAX_MESSAGE),
            details: None,
            suggestions: suggestions.iter().map(|text| (*text).to_owned()).collect(),
            requested_tool: None,
            retry_after: None,
        }
    }

    /// The client called a tool that does not exist.
    pub fn unknown_tool(requested: &str) -> Self {
        let requested = bounded(requested, MAX_NAME);
        let message = format!("there is no tool {requested:?}; the tool is `{TOOL}`");
        Self {
            requested_tool: Some(requested),
            ..Self::new(
                Kind::Validation,
                "unknown_tool",
                &message,
                &["Call the tool `gansauditor_codex`."],
            )
        }
    }

    /// The client's other calls fill the queue.
    pub fn queue_full() -> Self {
        Self::new(
            Kind::Resource,
            "queue_full",
            "too many audits are waiting already",
            &[
                "Wait and call again.",
                "Keep fewer audits running at once, or raise MAX_CONCURRENT_AUDITS.",
            ],
        )
    }

    /// The server's configuration forbids what was asked; `reason` says which setting and why.
    pub fn configuration(reason: &str) -> Self {
        Self::new(
            Kind::Configuration,
            "configuration",
            reason,
            &["Have the operator correct the setting that the message names, then call again."],
        )
    }

    /// Something that must not happen; `what` names no path and no secret.
    pub fn internal(what: &str) -> Self {
        Self::new(
            Kind::Internal,
            "internal",
            what,
            &[
                "Call again once.",
                "If it happens again, report it with the server's log of that moment.",
            ],
        )
    }

    /// The payload of the tool result, as of `at`.
    pub fn payload(&self, at: Timestamp, context: ErrorContext) -> ErrorPayload {
        let (category, severity, status_code, recoverable) = self.kind.row();
        let timestamp = at.rfc3339();
        let context = Context {
            given: context,
            available_tools: self.requested_tool.as_ref().map(|_| vec![TOOL]),
            requested_tool: self.requested_tool.clone(),
            timestamp: timestamp.clone(),
        };
        ErrorPayload {
            is_error: true,
            error: self.message.clone(),
            diagnostic: Diagnostic {
                category,
                severity,
                message: self.message.clone(),
                details: self.details.clone(),
                suggestions: self.suggestions.clone(),
                context,
                error_code: self.code,
                timestamp,
            },
            status_code,
            recoverable,
            retry_info: self.kind.retry().map(|retry| RetryInfo {
                retry_after_ms: self.retry_after.map_or(retry.retry_after_ms, |after| {
                    u64::try_from(after.as_millis()).unwrap_or(u64::MAX)
                }),
                ..retry
            }),
        }
    }
}
