//! The snapshot: everything a policy may know.

use super::{Caps, Criteria, Digest, Extensions, Finding, Request, Review, Timestamp};
use serde::{Deserialize, Serialize};

/// One version of one file, as an iteration left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileVersion {
    /// Label of the file.
    pub path: String,
    /// Digest of its text; absent when it was deleted on purpose.
    pub digest: Option<Digest>,
}

/// One attempt of the current cycle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IterationView {
    /// Ordinal in the session, from 1, without gaps.
    pub attempt: u32,
    /// Loop number in the cycle, when it counts as one.
    pub loop_number: Option<u32>,
    /// Digest of the work.
    pub submission: Digest,
    /// When it came in.
    pub submitted_at: Timestamp,
    /// The files it held, by path.
    pub files: Vec<FileVersion>,
    /// The review of an earlier iteration was used again.
    pub unchanged: bool,
    /// The reviews; empty when judging failed.
    pub reviews: Vec<Review>,
}

/// The text of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Label of the file.
    pub path: String,
    /// Canonical name of its language.
    pub language: Option<String>,
    /// Its text.
    pub text: String,
}

/// The text of one iteration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The iteration's attempt.
    pub attempt: u32,
    /// Its files, by path.
    pub files: Vec<SourceFile>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// It ran and was satisfied.
    Passed,
    /// It ran and was not.
    Failed,
    /// It could not be run or did not finish.
    Errored,
}

/// The result of a check that the host ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Name of the check in the operator's configuration.
    pub check: String,
    /// The submission it ran on.
    pub submission: Digest,
    /// How it ended.
    pub outcome: CheckResult,
    /// Who ran it and how.
    pub provenance: String,
    /// What it printed, shortened.
    pub detail: String,
}

/// What the current cycle has cost so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
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

/// How much text of past submissions a policy wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRequest {
    /// Number of iterations, the newest included.
    pub submissions: u32,
    /// Bytes of text over all of them.
    pub bytes: u64,
}

/// Everything a policy may know. The newest iteration is the one to decide on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When the evaluation was asked for.
    pub now: Timestamp,
    /// What the operator configured.
    pub criteria: Criteria,
    /// What the submission asked for.
    pub request: Request,
    /// Caps of the host, for information.
    pub limits: Caps,
    /// The policy's own settings, a JSON text.
    pub settings: String,
    /// The current cycle's attempts, oldest first, never empty.
    pub iterations: Vec<IterationView>,
    /// Texts of the newest iterations, oldest first.
    pub sources: Vec<Source>,
    /// The ledger.
    pub findings: Vec<Finding>,
    /// Results of checks, oldest first; without those that could not be run to their end where
    /// [`CheckErrors::Note`](super::CheckErrors::Note) has them count for nothing.
    pub evidence: Vec<Evidence>,
    /// What the cycle has cost.
    pub spend: Spend,
    /// What the same policy returned last time in this cycle.
    pub memo: Option<Vec<u8>>,
    /// Additions of this host.
    pub extensions: Extensions,
}
