//! The events of a session. A session is a fold of them; the journal is their only durable form.

use super::{
    Caps, ContextScope, Criteria, Decision, Digest, HistoryRequest, PolicyIdentity, Request,
    Review, Timestamp, Usage, Work,
};
use serde::{Deserialize, Serialize};

/// Where a session comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A client began it.
    Created,
    /// The original server's session file was read.
    Imported {
        /// Digest of that file.
        source: Digest,
    },
}

/// Who decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// A policy.
    Policy(PolicyIdentity),
    /// A policy in the place of the live one, which had failed. It completes nothing.
    Fallback(PolicyIdentity),
    /// The host, because one of its caps was reached; which.
    Host(String),
    /// The original server, before the session was imported.
    Original,
}

/// What an evaluation rested on beside the session itself. With the events before it, it can be made again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// The operator's criteria.
    pub criteria: Criteria,
    /// The host's caps.
    pub limits: Caps,
    /// How much text the policy was shown.
    pub history: HistoryRequest,
}

/// Something that happened in a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// First event of every session.
    Opened {
        /// When.
        at: Timestamp,
        /// How it came about.
        origin: Origin,
    },
    /// Work came in. In a completed session it begins a new cycle.
    Submitted {
        /// Ordinal in the session, from 1, without gaps.
        attempt: u32,
        /// When.
        at: Timestamp,
        /// The work, names and patches resolved.
        work: Work,
        /// What its gan-config asked for, after the operator's mode.
        request: Request,
        /// What the client said the work is to achieve.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<String>,
        /// What it asked to show the judge of the repository.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        context: Option<ContextScope>,
        /// The client's own counter: echoed, never counted.
        thought_number: u64,
    },
    /// A judge reviewed the newest submission, or an earlier review of the same work was used again.
    Reviewed {
        /// The submission's attempt.
        attempt: u32,
        /// When.
        at: Timestamp,
        /// The review.
        review: Review,
        /// Attempt whose review was used again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reused_from: Option<u32>,
    },
    /// Judging the newest submission failed.
    ReviewFailed {
        /// The submission's attempt.
        attempt: u32,
        /// When.
        at: Timestamp,
        /// What went wrong.
        error: String,
        /// What it cost all the same.
        #[serde(default, skip_serializing_if = "Usage::is_nothing")]
        usage: Usage,
    },
    /// A decision on the newest submission.
    Decided {
        /// The submission's attempt.
        attempt: u32,
        /// When it was asked for: the snapshot's `now`.
        at: Timestamp,
        /// The decision.
        decision: Box<Decision>,
        /// Whose it is.
        by: DecidedBy,
        /// Digest of the snapshot it rests on; absent when no policy was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        input: Option<Digest>,
        /// Settings the policy had, a JSON text.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        settings: String,
        /// What else it rests on; absent when no policy was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        terms: Option<Box<Terms>>,
        /// How long the evaluation took, in microseconds.
        micros: u64,
    },
    /// The policy failed on the newest submission: reviewed, not decided.
    Undecided {
        /// The submission's attempt.
        attempt: u32,
        /// When.
        at: Timestamp,
        /// Which policy.
        policy: PolicyIdentity,
        /// What went wrong.
        error: String,
    },
    /// The next submission begins a new cycle, wherever the session was.
    Reset {
        /// When.
        at: Timestamp,
        /// Who wanted it and why.
        reason: String,
    },
}
