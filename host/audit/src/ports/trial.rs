//! Trials of policies: a candidate beside the live policy.

use super::policy_engine::{LivePolicy, PolicyError};
use crate::domain::{Decision, Digest, SessionId, Timestamp};
use async_trait::async_trait;
use std::sync::Arc;

/// What the live policy and a candidate made of the same submission. Each saw its own settings, memo and share of
/// the past.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Session it is about.
    pub session: SessionId,
    /// Its cycle, from 1.
    pub cycle: u32,
    /// The submission's attempt.
    pub attempt: u32,
    /// Digest of what was submitted.
    pub work: Digest,
    /// When the decision that counts was asked for.
    pub at: Timestamp,
    /// The candidate's decision counts, unless it failed; otherwise the live policy's.
    pub candidate_acts: bool,
    /// The live policy's.
    pub live: Result<Decision, PolicyError>,
    /// The candidate's.
    pub candidate: Result<Decision, PolicyError>,
    /// Microseconds until the candidate answered.
    pub candidate_micros: u64,
}

/// A candidate on trial. It decides on a share of the sessions, or on none; where it does not decide, it is asked
/// after the live policy and changes nothing.
#[async_trait]
pub trait Trial: Send + Sync {
    /// The candidate.
    fn candidate(&self) -> Arc<dyn LivePolicy>;

    /// Whether the candidate decides on this session: the same answer for as long as the trial lasts. Where it
    /// fails the live policy decides.
    fn acts_on(&self, session: &SessionId) -> bool;

    /// What the policy whose decisions do not count in this session returned as memo last time in this cycle.
    fn memo(&self, session: &SessionId, cycle: u32) -> Option<Vec<u8>>;

    /// Takes note of a comparison. Called once the decision that counts is on record.
    async fn note(&self, comparison: Comparison);
}
