//! `gansauditor policy trial`: a candidate beside the policy in force, before it takes its place.

mod end;
mod start;
mod status;

use crate::config::Config;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Trial {
    /// Put a policy on trial: it is asked beside the one in force, or decides on a share of the sessions
    Start(Box<start::Start>),
    /// Show what the policy on trial decided, and where it differed
    Status(status::Status),
    /// Put the policy on trial in force
    Promote(end::Promote),
    /// End the trial; the policy in force stays
    Stop(end::Stop),
}

impl Trial {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        match self {
            Self::Start(command) => command.run(config).await,
            Self::Status(command) => command.run(config),
            Self::Promote(command) => command.run(config).await,
            Self::Stop(command) => command.run(config).await,
        }
    }
}
