//! `gansauditor policy trial promote` and `stop`.

use crate::cli::policy::change::{self, Checked, Said};
use crate::cli::policy::place;
use crate::config::Config;
use anyhow::Context as _;
use clap::Args;
use gansauditor_policy::revisions::Change;
use std::process::ExitCode;

/// Puts the policy on trial in force, whatever the trial showed so far.
#[derive(Debug, Args)]
#[command(after_help = change::EXIT_CODES)]
pub(in crate::cli) struct Promote {
    #[command(flatten)]
    said: Said,
}

impl Promote {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        end(self.said, config, |trial| Change::Promote { trial }).await
    }
}

/// Ends the trial.
#[derive(Debug, Args)]
#[command(after_help = change::EXIT_CODES)]
pub(in crate::cli) struct Stop {
    #[command(flatten)]
    said: Said,
}

impl Stop {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        end(self.said, config, |trial| Change::Withdraw { trial }).await
    }
}

async fn end(
    said: Said,
    config: &Config,
    change: impl FnOnce(u64) -> Change,
) -> anyhow::Result<ExitCode> {
    let none = "no policy is on trial; `gansauditor policy trial start` begins a trial";
    let policies = place::open(config)?.context(none)?;
    let history = policies.history()?;
    let (target, _) = history.trial().context(none)?;
    let change = change(target.number);
    let checked = if change.is_in_force() {
        Checked::stored(target, change, &policies, &history, config).await?
    } else {
        Checked::unloaded(target, change, &history)
    };
    said.make(checked, config).await
}
