//! `gansauditor policy rollback`.

use super::change::{self, Checked, Said};
use super::number::{REVISION, number};
use super::place;
use crate::config::Config;
use anyhow::Context as _;
use clap::Args;
use gansauditor_policy::revisions::Change;
use std::process::ExitCode;

/// Puts an earlier revision in force again. A trial that runs ends.
#[derive(Debug, Args)]
#[command(after_help = change::EXIT_CODES)]
pub(in crate::cli) struct Rollback {
    /// Its number; without it, the revision in force before the active one: again, and it goes one further back
    #[arg(value_parser = number::<u64>(REVISION, 1, None))]
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
        anyhow::ensure!(
            target.record.change.is_in_force(),
            "revision {} put no policy in force, it is about a trial; `gansauditor policy history` shows those that did",
            target.number
        );
        let change = Change::Rollback { to: target.number };
        let checked = Checked::stored(target, change, &policies, &history, config).await?;
        self.said.make(checked, config).await
    }
}
