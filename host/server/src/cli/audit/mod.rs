//! `gansauditor audit`.

mod input;
mod nothing;

use super::{output, progress};
use crate::config::{Config, State};
use crate::report::{Sources, sarif, text};
use crate::signals::Signals;
use crate::wiring::{self, Place};
use anyhow::Context as _;
use clap::{Args, ValueEnum};
use gansauditor_audit::domain::{Finding, SessionId, Severity, Status};
use gansauditor_audit::ports::StoreError;
use gansauditor_audit::session::Standing;
use gansauditor_audit::{AuditReport, AuditRequest};
use gansauditor_legacy::{Answer, ThoughtLog, ToolCall};
use gansauditor_submission::Limits;
use input::{Input, Work, from_changes, from_files};
use nothing::Nothing;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;

const EXAMPLES: &str = "\
Examples:
  gansauditor audit src/rates.py                   one review of a file
  gansauditor audit --diff                         what is not committed yet; only what was added is judged
  gansauditor audit --staged                       what the next commit would hold
  gansauditor audit --diff main...HEAD             what a branch adds since it left main
  gansauditor audit --diff main --format sarif     what differs from main, for a code scanning service
  gansauditor audit --session rates src/rates.py   again and again, until it is complete
  gh pr diff | gansauditor audit -                 a diff, or what an agent would send, from stdin

Committed work: an agent that commits leaves nothing for --diff alone. Note the commit before it starts, and
compare with that one; it takes in what is committed since, and what is not:
  base=$(git rev-parse HEAD)
  gansauditor audit --diff $base

What was there before: a stash commit holds your own uncommitted changes without touching a file; as the base it
leaves them out. Git prints none where nothing is uncommitted:
  base=$(git stash create); base=${base:-$(git rev-parse HEAD)}
  gansauditor audit --diff $base
A stash commit does not hold untracked files: add or ignore yours first.

Files and diffs may be in UTF-8, in UTF-16 with a byte order mark, or in windows-1252 (Latin-1).

Exit codes:
  0  complete, or nothing to judge: said on stderr, and with --json as `nothingToJudge`;
     with --fail-on: nothing of that severity stands
  1  not complete; with --fail-on: something of that severity stands
  2  there was no audit: no repository, no work in what was sent, a judge that failed, wrong arguments";

/// There was no audit.
pub(super) const NO_AUDIT: u8 = 2;
/// Name of the session that is forgotten afterwards.
const EPHEMERAL: &str = "audit";

/// Audits files, a diff, or what an agent would send.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Audit {
    /// Files to judge; `-` reads stdin: a diff, code, or Markdown with code in it
    #[arg(
        required_unless_present_any = ["diff", "staged"],
        conflicts_with_all = ["diff", "staged"],
        value_name = "FILE"
    )]
    files: Vec<PathBuf>,
    /// Judge what changed in this repository since a commit (default HEAD), committed or not, untracked files included;
    /// `A..B`: between two commits; `A...B`: in B since it left A
    #[arg(long, value_name = "BASE", num_args = 0..=1)]
    diff: Option<Option<String>>,
    /// Judge what is staged, against HEAD or the commit of --diff
    #[arg(long, visible_alias = "cached")]
    staged: bool,
    /// Go on in this session; without it nothing is kept
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// What to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// As --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Fail only when a finding of this severity or worse stands
    #[arg(long, value_enum, value_name = "SEVERITY")]
    fail_on: Option<FailOn>,
}

/// Forms of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// What an agent gets.
    Json,
    /// For code scanning services.
    Sarif,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Info,
    Minor,
    Major,
    Critical,
    Blocker,
}

impl From<FailOn> for Severity {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::Info => Self::Info,
            FailOn::Minor => Self::Minor,
            FailOn::Major => Self::Major,
            FailOn::Critical => Self::Critical,
            FailOn::Blocker => Self::Blocker,
        }
    }
}

