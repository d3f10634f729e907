//! What `activate` and `rollback` have in common: a checked policy becomes the active revision.

use super::taken::Taken;
use super::{place, view};
use crate::cli::output;
use crate::config::Config;
use crate::control::{self, Ask};
use crate::who::who;
use clap::Args;
use gansauditor_audit::ports::{Clock as _, LivePolicy as _, SystemClock};
use gansauditor_policy::LoadedPolicy;
use gansauditor_policy::revisions::{Change, Draft, Program, Revision};
use serde::Serialize;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

/// How long another writer is waited for: it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  stored, and live in every running server that follows the state directory
  1  stored, but a running server did not take it or did not answer; it says why
  2  nothing was changed";

/// Stored, but not live everywhere.
const NOT_LIVE: u8 = 1;

/// What is said about a change.
#[derive(Debug, Args)]
pub(super) struct Said {
    /// Why, for the history
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who, for the history, instead of the user running this
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A policy that was loaded as a server would.
pub(super) struct Checked {
    pub(super) change: Change,
    pub(super) policy: LoadedPolicy,
    pub(super) program: Program,
    /// The component's signature, where it has one.
    pub(super) signature: Option<String>,
    /// The component's bytes, unless they are stored.
    pub(super) component: Option<Vec<u8>>,
    /// Number of the newest revision that the change was planned on, if that matters.
    pub(super) expected: Option<u64>,
}

/// What became of a change, as JSON.
#[derive(Debug, Serialize)]
struct Outcome<'a> {
    stored: view::RevisionView<'a>,
    servers: &'a [Taken],
}

impl Said {
    /// Makes a policy the active revision, and tells so.
    pub(super) async fn put_in_force(
        self,
        checked: Checked,
        config: &Config,
    ) -> anyhow::Result<ExitCode> {
        let draft = Draft {
            at: SystemClock.now(),
            by: self.by.unwrap_or_else(who),
            reason: self.reason,
            change: checked.change,
            policy: checked.policy.identity().clone(),
            program: checked.program,
            setup: checked.policy.setup().clone(),
            signature: checked.signature,
        };
        let component = checked.component.as_deref();
        let policies = place::make(config)?;
        let revision = policies.record(draft, component, checked.expected, PATIENCE)?;
        let asked = control::ask_all(place::state(config)?, Ask::Look)
            .await
            .unwrap_or_else(|error| {
                tracing::warn!("the running servers cannot be asked: {error}");
                Vec::new()
            });
        let servers: Vec<Taken> = asked
            .into_iter()
            .map(|asked| Taken::of(asked, revision.number))
            .collect();
        tell(&revision, &servers, self.json)?;
        Ok(if servers.iter().any(Taken::is_missing) {
            ExitCode::from(NOT_LIVE)
        } else {
            ExitCode::SUCCESS
        })
    }
}

fn tell(revision: &Revision, servers: &[Taken], json: bool) -> anyhow::Result<()> {
    if json {
        let stored = view::RevisionView::of(revision, true);
        return output::json(&Outcome { stored, servers });
    }
    let mut out = output::stdout();
    view::write(revision, true, &mut out)?;
    if servers.is_empty() {
        writeln!(out, "no server of this state directory answers now")?;
    }
    for server in servers {
        server.write(&mut out)?;
    }
    Ok(())
}
