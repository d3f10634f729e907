//! `gansauditor policy rollback`.

use super::candidate::loader;
use super::change::{self, Checked, Said};
use super::place;
use crate::config::Config;
use crate::policies::host_config;
use anyhow::Context as _;
use clap::Args;
use gansauditor_policy::revisions::Change;
use std::process::ExitCode;

/// Puts an earlier revision in force again.
#[derive(Debug, Args)]
#[command(after_help = change::EXIT_CODES)]
pub(in crate::cli) struct Rollback {
    /// Its number; without it, the revision before the active one
    revision: Option<u64>,
    #[command(flatten)]
    said: Said,
}

impl Rollback {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        let nothing = "no policy was ever activated; there is nothing to go back to";
        let policies = place::open(config)?.context(nothing)?;
        let history = policies.history()?;
        anyhow::ensure!(history.newest() > 0, nothing);
        let target = match self.revision {
            Some(number) => history.revision(number)?,
            None => history.before_active().context(
                "there is no revision before the active one; `gansauditor policy activate --core` puts the built-in policy in force",
            )?,
        };
        let number = target.number;
        let setup = target.record.setup.clone();
        let host = loader(host_config(config)?)?;
        let policy = match policies.program(target)? {
            Some(artifact) => host.load(artifact, setup).await,
            None => host.load_core(setup).await,
        };
        let checked = Checked {
            change: Change::Rollback { to: number },
            policy: policy.with_context(|| format!("revision {number} is not usable"))?,
            program: target.record.program,
            signature: target.record.signature.clone(),
            component: None,
            expected: Some(history.newest()),
        };
        self.said.put_in_force(checked, config).await
    }
}
