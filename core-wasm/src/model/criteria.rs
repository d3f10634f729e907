//! What the operator configured and what the submission asked for.

use super::{Extensions, Severity};

/// One step of the declining bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tier {
    /// Score that completes, 0..=100.
    pub score: f64,
    /// Last loop at which this tier is in force, from 1.
    pub loops: u32,
}

/// When similarity of submissions ends a session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StagnationCriteria {
    /// Off means never stopped for stagnation.
    pub enabled: bool,
    /// First loop at which stagnation can stop the session.
    pub start_loop: u32,
    /// Mean similarity of consecutive submissions, 0..=1, from which they count as near-identical.
    pub threshold: f64,
}

/// How much feedback the reader wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DetailLevel {
    /// The few things that matter most.
    Basic,
    /// The ordinary level.
    Detailed,
    /// Everything there is, within bounds.
    Verbose,
}

/// What the operator configured.
#[derive(Debug, Clone, PartialEq)]
pub struct Criteria {
    /// By ascending `loops`, never empty.
    pub tiers: Vec<Tier>,
    /// Loop at which the session stops unless that loop completes.
    pub hard_stop: u32,
    /// When similarity ends a session.
    pub stagnation: StagnationCriteria,
    /// Standing findings of this severity or worse forbid completion.
    pub blocking_severity: Severity,
    /// How much feedback the reader wants.
    pub detail: DetailLevel,
}

/// A bar that the submission itself asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BarRequest {
    /// The bar is at least this.
    AtLeast(f64),
    /// The bar is this, tiers notwithstanding.
    Exactly(f64),
}

/// A hard stop that the submission itself asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopRequest {
    /// The session stops at this loop at the latest.
    AtMost(u32),
    /// The session stops at this loop.
    Exactly(u32),
}

/// What the submission asked for and the operator lets through.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Request {
    /// Absent when nothing was asked.
    pub bar: Option<BarRequest>,
    /// Absent when nothing was asked.
    pub stop: Option<StopRequest>,
    /// Additions of the host.
    pub extensions: Extensions,
}

/// Caps of the host, for information.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Attempts per cycle.
    pub max_attempts: u32,
    /// Reviews of one submission when a policy asks for another.
    pub max_reviews: u32,
    /// Tokens per cycle.
    pub max_tokens: Option<u64>,
    /// Money per cycle, in millionths of the operator's currency.
    pub max_money_micros: Option<u64>,
    /// Time spent judging per cycle, in milliseconds.
    pub max_judge_millis: Option<u64>,
}
