//! `gansauditor policy status`.

use super::taken::Wanted;
use super::{place, view};
use crate::cli::output::{self, BAD, BOLD};
use crate::config::Config;
use crate::control::{Answer, Ask, Asked, Origin, Tried, ask_all};
use crate::text::plain;
use anyhow::Context as _;
use clap::Args;
use gansauditor_policy::revisions::History;
use serde::Serialize;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const EXIT_CODES: &str = "\
Exit codes:
  0  every running server that follows the state directory is where the history is
  1  a running server is not, or did not answer; it says why
  2  nothing could be shown";

/// Some server is not where the history is.
const BEHIND: u8 = 1;

/// So long a server may not have seen a change without anything being wrong: it looks once a second.
const UNSEEN: Duration = Duration::from_secs(2);

/// Pause before it is asked again.
const PAUSE: Duration = Duration::from_millis(100);

/// Shows what running servers have live.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(in crate::cli) struct Status {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct View<'a> {
    /// The active revision of the directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    active: Option<view::RevisionView<'a>>,
    servers: Vec<Server<'a>>,
}

#[derive(Debug, Serialize)]
struct Server<'a> {
    socket: &'a str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    answer: Option<&'a Answer>,
    /// Why it did not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    /// Why it is not where the history is; absent when it is, or has its policy from elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    behind: Option<String>,
}

impl Status {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        let (asked, history) = settled(config).await?;
        let number = view::checked(&history);
        let active = number.map(|number| history.revision(number)).transpose()?;
        let wanted = Wants::of(&history);
        let servers: Vec<_> = asked.iter().map(|asked| server(asked, &wanted)).collect();
        let exit = if servers.iter().any(Server::is_behind) {
            ExitCode::from(BEHIND)
        } else {
            ExitCode::SUCCESS
        };
        if self.json {
            output::json(&View {
                active: active.map(|revision| view::RevisionView::of(revision, true)),
                servers,
            })?;
            return Ok(exit);
        }
        let mut out = output::stdout();
        match active {
            Some(revision) => view::write(revision, true, &mut out)?,
            None if history.newest() == 0 => {
                writeln!(
                    out,
                    "no policy was activated: servers decide by the built-in one"
                )?;
            }
            None => writeln!(out, "no policy is known to be active")?,
        }
        if servers.is_empty() {
            writeln!(out, "{}", place::no_server(place::state(config)?))?;
        }
        for server in &servers {
            write(server, &mut out)?;
        }
        Ok(exit)
    }
}

/// What the servers say, with the history that they should have followed by then.
async fn settled(config: &Config) -> anyhow::Result<(Vec<Asked>, History)> {
    let deadline = Instant::now() + UNSEEN;
    loop {
        let asked = ask_all(place::state(config)?, Ask::Status)
            .await
            .context("the running servers cannot be asked")?;
        // Read after they were asked: none of them can know more.
        let history = match place::open(config)? {
            Some(policies) => policies.history()?,
            None => Default::default(),
        };
        let wants = Wants::of(&history);
        let mut answers = asked.iter().filter_map(|asked| asked.answer.as_ref().ok());
        if Instant::now() >= deadline || !answers.any(|answer| wants.may_come(answer)) {
            return Ok((asked, history));
        }
        sleep(PAUSE).await;
    }
}

/// What a history asks of the servers that follow it.
enum Wants {
    /// All of this.
    Known(Vec<Wanted>),
    /// Nobody can tell; why.
    Unknown(String),
}

impl Wants {
    fn of(history: &History) -> Self {
        let active = match history.active() {
            Ok(active) => active.map(|revision| Wanted::Live(revision.number)),
            Err(error) => return Self::Unknown(error.to_string()),
        };
        let trial = history.trial();
        let trial = trial.map(|(revision, _)| Wanted::Trial(revision.number));
        Self::Known(active.into_iter().chain(trial).collect())
    }

