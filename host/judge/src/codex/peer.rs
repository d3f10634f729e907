//! A running `codex app-server`.

use super::home::Home;
use super::lines::{Complaints, Lines};
use super::model::Codex;
use super::rpc::{self, Event, Incoming};
use crate::model::{MAX_ANSWER, ModelError};
use crate::process::{Program, Running};
use gansauditor_audit::domain::Usage;
use gansauditor_audit::ports::JudgeFailure;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long it may take to greet: a cold start loads 300 MB.
const START: Duration = Duration::from_secs(30);

/// How long it has to say its last when it has ended.
const GRACE: Duration = Duration::from_secs(2);

/// How long a turn may leave its news lying before it is given up: nobody else is to wait for it.
const STALL: Duration = Duration::from_secs(1);

/// Lines that wait to be written, and news that wait to be heard by a turn.
const WAITING: usize = 32;

/// Longest line that is read: the longest answer with every byte of it escaped.
const LONGEST_LINE: usize = 6 * MAX_ANSWER + (1 << 12);

/// A running app-server. It ends, with its whole group, when the last one who holds it lets go, or when it is
/// retired and has no turn left.
#[derive(Debug)]
pub(crate) struct Peer {
    shared: Arc<Shared>,
    writing: mpsc::Sender<String>,
    next: AtomicU64,
    threads: AtomicU32,
    work: PathBuf,
    tasks: TaskTracker,
    runtime: tokio::runtime::Handle,
}

/// What the peer's own task and those who talk to it share.
#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    complaints: Complaints,
    /// Ends the process.
    ending: CancellationToken,
}

#[derive(Debug, Default)]
struct State {
    /// It is not there any more.
    gone: bool,
    /// It is not to get new threads.
    retired: bool,
    requests: HashMap<u64, oneshot::Sender<Result<Value, String>>>,
    threads: HashMap<String, mpsc::Sender<Event>>,
}

/// Why a request has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoResult {
    /// The process is gone.
    Gone,
    /// It refused, in these words.
    Refused(String),
}

impl Peer {
    /// Starts one and greets it.
    pub(crate) async fn start(codex: &Codex, tasks: &TaskTracker) -> Result<Arc<Self>, ModelError> {
        let home = Home::new(&codex.settings)?;
        let program = Program {
            executable: codex.cli.path().to_owned(),
            arguments: ["app-server", "--strict-config"].map(Into::into).to_vec(),
            environment: home.environment(),
            folder: home.work(),
        };
        let running = codex.start(&program)?;
        let (writing, lines) = mpsc::channel(WAITING);
        let shared = Arc::<Shared>::default();
        let peer = Arc::new(Self {
            shared: shared.clone(),
            writing: writing.clone(),
            next: AtomicU64::new(1),
            threads: AtomicU32::new(0),
            work: home.work(),
            tasks: tasks.clone(),
            runtime: tokio::runtime::Handle::current(),
        });
        tasks.spawn(look_after(running, home, shared, (writing, lines)));
        peer.greet(codex).await?;
        Ok(peer)
    }

    async fn greet(&self, codex: &Codex) -> Result<(), ModelError> {
        let client = json!({
            "clientInfo": {
                "name": "gansauditor",
                "title": "GansAuditor",
                "version": env!("CARGO_PKG_VERSION"),
            }
        });
        let greeting = self.request("initialize", &client);
        match tokio::time::timeout(START, greeting).await {
            Ok(Ok(_)) => {
                let _ = self.writing.send(rpc::notification("initialized")).await;
                Ok(())
            }
            Ok(Err(NoResult::Refused(words))) => {
                Err(codex.failed(&words, None, JudgeFailure::Misconfigured, Usage::default()))
            }
            // Only now: it costs a start.
            _ if !codex.cli.has_subcommand("app-server").await => Err(ModelError::new(
                JudgeFailure::Misconfigured,
                format!(
                    "{} has no app-server; install a newer one with `npm install -g @openai/codex`, or judge by `codex exec`",
                    codex.cli.version()
                ),
            )),
            _ => Err(codex.failed(
                &self.complaints(),
                None,
                JudgeFailure::Broken,
                Usage::default(),
            )),
        }
    }

