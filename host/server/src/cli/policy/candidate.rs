//! Loading a policy that is not in force, as a server would.

use super::source::{Fetched, Source};
use crate::cli::progress;
use crate::config::{Config, PolicySettings};
use crate::policies::read_settings;
use anyhow::Context as _;
use gansauditor_audit::domain::Digest;
use gansauditor_audit::ports::SystemClock;
use gansauditor_policy::{HostConfig, LoadedPolicy, OwnLimits, PolicyHost, Setup, as_component};
use std::path::Path;
use std::sync::Arc;

/// What people are told meanwhile.
const LOADING: &str = "loading and compiling the policy";

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
    /// Limits of its own, instead of those of the revision that was named.
    pub(super) limits: Option<OwnLimits>,
    /// The only component that may be found.
    pub(super) digest: Option<Digest>,
}

/// What an author built, and what it is to be run under.
pub(super) struct Built {
    /// The component; the built-in policy without one.
    pub(super) component: Option<Vec<u8>>,
    pub(super) setup: Setup,
}

/// Loads policies as a server would.
pub(super) fn loader(host: HostConfig) -> anyhow::Result<PolicyHost> {
    Ok(PolicyHost::with_core(host, "", Arc::new(SystemClock))?)
}

/// Loads the component from `source`, or the built-in policy without one. `settings` are JSON, or name a file; without
/// them they are those of the revision that was named, or none.
pub(super) async fn load(
    source: Option<&Source>,
    settings: Option<&str>,
    with: With,
    config: &Config,
) -> anyhow::Result<Candidate> {
    let With {
        host,
        limits,
        digest,
    } = with;
    let settings = settings_text(settings)?;
    let _shown = progress::working(LOADING);
    let host = loader(host)?;
    let Some(source) = source else {
        let core = host.load_core(setup(settings, limits, None)).await;
        return Ok(Candidate {
            policy: core.context("the built-in policy is not usable")?,
            fetched: None,
        });
    };
    let loaded = async {
        let fetched = source.fetch(&host, config).await?;
        fetched.check(digest.as_ref())?;
        let setup = setup(settings, limits, fetched.setup.clone());
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

/// What an author built: a component, or a module that is made one. `settings` as for [`load`].
pub(super) async fn built(
    source: Option<&Source>,
    settings: Option<&str>,
    config: &Config,
) -> anyhow::Result<Built> {
    let settings = settings_text(settings)?;
    let Some(source) = source else {
        return Ok(Built {
            component: None,
            setup: setup(settings, None, None),
        });
    };
    let _shown = progress::working("fetching the policy");
    let built = async {
        let fetched = source
            .fetch(&loader(HostConfig::default())?, config)
            .await?;
        Ok::<_, anyhow::Error>(Built {
            component: Some(as_component(fetched.artifact.component)?),
            setup: setup(settings, None, fetched.setup),
        })
    };
    built
        .await
        .with_context(|| format!("{source} is not usable"))
}

/// The file of what an author built, as a component.
pub(super) async fn built_file(file: &Path) -> anyhow::Result<Vec<u8>> {
    loader(HostConfig::default())?
        .read(file)
        .await
        .and_then(|artifact| as_component(artifact.component))
        .with_context(|| format!("{} is not usable", file.display()))
}

/// Loads what an author built.
pub(super) async fn load_built(
    source: Option<&Source>,
    settings: Option<&str>,
    config: &Config,
) -> anyhow::Result<LoadedPolicy> {
    let Built { component, setup } = built(source, settings, config).await?;
    let _shown = progress::working(LOADING);
    let host = loader(HostConfig::default())?;
    match (component, source) {
        (Some(component), Some(source)) => host
            .load(component, setup)
            .await
            .with_context(|| format!("{source} is not usable")),
        _ => host
            .load_core(setup)
            .await
            .context("the built-in policy is not usable"),
    }
}

/// What was given, else what the named revision has, else nothing.
fn setup(settings: Option<String>, limits: Option<OwnLimits>, own: Option<Setup>) -> Setup {
    let own = own.unwrap_or_else(|| "{}".into());
    Setup {
        settings: settings.unwrap_or(own.settings),
        limits: limits.unwrap_or(own.limits),
    }
}

/// Settings as they are given to a command: JSON, or the name of a file.
fn settings_text(settings: Option<&str>) -> anyhow::Result<Option<String>> {
    let settings = settings.map(PolicySettings::from);
    let text = settings.map(|settings| read_settings(Some(&settings)));
    text.transpose()
}
