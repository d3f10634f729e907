//! Why a component does not become a policy.

use crate::revisions::RevisionError;
use gansauditor_audit::domain::Digest;
use gansauditor_audit::ports::PolicyError;
use std::path::PathBuf;

/// A fault in a policy's settings, as the policy reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsProblem {
    /// JSON Pointer to the offending value; empty for the whole text.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

impl std::fmt::Display for SettingsProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

/// Why a component does not become a policy, by the step that failed. The live policy is untouched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The file could not be read.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// Larger than [`Limits::component_bytes`](crate::Limits).
    #[error("the component has more than {limit} bytes; make it smaller or raise the limit")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// Limits that no policy can be run under.
    #[error(
        "the limits are not usable: {0}; give a JSON object with some of deadline_ms, memory_bytes, table_elements, output_bytes and fuel"
    )]
    Limits(String),
    /// Nothing at all.
    #[error("the file is empty; was it still being written?")]
    Empty,
    /// Not WebAssembly.
    #[error("this is not WebAssembly: it begins with {0}; give the path of a component (.wasm)")]
    NotWebAssembly(String),
    /// WebAssembly, but not a component.
    #[error(
        "this is a core WebAssembly module, not a component; make one of it with `gansauditor policy componentize`"
    )]
    CoreModule,
    /// A core module that cannot be made a component of this contract.
    #[error("{0}; build it with bindings generated from this version of wit/")]
    Module(String),
    /// The bytes are damaged or use what the engine does not offer.
    #[error("the component cannot be compiled; is the file whole? {0}")]
    Compile(String),
    /// A policy is pure: it imports no functions but those that the operator allows by name.
    #[error(
        "the component imports {}; a policy imports no functions, so {}",
        .0.join(", "),
        instead_of_importing(.0)
    )]
    Imports(Vec<String>),
    /// Not one of the digests that the operator pinned.
    #[error(
        "the component {0} is not pinned; add its digest to AUDIT_POLICY_DIGESTS if it is to be trusted"
    )]
    NotPinned(Digest),
    /// Signatures are required, and it has none.
    #[error(
        "the component is not signed, and AUDIT_POLICY_KEYS requires a signature; put it beside the file as NAME.wasm.minisig or NAME.wasm.sig"
    )]
    Unsigned,
    /// The signature is not one of the bytes by a key of the operator.
    #[error("the component's signature is not one of these bytes by a key in AUDIT_POLICY_KEYS")]
    BadSignature,
    /// No `policy` interface of this contract.
    #[error(
        "the component does not export gansauditor:policy/policy@1 (it exports {}); build it against the world audit-policy",
        if .0.is_empty() { "nothing".to_owned() } else { .0.join(", ") }
    )]
    NoPolicy(Vec<String>),
    /// The interface has another shape than the contract gives it.
    #[error(
        "the exported policy does not fit the contract; build it against this version of wit/: {0}"
    )]
    Contract(String),
    /// `describe` failed.
    #[error("the policy cannot describe itself: {0}")]
    Describe(PolicyError),
    /// `describe` broke the contract.
    #[error("the policy's description breaks the contract: {0}")]
    Description(String),
    /// `validate-settings` failed.
    #[error("the policy cannot check its settings: {0}")]
    CheckSettings(PolicyError),
    /// The policy does not accept the settings.
    #[error("the policy refuses its settings: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Settings(Vec<SettingsProblem>),
    /// The policy does not decide on a plain snapshot.
    #[error("the policy fails on a plain example: {0}")]
    SelfTest(PolicyError),
    /// This build has no core.
    #[error("the core policy is not part of this build; build with `make`")]
    NoCore,
    /// The policy directory does not give the policy.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// The host could not do its part.
    #[error("cannot run policies here: {0}")]
    Host(String),
}

impl LoadError {
    /// Trying the same again may do: the reason lies not in the policy.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Host(_) | Self::Unreadable { .. } => true,
            Self::Describe(error) | Self::CheckSettings(error) | Self::SelfTest(error) => {
                matches!(error, PolicyError::Host(_))
            }
            Self::Revision(error) => matches!(
                error,
                RevisionError::Io { .. }
                    | RevisionError::Busy
                    | RevisionError::Seal { .. }
                    | RevisionError::Missing(_)
                    | RevisionError::Altered(_)
            ),
            _ => false,
        }
    }
}

/// What to do about function imports. Parts of the contract have something behind them: whose parts, is the author's to
/// say.
fn instead_of_importing(imports: &[String]) -> &'static str {
    if imports
        .iter()
        .any(|name| name.starts_with("gansauditor:policy/"))
    {
        "give it the parts of the core with `gansauditor policy compose`"
    } else {
        "build it without WASI, or allow what it never calls in AUDIT_POLICY_IMPORTS"
    }
}
