//! Loading a policy that is not in force, as a server would.

use crate::config::PolicySettings;
use crate::policies::read_settings;
use anyhow::Context as _;
use gansauditor_audit::ports::SystemClock;
use gansauditor_policy::{Limits, LoadedPolicy, PolicyHost, as_component};
use std::path::Path;
use std::sync::Arc;

/// A policy that was loaded, with its bytes where it is a component.
pub(super) struct Candidate {
    pub(super) policy: LoadedPolicy,
    pub(super) component: Option<Vec<u8>>,
}

/// Loads policies as a server would.
pub(super) fn loader() -> anyhow::Result<PolicyHost> {
    Ok(PolicyHost::with_core(
        Limits::default(),
        "",
        Arc::new(SystemClock),
    )?)
}

/// Loads the component in `file`, or the built-in policy without one. `settings` are JSON, or name a file.
pub(super) async fn load(file: Option<&Path>, settings: Option<&str>) -> anyhow::Result<Candidate> {
    let settings = settings_text(settings)?;
    let host = loader()?;
    let Some(file) = file else {
        let core = host.load_core(&settings).await;
        return Ok(Candidate {
            policy: core.context("the built-in policy is not usable")?,
            component: None,
        });
    };
    let loaded = async {
        let component = host.read(file).await?;
        let policy = host.load(component.clone(), &settings).await?;
        Ok::<_, anyhow::Error>(Candidate {
            policy,
            component: Some(component),
        })
    };
    loaded
        .await
        .with_context(|| format!("{} is not usable", file.display()))
}

/// What an author built: a component, or a module that is made one. `None` is the built-in policy.
pub(super) async fn built(file: Option<&Path>) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(file) = file else { return Ok(None) };
    let read = loader()?.read(file).await.and_then(as_component);
    read.map(Some)
        .with_context(|| format!("{} is not usable", file.display()))
}

/// Loads what an author built.
pub(super) async fn load_built(
    file: Option<&Path>,
    settings: &str,
) -> anyhow::Result<LoadedPolicy> {
    let host = loader()?;
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
