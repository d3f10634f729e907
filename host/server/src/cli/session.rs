//! `gansauditor session`.

use super::output::{self, BAD, BOLD, GOOD, ago};
use crate::config::{Config, State};
use crate::text::plain;
use crate::wiring::{self, Place};
use anyhow::Context as _;
use clap::{Args, Subcommand};
use gansauditor_audit::domain::{Finding, Location, Score, SessionId, Timestamp};
use gansauditor_audit::ports::{Clock, SessionSummary, SystemClock};
use gansauditor_audit::session::{Iteration, Session, Standing};
use gansauditor_store::{Journals, Listing, Unreadable};
use serde::Serialize;
use std::io::Write;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List sessions, the newest first
    List(List),
    /// Show a session: its loops, its decision, its findings
    Show(Show),
    /// Let a stopped or completed session go on, with a new cycle
    Reset(Reset),
}

/// Lists sessions.
#[derive(Debug, Args)]
pub(super) struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Shows a session.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Its id: the branchId, loopId or sessionId
    #[arg(value_parser = id)]
    session: SessionId,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Resets a session.
#[derive(Debug, Args)]
pub(super) struct Reset {
    /// Its id: the branchId, loopId or sessionId
    #[arg(value_parser = id)]
    session: SessionId,
    /// Why, for the record
    #[arg(long, value_name = "TEXT", default_value = "reset on the command line")]
    reason: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn id(text: &str) -> Result<SessionId, String> {
    SessionId::new(text).map_err(|error| error.to_string())
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    session: &'a str,
    /// Milliseconds since the Unix epoch.
    updated_at: u64,
    bytes: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    session: &'a str,
    standing: &'static str,
    cycle: u32,
    attempts: u32,
    /// Milliseconds since the Unix epoch.
    opened_at: u64,
    /// Milliseconds since the Unix epoch.
    updated_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    iterations: Vec<IterationView<'a>>,
    findings: &'a [Finding],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct IterationView<'a> {
    attempt: u32,
    #[serde(rename = "loop", skip_serializing_if = "Option::is_none")]
    number: Option<u32>,
    /// Milliseconds since the Unix epoch.
    at: u64,
    files: Vec<&'a str>,
    scores: Vec<f64>,
    unchanged: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Done<'a> {
    session: &'a str,
    /// False when it was open already.
    reset: bool,
}

impl Command {
    pub(super) fn run(self, config: Config) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("cannot start the runtime")?;
        runtime.block_on(async {
            match self {
                Self::List(command) => command.run(&config).await,
                Self::Show(command) => command.run(&config).await,
                Self::Reset(command) => command.run(&config).await,
            }
        })
    }
}

/// The sessions on disk, to be looked at; absent when there is no state directory.
pub(in crate::cli) fn journals(config: &Config) -> anyhow::Result<Option<Journals>> {
    let path = match &config.state {
        State::Directory(path) => path,
        State::Memory => anyhow::bail!(
            "sessions are kept in the server's memory (ENABLE_SESSION_PERSISTENCE=false); there are none to look at"
        ),
    };
    let shown = path.display();
    let journals = Journals::open(path)
        .with_context(|| format!("SYNC_AUDIT_STATE_DIRECTORY={shown} cannot be looked into"))?;
    if journals.is_none() {
        tracing::warn!("there is no state directory {shown}");
    }
    Ok(journals)
}

impl List {
    async fn run(self, config: &Config) -> anyhow::Result<()> {
        let Listing {
            sessions,
            unreadable,
        } = match journals(config)? {
            Some(journals) => journals.list().await?,
            None => Listing::default(),
        };
        for Unreadable { file, reason, .. } in unreadable {
            tracing::warn!("no session can be read from {file}: {}", plain(&reason));
        }
        if self.json {
            return output::json(&sessions.iter().map(row).collect::<Vec<_>>());
        }
        let now = SystemClock.now();
        let mut out = output::stdout();
        for SessionSummary {
            id,
            updated_at,
            bytes,
        } in &sessions
        {
            let age = ago(now.since(*updated_at));
            writeln!(
                out,
                "{BOLD}{}{BOLD:#}  {age}, {bytes} bytes",
                plain(id.as_str())
            )?;
        }
        Ok(())
    }
}

fn row(summary: &SessionSummary) -> Row<'_> {
    Row {
        session: summary.id.as_str(),
        updated_at: summary.updated_at.0,
        bytes: summary.bytes,
    }
}

impl Show {
    async fn run(self, config: &Config) -> anyhow::Result<()> {
        let journals = journals(config)?.context("there are no sessions")?;
        let session = journals.read(&self.session).await?;
        if self.json {
            return output::json(&view(&session));
        }
        show(&session, SystemClock.now(), &mut output::stdout())
    }
}

impl Reset {
    async fn run(self, config: &Config) -> anyhow::Result<()> {
        journals(config)?.context("there are no sessions")?;
        let audits = wiring::parts(config, Place::Elsewhere)?.audits(config);
        let reset = audits.reset(&self.session, self.reason).await?;
        let session = self.session.as_str();
        if self.json {
            return output::json(&Done { session, reset });
        }
        let mut out = output::stdout();
        if reset {
            writeln!(
                out,
                "{} goes on: the next submission begins a new cycle",
                plain(session)
            )?;
        } else {
            writeln!(
                out,
                "{} is at the beginning of a cycle: there was nothing to reset",
                plain(session)
            )?;
        }
        Ok(())
    }
}

