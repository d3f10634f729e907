//! `gansauditor policy inspect`.

use super::candidate::{Candidate, With, load};
use super::source::{self, Source};
use super::trusted::Trusted;
use crate::cli::output::{self, BOLD};
use crate::config::Config;
use crate::policies::host_config;
use crate::text::plain;
use anyhow::Context as _;
use clap::Args;
use gansauditor_policy::{Inspection, Trust};
use serde::Serialize;
use serde_json::Value;
use std::io::Write;

/// Says what a policy is, and whether a server with this configuration would take it.
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
    trust: &'a Trusted<'a>,
}

impl Inspect {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let mut host = host_config(config)?;
        // What is not trusted can be looked at all the same: nothing of it is used.
        let trust = std::mem::take(&mut host.trust);
        host.trust = Trust {
            imports: trust.imports.clone(),
            ..Trust::default()
        };
        let with = With {
            host,
            ..With::default()
        };
        let settings = self.settings.as_deref();
        let Candidate { policy, fetched } =
            load(Some(&self.component), settings, with, config).await?;
        let fetched = fetched.context("there is no component to inspect")?;
        let trusted = Trusted::of(&fetched.artifact, &trust, config);
        let inspection = policy.inspect();
        let schema = serde_json::from_str(&inspection.settings_schema)
            .context("the schema of the settings is not JSON")?;
        if self.json {
            json(&inspection, schema, &trusted)
        } else {
            text(&inspection, &schema, &trusted)
        }
    }
}

fn json(of: &Inspection, settings_schema: Value, trust: &Trusted<'_>) -> anyhow::Result<()> {
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
        trust,
    })
}

fn text(of: &Inspection, settings_schema: &Value, trusted: &Trusted<'_>) -> anyhow::Result<()> {
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
    trusted.write(&mut out)?;
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
