//! One change of the policy in force.

use super::error::RevisionError;
use crate::setup::Setup;
use crate::trial::TrialRules;
use gansauditor_audit::domain::{PolicyIdentity, Timestamp};

/// Longest `by`, in bytes.
const MAX_BY: usize = 256;
/// Longest reason, in bytes.
const MAX_REASON: usize = 4096;
/// Longest signature, in bytes.
const MAX_SIGNATURE: usize = 8 << 10;
/// Longest address of a component, in bytes.
const MAX_SOURCE: usize = 4096;
/// Longest settings, in bytes: as much as a policy can use.
const MAX_SETTINGS: usize = 1 << 20;

/// What a policy's code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// The policy built into whichever server loads the revision; its digest is that of the program which wrote
    /// the revision.
    Core,
    /// A stored component.
    Component,
}

/// How a revision came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A policy was given.
    Activate,
    /// An earlier revision counts again.
    Rollback {
        /// Number of the earlier revision.
        to: u64,
    },
    /// A policy was put on trial beside the active one, under these rules.
    Try(TrialRules),
    /// The policy of a trial was put in force.
    Promote {
        /// Number of the revision that began the trial.
        trial: u64,
    },
    /// The policy of a trial was sent away.
    Withdraw {
        /// Number of the revision that began the trial.
        trial: u64,
    },
}

impl Change {
    /// Whether the policy of such a revision is in force, and not merely on trial.
    pub fn is_in_force(self) -> bool {
        match self {
            Self::Activate | Self::Rollback { .. } | Self::Promote { .. } => true,
            Self::Try(_) | Self::Withdraw { .. } => false,
        }
    }
}

/// A change to be recorded. Its policy was loaded with its settings by whoever records it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// When.
    pub at: Timestamp,
    /// Who, as far as the system tells, e.g. `ana (uid 1000) on build-7`.
    pub by: String,
    /// Why, if it was said.
    pub reason: Option<String>,
    /// How it came about.
    pub change: Change,
    /// What the policy says of itself, and its digest.
    pub policy: PolicyIdentity,
    /// Where its code is.
    pub program: Program,
    /// What it is run under.
    pub setup: Setup,
    /// The component's detached signature, where it came with one.
    pub signature: Option<String>,
    /// Where the component was found, for people: a path or an address without secrets.
    pub source: Option<String>,
}

/// A recorded change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its number: 1 for the first, without gaps.
    pub number: u64,
    /// What was recorded.
    pub record: Draft,
}

impl Draft {
    /// # Errors
    /// [`RevisionError::TextTooLong`] and [`RevisionError::InvalidTrial`].
    pub(super) fn check(&self) -> Result<(), RevisionError> {
        if let Change::Try(rules) = self.change {
            rules.check().map_err(RevisionError::InvalidTrial)?;
        }
        let reason = self.reason.as_deref().unwrap_or_default();
        for (what, text, limit) in [
            ("author", self.by.as_str(), MAX_BY),
            ("reason", reason, MAX_REASON),
            ("settings", &self.setup.settings, MAX_SETTINGS),
            (
                "signature",
                self.signature.as_deref().unwrap_or_default(),
                MAX_SIGNATURE,
            ),
            (
                "source",
                self.source.as_deref().unwrap_or_default(),
                MAX_SOURCE,
            ),
        ] {
            if text.len() > limit {
                return Err(RevisionError::TextTooLong { what, limit });
            }
        }
        Ok(())
    }
}
