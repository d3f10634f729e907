//! The policy that a command is to put in force or on trial.

use super::candidate::{Candidate, load_under};
use super::change::Checked;
use crate::config::Config;
use crate::policies::host_config;
use clap::Args;
use gansauditor_audit::ports::LivePolicy as _;
use gansauditor_policy::OwnLimits;
use gansauditor_policy::revisions::{Change, Program};
use std::path::PathBuf;

/// Which policy, and what it is run under.
#[derive(Debug, Args)]
pub(super) struct Given {
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
}

impl Given {
    /// Loads it as a server would, for this change.
    pub(super) async fn checked(self, change: Change, config: &Config) -> anyhow::Result<Checked> {
        let settings = self.settings.as_deref().unwrap_or("{}");
        let limits = self.limits.unwrap_or_default();
        let host = host_config(config)?;
        let Candidate { policy, artifact } =
            load_under(self.file.as_deref(), Some(settings), limits, host).await?;
        Ok(Checked {
            change,
            policy: policy.identity().clone(),
            setup: policy.setup().clone(),
            program: match artifact {
                Some(_) => Program::Component,
                None => Program::Core,
            },
            signature: artifact
                .as_ref()
                .and_then(|artifact| artifact.signature.clone()),
            component: artifact.map(|artifact| artifact.component),
            expected: None,
        })
    }
}
