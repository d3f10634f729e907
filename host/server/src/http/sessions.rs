//! Transport sessions of clients that still have them (protocol revisions before 2026-07-28), bounded.
//!
//! The SDK's own manager keeps every session until its client ends it or its idle time is over, however many
//! there are. Here their number has a bound: beyond it the longest unused session that nobody is connected
//! to makes room. Nothing of value is lost with one: audit sessions are kept elsewhere.

use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_server::session::{
    RestoreOutcome, ServerSseMessage, SessionId, SessionManager,
    local::{LocalSessionManager, LocalSessionManagerError, SessionConfig},
};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio_stream::{Stream, StreamExt};

/// Most sessions at a time.
const MOST: usize = 256;

/// Idle time after which a session ends. The SDK also counts a silent call as idle time, so this must be
/// longer than the longest audit, which is 300 s.
const IDLE: Duration = Duration::from_secs(8 * 3600);

/// A session manager with a bound.
pub(super) struct BoundedSessions {
    local: LocalSessionManager,
    most: usize,
    uses: Mutex<HashMap<SessionId, Use>>,
}

struct Use {
    last: Instant,
    /// Response streams that a client holds open.
    streams: Arc<AtomicUsize>,
}

/// Why a session could not be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionsError {
    /// No room, and nothing to make room from.
    #[error(
        "{0} clients are connected, which is the most; end one, or use protocol revision 2026-07-28, which needs no session"
    )]
    Full(usize),
    /// The SDK's own reasons.
    #[error(transparent)]
    Local(#[from] LocalSessionManagerError),
}

impl BoundedSessions {
    pub(super) fn new() -> Self {
        Self::with_most(MOST)
    }

    fn with_most(most: usize) -> Self {
        let mut config = SessionConfig::default();
        config.keep_alive = Some(IDLE);
        let mut local = LocalSessionManager::default();
        local.session_config = config;
        Self {
            local,
            most,
            uses: Mutex::default(),
        }
    }

    fn uses(&self) -> MutexGuard<'_, HashMap<SessionId, Use>> {
        // The map is whole between any two statements, whatever panicked.
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a session is used, and hands out its count of streams.
    fn touch(&self, id: &SessionId) -> Arc<AtomicUsize> {
        match self.uses().get_mut(id) {
            Some(used) => {
                used.last = Instant::now();
                Arc::clone(&used.streams)
            }
            None => Arc::default(),
        }
    }

    /// The longest unused session without a client, when there are too many.
    fn superfluous(&self) -> Result<Option<SessionId>, SessionsError> {
        let uses = self.uses();
        if uses.len() < self.most {
            return Ok(None);
        }
        uses.iter()
            .filter(|(_, used)| used.streams.load(Ordering::Relaxed) == 0)
            .min_by_key(|(_, used)| used.last)
            .map(|(id, _)| Some(id.clone()))
            .ok_or(SessionsError::Full(self.most))
    }
}

/// Counts a stream for as long as it is there.
struct Held(Arc<AtomicUsize>);

impl Held {
    fn new(streams: Arc<AtomicUsize>) -> Self {
        streams.fetch_add(1, Ordering::Relaxed);
        Self(streams)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn counted<S>(stream: S, held: Held) -> impl Stream<Item = ServerSseMessage> + Send + Sync + 'static
where
    S: Stream<Item = ServerSseMessage> + Send + Sync + 'static,
{
    stream.map(move |message| {
        let _ = &held;
        message
    })
}

impl SessionManager for BoundedSessions {
    type Error = SessionsError;
    type Transport = <LocalSessionManager as SessionManager>::Transport;

    async fn create_session(&self) -> Result<(SessionId, Self::Transport), Self::Error> {
        if let Some(id) = self.superfluous()? {
            tracing::info!(
                "ending the longest unused of {} transport sessions",
                self.most
            );
            self.close_session(&id).await?;
        }
        let (id, transport) = self.local.create_session().await?;
        let used = Use {
            last: Instant::now(),
            streams: Arc::default(),
        };
        self.uses().insert(id.clone(), used);
        Ok((id, transport))
    }

    async fn initialize_session(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<ServerJsonRpcMessage, Self::Error> {
        Ok(self.local.initialize_session(id, message).await?)
    }

    async fn has_session(&self, id: &SessionId) -> Result<bool, Self::Error> {
        Ok(self.local.has_session(id).await?)
    }

    async fn close_session(&self, id: &SessionId) -> Result<(), Self::Error> {
        self.uses().remove(id);
        Ok(self.local.close_session(id).await?)
    }

    async fn create_stream(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Self::Error> {
        let held = Held::new(self.touch(id));
        Ok(counted(self.local.create_stream(id, message).await?, held))
    }

    async fn accept_message(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<(), Self::Error> {
        self.touch(id);
        Ok(self.local.accept_message(id, message).await?)
    }

    async fn create_standalone_stream(
        &self,
        id: &SessionId,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Self::Error> {
        let held = Held::new(self.touch(id));
        Ok(counted(
            self.local.create_standalone_stream(id).await?,
            held,
        ))
    }

    async fn resume(
        &self,
        id: &SessionId,
        last_event_id: String,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Self::Error> {
        let held = Held::new(self.touch(id));
        Ok(counted(self.local.resume(id, last_event_id).await?, held))
    }

    async fn restore_session(
        &self,
        _: SessionId,
    ) -> Result<RestoreOutcome<Self::Transport>, Self::Error> {
        Ok(RestoreOutcome::NotSupported)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn opened(sessions: &BoundedSessions) -> SessionId {
        sessions
            .create_session()
            .await
            .expect("room for a session")
            .0
    }

    #[tokio::test]
    async fn the_longest_unused_session_makes_room() {
        let sessions = BoundedSessions::with_most(2);
        let (first, second) = (opened(&sessions).await, opened(&sessions).await);
        sessions.touch(&first);
        let third = opened(&sessions).await;
        assert!(sessions.has_session(&first).await.unwrap());
        assert!(!sessions.has_session(&second).await.unwrap());
        assert!(sessions.has_session(&third).await.unwrap());
    }

    #[tokio::test]
    async fn a_session_with_a_connected_client_never_makes_room() {
        let sessions = BoundedSessions::with_most(1);
        let first = opened(&sessions).await;
        let held = Held::new(sessions.touch(&first));
        assert!(matches!(
            sessions.create_session().await,
            Err(SessionsError::Full(1))
        ));
        drop(held);
        let second = opened(&sessions).await;
        assert!(!sessions.has_session(&first).await.unwrap());
        assert!(sessions.has_session(&second).await.unwrap());
    }

    #[tokio::test]
    async fn a_closed_session_is_forgotten() {
        let sessions = BoundedSessions::with_most(1);
        let first = opened(&sessions).await;
        sessions.close_session(&first).await.unwrap();
        assert!(sessions.uses().is_empty());
    }
}
