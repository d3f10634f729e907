//! Findings.

use super::Extensions;
use serde::Deserialize;

/// How bad a finding is. The order is by weight: `Info < Blocker`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
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
    /// The lower-case name.
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// The lower-case name, words joined by `-`.
    pub fn name(&self) -> &str {
        match self {
            Self::Security => "security",
            Self::Performance => "performance",
            Self::Style => "style",
            Self::Logic => "logic",
            Self::ErrorHandling => "error-handling",
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// Label of the file, relative to the submission.
    pub path: String,
    /// First line, from 1.
    pub line: Option<u32>,
    /// Last line, not before `line`.
    pub end_line: Option<u32>,
}

/// What became of a finding since it was raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FindingState {
    /// The newest whole review that covered its file reported it.
    Open,
    /// Its file was left out, or cannot be recognised, since it was last reported. Counts as open.
    Unreviewed,
    /// A whole review of sufficient rank did not report it, or its file was deleted on purpose.
    Fixed,
    /// A person took it off the list.
    Waived,
}

impl FindingState {
    /// The lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Unreviewed => "unreviewed",
            Self::Fixed => "fixed",
            Self::Waived => "waived",
        }
    }

    /// Counts against completion.
    pub fn is_standing(self) -> bool {
        matches!(self, Self::Open | Self::Unreviewed)
    }
}

/// One defect, followed through the loops of a session by its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Identity across loops.
    pub fingerprint: String,
    /// Identifier of the rule that raised it, where there is one.
    pub rule: Option<String>,
    /// What it is about.
    pub category: Category,
    /// How bad it is.
    pub severity: Severity,
    /// Number of the Common Weakness Enumeration entry, where one fits.
    pub cwe: Option<u32>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub advice: Option<String>,
    /// Where; a finding without a place concerns the work as a whole.
    pub location: Option<Location>,
    /// Name of the enclosing function, method or type, where known.
    pub symbol: Option<String>,
    /// Name of the judge that raised it last.
    pub judge: String,
    /// What became of it.
    pub state: FindingState,
    /// Loop at which it was first reported; 0 when an earlier cycle carried it over.
    pub first_seen: u32,
    /// Loop at which it was last reported.
    pub last_seen: u32,
    /// Loop at which it was found fixed, while its state is `Fixed`.
    pub fixed_in: Option<u32>,
    /// How often it came back after having been fixed.
    pub reopened: u32,
    /// Additions of the host.
    pub extensions: Extensions,
}

impl Finding {
    /// Path of the file it is located in.
    pub fn path(&self) -> Option<&str> {
        self.location
            .as_ref()
            .map(|location| location.path.as_str())
    }

    /// Counts against completion at this blocking severity.
    pub fn blocks(&self, blocking: Severity) -> bool {
        self.state.is_standing() && self.severity >= blocking
    }
}
