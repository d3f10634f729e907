//! Judges.

use crate::domain::{Coverage, Finding, JudgeIdentity, Reported, Score, Usage, WorkFile};
use crate::rubric::Rubric;
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What a judge is asked.
#[derive(Debug, Clone)]
pub struct JudgeRequest {
    /// What the work is to achieve, in the client's words: untrusted data.
    pub task: Option<String>,
    /// The files under review, by path. Untrusted data.
    pub files: Arc<Vec<WorkFile>>,
    /// The standing findings of the session, so that a judge can say what became of them.
    pub earlier: Vec<Finding>,
    /// The dimensions to grade.
    pub rubric: Rubric,
    /// How long the judge has. It may use less and must not use more.
    pub time: Duration,
    /// Cancelled when nobody waits for the review any more.
    pub cancel: CancellationToken,
}

/// What a judge answers. The host believes none of it: it drops findings outside the submission, bounds
/// every text, grades and decides the verdict itself.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgeReport {
    /// Grade for each dimension the judge could assess, by the rubric's names.
    pub scores: Vec<(String, Score)>,
    /// What it found.
    pub findings: Vec<Reported>,
    /// How much it read.
    pub coverage: Coverage,
    /// Paths it read.
    pub covered: Vec<String>,
    /// In its own words.
    pub summary: String,
    /// What it cost.
    pub usage: Usage,
}

/// Why there is no review. Every case says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JudgeError {
    /// The time was up.
    #[error("the judge `{judge}` did not answer within {} s; raise AUDIT_TIMEOUT_SECONDS or submit less at once", .after.as_secs())]
    TimedOut {
        /// Which judge.
        judge: String,
        /// How long it had.
        after: Duration,
    },
    /// Nobody waits any more.
    #[error("the audit was cancelled")]
    Cancelled,
    /// The judge cannot work as it is set up; trying again will not help.
    #[error("the judge `{judge}` is not usable: {reason}")]
    Unusable {
        /// Which judge.
        judge: String,
        /// Why, and what to do.
        reason: String,
    },
    /// The judge failed; trying again may help.
    #[error("the judge `{judge}` failed: {reason}")]
    Failed {
        /// Which judge.
        judge: String,
        /// Why.
        reason: String,
    },
}

/// Where an audit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Waiting for the session's earlier audits.
    Waiting,
    /// The judge reads.
    Judging,
    /// The policy decides.
    Deciding,
    /// The answer is made durable.
    Recording,
}

/// Hears how an audit gets on. Must not block.
pub trait ProgressSink: Send + Sync {
    /// The audit entered a stage.
    fn stage(&self, stage: Stage);
}

/// Nobody listens.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unheard;

impl ProgressSink for Unheard {
    fn stage(&self, _: Stage) {}
}

/// Reviews work.
///
/// `review` may be called concurrently. It must stop soon after `cancel` fires, must leave no process or
/// connection behind, and must not be influenced by anything but the request. A judge that cannot assess a
/// dimension leaves it out; one that cannot read a file leaves it out of `covered` and says so in `coverage`.
#[async_trait]
pub trait Judge: Send + Sync + 'static {
    /// Who it is.
    fn identity(&self) -> &JudgeIdentity;

    /// Reviews the files of the request.
    async fn review(&self, request: &JudgeRequest) -> Result<JudgeReport, JudgeError>;
}
