//! Loading a policy that is not in force, as a server would.

use super::source::{Fetched, Source};
use crate::config::PolicySettings;
use crate::policies::read_settings;
use anyhow::Context as _;
use gansauditor_audit::domain::Digest;
use gansauditor_audit::ports::SystemClock;
use gansauditor_policy::{HostConfig, LoadedPolicy, OwnLimits, PolicyHost, Setup, as_component};
use std::path::Path;
use std::sync::Arc;

/// A policy that was loaded, with what it was loaded from where that is a component.
pub(super) struct Candidate {
    pub(super) policy: LoadedPolicy,
    pub(super) fetched: Option<Fetched>,
}

/// What a candidate is loaded with.
#[derive(Default)]
pub(super) struct With {
    /// As a server made with this would.
    pub(super) host: HostConfig,
    /// Limits of its own.
    pub(super) limits: OwnLimits,
    /// The only component that may be found.
    pub(super) digest: Option<Digest>,
}

/// Loads policies as a server would.
pub(super) fn loader(host: HostConfig) -> anyhow::Result<PolicyHost> {
    Ok(PolicyHost::with_core(host, "", Arc::new(SystemClock))?)
}

/// Loads the component from `source`, or the built-in policy without one. `settings` are JSON, or name a file.
pub(super) async fn load(
    source: Option<&Source>,
    settings: Option<&str>,
    with: With,
) -> anyhow::Result<Candidate> {
    let With {
        host,
        limits,
        digest,
    } = with;
    let settings = settings_text(settings)?;
    let setup = Setup { settings, limits };
    let host = loader(host)?;
    let Some(source) = source else {
        let core = host.load_core(setup).await;
        return Ok(Candidate {
            policy: core.context("the built-in policy is not usable")?,
            fetched: None,
        });
    };
    let loaded = async {
        let fetched = source.fetch(&host).await?;
        fetched.check(digest.as_ref())?;
        let policy = host.load(fetched.artifact.clone(), setup).await?;
        Ok::<_, anyhow::Error>(Candidate {
            policy,
            fetched: Some(fetched),
        })
    };
    loaded
        .await
        .with_context(|| format!("{source} is not usable"))
}

/// What an author built: a component, or a module that is made one. `None` is the built-in policy.
pub(super) async fn built(file: Option<&Path>) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(file) = file else { return Ok(None) };
    let read = loader(HostConfig::default())?
        .read(file)
        .await
        .and_then(|artifact| as_component(artifact.component));
    read.map(Some)
        .with_context(|| format!("{} is not usable", file.display()))
}

/// Loads what an author built.
pub(super) async fn load_built(
    file: Option<&Path>,
    settings: &str,
) -> anyhow::Result<LoadedPolicy> {
    let host = loader(HostConfig::default())?;
    match (built(file).await?, file) {
        (Some(component), Some(file)) => host
            .load(component, settings)
            .await
            .with_context(|| format!("{} is not usable", file.display())),
        _ => host
            .load_core(settings)
            .await
            .context("the built-in policy is not usable"),
    }
}

/// Settings as they are given to a command: JSON, or the name of a file.
pub(super) fn settings_text(settings: Option<&str>) -> anyhow::Result<String> {
    read_settings(settings.map(PolicySettings::from).as_ref())
}
