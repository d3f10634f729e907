//! The judge over a tool or check.

use super::output_text::OutputText;
use super::run::{Ending, Keep, Printed, run};
use super::scratch::Scratch;
use super::settings::{Analysis, Output, Settings, Task};
use super::submitted::Submitted;
use async_trait::async_trait;
use gansauditor_audit::domain::{Digest, JudgeIdentity, JudgeKind};
use gansauditor_audit::ports::{Judge, JudgeError, JudgeFailure, JudgeReport, JudgeRequest};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How much of an output that is only shown is kept, in bytes.
pub(super) const MAX_SHOWN: usize = 32 << 10;
/// Most of the request's time that is kept back to kill, read and clean up.
const MAX_RESERVE: Duration = Duration::from_millis(250);

/// The judge over one external program of the operator's; see [`super::ToolsConfig`].
///
/// It is one of two kinds.
///
/// A **tool** (`sarif:NAME`) analyses: its SARIF log becomes findings, and the dimensions it is configured to grade get
/// grades by the same rule as the static judge's. It covers the files it was given: whole ones that match its patterns. A
/// submission without such files, or a run that the tool calls failed, is unscored. Files of its kinds that it could not
/// be given are named in [`JudgeReport::remarks`].
///
/// A **check** (`check:NAME`) runs the work: it has an exit status and nothing else. Its report is evidence in
/// [`JudgeReport::checks`] and, when the check fails, one finding without a place. It grades nothing, so it is
/// [`Coverage::Unscored`](gansauditor_audit::domain::Coverage::Unscored): alone it is no review, beside another judge it takes nothing away from that one's coverage. One
/// that ran to its end covers the whole submission, so that its passing settles its own finding, and nothing else does.
/// A check that could not be run, or did not end in its time, is evidence too and no finding:
/// that may not be the work's fault. A check is not run, and there is no evidence, when there are no files for it.
#[derive(Debug, Clone)]
pub struct ToolJudge {
    pub(super) identity: JudgeIdentity,
    pub(super) settings: Arc<Settings>,
}

/// One run, as far as it is the same for tools and checks.
pub(super) struct Run<'r> {
    /// What was asked.
    pub(super) request: &'r JudgeRequest,
    /// When the program must have ended.
    pub(super) deadline: Instant,
    /// That is when the time of the audit is up, before the time of the configuration.
    pub(super) is_audits: bool,
    /// Where it runs.
    pub(super) scratch: &'r Scratch,
    /// What it was given.
    pub(super) submitted: Arc<Submitted>,
    /// Makes what it prints fit to be shown.
    pub(super) text: OutputText,
}

impl ToolJudge {
    pub(crate) fn new(
        name: String,
        settings: Settings,
        configuration: &Digest,
        version: Option<String>,
    ) -> Self {
        let short: String = configuration
            .as_str()
            .trim_start_matches("sha256:")
            .chars()
            .take(12)
            .collect();
        let own = env!("CARGO_PKG_VERSION");
        let version = match version {
            Some(version) => format!("{own}+config.{short} ({version})"),
            None => format!("{own}+config.{short}"),
        };
        Self {
            identity: JudgeIdentity {
                name,
                version,
                kind: JudgeKind::Tool,
                deterministic: true,
            },
            settings: Arc::new(settings),
        }
    }

    async fn in_scratch(
        &self,
        request: &JudgeRequest,
        started: Instant,
        scratch: &Scratch,
        submitted: Submitted,
    ) -> Result<JudgeReport, JudgeError> {
        let (own, audits) = (self.settings.time, usable(request.time));
        let time = own.min(audits);
        // A time too long for the clock is that of the configuration, which is not.
        let deadline = started.checked_add(time).unwrap_or(started);
        let run = Run {
            request,
            deadline,
            is_audits: audits <= own,
            scratch,
            submitted: Arc::new(submitted),
            text: OutputText::of(scratch),
        };
        match &self.settings.task {
            Task::Analyse(analysis) => self.analyse(analysis, &run).await,
            Task::Check { severity } => self.check(*severity, &run).await,
        }
    }

    /// Runs the program of the configuration.
    pub(super) async fn start(
        &self,
        keep: Keep,
        run_of: &Run<'_>,
    ) -> std::io::Result<(Ending, Printed)> {
        let paths = run_of.submitted.given().map(|(_, path)| path);
        let paths: Vec<&str> = paths.collect();
        let program = self
            .settings
            .command
            .program(run_of.scratch, paths.iter().copied());
        run(&program, keep, run_of.deadline, &run_of.request.cancel).await
    }

    /// The error that this judge failed.
    pub(super) fn failed(&self, kind: JudgeFailure, reason: String) -> JudgeError {
        JudgeError::failed(&self.identity.name, kind, reason)
    }
}

/// The request's time without what is kept back.
fn usable(time: Duration) -> Duration {
    time.saturating_sub((time / 10).min(MAX_RESERVE))
}

/// A report without findings or grades.
pub(super) fn nothing(unscored: String, summary: String) -> JudgeReport {
    JudgeReport {
        summary,
        ..JudgeReport::unscored(unscored)
    }
}

#[async_trait]
impl Judge for ToolJudge {
    fn identity(&self) -> &JudgeIdentity {
        &self.identity
    }

    fn check(&self) -> Option<&str> {
        match &self.settings.task {
            Task::Check { .. } => Some(&self.settings.name),
            Task::Analyse(_) => None,
        }
    }

    async fn review(&self, request: &JudgeRequest) -> Result<JudgeReport, JudgeError> {
        let started = Instant::now();
        if request.cancel.is_cancelled() {
            return Err(JudgeError::Cancelled);
        }
        let settings = Arc::clone(&self.settings);
        let files = Arc::clone(&request.files);
        let prepared = tokio::task::spawn_blocking(move || {
            let scratch = Scratch::create()?;
            let reserved = match &settings.task {
                Task::Analyse(Analysis {
                    output: Output::File(path),
                    ..
                }) => Some(path.as_str()),
                Task::Analyse(_) | Task::Check { .. } => None,
            };
            let submitted = Submitted::write(&files, &settings.kinds, reserved, &scratch)?;
            Ok::<_, std::io::Error>((scratch, submitted))
        })
        .await
        .map_err(std::io::Error::other)
        .flatten();
        let (scratch, submitted) = prepared.map_err(|error| {
            self.failed(
                JudgeFailure::Broken,
                format!(
                    "no folder for the run could be made: {}; see that the system's folder for temporary files can be written and has room",
                    error.kind()
                ),
            )
        })?;
        let result = if submitted.is_empty() && submitted.withheld.is_empty() {
            let name = &self.settings.name;
            Ok(nothing(
                format!("no files for {name}"),
                format!("There are no files for {name}."),
            ))
        } else {
            self.in_scratch(request, started, &scratch, submitted).await
        };
        scratch.remove().await;
        result
    }
}
