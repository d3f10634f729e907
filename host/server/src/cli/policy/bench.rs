//! `gansauditor policy bench`.

use super::candidate::{Built, built};
use super::number::number;
use super::source::{self, Source};
use super::view;
use crate::cli::output::{self, BOLD};
use crate::cli::progress;
use crate::config::Config;
use anyhow::Context as _;
use clap::Args;
use gansauditor_audit::domain::PolicyIdentity;
use gansauditor_policy::Limits;
use gansauditor_policy::bench::{self, Row, measure};
use serde::Serialize;
use std::io::Write;
use std::time::Duration;

/// Steps of the bar.
const STEPS: usize = 100;

/// Measures what an evaluation costs. The built-in policy is measured in turn with it, in one loop, so that what else
/// the machine does falls on both.
#[derive(Debug, Args)]
pub(in crate::cli) struct Bench {
    #[arg(required_unless_present = "core", value_name = source::VALUE, help = source::HELP_BUILT)]
    component: Option<Source>,
    /// The built-in policy, to measure other settings
    #[arg(long, conflicts_with = "component")]
    core: bool,
    /// Settings of the policy: a JSON object, or a file that holds one
    #[arg(long, value_name = "JSON|FILE")]
    settings: Option<String>,
    /// About how long to measure
    #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = number::<u64>("a number of seconds", 1, Some(600)))]
    seconds: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    policy: &'a PolicyIdentity,
    bytes: usize,
    compile_millis: f64,
    submissions: &'a [Row],
}

impl Bench {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let (source, settings) = (self.component.as_ref(), self.settings.as_deref());
        let Built { component, setup } = built(source, settings, config).await?;
        let budget = Duration::from_secs(self.seconds);
        let bar = progress::bar(STEPS, "compiling");
        let shown = bar.clone();
        let measured = tokio::task::spawn_blocking(move || {
            let limits = Limits::default();
            measure(
                limits,
                component.as_deref(),
                &setup.settings,
                budget,
                |share| {
                    shown.set_message("measuring");
                    shown.set_position((share * STEPS as f64) as u64);
                },
            )
        })
        .await?;
        bar.finish_and_clear();
        let measured = measured.with_context(|| match &self.component {
            Some(source) => format!("{source} is not usable"),
            None => "the built-in policy is not usable".to_owned(),
        })?;
        if self.json {
            output::json(&View {
                policy: &measured.identity,
                bytes: measured.bytes,
                compile_millis: measured.compile.as_secs_f64() * 1e3,
                submissions: &measured.rows,
            })
        } else {
            text(&measured)
        }
    }
}

fn text(measured: &bench::Bench) -> anyhow::Result<()> {
    let mut out = output::stdout();
    writeln!(out, "{BOLD}{}{BOLD:#}", view::policy(&measured.identity))?;
    writeln!(
        out,
        "{} bytes, compiled in {:.1} ms",
        measured.bytes,
        measured.compile.as_secs_f64() * 1e3
    )?;
    writeln!(
        out,
        "{:<11} {:>9} {:>9} {:>11} {:>11} {:>9} {:>10}",
        "submission", "p50 us", "p95 us", "per second", "core p50 us", "over core", "memory KiB"
    )?;
    for row in &measured.rows {
        writeln!(
            out,
            "{:<11} {:>9.0} {:>9.0} {:>11.0} {:>11.0} {:>8.2}x {:>10}",
            row.submission,
            row.p50_micros,
            row.p95_micros,
            row.per_second,
            row.core_p50_micros,
            row.over_core,
            row.memory_bytes >> 10
        )?;
    }
    Ok(())
}
