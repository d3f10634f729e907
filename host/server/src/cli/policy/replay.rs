//! `gansauditor policy replay`: recorded sessions through another policy.

use super::candidate::{With, load};
use super::replay_view::{Summary, Unreadable, View, text};
use super::source::{self, Source};
use crate::cli::session::sessions;
use crate::cli::{output, progress};
use crate::config::Config;
use anyhow::Context as _;
use clap::Args;
use gansauditor_audit::domain::SessionId;
use gansauditor_audit::ports::SessionStore;
use gansauditor_audit::replay::{SessionReplay, replay};
use gansauditor_policy::LoadedPolicy;
use gansauditor_store::DirectoryStore;
use globset::{Glob, GlobSet, GlobSetBuilder};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const EXIT_CODES: &str = "\
Exit codes:
  0  it decides everything as it was decided
  1  some decision is another, it fails to decide, or a session cannot be read
  2  nothing could be replayed";

/// Runs recorded sessions through a policy, without asking a judge and without changing anything.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(in crate::cli) struct Replay {
    #[arg(required_unless_present = "core", value_name = source::VALUE, help = source::HELP)]
    candidate: Option<Source>,
    /// The built-in policy, to prove other settings
    #[arg(long, conflicts_with = "candidate")]
    core: bool,
    /// Settings of the policy: a JSON object, or a file that holds one
    #[arg(long, value_name = "JSON|FILE")]
    settings: Option<String>,
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
        let settings = self.settings.as_deref();
        let candidate = load(self.candidate.as_ref(), settings, With::default(), config).await?;
        let candidate = candidate.policy;
        let Some(store) = sessions(config)? else {
            anyhow::bail!("there are no recorded sessions; see --state-dir");
        };
        let mut ids: Vec<SessionId> = store
            .list()
            .await?
            .into_iter()
            .map(|session| session.id)
            .filter(|id| wanted.is_match(id.as_str()))
            .collect();
        ids.sort();
        anyhow::ensure!(
            !ids.is_empty(),
            "no recorded session has such an id; `gansauditor session list` shows them"
        );
        let (replays, unreadable) = all(store, candidate.clone(), ids).await;
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

/// Replays all of them, as many at once as there are processors; in the order they were named, with those that
/// cannot be read and why.
async fn all(
    store: DirectoryStore,
    candidate: LoadedPolicy,
    ids: Vec<SessionId>,
) -> (Vec<SessionReplay>, Vec<Unreadable>) {
    let room = Arc::new(Semaphore::new(
        std::thread::available_parallelism().map_or(1, usize::from),
    ));
    let bar = progress::bar(ids.len(), "sessions");
    let mut running = JoinSet::new();
    for id in ids {
        let (store, candidate, room) = (store.clone(), candidate.clone(), Arc::clone(&room));
        running.spawn(async move {
            // Never closed.
            let _permit = room.acquire_owned().await;
            match store.events(&id).await {
                Ok(events) => Ok(replay(&id, &events, &candidate).await),
                Err(error) => Err(Unreadable {
                    session: id,
                    reason: error.to_string(),
                }),
            }
        });
    }
    let (mut replays, mut unreadable) = (Vec::new(), Vec::new());
    while let Some(done) = running.join_next().await {
        bar.inc(1);
        match done {
            Ok(Ok(replay)) => replays.push(replay),
            Ok(Err(error)) => unreadable.push(error),
            Err(error) => tracing::error!("a session was not replayed: {error}"),
        }
    }
    bar.finish_and_clear();
    replays.sort_by(|a, b| a.session.cmp(&b.session));
    unreadable.sort_by(|a, b| a.session.cmp(&b.session));
    (replays, unreadable)
}