fn standing(session: &Session) -> &'static str {
    match session.standing() {
        Standing::Open => "open",
        Standing::Complete => "complete",
        Standing::Stopped => "stopped",
    }
}

fn view(session: &Session) -> View<'_> {
    View {
        session: session.id().as_str(),
        standing: standing(session),
        cycle: session.cycle(),
        attempts: session.attempts(),
        opened_at: session.opened_at().0,
        updated_at: session.updated_at().0,
        task: session
            .iterations()
            .last()
            .and_then(|newest| newest.task.as_deref()),
        summary: session
            .last_decision()
            .map(|decided| decided.decision.feedback.summary.as_str()),
        iterations: session.iterations().iter().map(iteration_view).collect(),
        findings: session.ledger(),
    }
}

fn iteration_view(iteration: &Iteration) -> IterationView<'_> {
    IterationView {
        attempt: iteration.attempt,
        number: iteration.loop_number,
        at: iteration.at.0,
        files: iteration
            .files
            .iter()
            .map(|file| file.path.as_str())
            .collect(),
        scores: iteration
            .reviews
            .iter()
            .filter_map(|r| r.score)
            .map(Score::get)
            .collect(),
        unchanged: iteration.unchanged,
        failure: iteration.failure.as_deref(),
    }
}

fn show(session: &Session, now: Timestamp, out: &mut impl Write) -> anyhow::Result<()> {
    let view = view(session);
    let colour = match session.standing() {
        Standing::Open => BOLD,
        Standing::Complete => GOOD,
        Standing::Stopped => BAD,
    };
    writeln!(
        out,
        "{BOLD}{}{BOLD:#}  {colour}{}{colour:#}, cycle {}, attempts {}, last {}",
        plain(view.session),
        view.standing,
        view.cycle,
        view.attempts,
        ago(now.since(session.updated_at())),
    )?;
    for text in [view.task, view.summary].into_iter().flatten() {
        writeln!(out, "{}", plain(text))?;
    }
    for iteration in &view.iterations {
        let number = iteration
            .number
            .map_or("  -".to_owned(), |number| format!("{number:3}"));
        let scores: Vec<String> = iteration.scores.iter().map(ToString::to_string).collect();
        let outcome = match (iteration.failure, scores.is_empty()) {
            (Some(failure), _) => failure,
            (None, true) => "not scored",
            (None, false) if iteration.unchanged => "unchanged",
            (None, false) => "",
        };
        writeln!(
            out,
            "loop {number}  {:>3}  files {}  {}",
            scores.join(" "),
            iteration.files.len(),
            plain(outcome)
        )?;
    }
    for finding in view
        .findings
        .iter()
        .filter(|finding| finding.state.is_standing())
    {
        let reported = &finding.reported;
        writeln!(
            out,
            "{BAD}{}{BAD:#} {} {}: {}",
            reported.severity.name(),
            reported.location.as_ref().map(place).unwrap_or_default(),
            plain(
                reported
                    .rule
                    .as_deref()
                    .unwrap_or_else(|| reported.category.name())
            ),
            plain(&reported.message)
        )?;
    }
    Ok(())
}

fn place(location: &Location) -> String {
    let path = plain(&location.path);
    location
        .line
        .map_or(path.clone(), |line| format!("{path}:{line}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gansauditor_audit::domain::{Event, Extent, Origin, Work, WorkFile};

    fn session() -> Session {
        let mut session = Session::new(SessionId::new("s").unwrap());
        let file = WorkFile {
            path: "a.py".to_owned(),
            named: true,
            language: None,
            text: "x".to_owned(),
            extent: Extent::Whole,
        };
        for event in [
            Event::Opened {
                at: Timestamp(1_000),
                origin: Origin::Created,
            },
            Event::Submitted {
                attempt: 1,
                at: Timestamp(2_000),
                work: Work {
                    files: vec![file],
                    ..Work::default()
                },
                request: Default::default(),
                task: Some("be \u{1b}[31mred".to_owned()),
                context: None,
                thought_number: 1,
            },
            Event::ReviewFailed {
                attempt: 1,
                at: Timestamp(3_000),
                error: "no\nluck".to_owned(),
                usage: Default::default(),
            },
        ] {
            session.apply(&event);
        }
        session
    }

    #[test]
    fn shows_a_session_without_a_character_that_a_terminal_obeys() {
        let mut shown = Vec::new();
        show(&session(), Timestamp(8_000), &mut shown).unwrap();
        let shown = anstream::adapter::strip_bytes(&shown).into_vec();
        assert_eq!(
            String::from_utf8(shown).unwrap(),
            "s  open, cycle 1, attempts 1, last 5 s ago\nbe \\u{1b}[31mred\nloop   -       files 1  no\\u{a}luck\n"
        );
    }

    #[test]
    fn a_session_as_json_has_no_nulls() {
        let json = serde_json::to_value(view(&session())).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "session": "s", "standing": "open", "cycle": 1, "attempts": 1,
                "openedAt": 1000, "updatedAt": 3000, "task": "be \u{1b}[31mred",
                "iterations": [{
                    "attempt": 1, "at": 2000, "files": ["a.py"], "scores": [], "unchanged": false,
                    "failure": "no\nluck"
                }],
                "findings": []
            })
        );
    }
}
