//! Reviews: what the host holds after a judge has spoken.

use super::{JudgeIdentity, Reported, Score};
use serde::{Deserialize, Serialize};

/// One graded aspect of a review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dimension {
    /// Name in the rubric.
    pub name: String,
    /// Share in the rubric before leaving out what was not assessed, 0..=1.
    pub weight: f64,
    /// Absent when the judge could not assess it.
    pub score: Option<Score>,
}

/// How much of the submission was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// All of it.
    Whole,
    /// Some of it; what was left out and why.
    Partial(String),
    /// Nothing that could be scored; why.
    Unscored(String),
}

/// What the host makes of a review, from scores and findings alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing stands in the way.
    Pass,
    /// Mend and come back.
    Revise,
    /// Do not build on this.
    Reject,
}

/// What a review cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read by a model.
    pub input_tokens: u64,
    /// Of those, tokens that were cached.
    pub cached_tokens: u64,
    /// Tokens written by a model, reasoning included.
    pub output_tokens: u64,
    /// Millionths of the operator's currency.
    pub money_micros: u64,
}

/// The result of judging one submission, graded by the host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Who took part. Never empty.
    pub judges: Vec<JudgeIdentity>,
    /// Weighted mean of the assessed dimensions, rounded to a whole number. Absent when unscored.
    pub score: Option<Score>,
    /// From score and findings.
    pub verdict: Verdict,
    /// The rubric's dimensions, in its order.
    pub dimensions: Vec<Dimension>,
    /// Sum of the weights of the assessed dimensions, 0..=1.
    pub assessed_weight: f64,
    /// How much was read.
    pub coverage: Coverage,
    /// Paths that were read, sorted, a subset of the submission's.
    pub covered: Vec<String>,
    /// What was found, with fingerprints, worst first.
    pub findings: Vec<(String, Reported)>,
    /// The judges' own words.
    pub summary: String,
    /// What it cost.
    #[serde(default)]
    pub usage: Usage,
    /// Wall-clock time of the review in milliseconds.
    pub millis: u64,
}

impl Review {
    /// Whole and scored: such reviews, and only they, count as loops.
    pub fn counts(&self) -> bool {
        self.coverage == Coverage::Whole && self.score.is_some()
    }

    /// The authority of this review: that of its highest judge.
    pub fn rank(&self) -> u8 {
        self.judges
            .iter()
            .map(|judge| judge.kind.rank())
            .max()
            .unwrap_or(0)
    }
}
