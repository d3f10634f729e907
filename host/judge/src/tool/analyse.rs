//! A tool's run: from its SARIF log to a report.

use super::judge::{MAX_SHOWN, Run, ToolJudge, nothing};
use super::run::{Ending, Keep, described};
use super::sarif::{Places, Reader, Told};
use super::settings::{Analysis, Output, Task};
use crate::grades::grades;
use crate::wording::{counts, left_out};
use gansauditor_audit::domain::{
    Coverage, FileKind, FileReading, ReadingClass, Usage, WorkFile, file_kind,
};
use gansauditor_audit::ports::{JudgeError, JudgeFailure, JudgeReport};
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Instant;

/// Longest log that is read, in bytes.
const MAX_LOG: usize = 16 << 20;
/// How much of standard error an error shows, in characters.
const STDERR_CHARS: usize = 300;

impl ToolJudge {
    /// Runs the tool and reads its log.
    pub(super) async fn analyse(
        &self,
        analysis: &Analysis,
        run: &Run<'_>,
    ) -> Result<JudgeReport, JudgeError> {
        if run.submitted.is_empty() {
            let why = left_out(&run.submitted.left_out());
            let name = &self.settings.name;
            return Ok(JudgeReport {
                remarks: run.submitted.remarks(),
                ..nothing(
                    format!("no files for {name}: {why}"),
                    format!("There are no files that {name} could be given: {why}."),
                )
            });
        }
        let keep = match analysis.output {
            Output::Stdout => Keep::All(MAX_LOG),
            Output::File(_) => Keep::Last(MAX_SHOWN),
        };
        let began = Instant::now();
        let (ending, printed) = self.start(keep, run).await.map_err(|error| {
            self.failed(
                JudgeFailure::Misconfigured,
                format!("`{}` did not start: {error}", self.settings.command),
            )
        })?;
        let took = began.elapsed();
        let status = match ending {
            Ending::Exited(status) => status,
            Ending::Cancelled => return Err(JudgeError::Cancelled),
            Ending::TimedOut => return Err(self.timed_out(run)),
            Ending::Flooded => return Err(self.oversized()),
        };
        let log = match &analysis.output {
            Output::Stdout => printed.stdout,
            Output::File(path) => {
                let log = run.scratch.read(path, MAX_LOG).map_err(|error| {
                    self.no_log(
                        &format!("it left no log at `{path}` ({error})"),
                        status,
                        &printed.stderr,
                        run,
                    )
                })?;
                if log.len() > MAX_LOG {
                    return Err(self.oversized());
                }
                log
            }
        };
        let told = self.told(log, run).await?.map_err(|reason| {
            self.no_log(
                &format!("its output is no SARIF log: {reason}"),
                status,
                &printed.stderr,
                run,
            )
        })?;
        if told.findings.is_empty()
            && let Some(reason) = &told.failure
        {
            return Err(self.no_log(
                &format!("it says that its run failed: {reason}"),
                status,
                &printed.stderr,
                run,
            ));
        }
        let provenance = format!(
            "`{}`, {}, {:.1} s",
            self.settings.command,
            described(status),
            took.as_secs_f64()
        );
        Ok(self.report(analysis, told, run, provenance))
    }

    /// Reads the log where it keeps nobody waiting: it may be long.
    async fn told(&self, log: Vec<u8>, run: &Run<'_>) -> Result<Result<Told, String>, JudgeError> {
        let settings = Arc::clone(&self.settings);
        let submitted = Arc::clone(&run.submitted);
        let text = run.text.clone();
        let work = run.scratch.work();
        tokio::task::spawn_blocking(move || {
            let Task::Analyse(analysis) = &settings.task else {
                return Err("a check has no log".to_owned());
            };
            let reader = Reader {
                tool: &settings.name,
                analysis,
                places: Places::new(&work, submitted.given()),
                text: &text,
            };
            reader.read(&log)
        })
        .await
        .map_err(|error| self.failed(JudgeFailure::Broken, error.to_string()))
    }

