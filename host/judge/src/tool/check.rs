//! A check's run: from its exit status to evidence.

use super::judge::{MAX_SHOWN, Run, ToolJudge, nothing};
use super::run::{Ending, Keep, described};
use gansauditor_audit::domain::{Category, CheckResult, FileReading, Reported, Severity};
use gansauditor_audit::ports::{CheckRun, JudgeError, JudgeReport};
use std::time::{Duration, Instant};

/// How much of the output is shown in evidence and in a finding, in characters.
const DETAIL_CHARS: usize = 4000;
const ADVICE_CHARS: usize = 800;

impl ToolJudge {
    /// Runs the check; its exit status decides.
    pub(super) async fn check(
        &self,
        severity: Severity,
        run: &Run<'_>,
    ) -> Result<JudgeReport, JudgeError> {
        let name = &self.settings.name;
        if !run.submitted.withheld.is_empty() {
            // What a check says of half the work is not about the work.
            let reason = format!("was not run: it {}", run.submitted.remarks().join("; "));
            return Ok(self.evidence(CheckResult::Errored, reason, None, Duration::ZERO));
        }
        let began = Instant::now();
        let ran = self.start(Keep::Last(MAX_SHOWN), run).await;
        let took = began.elapsed();
        let (ending, printed) = match ran {
            Ok(ran) => ran,
            Err(error) => {
                let reason = format!(
                    "did not start: {error}; see that the program is there, may be run, and what its first line names"
                );
                return Ok(self.evidence(CheckResult::Errored, reason, None, took));
            }
        };
        let output = [printed.stdout.as_slice(), printed.stderr.as_slice()].join(&b'\n');
        let detail = run.text.end(&output, DETAIL_CHARS);
        let (outcome, reason) = match ending {
            Ending::Cancelled => return Err(JudgeError::Cancelled),
            Ending::Exited(status) if status.success() => {
                (CheckResult::Passed, "passed".to_owned())
            }
            Ending::Exited(status) if status.code().is_some() => (
                CheckResult::Failed,
                format!("failed with {}", described(status)),
            ),
            Ending::Exited(status) => (
                CheckResult::Errored,
                format!(
                    "was ended by {}: it crashed, or something killed it",
                    described(status)
                ),
            ),
            Ending::TimedOut | Ending::Flooded => (CheckResult::Errored, out_of_time(run, took)),
        };
        let finding = (outcome == CheckResult::Failed).then(|| Reported {
            rule: Some(format!("check/{name}")),
            category: Category::Testing,
            severity,
            cwe: None,
            message: format!("check `{name}` {reason}"),
            advice: Some(run.text.end(&output, ADVICE_CHARS)).filter(|text| !text.is_empty()),
            location: None,
            symbol: None,
            anchor: String::new(),
        });
        let detail = match outcome {
            CheckResult::Errored => format!("{reason}\n{detail}").trim_end().to_owned(),
            CheckResult::Passed | CheckResult::Failed => detail,
        };
        Ok(JudgeReport {
            readings: match outcome {
                CheckResult::Errored => Vec::new(),
                CheckResult::Passed | CheckResult::Failed => {
                    let files = run.request.files.iter();
                    files.map(|file| FileReading::graded(&file.path)).collect()
                }
            },
            ..self.evidence(outcome, detail, finding, took)
        })
    }

    /// The report of a check.
    fn evidence(
        &self,
        outcome: CheckResult,
        detail: String,
        finding: Option<Reported>,
        took: Duration,
    ) -> JudgeReport {
        let name = &self.settings.name;
        let said = match outcome {
            CheckResult::Passed => "passed",
            CheckResult::Failed => "failed",
            CheckResult::Errored => "could not be run to its end",
        };
        JudgeReport {
            checks: vec![CheckRun {
                check: name.clone(),
                outcome,
                provenance: format!("`{}`, {:.1} s", self.settings.command, took.as_secs_f64()),
                detail,
            }],
            findings: finding.into_iter().collect(),
            ..nothing(
                format!("the check `{name}` runs the work and does not grade it"),
                format!("The check `{name}` {said}."),
            )
        }
    }
}

/// What is said of a check that was killed: whose time was up, and what to do.
fn out_of_time(run: &Run<'_>, took: Duration) -> String {
    let seconds = took.as_secs_f64();
    let cure = if run.is_audits {
        "that is what the audit had left for it: see that it ends by itself, or raise AUDIT_TIMEOUT_SECONDS"
    } else {
        "see that it ends by itself, or raise its `time_seconds`"
    };
    format!("did not end within {seconds:.1} s and was killed; {cure}")
}
