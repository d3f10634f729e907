//! `gansauditor audit`.

use super::{output, progress};
use crate::config::{Config, State};
use crate::report::{Sources, sarif, text};
use crate::signals::Signals;
use crate::wiring::{self, Place};
use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use gansauditor_audit::domain::{SessionId, Severity, Status};
use gansauditor_audit::{AuditReport, AuditRequest};
use gansauditor_legacy::{Answer, ThoughtLog, ToolCall};
use gansauditor_submission::{GanConfig, Limits, Submission};
use gansauditor_workspace::{Changes, Repository};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const EXAMPLES: &str = "\
Examples:
  gansauditor audit src/rates.py                   one review of a file
  gansauditor audit --diff                         what is not committed yet; only what was added is judged
  gansauditor audit --diff main --format sarif     what a branch adds, for a code scanning service
  gansauditor audit --session rates src/rates.py   again and again, until it is complete
  gh pr diff | gansauditor audit -                 a diff, or what an agent would send, from stdin

Exit codes:
  0  complete; with --fail-on: nothing of that severity stands
  1  not complete; with --fail-on: something of that severity stands
  2  there was no audit: nothing to judge, or something failed";

/// There was no audit.
pub(super) const NO_AUDIT: u8 = 2;
/// Name of the session that is forgotten afterwards.
const EPHEMERAL: &str = "audit";
/// How long git may take to say what changed.
const GIT_TIME: Duration = Duration::from_secs(60);

/// Audits files, a diff, or what an agent would send.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Audit {
    /// Files to judge; `-` reads stdin: a diff, code, or Markdown with code in it
    #[arg(
        required_unless_present = "diff",
        conflicts_with = "diff",
        value_name = "FILE"
    )]
    files: Vec<PathBuf>,
    /// Judge what changed in this repository since a revision, untracked files included
    #[arg(long, value_name = "REVISION", num_args = 0..=1, default_missing_value = "HEAD")]
    diff: Option<String>,
    /// Go on in this session; without it nothing is kept
    #[arg(long, value_name = "ID")]
    session: Option<String>,
    /// What to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
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

/// What is to be judged.
struct Input {
    submission: Submission,
    config: Option<GanConfig>,
    /// Texts of patched files, by path.
    patched: BTreeMap<String, String>,
    notes: Vec<String>,
}

impl Audit {
    pub(super) fn run(self, mut config: Config) -> anyhow::Result<ExitCode> {
        let limits = Limits::default();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let input = match &self.diff {
            Some(revision) => runtime.block_on(from_changes(revision, &limits))?,
            None => from_files(&self.files, &limits)?,
        };
        let session = match &self.session {
            Some(id) => SessionId::new(id.as_str()).context("--session")?,
            None => {
                config.state = State::Memory;
                SessionId::new(EPHEMERAL)?
            }
        };
        let (report, sources) = runtime.block_on(audit(&config, session, input))?;
        self.print(&report, &sources)?;
        Ok(if self.fails(&report) {
            ExitCode::from(1)
        } else {
            ExitCode::SUCCESS
        })
    }

    fn fails(&self, report: &AuditReport) -> bool {
        match self.fail_on.map(Severity::from) {
            Some(severity) => report.ledger.iter().any(|finding| {
                finding.state.is_standing() && finding.reported.severity >= severity
            }),
            None => !matches!(report.decision.status, Status::Complete(_)),
        }
    }

    fn print(&self, report: &AuditReport, sources: &Sources) -> anyhow::Result<()> {
        match self.format {
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
    input: Input,
) -> anyhow::Result<(AuditReport, Sources)> {
    let parts = wiring::parts(config, Place::Here)?;
    parts.policies().look().await;
    let request = AuditRequest {
        session: session.clone(),
        submission: input.submission,
        config: input.config,
        patched: input.patched,
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
    report.notes.splice(0..0, input.notes);
    let session = parts.store().read(&session).await?;
    let newest = session
        .iterations()
        .last()
        .and_then(|iteration| iteration.work.as_ref());
    Ok((report, Sources::of(newest)))
}

fn from_files(paths: &[PathBuf], limits: &Limits) -> anyhow::Result<Input> {
    if let [path] = paths
        && path == Path::new("-")
    {
        return from_stdin(limits);
    }
    let mut files = Vec::with_capacity(paths.len());
    let mut left = limits.max_bytes as u64;
    for path in paths {
        let name = path.to_string_lossy().into_owned();
        if path.is_dir() {
            bail!(
                "{name} is a directory; name files, or use --diff for what changed in a repository"
            );
        }
        let file = std::fs::File::open(path).with_context(|| format!("cannot read {name}"))?;
        let content = bounded(file, left).with_context(|| format!("cannot read {name}"))?;
        left -= content.len() as u64;
        files.push((name, content));
    }
    let (submission, notes) = Submission::from_files(files, limits)?;
    let notes = notes.iter().map(ToString::to_string).collect();
    Ok(Input {
        submission,
        config: None,
        patched: BTreeMap::new(),
        notes,
    })
}

/// Reads at most `limit` bytes; more is an error, and is not read.
fn bounded(from: impl Read, limit: u64) -> anyhow::Result<Vec<u8>> {
    let mut content = Vec::new();
    from.take(limit + 1).read_to_end(&mut content)?;
    if content.len() as u64 > limit {
        bail!(
            "there is more than {} MiB to judge; submit less at once",
            Limits::default().max_bytes >> 20
        );
    }
    Ok(content)
}

fn from_stdin(limits: &Limits) -> anyhow::Result<Input> {
    let content = bounded(std::io::stdin().lock(), limits.max_bytes as u64)?;
    let thought = String::from_utf8(content).context("what came on stdin is not text (UTF-8)")?;
    let reading = gansauditor_submission::read(&thought, limits)?;
    let notes: Vec<String> = reading.notes.iter().map(ToString::to_string).collect();
    let Some(submission) = reading.submission else {
        let why = notes.first().map_or("it holds no code", String::as_str);
        bail!("there is nothing to judge: {why}");
    };
    Ok(Input {
        submission,
        config: reading.config,
        patched: BTreeMap::new(),
        notes,
    })
}

async fn from_changes(revision: &str, limits: &Limits) -> anyhow::Result<Input> {
    let repository = Repository::around(Path::new("."), gansauditor_workspace::Limits::default())?
        .context("--diff takes a git repository, and there is none around this folder")?;
    let cancel = CancellationToken::new();
    let changes = Changes::since(&repository, revision, limits.max_bytes, GIT_TIME, cancel).await?;
    if changes.diff.trim().is_empty() && changes.untracked.is_empty() {
        bail!("there is nothing to judge: nothing changed since {revision}");
    }
    let mut notes = Vec::new();
    let mut files = Vec::new();
    if !changes.diff.trim().is_empty() {
        let (submission, remarks) = Submission::from_diff(&changes.diff, limits)?;
        files.extend(submission.files().iter().cloned());
        notes.extend(remarks.iter().map(ToString::to_string));
    }
    if !changes.untracked.is_empty() {
        let (submission, remarks) = Submission::from_files(changes.untracked, limits)?;
        files.extend(submission.files().iter().cloned());
        notes.extend(remarks.iter().map(ToString::to_string));
    }
    Ok(Input {
        submission: Submission::new(files)?,
        config: None,
        patched: changes.patched,
        notes,
    })
}
