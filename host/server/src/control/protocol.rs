//! What is asked and answered.

use gansauditor_audit::domain::{Digest, PolicyIdentity};
use serde::{Deserialize, Serialize};

/// A request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "lowercase")]
pub(crate) enum Ask {
    /// What is live?
    Status,
    /// Look at the policy directory now, then: what is live?
    Look,
}

/// What a server says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    /// Its process.
    pub(crate) pid: u32,
    /// Its version.
    pub(crate) version: String,
    /// `stdio` or `http`.
    pub(crate) transport: String,
    /// Which policy decides.
    pub(crate) policy: PolicyIdentity,
    /// Since when, by RFC 3339.
    pub(crate) since: String,
    /// Where it comes from.
    pub(crate) source: Origin,
    /// The newest candidate that failed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<Failed>,
    /// What keeps the live policy from deciding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) trouble: Option<Trouble>,
}

/// Where a server's policy comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Origin {
    /// The file in AUDIT_POLICY; the policy directory is not followed.
    File {
        /// Which.
        path: String,
    },
    /// The policy directory.
    Directory {
        /// The revision that was tried last; absent when there was none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<u64>,
        /// Why it is not live; absent when it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<String>,
        /// The trial that goes on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trial: Option<Tried>,
    },
    /// The program itself.
    Program,
}

/// A policy on trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tried {
    /// The revision that began the trial.
    pub(crate) revision: u64,
    /// Why it does not run there; absent when it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<String>,
}

/// A candidate that did not go live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failed {
    /// When, by RFC 3339.
    pub(crate) at: String,
    /// Digest of its bytes, if there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) digest: Option<Digest>,
    /// Why.
    pub(crate) error: String,
}

/// A live policy that does not decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Trouble {
    /// Failures since it decided last.
    pub(crate) failures: u32,
    /// What the newest was.
    pub(crate) error: String,
    /// Until when it is not asked, by RFC 3339; absent while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) suspended_until: Option<String>,
}
