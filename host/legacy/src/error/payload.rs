//! The JSON of a failed call.

use serde::Serialize;

/// Whether and when to call again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RetryInfo {
    /// Calling again may help.
    pub can_retry: bool,
    /// Milliseconds to wait before.
    pub retry_after_ms: u64,
    /// How often at the most.
    pub max_retries: u32,
}

/// What the call was about. Absent where the call did not say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorContext {
    /// `synchronous` once the audit had begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<&'static str>,
    /// Which session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The client's loopId.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loop_id: Option<String>,
    /// The client's own counter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thought_number: Option<u64>,
    /// The client's branchId.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch_id: Option<String>,
    /// The original's name for what was going on: `processThought` or `synchronousAudit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<&'static str>,
}

/// The JSON of a failed call. No stack traces, no paths of the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorPayload {
    pub(super) is_error: bool,
    pub(super) error: String,
    pub(super) diagnostic: Diagnostic,
    pub(super) status_code: u16,
    pub(super) recoverable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retry_info: Option<RetryInfo>,
}

impl ErrorPayload {
    /// The HTTP status that the original gives for this kind of error.
    pub fn status_code(&self) -> u16 {
        self.status_code
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Diagnostic {
    pub(super) category: &'static str,
    pub(super) severity: &'static str,
    pub(super) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) details: Option<String>,
    pub(super) suggestions: Vec<String>,
    pub(super) context: Context,
    pub(super) error_code: &'static str,
    pub(super) timestamp: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Context {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) requested_tool: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) available_tools: Option<Vec<&'static str>>,
    #[serde(flatten)]
    pub(super) given: ErrorContext,
    pub(super) timestamp: String,
}
