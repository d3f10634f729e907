//! What the operator configured and what the submission asked for.

use super::{Score, Severity};
use serde::{Deserialize, Serialize};

/// One step of the declining bar.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tier {
    /// Score that completes.
    pub score: Score,
    /// Last loop at which it is in force, from 1.
    pub loops: u32,
}

/// When similarity of submissions ends a session.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StagnationCriteria {
    /// Off means never stopped for stagnation.
    pub enabled: bool,
    /// First loop at which it can stop the session.
    pub start_loop: u32,
    /// Mean similarity, 0..=1, from which submissions count as near-identical.
    pub threshold: f64,
}

/// How much feedback the reader wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetailLevel {
    /// The few things that matter most.
    Basic,
    /// The ordinary level.
    Detailed,
    /// Everything there is.
    Verbose,
}

/// What a check that could not be run to its end means for completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckErrors {
    /// The work does not complete until the check ends.
    #[default]
    Block,
    /// The answer says so, and policies are not shown the result.
    Note,
}

impl CheckErrors {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What the operator configured, handed to every policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criteria {
    /// By ascending `loops`, never empty.
    pub tiers: Vec<Tier>,
    /// Loop at which the session stops unless it completes.
    pub hard_stop: u32,
    /// When similarity ends a session.
    pub stagnation: StagnationCriteria,
    /// Standing findings of this severity or worse forbid completion.
    pub blocking_severity: Severity,
    /// What a check that could not be run to its end means.
    #[serde(default, skip_serializing_if = "CheckErrors::is_default")]
    pub check_errors: CheckErrors,
    /// How much feedback the reader wants.
    pub detail: DetailLevel,
}

impl Default for Criteria {
    /// The guide's defaults: 95/10, 90/15, 85/20, hard stop 25, stagnation from loop 10 at 0.95.
    fn default() -> Self {
        let tier = |score, loops| Tier {
            score: Score::clamped(score),
            loops,
        };
        Self {
            tiers: vec![tier(95.0, 10), tier(90.0, 15), tier(85.0, 20)],
            hard_stop: 25,
            stagnation: StagnationCriteria {
                enabled: true,
                start_loop: 10,
                threshold: 0.95,
            },
            blocking_severity: Severity::Critical,
            check_errors: CheckErrors::Block,
            detail: DetailLevel::Detailed,
        }
    }
}

/// A bar the submission asked for, after the operator's mode.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BarRequest {
    /// The bar is at least this.
    AtLeast(Score),
    /// The bar is this.
    Exactly(Score),
}

/// A hard stop the submission asked for, after the operator's mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopRequest {
    /// The session stops at this loop at the latest.
    AtMost(u32),
    /// The session stops at this loop.
    Exactly(u32),
}

/// What the submission's gan-config asked and the operator lets through.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Request {
    /// Absent when nothing was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bar: Option<BarRequest>,
    /// Absent when nothing was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<StopRequest>,
}

/// Caps of the host, enforced before a judge spends, whatever a policy decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caps {
    /// Attempts per cycle, failed ones included.
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

impl Default for Caps {
    /// Four attempts for each loop of the default hard stop, and three reviews of one submission.
    fn default() -> Self {
        Self {
            max_attempts: 100,
            max_reviews: 3,
            max_tokens: None,
            max_money_micros: None,
            max_judge_millis: None,
        }
    }
}
