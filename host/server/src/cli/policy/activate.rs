//! `gansauditor policy activate`.

use super::candidate::{Candidate, load_under};
use super::change::{self, Checked, Said};
use super::place;
use crate::config::Config;
use crate::policies::host_config;
use clap::Args;
use gansauditor_policy::OwnLimits;
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
    /// Limits of its own, a JSON object: deadline_ms, memory_bytes, table_elements, output_bytes, fuel
    #[arg(long, value_name = "JSON", value_parser = OwnLimits::parse)]
    limits: Option<OwnLimits>,
    #[command(flatten)]
    said: Said,
}

impl Activate {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        place::state(config)?;
        let settings = self.settings.as_deref().unwrap_or("{}");
        let limits = self.limits.unwrap_or_default();
        let host = host_config(config)?;
        let Candidate { policy, artifact } =
            load_under(self.file.as_deref(), Some(settings), limits, host).await?;
        let checked = Checked {
            change: Change::Activate,
            policy,
            program: match artifact {
                Some(_) => Program::Component,
                None => Program::Core,
            },
            signature: artifact
                .as_ref()
                .and_then(|artifact| artifact.signature.clone()),
            component: artifact.map(|artifact| artifact.component),
            expected: None,
        };
        self.said.put_in_force(checked, config).await
    }
}
