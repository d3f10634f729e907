//! Judges.

use crate::domain::{
    CheckResult, Coverage, FileReading, Finding, JudgeIdentity, Reported, RepositoryContext, Score,
    Usage, WorkFile,
};
use crate::rubric::Rubric;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
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
    /// What the repository around the files holds, for judges that read it. Untrusted data.
    pub context: Arc<RepositoryContext>,
    /// The session's findings that are this judge's to answer for, fixed ones included, so that it can say
    /// what became of them.
    pub earlier: Vec<Finding>,
    /// The dimensions to grade.
    pub rubric: Rubric,
    /// Which of several independent reviews of the same work this is, from 0.
    pub draw: u32,
    /// How long the judge has. It may use less and must not use more.
    pub time: Duration,
    /// Cancelled when nobody waits for the review any more.
    pub cancel: CancellationToken,
}

/// What a judge answers. The host believes none of it: it drops findings outside the submission, bounds
/// every text, grades and decides the verdict itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JudgeReport {
    /// Grade for each dimension the judge could assess, by the rubric's names.
    pub scores: Vec<(String, Score)>,
    /// What it found.
    pub findings: Vec<Reported>,
    /// How much it read.
    pub coverage: Coverage,
    /// What it made of each file. A file that it doesn't name it has not read.
    pub readings: Vec<FileReading>,
    /// In its own words.
    pub summary: String,
    /// What it cost.
    pub usage: Usage,
    /// How the answer came about, for people: model, way, number of requests. Empty where there is nothing
    /// to say.
    pub provenance: String,
    /// Checks it ran on the files.
    pub checks: Vec<CheckRun>,
    /// What the reader of the answer must know of how it came about, a sentence each: files it could not be given,
    /// findings it could not place.
    #[serde(default)]
    pub remarks: Vec<String>,
}

impl JudgeReport {
    /// The report of a judge that graded nothing, and why.
    pub fn unscored(reason: impl Into<String>) -> Self {
        Self {
            scores: Vec::new(),
            findings: Vec::new(),
            coverage: Coverage::Unscored(reason.into()),
            readings: Vec::new(),
            summary: String::new(),
            usage: Usage::default(),
            provenance: String::new(),
            checks: Vec::new(),
            remarks: Vec::new(),
        }
    }
}

impl JudgeReport {
    /// Paths it read, in the order of `readings`.
    pub fn covered(&self) -> Vec<&str> {
        let read = self.readings.iter().filter(|reading| reading.is_read());
        read.map(|reading| reading.path.as_str()).collect()
    }
}

/// A check that a judge ran on the files of its request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRun {
    /// Name of the check in the operator's configuration.
    pub check: String,
    /// How it ended.
    pub outcome: CheckResult,
    /// Who ran it and how.
    pub provenance: String,
    /// What it printed, shortened.
    pub detail: String,
}

/// What kind of failure kept a judge from reviewing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JudgeFailure {
    /// It cannot work as it is set up: no key, no program, a wrong setting.
    Misconfigured,
    /// The key or login was refused.
    Unauthorized,
    /// The key may not do this.
    Forbidden,
    /// The request was refused as wrong: an unknown model or endpoint, a parameter it does not take.
    Rejected,
    /// The work does not fit into what the judge can read at once.
    TooLong,
    /// Too many requests for now.
    RateLimited,
    /// What was paid for is used up.
    QuotaExhausted,
    /// The service behind it fails or is overloaded.
    Unavailable,
    /// The service behind it cannot be reached.
    Unreachable,
    /// The answer broke off.
    Interrupted,
    /// The judge ended its answer before it was whole.
    Incomplete,
    /// The judge declined to answer.
    Refused,
    /// The answer is not of the shape that was asked for.
    Malformed,
    /// The answer is longer than any review.
    Oversized,
    /// The judge itself is broken.
    Broken,
}

impl JudgeFailure {
    /// Lower-case name with underscores, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Misconfigured => "misconfigured",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Rejected => "rejected",
            Self::TooLong => "too_long",
            Self::RateLimited => "rate_limited",
            Self::QuotaExhausted => "quota_exhausted",
            Self::Unavailable => "unavailable",
            Self::Unreachable => "unreachable",
            Self::Interrupted => "interrupted",
            Self::Incomplete => "incomplete",
            Self::Refused => "refused",
            Self::Malformed => "malformed",
            Self::Oversized => "oversized",
            Self::Broken => "broken",
        }
    }

    /// The same request may succeed a little later, without anybody doing anything.
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            Self::RateLimited | Self::Unavailable | Self::Unreachable | Self::Interrupted
        )
    }
}

/// Why there is no review. Every case says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum JudgeError {
    /// The time was up.
    #[error("the judge `{judge}` did not answer within {} s; raise AUDIT_TIMEOUT_SECONDS or submit less at once", .after.as_secs())]
    TimedOut {
        /// Which judge.
        judge: String,
        /// How long it had.
        after: Duration,
        /// What it had said until then, when that is of use: never whole.
        partial: Option<Box<JudgeReport>>,
        /// What it cost all the same, as far as that is known.
        usage: Usage,
    },
    /// Nobody waits any more.
    #[error("the audit was cancelled")]
    Cancelled,
    /// The judge failed.
    #[error("the judge `{judge}` failed: {reason}")]
    Failed {
        /// Which judge.
        judge: String,
        /// Of which kind.
        kind: JudgeFailure,
        /// Why, and what to do.
        reason: String,
        /// How long to wait before asking again, when the judge said so.
        retry_after: Option<Duration>,
        /// What it cost all the same, as far as that is known.
        usage: Usage,
    },
}

impl JudgeError {
    /// A failure that cost nothing and does not say when to come again.
    pub fn failed(judge: &str, kind: JudgeFailure, reason: impl Into<String>) -> Self {
        Self::Failed {
            judge: judge.to_owned(),
            kind,
            reason: reason.into(),
            retry_after: None,
            usage: Usage::default(),
        }
    }

    /// The time was up before anything was said.
    pub fn timed_out(judge: &str, after: Duration) -> Self {
        Self::TimedOut {
            judge: judge.to_owned(),
            after,
            partial: None,
            usage: Usage::default(),
        }
    }

    /// What was spent without getting a review, as far as that is known.
    pub fn usage(&self) -> Usage {
        match self {
            Self::TimedOut { usage, .. } | Self::Failed { usage, .. } => *usage,
            Self::Cancelled => Usage::default(),
        }
    }

    /// The same error, with what was spent.
    pub(crate) fn at_cost_of(mut self, spent: Usage) -> Self {
        if let Self::TimedOut { usage, .. } | Self::Failed { usage, .. } = &mut self {
            *usage = spent;
        }
        self
    }
}

/// Where an audit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Waiting for the session's earlier audits.
    Waiting,
    /// Waiting for other sessions' audits.
    Queued,
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
/// dimension leaves it out; one that cannot read a file says so in `readings`.
#[async_trait]
pub trait Judge: Send + Sync + 'static {
    /// Who it is.
    fn identity(&self) -> &JudgeIdentity;

    /// Whether it reads the repository around the files. Nobody collects it for judges that do not.
    fn reads_context(&self) -> bool {
        false
    }

    /// Name of the check that it is: it runs the work and grades nothing. When it fails as a judge, that is a check
    /// that could not be run to its end.
    fn check(&self) -> Option<&str> {
        None
    }

    /// Reviews the files of the request.
    async fn review(&self, request: &JudgeRequest) -> Result<JudgeReport, JudgeError>;

    /// Ends what it keeps running between reviews, and returns when that is gone. Called once, after the last
    /// review.
    async fn close(&self) {}
}
