//! `gansauditor policy`.

use super::output::{self, BOLD};
use super::replay::Replay;
use crate::config::{Config, PolicySettings, Variables};
use crate::text::plain;
use crate::wiring::read_settings;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use gansauditor_audit::ports::SystemClock;
use gansauditor_policy::{Inspection, Limits, LoadedPolicy, PolicyHost};
use serde::Serialize;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Load a policy as the server would, without using it, and say what it is
    Inspect(Inspect),
    /// Run recorded sessions through a policy and say which decisions would have been others
    Replay(Replay),
}

/// Says what a policy is.
#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// The component (.wasm)
    file: PathBuf,
    /// Settings to check the policy with: a JSON object, or a file that holds one
    #[arg(long, value_name = "JSON|FILE")]
    settings: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// An inspection as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    name: &'a str,
    version: &'a str,
    digest: String,
    summary: &'a str,
    bytes: usize,
    imports: &'a [String],
    exports: &'a [String],
    history_submissions: u32,
    history_bytes: u64,
    settings_schema: Value,
}

impl Command {
    pub(super) fn run(self, variables: &Variables) -> anyhow::Result<ExitCode> {
        match self {
            Self::Inspect(inspect) => inspect.run().map(|()| ExitCode::SUCCESS),
            Self::Replay(replay) => replay.run(&Config::read(variables)?),
        }
    }
}

impl Inspect {
    fn run(self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("cannot start the runtime")?;
        let inspection = runtime.block_on(self.load())?;
        if self.json {
            json(&inspection)
        } else {
            text(&inspection)
        }
    }

    async fn load(&self) -> anyhow::Result<Inspection> {
        let policy = load(Some(&self.file), self.settings.as_deref()).await?;
        Ok(policy.inspect())
    }
}

/// Loads a policy as the server would; without a file the built-in one. `settings` are JSON, or name a file.
pub(super) async fn load(
    file: Option<&Path>,
    settings: Option<&str>,
) -> anyhow::Result<LoadedPolicy> {
    let settings = settings.map(PolicySettings::from);
    let settings = read_settings(settings.as_ref())?;
    let host = PolicyHost::with_core(Limits::default(), "", Arc::new(SystemClock))?;
    let Some(file) = file else {
        return host
            .load_core(&settings)
            .await
            .context("the built-in policy is not usable");
    };
    let loaded = async { host.load(host.read(file).await?, &settings).await };
    loaded
        .await
        .with_context(|| format!("{} is not usable", file.display()))
}

fn json(inspection: &Inspection) -> anyhow::Result<()> {
    let Inspection {
        identity,
        summary,
        bytes,
        imports,
        exports,
        settings_schema,
        history,
    } = inspection;
    output::json(&View {
        name: &identity.name,
        version: &identity.version,
        digest: identity.digest.to_string(),
        summary,
        bytes: *bytes,
        imports,
        exports,
        history_submissions: history.submissions,
        history_bytes: history.bytes,
        settings_schema: serde_json::from_str(settings_schema)
            .context("the schema of the settings is not JSON")?,
    })
}

fn text(inspection: &Inspection) -> anyhow::Result<()> {
    let Inspection {
        identity,
        summary,
        bytes,
        imports,
        exports,
        settings_schema,
        history,
    } = inspection;
    let mut out = output::stdout();
    writeln!(
        out,
        "{BOLD}{} {}{BOLD:#}",
        plain(&identity.name),
        plain(&identity.version)
    )?;
    writeln!(out, "{}", plain(summary))?;
    writeln!(out, "digest   {}", identity.digest)?;
    writeln!(out, "size     {bytes} bytes")?;
    writeln!(out, "imports  {}", names(imports))?;
    writeln!(out, "exports  {}", names(exports))?;
    writeln!(
        out,
        "history  {} submissions, {} bytes of text",
        history.submissions, history.bytes
    )?;
    let schema: Value =
        serde_json::from_str(settings_schema).context("the schema of the settings is not JSON")?;
    writeln!(out, "settings")?;
    for line in serde_json::to_string_pretty(&schema)?.lines() {
        writeln!(out, "  {}", plain(line))?;
    }
    Ok(())
}

fn names(names: &[String]) -> String {
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        plain(&names.join(", "))
    }
}
