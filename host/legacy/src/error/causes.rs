//! What fails elsewhere, as a failure of a call: its kind, and what to do about it.

use super::{Failure, Kind};
use crate::arguments::ArgumentsError;
use gansauditor_audit::ports::{JudgeError, JudgeFailure, StoreError};
use gansauditor_audit::{AuditError, Busy};
use gansauditor_submission::SubmissionError;

impl From<&ArgumentsError> for Failure {
    fn from(error: &ArgumentsError) -> Self {
        Self::new(
            Kind::Validation,
            "invalid_arguments",
            &error.to_string(),
            &["Send the fields that the message names as it says, all in one call."],
        )
    }
}

impl From<&SubmissionError> for Failure {
    fn from(error: &SubmissionError) -> Self {
        Self::new(
            Kind::Validation,
            "invalid_submission",
            &error.to_string(),
            &[
                "Send code in fences with its path, or a unified diff, within the limits that the message names.",
            ],
        )
    }
}

impl From<&JudgeError> for Failure {
    fn from(error: &JudgeError) -> Self {
        let new = |kind, code, suggestions| Self::new(kind, code, &error.to_string(), suggestions);
        match error {
            JudgeError::TimedOut { .. } => new(
                Kind::Timeout,
                "judge_timed_out",
                &[
                    "Submit fewer files at once.",
                    "Have the operator raise AUDIT_TIMEOUT_SECONDS.",
                ],
            ),
            JudgeError::Cancelled => new(
                Kind::Timeout,
                "cancelled",
                &["Submit the work again when the answer is wanted."],
            ),
            JudgeError::Failed {
                kind, retry_after, ..
            } => {
                let (row, code, suggestion) = judge_failure(*kind);
                Self {
                    retry_after: *retry_after,
                    ..new(row, code, &[suggestion])
                }
            }
        }
    }
}

/// The kinds of a judge's failures: whether to call again, the code for programs, what to do.
fn judge_failure(kind: JudgeFailure) -> (Kind, &'static str, &'static str) {
    const AGAIN: &str = "Submit the same work again after a short wait.";
    const OPERATOR: &str = "Do what the message says, or have the operator choose another judge (AUDIT_JUDGE). Calling again will not help.";
    const KEY: &str = "Have the operator set a valid key (OPENAI_API_KEY or CODEX_API_KEY) or choose another judge (AUDIT_JUDGE).";
    const LESS: &str = "Submit fewer or smaller files at once.";
    match kind {
        JudgeFailure::Misconfigured => (Kind::Judge, "judge_misconfigured", OPERATOR),
        JudgeFailure::Unauthorized => (Kind::Judge, "judge_unauthorized", KEY),
        JudgeFailure::Forbidden => (Kind::Judge, "judge_forbidden", KEY),
        JudgeFailure::Rejected => (Kind::Judge, "judge_rejected", OPERATOR),
        JudgeFailure::QuotaExhausted => (
            Kind::Judge,
            "judge_quota_exhausted",
            "Have the operator see to the account of the key, or choose another judge (AUDIT_JUDGE).",
        ),
        JudgeFailure::Broken => (Kind::Judge, "judge_broken", OPERATOR),
        JudgeFailure::TooLong => (Kind::Validation, "judge_too_long", LESS),
        JudgeFailure::RateLimited => (Kind::JudgeAgain, "judge_rate_limited", AGAIN),
        JudgeFailure::Unavailable => (Kind::JudgeAgain, "judge_unavailable", AGAIN),
        JudgeFailure::Unreachable => (
            Kind::JudgeAgain,
            "judge_unreachable",
            "Submit the same work again after a short wait; if that does not help, have the operator check OPENAI_BASE_URL and the network.",
        ),
        JudgeFailure::Interrupted => (Kind::JudgeAgain, "judge_interrupted", AGAIN),
        JudgeFailure::Incomplete => (
            Kind::JudgeAgain,
            "judge_incomplete",
            "Submit fewer or smaller files at once, or have the operator let the model write more (CODEX_MAX_OUTPUT_TOKENS, or the limit of its server).",
        ),
        JudgeFailure::Refused => (Kind::JudgeAgain, "judge_refused", AGAIN),
        JudgeFailure::Malformed => (Kind::JudgeAgain, "judge_malformed", AGAIN),
        JudgeFailure::Oversized => (Kind::JudgeAgain, "judge_oversized", LESS),
    }
}

impl From<&Busy> for Failure {
    fn from(error: &Busy) -> Self {
        let code = match error {
            Busy::Sessions { .. } => "too_many_sessions",
            Busy::Session { .. } => "session_busy",
            Busy::Audits { .. } => "queue_full",
            Busy::TimedOut { .. } => "queue_timed_out",
        };
        let suggestions = [
            "Wait as long as retryInfo says, then make the same call again.",
            "Have the operator raise the limit that the message names.",
        ];
        Self {
            retry_after: Some(error.retry_after()),
            ..Self::new(Kind::Resource, code, &error.to_string(), &suggestions)
        }
    }
}

impl From<&StoreError> for Failure {
    fn from(error: &StoreError) -> Self {
        let new = |kind, code, suggestions| Self::new(kind, code, &error.to_string(), suggestions);
        match error {
            StoreError::Busy { .. } => new(
                Kind::Resource,
                "session_busy",
                &[
                    "Wait for the session's other audit, then call again.",
                    "Use one branchId for each piece of work.",
                ],
            ),
            StoreError::Damaged { .. } => new(
                Kind::Session,
                "session_damaged",
                &[
                    "Begin another session with another branchId.",
                    "Have the operator restore the session.",
                ],
            ),
            StoreError::NotFound(_) => new(
                Kind::Session,
                "session_not_found",
                &["Send the branchId of an existing session, or submit work to begin one."],
            ),
            StoreError::Unavailable { .. } => new(
                Kind::Session,
                "session_unavailable",
                &[
                    "Have the operator see to the state directory: free space, permissions, SYNC_AUDIT_STATE_DIRECTORY.",
                ],
            ),
        }
    }
}

impl From<&AuditError> for Failure {
    fn from(error: &AuditError) -> Self {
        match error {
            AuditError::Session(error) => error.into(),
            AuditError::Judge(error) => error.into(),
            AuditError::Busy(error) => error.into(),
            AuditError::Late { .. } => Self::new(
                Kind::Timeout,
                "late",
                &error.to_string(),
                &[
                    "Submit fewer files at once, each under its name.",
                    "Have the operator raise AUDIT_TIMEOUT_SECONDS.",
                ],
            ),
            AuditError::Undecided { review, .. } => {
                let score = review
                    .score
                    .map_or("none".to_owned(), |score| score.to_string());
                Self {
                    details: Some(format!(
                        "The review on record: score {score}, {} findings.",
                        review.findings.len()
                    )),
                    ..Self::new(
                        Kind::Undecided,
                        "undecided",
                        &error.to_string(),
                        &[
                            "Submit the same work again later: the review is kept, only the decision is made anew.",
                        ],
                    )
                }
            }
        }
    }
}