    fn report(
        &self,
        analysis: &Analysis,
        mut told: Told,
        run: &Run<'_>,
        provenance: String,
    ) -> JudgeReport {
        let name = &self.settings.name;
        let unread = [run.submitted.left_out(), std::mem::take(&mut told.unread)].concat();
        let covered: Vec<&str> = match &told.failure {
            // Nobody knows where it stopped.
            Some(_) => Vec::new(),
            None => run
                .submitted
                .given()
                .map(|(file, _)| file.path.as_str())
                .filter(|path| !unread.iter().any(|(other, _)| other == path))
                .collect(),
        };
        let coverage = match &told.failure {
            Some(reason) => {
                Coverage::Unscored(format!("{name} says that its run failed: {reason}"))
            }
            None if covered.is_empty() => {
                Coverage::Unscored(format!("{name} could read nothing: {}", left_out(&unread)))
            }
            None => {
                let gaps = gaps(&told);
                if gaps.is_empty() {
                    Coverage::Whole
                } else {
                    Coverage::Partial(gaps)
                }
            }
        };
        let scores = match coverage {
            Coverage::Unscored(_) => Vec::new(),
            Coverage::Whole | Coverage::Partial(_) => {
                // The first finding of a rule sets its price: the worst.
                let mut worst_first = told.findings.clone();
                worst_first.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
                let assesses = |name: &str| analysis.grades.iter().any(|graded| graded == name);
                grades(&worst_first, assesses, &run.request.rubric)
            }
        };
        let found = match counts(&told.findings) {
            none if none.is_empty() => "nothing".to_owned(),
            counts => counts,
        };
        let files = covered.len();
        let withheld = unread
            .iter()
            .map(|(path, why)| FileReading::apart(path, ReadingClass::Unread, why));
        let others = run
            .submitted
            .others()
            .map(|file| of_another_kind(name, file));
        let readings = covered.into_iter().map(FileReading::graded);
        let readings: Vec<FileReading> = match &told.failure {
            Some(_) => Vec::new(),
            None => readings.chain(withheld).chain(others).collect(),
        };
        let mut remarks = run.submitted.remarks();
        remarks.extend(doubtful(&told));
        JudgeReport {
            scores,
            coverage,
            summary: format!(
                "{name} read {files} {} and found {found}.",
                if files == 1 { "file" } else { "files" }
            ),
            readings,
            findings: told.findings,
            usage: Usage::default(),
            provenance,
            checks: Vec::new(),
            remarks,
        }
    }

    /// The error that there is no log: the tool's fault when it ended badly, else what it wrote.
    fn no_log(&self, what: &str, status: ExitStatus, stderr: &[u8], run: &Run<'_>) -> JudgeError {
        let kind = if status.success() {
            JudgeFailure::Malformed
        } else {
            JudgeFailure::Broken
        };
        let said = run.text.end(stderr, STDERR_CHARS);
        let said = if said.is_empty() {
            String::new()
        } else {
            format!("; it said: {said}")
        };
        let reason = format!(
            "`{}` ended with {}, and {what}{said}; run the command by hand in a folder with the files, and check `output`",
            self.settings.command,
            described(status)
        );
        self.failed(kind, reason)
    }

    fn oversized(&self) -> JudgeError {
        self.failed(
            JudgeFailure::Oversized,
            format!(
                "its log is longer than {} MiB; have it report less, or submit less at once",
                MAX_LOG >> 20
            ),
        )
    }

    /// Whose time was up: the request's, or the one of the configuration.
    fn timed_out(&self, run: &Run<'_>) -> JudgeError {
        if run.is_audits {
            return JudgeError::timed_out(&self.identity.name, run.request.time);
        }
        self.failed(
            JudgeFailure::Incomplete,
            format!(
                "`{}` did not end within its {} s and was killed; raise `time_seconds` in the configuration of tools, or submit less at once",
                self.settings.command,
                self.settings.time.as_secs()
            ),
        )
    }
}

/// What a tool makes of a file that is not of its kinds.
fn of_another_kind(name: &str, file: &WorkFile) -> FileReading {
    if file_kind(&file.path, file.language.as_ref(), &file.text) == FileKind::Code {
        FileReading::apart(
            &file.path,
            ReadingClass::Unreadable,
            format!("{name} does not read it"),
        )
    } else {
        FileReading::apart(
            &file.path,
            ReadingClass::Screened,
            "it holds nothing to grade",
        )
    }
}

/// The results that nobody can place, if there are any.
fn doubtful(told: &Told) -> Option<String> {
    let paths = told.doubtful_paths.iter().map(|path| format!("`{path}`"));
    (told.doubtful > 0).then(|| {
        format!(
            "left out {} of its results, whose paths fit several of the files: {}; have the tool write paths relative to its folder, or name that in its log (originalUriBaseIds)",
            told.doubtful,
            paths.collect::<Vec<_>>().join(", ")
        )
    })
}

/// What a tool found and did not say; empty when there is nothing of the kind.
fn gaps(told: &Told) -> String {
    let mut gaps = Vec::new();
    if told.unlisted > 0 {
        gaps.push(format!("{} more results are not listed", told.unlisted));
    }
    if let Some(doubtful) = doubtful(told) {
        gaps.push(doubtful);
    }
    if told.unintelligible > 0 {
        gaps.push(format!(
            "{} results could not be understood",
            told.unintelligible
        ));
    }
    gaps.join("; ")
}