impl Audit {
    pub(super) fn run(self, mut config: Config) -> anyhow::Result<ExitCode> {
        let limits = Limits::default();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let session = match &self.session {
            Some(id) => SessionId::new(id.as_str()).context("--session")?,
            None => {
                config.state = State::Memory;
                SessionId::new(EPHEMERAL)?
            }
        };
        let input = if self.diff.is_some() || self.staged {
            let revision = self.diff.as_ref().and_then(Option::as_deref);
            runtime.block_on(from_changes(revision, self.staged, &limits))?
        } else {
            from_files(&self.files, &limits)?
        };
        let passes = match input {
            Input::Work(work) => {
                let audited = runtime.block_on(audit(&config, session, work));
                // What still runs on a thread that blocks is of no use to anybody.
                runtime.shutdown_background();
                let (report, sources) = audited?;
                self.print(&report, &sources)?;
                let complete = matches!(report.decision.status, Status::Complete(_));
                self.passes(&report.ledger, complete)
            }
            Input::Nothing(nothing) => runtime.block_on(self.nothing(&config, session, nothing))?,
        };
        Ok(ExitCode::from(u8::from(!passes)))
    }

    fn passes(&self, ledger: &[Finding], complete: bool) -> bool {
        match self.fail_on.map(Severity::from) {
            Some(severity) => !ledger.iter().any(|finding| {
                finding.state.is_standing() && finding.reported.severity >= severity
            }),
            None => complete,
        }
    }

    fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }

    /// Says that there is nothing to judge. A session that was not complete is not made so by submitting nothing.
    async fn nothing(
        &self,
        config: &Config,
        session: SessionId,
        mut nothing: Nothing,
    ) -> anyhow::Result<bool> {
        let mut passes = true;
        if self.session.is_some() {
            let parts = wiring::parts(config, Place::Here)?;
            match parts.store().read(&session).await {
                Ok(session) => {
                    let is_open = !session.iterations().is_empty()
                        && session.standing() != Standing::Complete;
                    nothing.session_is_open = Some(is_open);
                    passes = self.passes(session.ledger(), !is_open);
                }
                Err(StoreError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        nothing.print(self.format())?;
        Ok(passes)
    }

    fn print(&self, report: &AuditReport, sources: &Sources) -> anyhow::Result<()> {
        match self.format() {
            Format::Text => {
                let mut out = output::stdout();
                write!(out, "{}", text(report, sources, true))?;
                out.flush()?;
                Ok(())
            }
            Format::Json => {
                // What an agent would have got: its call number is the loop's.
                let loops = u64::from(report.decision.loop_number.max(1));
                let call = ToolCall {
                    thought: String::new(),
                    thought_number: loops,
                    total_thoughts: loops,
                    next_thought_needed: true,
                    is_revision: false,
                    revises_thought: None,
                    branch_from_thought: None,
                    branch_id: Some(report.session.clone()),
                    loop_id: None,
                    needs_more_thoughts: false,
                };
                output::json(&Answer::audited(report, &call, &ThoughtLog::default()))
            }
            Format::Sarif => output::json(&sarif(report)),
        }
    }
}

async fn audit(
    config: &Config,
    session: SessionId,
    work: Work,
) -> anyhow::Result<(AuditReport, Sources)> {
    let parts = wiring::parts(config, Place::Here)?;
    parts.policies().look().await;
    let request = AuditRequest {
        session: session.clone(),
        submission: work.submission,
        config: work.config,
        patched: work.patched,
        thought_number: 1,
        cancel: CancellationToken::new(),
    };
    let cancel = request.cancel.clone();
    let mut signals = Signals::new().context("cannot listen for signals")?;
    let audits = parts.audits(config);
    let progress = progress::sink(config.progress.is_some());
    let audit = async {
        let audit = audits.audit(request, &*progress);
        tokio::pin!(audit);
        // A judge's processes must not outlive this one: it is told to stop, and awaited.
        tokio::select! {
            result = &mut audit => result,
            _ = signals.next() => {
                cancel.cancel();
                audit.await
            }
        }
    };
    let result = audit.await;
    audits.close().await;
    drop(progress);
    let mut report = result?;
    report.notes.splice(0..0, work.notes);
    let session = parts.store().read(&session).await?;
    let newest = session
        .iterations()
        .last()
        .and_then(|iteration| iteration.work.as_ref());
    Ok((report, Sources::of(newest)))
}
