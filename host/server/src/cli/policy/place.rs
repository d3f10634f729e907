//! The policy directory that the commands are about.

use crate::config::Config;
use crate::text::plain;
use crate::{policies, wiring};
use anyhow::Context as _;
use gansauditor_policy::revisions::PolicyDirectory;
use std::path::Path;

/// The state directory.
pub(super) fn state(config: &Config) -> anyhow::Result<&Path> {
    config.policies.as_deref().context(
        "without persistence (ENABLE_SESSION_PERSISTENCE=false) there is no policy directory; name a policy with AUDIT_POLICY",
    )
}

/// The policy directory, as far as there is one. Nothing is created by looking.
pub(super) fn open(config: &Config) -> anyhow::Result<Option<PolicyDirectory>> {
    let state = state(config)?;
    let directory = policies::directory(state, config.policy_seal.clone())?;
    if directory.is_none() {
        tracing::warn!("there is no state directory {}", state.display());
    }
    Ok(directory)
}

/// The policy directory, in a state directory that is made where there is none.
pub(super) fn make(config: &Config) -> anyhow::Result<PolicyDirectory> {
    let state = state(config)?;
    // As a server makes it.
    wiring::directory(state)?;
    policies::directory(state, config.policy_seal.clone())?
        .with_context(|| format!("the state directory {} is gone", state.display()))
}

/// What is said where no server runs that would take a policy: perhaps another directory was meant.
pub(super) fn no_server(state: &Path) -> String {
    let whole = std::path::absolute(state).unwrap_or_else(|_| state.to_owned());
    let shown = plain(&whole.display().to_string());
    format!("no server of the state directory {shown} answers now; --state-dir names another")
}
