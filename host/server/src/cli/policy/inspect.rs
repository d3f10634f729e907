//! `gansauditor policy inspect`.

use super::candidate::{Candidate, With, load};
use super::source::{self, Source};
use crate::cli::output::{self, BOLD};
use crate::config::Config;
use crate::text::plain;
use anyhow::Context as _;
use clap::Args;
use gansauditor_policy::Inspection;
use serde::Serialize;
use serde_json::Value;
use std::io::Write;

/// Says what a policy is.
#[derive(Debug, Args)]
pub(in crate::cli) struct Inspect {
    #[arg(value_name = source::VALUE, help = source::HELP)]
    component: Source,
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
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let Candidate { policy, .. } = load(
            Some(&self.component),
            self.settings.as_deref(),
            With::default(),
            config,
        )
        .await?;
        let inspection = policy.inspect();
        let schema = serde_json::from_str(&inspection.settings_schema)
            .context("the schema of the settings is not JSON")?;
        if self.json {
            json(&inspection, schema)
        } else {
            text(&inspection, &schema)
        }
    }
}

fn json(of: &Inspection, settings_schema: Value) -> anyhow::Result<()> {
    output::json(&View {
        name: &of.identity.name,
        version: &of.identity.version,
        digest: of.identity.digest.to_string(),
        summary: &of.summary,
        bytes: of.bytes,
        imports: &of.imports,
        exports: &of.exports,
        history_submissions: of.history.submissions,
        history_bytes: of.history.bytes,
        settings_schema,
    })
}

fn text(of: &Inspection, settings_schema: &Value) -> anyhow::Result<()> {
    let mut out = output::stdout();
    writeln!(
        out,
        "{BOLD}{} {}{BOLD:#}",
        plain(&of.identity.name),
        plain(&of.identity.version)
    )?;
    writeln!(out, "{}", plain(&of.summary))?;
    writeln!(out, "digest   {}", of.identity.digest)?;
    writeln!(out, "size     {} bytes", of.bytes)?;
    writeln!(out, "imports  {}", names(&of.imports))?;
    writeln!(out, "exports  {}", names(&of.exports))?;
    writeln!(
        out,
        "history  {} submissions, {} bytes of text",
        of.history.submissions, of.history.bytes
    )?;
    writeln!(out, "settings")?;
    for line in serde_json::to_string_pretty(settings_schema)?.lines() {
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
