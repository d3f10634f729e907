//! `gansauditor policy activate`.

use super::candidate::{Candidate, load};
use super::change::{self, Checked, Said};
use super::place;
use crate::config::Config;
use clap::Args;
use gansauditor_policy::revisions::{Change, Program};
use std::path::PathBuf;
use std::process::ExitCode;

/// Puts a policy in force.
#[derive(Debug, Args)]
#[command(after_help = change::EXIT_CODES)]
pub(in crate::cli) struct Activate {
    /// The component (.wasm)
    #[arg(required_unless_present = "core", value_name = "FILE")]
    file: Option<PathBuf>,
    /// The policy built into each server instead of a component
    #[arg(long, conflicts_with = "file")]
    core: bool,
    /// Its settings: a JSON object, or a file that holds one
    #[arg(long, value_name = "JSON|FILE")]
    settings: Option<String>,
    #[command(flatten)]
    said: Said,
}

impl Activate {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        place::state(config)?;
        let settings = self.settings.as_deref().unwrap_or("{}");
        let Candidate { policy, component } = load(self.file.as_deref(), Some(settings)).await?;
        let checked = Checked {
            change: Change::Activate,
            policy,
            program: match component {
                Some(_) => Program::Component,
                None => Program::Core,
            },
            component,
            expected: None,
        };
        self.said.put_in_force(checked, config).await
    }
}
