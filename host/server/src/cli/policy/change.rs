//! What all changes of the policy have in common: a checked policy becomes a revision.

use super::candidate::loader;
use super::taken::{Taken, Wanted};
use super::{place, view};
use crate::cli::output;
use crate::config::Config;
use crate::control::{self, Ask};
use crate::policies::host_config;
use crate::who::who;
use anyhow::Context as _;
use clap::Args;
use gansauditor_audit::domain::PolicyIdentity;
use gansauditor_audit::ports::{Clock as _, LivePolicy as _, SystemClock};
use gansauditor_policy::Setup;
use gansauditor_policy::revisions::{Change, Draft, History, PolicyDirectory, Program, Revision};
use serde::Serialize;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// How long another writer is waited for: it takes milliseconds.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  stored, and live in every running server that follows the state directory
  1  stored, but a running server did not take it or did not answer, or another change ended the trial
     before it began there; it says why
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

/// A policy that was loaded as a server would, and what is to become of it.
pub(super) struct Checked {
    pub(super) change: Change,
    pub(super) policy: PolicyIdentity,
    pub(super) setup: Setup,
    pub(super) program: Program,
    /// The component's signature, where it has one.
    pub(super) signature: Option<String>,
    /// Where the component was found; absent for the built-in policy.
    pub(super) source: Option<String>,
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

impl Checked {
    /// A policy that is stored, loaded as a server would. Nothing may have changed since `history`.
    pub(super) async fn stored(
        revision: &Revision,
        change: Change,
        policies: &PolicyDirectory,
        history: &History,
        config: &Config,
    ) -> anyhow::Result<Self> {
        let setup = revision.record.setup.clone();
        let host = loader(host_config(config)?)?;
        let loaded = match policies.program(revision)? {
            Some(artifact) => host.load(artifact, setup).await,
            None => host.load_core(setup).await,
        };
        let number = revision.number;
        let policy = loaded.with_context(|| format!("revision {number} is not usable"))?;
        Ok(Self {
            policy: policy.identity().clone(),
            ..Self::unloaded(revision, change, history)
        })
    }

    /// The policy of a revision, for a change that does not use it. Nothing may have changed since `history`.
    pub(super) fn unloaded(revision: &Revision, change: Change, history: &History) -> Self {
        let record = &revision.record;
        Self {
            change,
            policy: record.policy.clone(),
            setup: record.setup.clone(),
            program: record.program,
            signature: record.signature.clone(),
            source: record.source.clone(),
            component: None,
            expected: Some(history.newest()),
        }
    }
}

impl Said {
    /// Records the change, has the running servers take it, and tells so.
    pub(super) async fn make(self, checked: Checked, config: &Config) -> anyhow::Result<ExitCode> {
        let draft = Draft {
            at: SystemClock.now(),
            by: self.by.unwrap_or_else(who),
            reason: self.reason,
            change: checked.change,
            policy: checked.policy,
            program: checked.program,
            setup: checked.setup,
            signature: checked.signature,
            source: checked.source,
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
        let wanted = match revision.record.change {
            Change::Try(_) => Wanted::Trial(revision.number),
            Change::Withdraw { trial } => Wanted::NoTrial(trial),
            Change::Activate | Change::Rollback { .. } | Change::Promote { .. } => {
                Wanted::Live(revision.number)
            }
        };
        // Read after the servers have: nothing that they know of is missing.
        let history = policies.history().unwrap_or_default();
        let later = |next: &&Revision| next.number > revision.number;
        let next = history.revisions().iter().find(later);
        let servers: Vec<Taken> = asked
            .into_iter()
            .map(|asked| Taken::of(asked, wanted, next))
            .collect();
        tell(&revision, &servers, place::state(config)?, self.json)?;
        Ok(if servers.iter().any(Taken::is_missing) {
            ExitCode::from(NOT_LIVE)
        } else {
            ExitCode::SUCCESS
        })
    }
}

fn tell(revision: &Revision, servers: &[Taken], state: &Path, json: bool) -> anyhow::Result<()> {
    let active = revision.record.change.is_in_force();
    if json {
        let stored = view::RevisionView::of(revision, active);
        return output::json(&Outcome { stored, servers });
    }
    let mut out = output::stdout();
    view::write(revision, active, &mut out)?;
    if servers.is_empty() {
        writeln!(out, "{}", place::no_server(state))?;
    }
    for server in servers {
        server.write(&mut out)?;
    }
    Ok(())
}
