//! `gansauditor policy inspect`.

use crate::cli::output::{self, BOLD};
use crate::config::PolicySettings;
use crate::policies::read_settings;
use crate::text::plain;
use anyhow::Context as _;
use clap::Args;
use gansauditor_audit::ports::SystemClock;
use gansauditor_policy::{Inspection, Limits, PolicyHost};
use serde::Serialize;
use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

/// Says what a policy is.
#[derive(Debug, Args)]
pub(in crate::cli) struct Inspect {
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

impl Inspect {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let inspection = self.load().await?;
        if self.json {
            json(&inspection)
        } else {
            text(&inspection)
        }
    }

    async fn load(&self) -> anyhow::Result<Inspection> {
        let settings = self.settings.as_deref().map(PolicySettings::from);
        let settings = read_settings(settings.as_ref())?;
        let host = PolicyHost::with_core(Limits::default(), "", Arc::new(SystemClock))?;
        let loaded = async { host.load(host.read(&self.file).await?, &settings).await };
        let policy = loaded
            .await
            .with_context(|| format!("{} is not usable", self.file.display()))?;
        Ok(policy.inspect())
    }
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
