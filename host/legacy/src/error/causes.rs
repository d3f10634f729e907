//! What fails elsewhere, as a failure of a call: its kind, and what to do about it.

use super::{Failure, Kind};
use crate::arguments::ArgumentsError;
use gansauditor_audit::AuditError;
use gansauditor_audit::ports::{JudgeError, StoreError};
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
            JudgeError::Unusable { .. } => new(
                Kind::Judge,
                "judge_unusable",
                &[
                    "Do what the message says, or have the operator choose another judge. Calling again will not help.",
                ],
            ),
            JudgeError::Failed { .. } => new(
                Kind::JudgeAgain,
                "judge_failed",
                &["Submit the same work again after a short wait."],
            ),
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
