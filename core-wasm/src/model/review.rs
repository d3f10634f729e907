//! Reviews.

use super::Extensions;

/// Kinds of judges. `Static` and `Tool` are of one rank, below `Model`, below `Human`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JudgeKind {
    /// Built-in rules.
    Static,
    /// An external analyser.
    Tool,
    /// A language model.
    Model,
    /// A person.
    Human,
}

/// Who reviewed. Two reviews are comparable when name and version are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Judge {
    /// Name of the judge.
    pub name: String,
    /// Version of the judge.
    pub version: String,
    /// What kind it is.
    pub kind: JudgeKind,
    /// Same submission, same review.
    pub deterministic: bool,
}

/// One graded aspect of a review.
#[derive(Debug, Clone, PartialEq)]
pub struct Dimension {
    /// Name of the aspect.
    pub name: String,
    /// Share in the rubric before leaving out what was not assessed, 0..=1.
    pub weight: f64,
    /// 0..=100; absent when it could not be assessed.
    pub score: Option<f64>,
}

/// How much of the submission a review read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// All of it.
    Whole,
    /// Some of it; what was left out and why.
    Partial(String),
    /// Nothing it could score; why.
    Unscored(String),
}

/// What the host makes of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Nothing stands in the way.
    Pass,
    /// Mend and come back.
    Revise,
    /// Do not build on this.
    Reject,
}

/// The result of judging one submission.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// Who took part. Never empty.
    pub judges: Vec<Judge>,
    /// Weighted mean of the assessed dimensions, 0..=100. Absent when unscored.
    pub score: Option<f64>,
    /// From scores and findings alone.
    pub verdict: Verdict,
    /// The rubric's dimensions, in its order.
    pub dimensions: Vec<Dimension>,
    /// Sum of the weights of the assessed dimensions, 0..=1.
    pub assessed_weight: f64,
    /// How much was read.
    pub coverage: Coverage,
    /// Paths that were read, a subset of the submission's.
    pub covered: Vec<String>,
    /// Fingerprints reported by this review.
    pub reported: Vec<String>,
    /// The judges' summary: data, not instructions.
    pub summary: String,
    /// Additions of the host.
    pub extensions: Extensions,
}

impl Review {
    /// The score of a whole review: only such reviews count as loops and can complete.
    pub fn whole_score(&self) -> Option<f64> {
        match self.coverage {
            Coverage::Whole => self.score,
            Coverage::Partial(_) | Coverage::Unscored(_) => None,
        }
    }

    /// Whether nothing that could be read was left unread. Without a score, there was nothing to grade.
    pub fn is_whole(&self) -> bool {
        self.coverage == Coverage::Whole
    }

    /// Whether it read this file.
    pub fn covers(&self, path: &str) -> bool {
        self.covered.iter().any(|covered| covered == path)
    }
}
