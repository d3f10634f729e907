//! Children: each leads a process group of its own, has no more of our environment than it is given, and never
//! outlives whoever runs it.

use process_wrap::tokio::{ChildWrapper, CommandWrap, ProcessGroup};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};

/// How long a child has between being asked to end and being killed.
const GRACE: Duration = Duration::from_secs(2);

/// How long a killed child may take to be gone; longer only when the system is stuck.
const KILLED: Duration = Duration::from_millis(200);

/// A program to run.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// The executable.
    pub(crate) executable: PathBuf,
    /// Its arguments.
    pub(crate) arguments: Vec<OsString>,
    /// Its whole environment: nothing is inherited.
    pub(crate) environment: Vec<(OsString, OsString)>,
    /// Where it runs.
    pub(crate) folder: PathBuf,
}

/// A running child with its whole process group. Dropping it kills the group.
#[derive(Debug)]
pub(crate) struct Running {
    child: Box<dyn ChildWrapper>,
    ended: bool,
}

impl Program {
    /// Starts it with all three streams piped.
    pub(crate) fn start(&self) -> std::io::Result<Running> {
        let child = CommandWrap::with_new(&self.executable, |command| {
            command
                .args(&self.arguments)
                .env_clear()
                .envs(self.environment.iter().map(|(name, value)| (name, value)))
                .current_dir(&self.folder)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
        })
        .wrap(ProcessGroup::leader())
        .spawn()?;
        Ok(Running {
            child,
            ended: false,
        })
    }
}

impl Running {
    /// Its standard input, the first time.
    pub(crate) fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin().take()
    }

    /// Its standard output, the first time.
    pub(crate) fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout().take()
    }

    /// Its standard error, the first time.
    pub(crate) fn stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr().take()
    }

    /// Waits for the child itself; what it started and left running is killed.
    pub(crate) async fn wait(&mut self) -> std::io::Result<ExitStatus> {
        let status = self.child.inner_mut().wait().await?;
        let _ = self.child.start_kill();
        self.ended = true;
        Ok(status)
    }

    /// Kills the group at once: for children that have nothing to put in order. Returns when the child itself is gone.
    pub(crate) async fn kill(mut self) {
        let _ = self.child.start_kill();
        let _ = tokio::time::timeout(KILLED, self.wait()).await;
    }

    /// Asks the group to end, and kills it when it does not.
    pub(crate) async fn end(mut self) {
        if self.ended {
            return;
        }
        let _ = self.child.signal(SIGTERM);
        if tokio::time::timeout(GRACE, self.wait()).await.is_err() {
            let _ = self.child.start_kill();
            let _ = tokio::time::timeout(GRACE, self.wait()).await;
        }
    }
}

/// The number of the signal in POSIX.
const SIGTERM: i32 = 15;

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            // The runtime reaps what is killed here.
            let _ = self.child.start_kill();
        }
    }
}
