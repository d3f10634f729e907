//! `gansauditor policy list`.

use super::{place, view};
use crate::cli::output::{self, BOLD};
use crate::config::Config;
use crate::text::plain;
use clap::Args;
use gansauditor_audit::domain::Digest;
use gansauditor_policy::revisions::{History, Program, StoredComponent};
use serde::Serialize;
use std::io::Write;

/// Lists the stored components.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Row<'a> {
    digest: &'a Digest,
    /// Absent when no revision names the component.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    bytes: u64,
    active: bool,
}

impl List {
    pub(super) fn run(self, config: &Config) -> anyhow::Result<()> {
        let (history, stored) = match place::open(config)? {
            Some(policies) => (policies.history()?, policies.components()?),
            None => Default::default(),
        };
        let active = view::checked(&history);
        let rows: Vec<Row<'_>> = stored
            .iter()
            .map(|stored| row(stored, &history, active))
            .collect();
        if self.json {
            return output::json(&rows);
        }
        let mut out = output::stdout();
        for row in &rows {
            writeln!(
                out,
                "{BOLD}{}{BOLD:#}  {} {}  {} bytes{}",
                view::digits(row.digest),
                plain(row.name.unwrap_or("unnamed")),
                plain(row.version.unwrap_or_default()),
                row.bytes,
                view::mark(row.active)
            )?;
        }
        Ok(())
    }
}

/// Names come from the history: loading every component to ask it would take seconds.
fn row<'a>(stored: &'a StoredComponent, history: &'a History, active: Option<u64>) -> Row<'a> {
    let newest = history.revisions().iter().rev().find(|revision| {
        revision.record.program == Program::Component
            && revision.record.policy.digest == stored.digest
    });
    let policy = newest.map(|revision| &revision.record.policy);
    Row {
        digest: &stored.digest,
        name: policy.map(|policy| policy.name.as_str()),
        version: policy.map(|policy| policy.version.as_str()),
        bytes: stored.bytes,
        active: newest.is_some_and(|revision| Some(revision.number) == active),
    }
}
