//! Loading a policy that is not in force, as a server would.

use crate::config::PolicySettings;
use crate::policies::read_settings;
use anyhow::Context as _;
use gansauditor_audit::ports::SystemClock;
use gansauditor_policy::{Limits, LoadedPolicy, OwnLimits, PolicyHost, Setup};
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
    load_under(file, settings, OwnLimits::default()).await
}

/// The same, under limits of its own.
pub(super) async fn load_under(
    file: Option<&Path>,
    settings: Option<&str>,
    limits: OwnLimits,
) -> anyhow::Result<Candidate> {
    let settings = settings.map(PolicySettings::from);
    let settings = read_settings(settings.as_ref())?;
    let setup = Setup { settings, limits };
    let host = loader()?;
    let Some(file) = file else {
        let core = host.load_core(setup).await;
        return Ok(Candidate {
            policy: core.context("the built-in policy is not usable")?,
            component: None,
        });
    };
    let loaded = async {
        let component = host.read(file).await?;
        let policy = host.load(component.clone(), setup).await?;
        Ok::<_, anyhow::Error>(Candidate {
            policy,
            component: Some(component),
        })
    };
    loaded
        .await
        .with_context(|| format!("{} is not usable", file.display()))
}
