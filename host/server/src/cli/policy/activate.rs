//! `gansauditor policy activate`.

use super::change::{self, Checked, Said};
use super::place;
use crate::config::{Config, PolicySettings};
use crate::policies::read_settings;
use anyhow::Context as _;
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
        let settings = self.settings.as_deref().map_or_else(
            || PolicySettings::Json("{}".to_owned()),
            PolicySettings::from,
        );
        let settings = read_settings(Some(&settings))?;
        let host = change::loader()?;
        let (policy, program, component) = match &self.file {
            None => {
                let core = host.load_core(&settings).await;
                let core = core.context("the built-in policy is not usable")?;
                (core, Program::Core, None)
            }
            Some(file) => {
                let loaded = async {
                    let component = host.read(file).await?;
                    let policy = host.load(component.clone(), &settings).await?;
                    Ok::<_, anyhow::Error>((policy, Program::Component, Some(component)))
                };
                loaded
                    .await
                    .with_context(|| format!("{} is not usable", file.display()))?
            }
        };
        let checked = Checked {
            change: Change::Activate,
            policy,
            program,
            component,
            expected: None,
        };
        self.said.put_in_force(checked, config).await
    }
}
