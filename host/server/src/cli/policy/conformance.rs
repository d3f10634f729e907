//! `gansauditor policy conformance`.

use super::candidate::{Built, built};
use super::source::{self, Source};
use super::view;
use crate::cli::output::{self, BAD, BOLD, GOOD, WARN};
use crate::cli::progress;
use crate::config::Config;
use crate::text::plain;
use anyhow::Context as _;
use clap::Args;
use gansauditor_audit::domain::PolicyIdentity;
use gansauditor_policy::Limits;
use gansauditor_policy::conformance::{self, Check, Outcome, examine};
use serde::Serialize;
use std::io::Write;
use std::process::ExitCode;

const EXIT_CODES: &str = "\
Exit codes:
  0  it does; warnings are no failure
  1  a promise is broken, or could not be tried
  2  there is nothing to try";

/// Tries whether a component keeps every promise of the policy contract, on hostile settings and snapshots.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(in crate::cli) struct Conformance {
    #[arg(required_unless_present = "core", value_name = source::VALUE, help = source::HELP_BUILT)]
    component: Option<Source>,
    /// The built-in policy
    #[arg(long, conflicts_with = "component")]
    core: bool,
    /// Settings to try it with: a JSON object, or a file that holds one
    #[arg(long, value_name = "JSON|FILE")]
    settings: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct View<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a PolicyIdentity>,
    conforms: bool,
    passed: usize,
    skipped: usize,
    warned: usize,
    failed: usize,
    checks: &'a [Check],
}

impl Conformance {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        let (source, settings) = (self.component.as_ref(), self.settings.as_deref());
        let Built { component, setup } = built(source, settings, config).await?;
        let working = progress::working("compiling it, and trying every promise");
        let found = tokio::task::spawn_blocking(move || {
            examine(Limits::default(), component.as_deref(), &setup.settings)
        })
        .await?;
        drop(working);
        let found = found.with_context(|| match &self.component {
            Some(source) => format!("{source} cannot be tried"),
            None => "the built-in policy cannot be tried".to_owned(),
        })?;
        if self.json {
            output::json(&View {
                policy: found.identity.as_ref(),
                conforms: found.conforms(),
                passed: found.count(Outcome::Pass),
                skipped: found.count(Outcome::Skip),
                warned: found.count(Outcome::Warn),
                failed: found.count(Outcome::Fail),
                checks: &found.checks,
            })?;
        } else {
            text(&found)?;
        }
        Ok(ExitCode::from(u8::from(!found.conforms())))
    }
}

fn text(found: &conformance::Conformance) -> anyhow::Result<()> {
    let mut out = output::stdout();
    if let Some(identity) = &found.identity {
        writeln!(out, "{BOLD}{}{BOLD:#}", view::policy(identity))?;
    }
    for check in &found.checks {
        let (style, word) = match check.outcome {
            Outcome::Pass => (GOOD, "pass"),
            Outcome::Skip => (WARN, "skip"),
            Outcome::Warn => (WARN, "warn"),
            Outcome::Fail => (BAD, "FAIL"),
        };
        let seen = plain(&check.seen);
        writeln!(out, "{style}{word}{style:#}  {:<19} {seen}", check.name)?;
        if let Some(advice) = check.advice {
            writeln!(out, "                          {advice}")?;
        }
    }
    writeln!(
        out,
        "{} passed, {} skipped, {} warned, {} failed",
        found.count(Outcome::Pass),
        found.count(Outcome::Skip),
        found.count(Outcome::Warn),
        found.count(Outcome::Fail)
    )?;
    Ok(())
}