    /// A server is not there, and nothing is known to keep it from coming.
    fn may_come(&self, answer: &Answer) -> bool {
        let failed = match &answer.source {
            Origin::Directory { failure, trial, .. } => {
                failure.is_some() || trial.as_ref().is_some_and(|tried| tried.failure.is_some())
            }
            Origin::File { .. } | Origin::Program => false,
        };
        !failed && self.lacks(answer).is_some()
    }

    /// Why a server is not there; absent when it is, or does not follow the history.
    fn lacks(&self, answer: &Answer) -> Option<String> {
        let Origin::Directory {
            revision,
            failure,
            trial,
        } = &answer.source
        else {
            return None;
        };
        if failure.is_some() {
            return failure.clone();
        }
        let wanted = match self {
            Self::Known(wanted) => wanted,
            Self::Unknown(why) => return Some(why.clone()),
        };
        // No more than one trial runs, and none that the history does not have.
        let over = trial.as_ref().map(|tried| Wanted::NoTrial(tried.revision));
        let over = over.filter(|_| !wanted.iter().any(|w| matches!(w, Wanted::Trial(_))));
        let mut all = wanted.iter().copied().chain(over);
        all.find_map(|wanted| wanted.lacks(*revision, trial.as_ref()))
    }
}

impl Server<'_> {
    fn is_behind(&self) -> bool {
        self.behind.is_some() || self.error.is_some()
    }
}

fn server<'a>(asked: &'a Asked, wants: &Wants) -> Server<'a> {
    let answer = asked.answer.as_ref().ok();
    Server {
        socket: &asked.socket,
        answer,
        error: asked.answer.as_ref().err().map(String::as_str),
        behind: answer.and_then(|answer| wants.lacks(answer)),
    }
}

fn write(server: &Server<'_>, out: &mut impl Write) -> std::io::Result<()> {
    let Some(answer) = server.answer else {
        let (socket, error) = (plain(server.socket), server.error.map(plain));
        let error = error.unwrap_or_default();
        return writeln!(out, "server at {socket}: {BAD}{error}{BAD:#}");
    };
    let source = match &answer.source {
        Origin::File { path } => format!("the file {}", plain(path)),
        Origin::Directory {
            revision: Some(number),
            failure: None,
            ..
        } => format!("revision {number}"),
        Origin::Directory { .. } => "the state directory".to_owned(),
        Origin::Program => "the program".to_owned(),
    };
    writeln!(
        out,
        "{BOLD}server {}{BOLD:#} ({}): {}, from {source}, live since {}",
        answer.pid,
        plain(&answer.transport),
        view::policy(&answer.policy),
        plain(&answer.since),
    )?;
    if let Some(why) = &server.behind {
        writeln!(
            out,
            "      {BAD}not where the history is{BAD:#}: {}",
            plain(why)
        )?;
    }
    let is_told = |why: &String| server.behind.as_ref() == Some(why);
    if let Some(failed) = answer.failed.as_ref().filter(|f| !is_told(&f.error)) {
        let (at, error) = (plain(&failed.at), plain(&failed.error));
        writeln!(out, "      {BAD}failed{BAD:#} at {at}: {error}")?;
    }
    if let Origin::Directory {
        trial: Some(Tried { revision, failure }),
        ..
    } = &answer.source
    {
        match failure {
            None => writeln!(out, "      revision {revision} is on trial beside it")?,
            Some(failure) if is_told(failure) => {}
            Some(failure) => writeln!(
                out,
                "      {BAD}trial {revision} does not run{BAD:#}: {}",
                plain(failure)
            )?,
        }
    }
    if let Some(trouble) = &answer.trouble {
        let error = plain(&trouble.error);
        let until = trouble.suspended_until.as_deref();
        let until = until.map(|until| format!("; not asked until {}", plain(until)));
        writeln!(
            out,
            "      {BAD}does not decide{BAD:#} ({} times in a row): {error}{}",
            trouble.failures,
            until.unwrap_or_default()
        )?;
    }
    Ok(())
}
