//! What an audit reports back.

use crate::domain::{
    Criteria, DecidedBy, Decision, Finding, Review, SessionId, Timestamp, Verdict,
};
use crate::ports::{JudgeError, PolicyError, StoreError};
use crate::queue::Busy;
use crate::session::Standing;
use std::time::Duration;

/// The result of one audit.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditReport {
    /// The session it belongs to.
    pub session: SessionId,
    /// When the session was begun.
    pub session_opened_at: Timestamp,
    /// Number of the session's cycle, from 1.
    pub cycle: u32,
    /// Ordinal of the attempt in the session, from 1.
    pub attempt: u32,
    /// When this audit began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// The newest review; absent when a stopped session repeats an answer for which none was made.
    pub review: Option<Review>,
    /// An earlier review of the same work was used again.
    pub unchanged: bool,
    /// What was decided.
    pub decision: Decision,
    /// By whom.
    pub decided_by: DecidedBy,
    /// Where the session stands now.
    pub standing: Standing,
    /// The session had been stopped before: nothing was judged, the decision is the one that stopped it.
    pub repeated: bool,
    /// Every finding of the session.
    pub ledger: Vec<Finding>,
    /// The cycle's loops, oldest first.
    pub loops: Vec<LoopSummary>,
    /// The criteria the decision was made under.
    pub criteria: Criteria,
    /// What the client said the work is to achieve.
    pub task: Option<String>,
    /// Remarks: what was not taken from the gan-config and why, which files were not understood.
    pub notes: Vec<String>,
}

/// One loop in a list of loops.
#[derive(Debug, Clone, PartialEq)]
pub struct LoopSummary {
    /// Its number in the cycle.
    pub number: u32,
    /// When the work came in.
    pub at: Timestamp,
    /// Mean score of its whole reviews.
    pub score: f64,
    /// Verdict of its newest review.
    pub verdict: Verdict,
}

/// Why there is no report. Every case says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AuditError {
    /// The session could not be taken, read or written. Nothing was acknowledged.
    #[error(transparent)]
    Session(#[from] StoreError),
    /// There is too much to do at once. Nothing was judged or recorded.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The time was up before the submission was put together with what the session knows. Nothing was judged or
    /// recorded.
    #[error("the submission could not be prepared within {} s; send less at once, or raise AUDIT_TIMEOUT_SECONDS", .after.as_secs())]
    Late {
        /// How long there was.
        after: Duration,
    },
    /// There is no review.
    #[error(transparent)]
    Judge(#[from] JudgeError),
    /// There is a review on record, but no decision. Submitting the same work again decides on it.
    #[error(
        "the work was reviewed but not decided on: {error}; submit it again later, the review is kept"
    )]
    Undecided {
        /// What went wrong.
        error: PolicyError,
        /// The review that is on record.
        review: Box<Review>,
    },
}
