//! Findings: what a judge reports, and what the ledger makes of it over the loops.

use serde::{Deserialize, Serialize};

/// How bad a finding is. The order is by weight: `Info < Blocker`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A hint. Never counts against completion.
    Info,
    /// Worth mending, harmless for now.
    Minor,
    /// A defect that will be met.
    Major,
    /// Exploitable or plainly wrong on an ordinary path.
    Critical,
    /// The work cannot be used or must not be.
    Blocker,
}

impl Severity {
    /// Lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
            Self::Blocker => "blocker",
        }
    }
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Confidentiality, integrity, availability.
    Security,
    /// Time and memory.
    Performance,
    /// Form and convention.
    Style,
    /// What the code computes.
    Logic,
    /// What happens when something fails.
    ErrorHandling,
    /// How hard it is to change.
    Maintainability,
    /// Tests.
    Testing,
    /// Documentation.
    Documentation,
    /// Structure beyond one function.
    Architecture,
    /// Platforms and versions.
    Compatibility,
    /// Anything else, by a short lower-case name.
    Custom(String),
}

impl Category {
    /// Lower-case name with underscores, e.g. `error_handling`.
    pub fn name(&self) -> &str {
        match self {
            Self::Security => "security",
            Self::Performance => "performance",
            Self::Style => "style",
            Self::Logic => "logic",
            Self::ErrorHandling => "error_handling",
            Self::Maintainability => "maintainability",
            Self::Testing => "testing",
            Self::Documentation => "documentation",
            Self::Architecture => "architecture",
            Self::Compatibility => "compatibility",
            Self::Custom(name) => name,
        }
    }
}

/// Where in the submitted work.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// Label of the file, relative to the submission.
    pub path: String,
    /// First line in the file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Last line, not before `line`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u32>,
}

/// One defect as a judge reports it: not yet identified, not yet believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// Identifier of the rule that raised it, where there is one, e.g. `python/eval-injection`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What it is about.
    pub category: Category,
    /// How bad it is.
    pub severity: Severity,
    /// Number of the Common Weakness Enumeration entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwe: Option<u32>,
    /// What is wrong, one or two sentences.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// Where; a finding without a place concerns the work as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Enclosing function, method or type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// The source text the finding is about, as it stands in the file (the offending line or expression);
    /// empty when there is none. Part of the finding's identity after normalisation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub anchor: String,
}

/// What became of a finding since it was raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// The newest whole review that covered its file reported it.
    Open,
    /// Its file was left out, or replaced by something unrecognisable, since it was last reported.
    Unreviewed,
    /// A whole review of sufficient rank covered its file without reporting it, or the file was deleted.
    Fixed,
    /// A person took it off the list.
    Waived,
}

impl FindingState {
    /// Counts against completion.
    pub fn is_standing(self) -> bool {
        matches!(self, Self::Open | Self::Unreviewed)
    }
}

/// One defect, followed through the loops of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Identity across loops; see [`crate::fingerprint`].
    pub fingerprint: String,
    /// What was reported, in its newest wording.
    #[serde(flatten)]
    pub reported: Reported,
    /// Name of the judge that raised it last.
    pub judge: String,
    /// Rank of that judge.
    pub judge_rank: u8,
    /// What became of it.
    pub state: FindingState,
    /// Loop at which it was first reported; 0 when an earlier cycle carried it over.
    pub first_seen: u32,
    /// Loop at which it was last reported.
    pub last_seen: u32,
    /// Loop at which it was found fixed, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_in: Option<u32>,
    /// How often it came back after having been fixed.
    pub reopened: u32,
}
