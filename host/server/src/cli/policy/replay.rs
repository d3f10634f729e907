//! `gansauditor policy replay`: recorded sessions through another policy.

use super::given::Given;
use super::replay_view::{Summary, Unreadable, View, text};
use crate::cli::session::journals;
use crate::cli::{output, progress};
use crate::config::Config;
use anyhow::Context as _;
use clap::Args;
use gansauditor_audit::domain::SessionId;
use gansauditor_audit::replay::{SessionReplay, replay};
use gansauditor_policy::{HostConfig, LoadedPolicy, Trust};
use gansauditor_store::{Journals, Listing};
use globset::{Glob, GlobSet, GlobSetBuilder};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const EXIT_CODES: &str = "\
Exit codes:
  0  it decides everything as it was decided; what a fallback decided is not compared
  1  some decision is another, it fails to decide, or a session cannot be read
  2  nothing could be replayed";

/// Runs recorded sessions through a policy, without asking a judge and without changing anything.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(in crate::cli) struct Replay {
    #[command(flatten)]
    given: Given,
    /// Only sessions with such an id, e.g. 'team-a-*'; may be given more than once
    #[arg(long, value_name = "GLOB")]
    sessions: Vec<String>,
    /// Show every decision that would have been another, and not the first 20
    #[arg(long)]
    all: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Differences that people are shown.
const SHOWN: usize = 20;

impl Replay {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        let wanted = globs(&self.sessions)?;
        let candidate = self.given.load(host(config), config).await?.policy;
        let Some(journals) = journals(config)? else {
            anyhow::bail!("there are no recorded sessions; see --state-dir");
        };
        let (ids, mut unreadable) = chosen(journals.list().await?, &wanted);
        anyhow::ensure!(
            !(ids.is_empty() && unreadable.is_empty()),
            "no recorded session has such an id; `gansauditor session list` shows them"
        );
        let (replays, damaged) = all(journals, candidate.clone(), ids).await?;
        unreadable.extend(damaged);
        unreadable.sort();
        let summary = Summary::of(&replays, &unreadable);
        if self.json {
            output::json(&View::new(
                &candidate.inspect(),
                &summary,
                &replays,
                &unreadable,
            ))?;
        } else {
            let most = if self.all { usize::MAX } else { SHOWN };
            text(&candidate.inspect(), &summary, &replays, &unreadable, most)?;
        }
        anyhow::ensure!(
            summary.replayed() > 0,
            "no recorded decision could be replayed, so nothing is proven"
        );
        Ok(if summary.is_same() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(1)
        })
    }
}

/// A server's host for a policy that will decide on nothing: who may say what decides does not matter, nor is anything
/// kept of what is compiled. What the policy may import and use does matter.
fn host(config: &Config) -> HostConfig {
    HostConfig {
        trust: Trust {
            imports: config.policy_imports.clone(),
            ..Trust::default()
        },
        ..HostConfig::default()
    }
}

fn globs(patterns: &[String]) -> anyhow::Result<GlobSet> {
    let mut set = GlobSetBuilder::new();
    let all = ["*".to_owned()];
    for pattern in if patterns.is_empty() {
        &all[..]
    } else {
        patterns
    } {
        set.add(Glob::new(pattern).with_context(|| format!("--sessions '{pattern}'"))?);
    }
    Ok(set.build()?)
}

/// The sessions that are meant, and those of which nothing can be read. One whose id nobody can tell may be meant.
fn chosen(listing: Listing, wanted: &GlobSet) -> (Vec<SessionId>, Vec<Unreadable>) {
    let is_wanted = |id: &SessionId| wanted.is_match(id.as_str());
    let sessions = listing.sessions.into_iter().map(|session| session.id);
    let mut ids: Vec<SessionId> = sessions.filter(is_wanted).collect();
    ids.sort();
    let unreadable = listing.unreadable.into_iter();
    let unreadable = unreadable.filter(|journal| journal.session.as_ref().is_none_or(is_wanted));
    (ids, unreadable.map(Unreadable::from).collect())
}

/// Replays all of them, as many at once as there are processors; in the order of their ids, with those that cannot be
/// read and why.
async fn all(
    journals: Journals,
    candidate: LoadedPolicy,
    ids: Vec<SessionId>,
) -> anyhow::Result<(Vec<SessionReplay>, Vec<Unreadable>)> {
    let room = Arc::new(Semaphore::new(
        std::thread::available_parallelism().map_or(1, usize::from),
    ));
    let bar = progress::bar(ids.len(), "sessions");
    let mut running = JoinSet::new();
    for id in ids {
        let (journals, candidate, room) = (journals.clone(), candidate.clone(), Arc::clone(&room));
        running.spawn(async move {
            // Never closed.
            let _permit = room.acquire_owned().await;
            match journals.events(&id).await {
                Ok(events) => Ok(replay(&id, &events, &candidate).await),
                Err(error) => Err(Unreadable::new(id, &error)),
            }
        });
    }
    let (mut replays, mut unreadable) = (Vec::new(), Vec::new());
    while let Some(done) = running.join_next().await {
        bar.inc(1);
        match done.context("a session was not replayed")? {
            Ok(replay) => replays.push(replay),
            Err(error) => unreadable.push(error),
        }
    }
    bar.finish_and_clear();
    replays.sort_by(|a, b| a.session.cmp(&b.session));
    Ok((replays, unreadable))
}
