//! Runs a program with limits.

use crate::process::{Program, Running};
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio_util::sync::CancellationToken;

/// How much of standard error is kept, in bytes: its end.
const MAX_STDERR: usize = 16 << 10;
/// How long the pipes may stay open after the program ended: a process that left its group may hold them for ever.
const DRAIN: Duration = Duration::from_millis(250);
/// Read at once, in bytes.
const CHUNK: usize = 16 << 10;

/// How much of an output is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Keep {
    /// All, up to so many bytes; more ends the run.
    All(usize),
    /// The last so many bytes.
    Last(usize),
}

/// What a program printed.
#[derive(Debug, Default)]
pub(crate) struct Printed {
    /// Standard output, as much as was to be kept.
    pub(crate) stdout: Vec<u8>,
    /// The end of standard error.
    pub(crate) stderr: Vec<u8>,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// By itself.
    Exited(ExitStatus),
    /// The deadline passed; it was killed.
    TimedOut,
    /// Nobody waits any more; it was killed.
    Cancelled,
    /// It printed more than was allowed; it was killed.
    Flooded,
}

/// Runs a program until it ends, or has to. None of its process group is left then.
pub(crate) async fn run(
    program: &Program,
    keep: Keep,
    deadline: Instant,
    cancel: &CancellationToken,
) -> io::Result<(Ending, Printed)> {
    let mut child = program.start()?;
    // Nothing to read: closed.
    drop(child.stdin());
    let mut stdout = Pipe::new(child.stdout(), keep);
    let mut stderr = Pipe::new(child.stderr(), Keep::Last(MAX_STDERR));
    let ending = follow(&mut child, &mut stdout, &mut stderr, deadline, cancel).await;
    if !matches!(ending, Ok(Ending::Exited(_))) {
        child.kill().await;
    }
    let printed = Printed {
        stdout: stdout.finish(),
        stderr: stderr.finish(),
    };
    ending.map(|ending| (ending, printed))
}

async fn follow(
    child: &mut Running,
    stdout: &mut Pipe<impl AsyncRead + Unpin>,
    stderr: &mut Pipe<impl AsyncRead + Unpin>,
    deadline: Instant,
    cancel: &CancellationToken,
) -> io::Result<Ending> {
    let mut exited: Option<(ExitStatus, Instant)> = None;
    loop {
        if let Some((status, _)) = exited
            && !stdout.is_open()
            && !stderr.is_open()
        {
            return Ok(Ending::Exited(status));
        }
        let until = exited.map_or(deadline, |(_, drained)| drained.min(deadline));
        tokio::select! {
            biased;
            () = cancel.cancelled() => return Ok(Ending::Cancelled),
            () = tokio::time::sleep_until(until.into()) => return Ok(match exited {
                Some((status, _)) => Ending::Exited(status),
                None => Ending::TimedOut,
            }),
            status = child.wait(), if exited.is_none() => {
                exited = Some((status?, Instant::now() + DRAIN));
            }
            fits = stdout.pump(), if stdout.is_open() => {
                if !fits {
                    return Ok(Ending::Flooded);
                }
            }
            _ = stderr.pump(), if stderr.is_open() => {}
        }
    }
}

/// One output of the program.
struct Pipe<R> {
    source: Option<R>,
    keep: Keep,
    kept: Vec<u8>,
    chunk: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Pipe<R> {
    fn new(source: Option<R>, keep: Keep) -> Self {
        Self {
            source,
            keep,
            kept: Vec::new(),
            chunk: vec![0; CHUNK],
        }
    }

    fn is_open(&self) -> bool {
        self.source.is_some()
    }

    /// Reads what is there, waiting for it; false when it is more than may be kept. Nothing is lost when dropped.
    async fn pump(&mut self) -> bool {
        let Some(source) = &mut self.source else {
            return true;
        };
        let read = match source.read(&mut self.chunk).await {
            Ok(0) | Err(_) => {
                self.source = None;
                return true;
            }
            Ok(read) => read,
        };
        self.kept
            .extend_from_slice(self.chunk.get(..read).unwrap_or_default());
        match self.keep {
            Keep::All(most) => self.kept.len() <= most,
            Keep::Last(most) => {
                // Not at every piece: each byte is moved once at most.
                if self.kept.len() > 2 * most {
                    self.kept.drain(..self.kept.len() - most);
                }
                true
            }
        }
    }

    fn finish(mut self) -> Vec<u8> {
        if let Keep::Last(most) = self.keep
            && self.kept.len() > most
        {
            self.kept.drain(..self.kept.len() - most);
        }
        self.kept
    }
}

/// How a program ended, for people: `exit status 1`, `signal 9`.
pub(crate) fn described(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "an unknown status".to_owned(),
    }
}
