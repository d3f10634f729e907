//! `gansauditor policy activate`.

use super::change::{self, Said};
use super::given::Given;
use super::place;
use crate::config::Config;
use clap::Args;
use gansauditor_policy::revisions::Change;
use std::process::ExitCode;

/// Puts a policy in force. A trial that runs ends.
#[derive(Debug, Args)]
#[command(after_help = change::EXIT_CODES)]
pub(in crate::cli) struct Activate {
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    said: Said,
}

impl Activate {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        place::state(config)?;
        let checked = self.given.checked(Change::Activate, config).await?;
        self.said.make(checked, config).await
    }
}