    /// Asks and waits for the result.
    pub(crate) async fn request(&self, method: &str, params: &Value) -> Result<Value, NoResult> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (answered, answer) = oneshot::channel();
        {
            let mut state = self.shared.state();
            if state.gone {
                return Err(NoResult::Gone);
            }
            state.requests.insert(id, answered);
        }
        let sent = self.writing.send(rpc::request(id, method, params)).await;
        sent.map_err(|_| NoResult::Gone)?;
        match answer.await {
            Ok(outcome) => outcome.map_err(NoResult::Refused),
            Err(_) => Err(NoResult::Gone),
        }
    }

    /// Takes one of the `most` threads that it may have. False: it has had them, or is not to be used.
    pub(crate) fn take_thread(&self, most: u32) -> bool {
        let state = self.shared.state();
        let usable = !state.gone && !state.retired;
        usable && self.threads.fetch_add(1, Ordering::Relaxed) < most
    }

    /// Gives it no new threads.
    pub(crate) fn retire(&self) {
        let mut state = self.shared.state();
        state.retired = true;
        self.shared.end_if_useless(&state);
    }

    /// News of that thread, from now on.
    pub(crate) fn listen(&self, thread: &str) -> mpsc::Receiver<Event> {
        let (tell, hear) = mpsc::channel(WAITING);
        let mut state = self.shared.state();
        // Without anybody to tell, the news end at once.
        if !state.gone {
            state.threads.insert(thread.to_owned(), tell);
        }
        hear
    }

    /// No more news of that thread.
    pub(crate) fn forget(&self, thread: &str) {
        self.shared.forget(&mut self.shared.state(), thread);
    }

    /// Where a thread is to work.
    pub(crate) fn work(&self) -> &std::path::Path {
        &self.work
    }

    /// What it complained of last.
    pub(crate) fn complaints(&self) -> String {
        self.shared.complaints.text()
    }

    /// Does what is left to do, wherever the caller is.
    pub(crate) fn spawn(&self, rest: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn_on(rest, &self.runtime);
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.shared.ending.cancel();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever waits learns that nothing comes any more.
    fn close(&self) {
        let mut state = self.state();
        state.gone = true;
        state.requests.clear();
        state.threads.clear();
    }

    /// Tells the turn of that thread.
    async fn tell(&self, thread: &str, event: Event) {
        let Some(turn) = self.state().threads.get(thread).cloned() else {
            return;
        };
        let told = tokio::time::timeout(STALL, turn.send(event)).await;
        if !matches!(told, Ok(Ok(()))) {
            let mut state = self.state();
            // What goes on in that thread nobody knows.
            state.retired = true;
            self.forget(&mut state, thread);
        }
    }

    fn forget(&self, state: &mut State, thread: &str) {
        state.threads.remove(thread);
        self.end_if_useless(state);
    }

    fn end_if_useless(&self, state: &State) {
        if state.retired && state.threads.is_empty() {
            self.ending.cancel();
        }
    }
}

/// Carries what is said in both directions until the process has ended, on its own or because it is to.
async fn look_after(
    mut running: Running,
    home: Home,
    shared: Arc<Shared>,
    (replying, lines): (mpsc::Sender<String>, mpsc::Receiver<String>),
) {
    if let (Some(stdin), Some(stdout), Some(stderr)) =
        (running.stdin(), running.stdout(), running.stderr())
    {
        let hear = async {
            read(stdout, &shared, replying).await;
            shared.ending.cancel();
        };
        let complain = shared.complaints.clone().hear(stderr);
        let talk = async {
            tokio::select! {
                _ = async { tokio::join!(hear, complain) } => {}
                () = write(stdin, lines) => {}
            }
        };
        tokio::pin!(talk);
        tokio::select! {
            _ = running.wait() => {
                let _ = tokio::time::timeout(GRACE, &mut talk).await;
            }
            () = shared.ending.cancelled() => {
                // One that died has closed its output too, and may have said why.
                let _ = tokio::time::timeout(GRACE / 10, &mut talk).await;
            }
            () = &mut talk => {}
        }
    }
    shared.close();
    running.end().await;
    drop(home);
}

/// Reads to the end of its output.
async fn read(stdout: ChildStdout, shared: &Shared, replying: mpsc::Sender<String>) {
    let mut lines = Lines::new(stdout, LONGEST_LINE, usize::MAX);
    while let Ok(Some(line)) = lines.next().await {
        match rpc::read(&line) {
            Some(Incoming::Answered { id, outcome }) => {
                if let Some(asker) = shared.state().requests.remove(&id) {
                    let _ = asker.send(outcome);
                }
            }
            Some(Incoming::Asked { id, method }) => {
                let replied = replying.try_send(rpc::declined(&id, &method));
                // One that asks and does not read answers is of no use.
                if replied.is_err() {
                    return;
                }
            }
            Some(Incoming::Told { thread, event }) => shared.tell(&thread, event).await,
            None => {}
        }
    }
}

/// Writes line by line, for ever: the end is not said here.
async fn write(mut stdin: ChildStdin, mut lines: mpsc::Receiver<String>) {
    while let Some(mut line) = lines.recv().await {
        line.push('\n');
        if stdin.write_all(line.as_bytes()).await.is_err() {
            break;
        }
    }
    std::future::pending().await
}
