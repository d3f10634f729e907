//! Policies.

use super::trial::Trial;
use crate::domain::{Decision, HistoryRequest, PolicyIdentity, SessionId, Snapshot};
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;

/// Why a policy did not decide.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The policy answered that it cannot decide.
    #[error("the policy refused to decide: {0}")]
    Refused(String),
    /// The policy trapped.
    #[error("the policy trapped: {0}")]
    Trapped(String),
    /// The policy failed so often in a row that it is not asked for a while.
    #[error(
        "the policy failed {failures} times in a row and is not asked for {} s; `gansauditor policy status` tells why, `gansauditor policy rollback` takes it back",
        retry_after.as_secs()
    )]
    Suspended {
        /// Failures in a row.
        failures: u32,
        /// When it is asked again.
        retry_after: Duration,
    },
    /// The policy was over its deadline.
    #[error("the policy did not decide within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// The policy wanted more memory, stack or table space than it may have.
    #[error("the policy exceeded its {0} limit")]
    OverLimit(String),
    /// The decision breaks the contract.
    #[error("the policy's decision breaks the contract: {0}")]
    InvalidDecision(String),
    /// The host could not run the policy.
    #[error("the policy could not be run: {0}")]
    Host(String),
}

/// A policy as it was when it was asked for; a swap does not touch it.
#[async_trait]
pub trait LivePolicy: Send + Sync {
    /// Which policy this is.
    fn identity(&self) -> &PolicyIdentity;

    /// Its settings, a JSON text.
    fn settings(&self) -> &str;

    /// How much text it wants to see.
    fn history(&self) -> HistoryRequest;

    /// Decides on the newest iteration of a snapshot. Pure, bounded in time, memory and output. The
    /// decision keeps the contract's promises about numbers and about which parts go with which status.
    async fn evaluate(&self, snapshot: Arc<Snapshot>) -> Result<Decision, PolicyError>;
}

/// Who decides now, read at once so that no change comes between.
#[derive(Clone)]
pub struct InForce {
    /// The live policy.
    pub live: Arc<dyn LivePolicy>,
    /// A candidate that is tried beside it; absent when there is none.
    pub trial: Option<Arc<dyn Trial>>,
}

/// Knows the live policy.
pub trait PolicyEngine: Send + Sync + 'static {
    /// Who decides on this session now.
    fn in_force(&self, session: &SessionId) -> InForce;

    /// The policy that may decide where `failed` did not, other than that one; absent when the operator wants
    /// none, which is the default. The loop lets it go on or stop, never complete.
    fn fallback(&self, failed: &dyn LivePolicy) -> Option<Arc<dyn LivePolicy>>;
}
