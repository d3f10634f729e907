//! `gansauditor policy trial start`.

use crate::cli::policy::change::{self, Said};
use crate::cli::policy::given::Given;
use crate::cli::policy::number::number;
use crate::cli::policy::place;
use crate::config::Config;
use clap::Args;
use gansauditor_policy::revisions::Change;
use gansauditor_policy::{MAX_DECISIONS, TrialRules};
use std::process::ExitCode;

const DEFAULT: TrialRules = TrialRules::DEFAULT;

/// Puts a policy on trial beside the one in force.
///
/// Each decision is made by one of the two; afterwards the other one is asked about the same submission, and both are
/// compared. Without --share the policy on trial only watches (a shadow); with it, it decides on that share of the
/// sessions, always the same ones (a canary). Where it fails, the policy in force decides. A bound that is passed
/// ends the trial at once. Any other change of the policy ends it, too.
#[derive(Debug, Args)]
#[command(after_help = change::EXIT_CODES)]
pub(in crate::cli) struct Start {
    #[command(flatten)]
    given: Given,
    /// Percentage of the sessions on which it decides
    #[arg(long, value_name = "PERCENT", default_value_t = DEFAULT.share, value_parser = number::<u8>("a percentage", 0, Some(100)))]
    share: u8,
    /// How many decisions are compared
    #[arg(long, value_name = "N", default_value_t = DEFAULT.decisions, value_parser = number::<u32>("a number of decisions", 1, Some(MAX_DECISIONS)))]
    decisions: u32,
    /// Percentage of them that may differ
    #[arg(long, value_name = "PERCENT", default_value_t = DEFAULT.max_changed, value_parser = number::<u8>("a percentage", 0, Some(100)))]
    max_changed: u8,
    /// How many of them it may fail to make
    #[arg(long, value_name = "N", default_value_t = DEFAULT.max_failures, value_parser = number::<u32>("a number of decisions", 0, None))]
    max_failures: u32,
    /// Put it in force by itself once it has passed
    #[arg(long)]
    promote: bool,
    #[command(flatten)]
    said: Said,
}

impl Start {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        place::state(config)?;
        let rules = TrialRules {
            share: self.share,
            decisions: self.decisions,
            max_changed: self.max_changed,
            max_failures: self.max_failures,
            promote: self.promote,
        };
        let checked = self.given.checked(Change::Try(rules), config).await?;
        let history = place::make(config)?.history()?;
        if let Some(active) = history.active()? {
            let active = &active.record;
            anyhow::ensure!(
                active.policy.digest != checked.policy.digest || active.setup != checked.setup,
                "that policy is in force, with these settings; there is nothing to try"
            );
        }
        self.said.make(checked, config).await
    }
}
