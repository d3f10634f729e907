//! The snapshot: everything a policy may know.

use super::{Criteria, Extensions, Finding, Limits, Request, Review};

/// One version of one file, as an iteration left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVersion {
    /// Label of the file.
    pub path: String,
    /// Digest of its text; absent when it was deleted on purpose.
    pub digest: Option<String>,
}

/// One attempt of the current cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct Iteration {
    /// Ordinal in the session, from 1, without gaps.
    pub attempt: u32,
    /// Number within the cycle's loops, when the review was whole and scored.
    pub loop_number: Option<u32>,
    /// Digest of the work.
    pub submission: String,
    /// When it came in, in milliseconds since the Unix epoch.
    pub submitted_at: u64,
    /// The files this submission held, by path.
    pub files: Vec<FileVersion>,
    /// The review of an earlier iteration was used again.
    pub unchanged: bool,
    /// The reviews of this submission; empty when judging failed.
    pub reviews: Vec<Review>,
    /// Additions of the host.
    pub extensions: Extensions,
}

impl Iteration {
    /// The reviews that count: whole and scored.
    pub fn whole_reviews(&self) -> impl Iterator<Item = (&Review, f64)> {
        self.reviews
            .iter()
            .filter_map(|review| review.whole_score().map(|score| (review, score)))
    }

    /// Mean over the reviews that count; absent when there is none.
    pub fn score(&self) -> Option<f64> {
        mean(self.whole_reviews().map(|(_, score)| score))
    }

    /// What this submission made of a file: `None` when it left the file out.
    pub fn file(&self, path: &str) -> Option<&FileVersion> {
        self.files.iter().find(|file| file.path == path)
    }
}

/// Arithmetic mean; absent for no values.
pub(crate) fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

/// The text of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Label of the file.
    pub path: String,
    /// Canonical name of its language, where known.
    pub language: Option<String>,
    /// Its text.
    pub text: String,
}

/// The text of one iteration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The iteration's attempt.
    pub attempt: u32,
    /// Its files.
    pub files: Vec<SourceFile>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckResult {
    /// It ran and was satisfied.
    Passed,
    /// It ran and was not.
    Failed,
    /// It could not be run or did not finish.
    Errored,
}

/// The result of a check that the host ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Name of the check in the operator's configuration.
    pub check: String,
    /// The submission it ran on.
    pub submission: String,
    /// How it ended.
    pub outcome: CheckResult,
    /// Who ran it and how.
    pub provenance: String,
    /// What it printed, shortened.
    pub detail: String,
    /// Additions of the host.
    pub extensions: Extensions,
}

/// What the current cycle has cost so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spend {
    /// Tokens read by models.
    pub input_tokens: u64,
    /// Of those, cached.
    pub cached_tokens: u64,
    /// Tokens written by models.
    pub output_tokens: u64,
    /// Millionths of the operator's currency.
    pub money_micros: u64,
    /// Milliseconds spent judging.
    pub judge_millis: u64,
    /// Reviews asked of a judge, failed ones included.
    pub judge_calls: u32,
}

/// Everything a policy may know. The newest iteration is the one to decide on.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// When the evaluation was asked for, in milliseconds since the Unix epoch.
    pub now: u64,
    /// What the operator configured.
    pub criteria: Criteria,
    /// What the submission asked for.
    pub request: Request,
    /// Caps of the host.
    pub limits: Limits,
    /// The policy's own settings, a JSON text; `""` stands for `{}`.
    pub settings: String,
    /// The current cycle's attempts, oldest first, never empty.
    pub iterations: Vec<Iteration>,
    /// Texts of the newest iterations, oldest first.
    pub sources: Vec<Source>,
    /// The ledger: every finding of the session, fixed ones included.
    pub findings: Vec<Finding>,
    /// Results of checks on any submission of the cycle, oldest first.
    pub evidence: Vec<Evidence>,
    /// What the cycle has cost.
    pub spend: Spend,
    /// What the policy returned as memo last time in this cycle.
    pub memo: Option<Vec<u8>>,
    /// Additions of the host.
    pub extensions: Extensions,
}
