//! A warm `codex app-server` for all requests.

use super::executable::CodexError;
use super::model::{Codex, within};
use super::peer::Peer;
use super::settings::CodexSettings;
use super::turn::Turn;
use crate::model::{Answer, Call, Model, ModelError, Prompt};
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio_util::task::TaskTracker;

/// Threads that one process gets: each leaves about a megabyte behind that nothing frees.
const THREADS: u32 = 100;

/// How long the end of a process is waited for.
const CLOSING: Duration = Duration::from_secs(4);

/// Keeps one app-server running from the first request on. Another takes its place when it has had its
/// threads or is gone; it ends with its last turn.
#[derive(Debug)]
pub(crate) struct AppServerModel {
    codex: Codex,
    threads: u32,
    peer: Mutex<Option<Arc<Peer>>>,
    tasks: TaskTracker,
}

impl AppServerModel {
    /// Finds the CLI. Nothing is started before the first request.
    pub(crate) fn new(settings: CodexSettings) -> Result<Self, CodexError> {
        Ok(Self {
            codex: Codex::find(settings)?,
            threads: THREADS,
            peer: Mutex::default(),
            tasks: TaskTracker::new(),
        })
    }

    /// Gives each process fewer threads, so that a test sees it replaced.
    #[cfg(test)]
    pub(crate) fn recycle_after(&mut self, threads: u32) {
        self.threads = threads;
    }

    /// The app-server that takes the next thread.
    async fn peer(&self) -> Result<Arc<Peer>, ModelError> {
        let mut kept = self.peer.lock().await;
        if let Some(peer) = kept.as_ref().filter(|peer| peer.take_thread(self.threads)) {
            return Ok(peer.clone());
        }
        *kept = None;
        let peer = Peer::start(&self.codex, &self.tasks).await?;
        if peer.take_thread(self.threads) {
            *kept = Some(peer.clone());
        }
        Ok(peer)
    }
}

#[async_trait]
impl Model for AppServerModel {
    fn name(&self) -> &'static str {
        "codex-app-server"
    }

    fn version(&self) -> String {
        self.codex.version()
    }

    async fn close(&self) {
        // The last to hold the peer ends it, and its task then removes the home.
        drop(self.peer.lock().await.take());
        self.tasks.close();
        let _ = tokio::time::timeout(CLOSING, self.tasks.wait()).await;
    }

    async fn answer(&self, prompt: &Prompt, call: Call<'_>) -> Result<Answer, ModelError> {
        self.codex.fits(prompt)?;
        // What is left of a turn when the call ends early is done by the turn itself.
        within(call, async {
            let peer = self.peer().await?;
            let turn = Turn::begin(&self.codex, peer, prompt).await?;
            turn.answer(call).await
        })
        .await
    }
}

#[cfg(test)]
mod tests;
