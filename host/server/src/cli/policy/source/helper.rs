//! Docker's credential helpers: programs that keep passwords, asked for one at a time.
//!
//! Asked here, and not by the library that reads docker's configuration, because that waits for them for ever and
//! leaves them running.

use super::credentials::Login;
use crate::signals::Signals;
use anyhow::Context as _;
use process_wrap::tokio::{ChildWrapper, CommandWrap, ProcessGroup};
use serde::Deserialize;
use std::ffi::OsStr;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::ChildStdout;
use tokio::time::timeout;

/// Longest answer, in bytes. A longer one is cut off, and so is none.
const MAX_ANSWER: u64 = 64 << 10;

/// What is left of an answer when the helper is gone comes at once, unless something else holds its output open.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What helpers say of a server that nobody logged in to.
const NOT_FOUND: &str = "credentials not found";

/// Name of the user where the secret is an identity token.
const TOKEN: &str = "<token>";

/// What a helper keeps for a server.
pub(super) enum Kept {
    /// A name and a password.
    Login(Login),
    /// A token that only docker's own clients understand.
    IdentityToken,
    /// Nothing.
    Nothing,
}

/// A helper with its whole process group. Dropped, all of it is killed.
struct Helper {
    child: Box<dyn ChildWrapper>,
}

/// Asks a helper what it keeps for a server. What it says for people goes to this process's stderr. It may take as long
/// as it likes, since it may ask its user: dropping this ends it, and so does a signal that ends this process.
///
/// # Errors
/// It cannot be run, fails, or answers something else. Nothing of what it answers is told: passwords are in it.
pub(super) async fn ask(program: &OsStr, server: &str) -> anyhow::Result<Kept> {
    // It leads a process group of its own, so the terminal's signals reach this process only.
    let mut signals = Signals::new().context("cannot listen for signals")?;
    let (status, answer) = tokio::select! {
        answered = answer(program, server) => answered?,
        signal = signals.next() => anyhow::bail!("{signal} came while it was asked"),
    };
    tokio::spawn(end_at_next(signals));
    if status.success() {
        read(&answer).context("what it answers cannot be read")
    } else if String::from_utf8_lossy(&answer).contains(NOT_FOUND) {
        Ok(Kept::Nothing)
    } else {
        anyhow::bail!("it fails ({status})")
    }
}

/// Ends the process at the next signal, as before it listened for any: that cannot be undone.
async fn end_at_next(mut signals: Signals) {
    let signal = signals.next().await;
    tracing::error!("ended by {signal}");
    std::process::exit(INTERRUPTED);
}

/// What shells say of a program that was interrupted.
const INTERRUPTED: i32 = 130;

async fn answer(program: &OsStr, server: &str) -> anyhow::Result<(ExitStatus, Vec<u8>)> {
    let mut helper = Helper::start(program).context("it cannot be run; is it installed?")?;
    let stdin = helper.child.stdin().take();
    let stdout = helper.child.stdout().take();
    let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else {
        anyhow::bail!("it has no input or output");
    };
    // One that answers without listening is no failure.
    let _ = stdin.write_all(server.as_bytes()).await;
    drop(stdin);
    let said = said(stdout);
    tokio::pin!(said);
    let mut answer = None;
    let status = loop {
        tokio::select! {
            status = helper.child.inner_mut().wait() => break status?,
            heard = &mut said, if answer.is_none() => answer = Some(heard),
        }
    };
    // With all that it started and left.
    drop(helper);
    let answer = match answer {
        Some(answer) => answer,
        None => timeout(LAST_WORDS, said)
            .await
            .context("something that it left running holds its output open")?,
    };
    Ok((status, answer?))
}

async fn said(stdout: ChildStdout) -> std::io::Result<Vec<u8>> {
    let mut said = Vec::new();
    stdout.take(MAX_ANSWER).read_to_end(&mut said).await?;
    Ok(said)
}

fn read(answer: &[u8]) -> Option<Kept> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        username: String,
        secret: String,
    }
    let Answer { username, secret } = serde_json::from_slice(answer).ok()?;
    Some(if username == TOKEN {
        Kept::IdentityToken
    } else {
        Kept::Login(Login {
            user: username,
            password: secret,
        })
    })
}

impl Helper {
    fn start(program: &OsStr) -> std::io::Result<Self> {
        let child = CommandWrap::with_new(program, |command| {
            command
                .arg("get")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::inherit());
        })
        .wrap(ProcessGroup::leader())
        .spawn()?;
        Ok(Self { child })
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        // The runtime reaps what is killed here; a group that is gone already cannot be killed.
        let _ = self.child.start_kill();
    }
}
