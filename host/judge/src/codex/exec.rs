//! One `codex exec` a request.

use super::events::{End, Transcript};
use super::executable::CodexError;
use super::home::{Home, quoted};
use super::lines::{Complaints, LineError, Lines};
use super::model::{Codex, refused, within};
use super::settings::CodexSettings;
use crate::model::{Answer, Call, MAX_ANSWER, Model, ModelError, Prompt};
use crate::process::{Program, Running};
use async_trait::async_trait;
use gansauditor_audit::ports::JudgeFailure;
use std::ffi::OsString;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdout;
use tokio::sync::Mutex;
use tokio_util::task::TaskTracker;

/// Longest line that is read: the longest answer with every byte of it escaped.
const LONGEST_LINE: usize = 6 * MAX_ANSWER + (1 << 12);

/// Most output that is read: several answers, of which the last one counts.
const MOST_OUTPUT: usize = 4 * LONGEST_LINE;

/// How long Codex has to end once its output has ended, and its output once it has ended.
const GRACE: Duration = Duration::from_secs(2);

/// How long the ends of processes are waited for.
const CLOSING: Duration = Duration::from_secs(4);

/// Runs one `codex exec` a request. Nothing of the answer is heard before it is whole, so
/// [`Call::first_sign`] has no meaning here.
#[derive(Debug)]
pub(crate) struct ExecModel {
    codex: Codex,
    home: Mutex<Option<Arc<Home>>>,
    endings: TaskTracker,
}

impl ExecModel {
    /// Finds the CLI. Nothing is started and no file is made before the first request.
    pub(crate) fn new(settings: CodexSettings) -> Result<Self, CodexError> {
        Ok(Self {
            codex: Codex::find(settings)?,
            home: Mutex::default(),
            endings: TaskTracker::new(),
        })
    }

    /// The home of all runs, with the login as it is now.
    async fn home(&self) -> Result<Arc<Home>, ModelError> {
        let mut kept = self.home.lock().await;
        if let Some(home) = kept.as_ref() {
            home.log_in()?;
            return Ok(home.clone());
        }
        let home = Arc::new(Home::new(&self.codex.settings)?);
        *kept = Some(home.clone());
        Ok(home)
    }

    fn program(&self, home: &Home, prompt: &Prompt) -> Result<Program, ModelError> {
        let instructions = home.text(&prompt.instructions)?;
        let instructions = quoted(&instructions.to_string_lossy());
        let mut arguments: Vec<OsString> = [
            "exec",
            "--strict-config",
            "--json",
            "--color=never",
            "--skip-git-repo-check",
            "--ephemeral",
            "--sandbox=read-only",
            "-c",
            &format!("model_instructions_file={instructions}"),
            "--output-schema",
        ]
        .map(OsString::from)
        .to_vec();
        arguments.push(home.text(&prompt.schema.to_string())?.into());
        arguments.extend(["-C".into(), home.work().into(), "-".into()]);
        Ok(Program {
            executable: self.codex.cli.path().to_owned(),
            arguments,
            environment: home.environment(),
            folder: home.work(),
        })
    }

    /// What the run came to.
    fn read(&self, ran: Ran) -> Result<Answer, ModelError> {
        let Ran {
            status,
            transcript,
            complaints,
        } = ran;
        let usage = transcript.usage;
        let broken = |words: &str| self.codex.failed(words, None, JudgeFailure::Broken, usage);
        match transcript.end {
            Some(End::Failed(words)) => Err(broken(&words)),
            Some(End::Completed) if status.success() => match transcript.message {
                None => Err(refused(usage)),
                Some(text) if text.len() > MAX_ANSWER => Err(oversized()),
                Some(text) => Ok(Answer {
                    text,
                    usage,
                    way: self.codex.way(self.codex.model(), "exec"),
                }),
            },
            // It ended without saying how. What it complained of last may tell.
            _ => {
                let words = transcript.complaint.unwrap_or(complaints);
                Err(broken(&format!("{} ({status})", words)))
            }
        }
    }
}

#[async_trait]
impl Model for ExecModel {
    fn name(&self) -> &'static str {
        "codex-exec"
    }

    fn version(&self) -> String {
        self.codex.version()
    }

    async fn close(&self) {
        drop(self.home.lock().await.take());
        self.endings.close();
        let _ = tokio::time::timeout(CLOSING, self.endings.wait()).await;
    }

    async fn answer(&self, prompt: &Prompt, call: Call<'_>) -> Result<Answer, ModelError> {
        self.codex.fits(prompt)?;
        let home = within(call, self.home()).await?;
        let program = self.program(&home, prompt)?;
        let mut running = self.codex.start(&program)?;
        let ran = within(call, run(&mut running, &prompt.input)).await;
        // Whoever waits for the answer does not wait for the end of the process. The home stays until then.
        self.endings.spawn(async move {
            running.end().await;
            drop(home);
        });
        self.read(ran?)
    }
}

/// A run that ended by itself.
#[derive(Debug)]
struct Ran {
    status: ExitStatus,
    transcript: Transcript,
    complaints: String,
}

/// Feeds the prompt and listens until the process has ended.
async fn run(running: &mut Running, prompt: &str) -> Result<Ran, ModelError> {
    let (Some(mut stdin), Some(stdout), Some(stderr)) =
        (running.stdin(), running.stdout(), running.stderr())
    else {
        return Err(broken("it has no pipes"));
    };
    let feed = async move {
        // One that ends early says itself why.
        let _ = stdin.write_all(prompt.as_bytes()).await;
        Ok(())
    };
    let complaints = Complaints::default();
    let complain = async {
        complaints.clone().hear(stderr).await;
        Ok(())
    };
    let talk = async { tokio::try_join!(feed, listen(stdout), complain) };
    tokio::pin!(talk);
    let ended = |status: std::io::Result<ExitStatus>| {
        status.map_err(|error| broken(&format!("it cannot be waited for: {error}")))
    };
    // Not the one, then the other: it may close its output and stay, or leave somebody who holds it open.
    let (status, (_, transcript, _)) = tokio::select! {
        talked = &mut talk => {
            let talked = talked?;
            let status = tokio::time::timeout(GRACE, running.wait()).await;
            let status = status.map_err(|_| broken("it closed its output and did not end"))?;
            (ended(status)?, talked)
        }
        status = running.wait() => {
            let talked = tokio::time::timeout(GRACE, &mut talk).await;
            (ended(status)?, talked.map_err(|_| broken("it ended and left its output open"))??)
        }
    };
    Ok(Ran {
        status,
        transcript,
        complaints: complaints.text(),
    })
}

/// Hears the output to its end: Codex stops when nobody listens.
async fn listen(stdout: ChildStdout) -> Result<Transcript, ModelError> {
    let mut lines = Lines::new(stdout, LONGEST_LINE, MOST_OUTPUT);
    let mut transcript = Transcript::default();
    loop {
        match lines.next().await {
            Ok(Some(line)) => transcript.hear(&line),
            Ok(None) => return Ok(transcript),
            Err(LineError::TooMuch) => return Err(oversized()),
            Err(error @ LineError::Io(_)) => return Err(broken(&error.to_string())),
        }
    }
}

fn oversized() -> ModelError {
    ModelError::new(
        JudgeFailure::Oversized,
        format!("the answer is longer than {} KiB", MAX_ANSWER >> 10),
    )
}

fn broken(what: &str) -> ModelError {
    ModelError::new(JudgeFailure::Broken, format!("`codex exec` failed: {what}"))
}

#[cfg(test)]
mod tests;
