//! The store in memory.

use crate::line;
use crate::turns::{Turn, Turns, locked};
use async_trait::async_trait;
use gansauditor_audit::domain::{Digest, Event, Origin, SessionId, Timestamp};
use gansauditor_audit::ports::{SessionStore, SessionSummary, SessionWriter, StoreError};
use gansauditor_audit::session::Session;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Sessions kept; the longest unwritten one makes room for another.
const MAX_SESSIONS: usize = 1024;

/// Sessions that end with the process.
///
/// Strict where a directory is: events pass through their JSON form, so that nothing goes unnoticed here that
/// a journal could not hold. At most 1024 sessions are kept; the one written longest ago makes room.
#[derive(Clone, Default)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    turns: Turns,
    kept: Mutex<HashMap<SessionId, Kept>>,
}

struct Kept {
    session: Session,
    written: Timestamp,
    bytes: u64,
}

impl MemoryStore {
    /// A store without sessions.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl SessionStore for MemoryStore {
    async fn open(
        &self,
        id: &SessionId,
        now: Timestamp,
        patience: Duration,
    ) -> Result<Box<dyn SessionWriter>, StoreError> {
        let turn = timeout_at(Instant::now() + patience, self.shared.turns.wait(id))
            .await
            .map_err(|_| StoreError::Busy {
                session: id.clone(),
            })?;
        let session = locked(&self.shared.kept)
            .get(id)
            .map(|kept| kept.session.clone());
        let mut writer = MemoryWriter {
            shared: Arc::clone(&self.shared),
            session: session.unwrap_or_else(|| Session::new(id.clone())),
            refused: false,
            _turn: turn,
        };
        if writer.session.events() == 0 {
            writer.session.apply(&Event::Opened {
                at: now,
                origin: Origin::Created,
            });
        }
        Ok(Box::new(writer))
    }

    async fn read(&self, id: &SessionId) -> Result<Session, StoreError> {
        let kept = locked(&self.shared.kept);
        kept.get(id)
            .map(|kept| kept.session.clone())
            .ok_or_else(|| StoreError::NotFound(id.clone()))
    }

    async fn list(&self) -> Result<Vec<SessionSummary>, StoreError> {
        let mut sessions: Vec<SessionSummary> = locked(&self.shared.kept)
            .iter()
            .map(|(id, kept)| SessionSummary {
                id: id.clone(),
                updated_at: kept.written,
                bytes: kept.bytes,
            })
            .collect();
        sessions.sort_by(|a, b| {
            b.updated_at
                .cmp(&a.updated_at)
                .then_with(|| a.id.cmp(&b.id))
        });
        Ok(sessions)
    }

    async fn remove_expired(&self, before: Timestamp) -> Result<usize, StoreError> {
        let mut removed = 0;
        for session in self
            .list()
            .await?
            .into_iter()
            .filter(|session| session.updated_at < before)
        {
            let turn = timeout_at(Instant::now(), self.shared.turns.wait(&session.id)).await;
            let mut kept = locked(&self.shared.kept);
            let expired = kept
                .get(&session.id)
                .is_some_and(|kept| kept.written < before);
            if turn.is_ok() && expired {
                kept.remove(&session.id);
                removed += 1;
            }
        }
        Ok(removed)
    }
}

struct MemoryWriter {
    shared: Arc<Shared>,
    session: Session,
    refused: bool,
    _turn: Turn,
}

#[async_trait]
impl SessionWriter for MemoryWriter {
    fn session(&self) -> &Session {
        &self.session
    }

    async fn append(&mut self, events: Vec<Event>) -> Result<(), StoreError> {
        let unavailable = |reason: String| StoreError::Unavailable {
            action: "written",
            reason,
        };
        if self.refused {
            return Err(unavailable(
                "an earlier append did not succeed; take the session anew".to_owned(),
            ));
        }
        if events.is_empty() {
            return Ok(());
        }
        let link = Digest::of(b"");
        let written = line::record(self.session.events(), &link, &events).map_err(|error| {
            self.refused = true;
            unavailable(error.to_string())
        })?;
        let (line, events, at) = written;
        events.iter().for_each(|event| self.session.apply(event));

        let id = self.session.id();
        let mut kept = locked(&self.shared.kept);
        let earlier = kept.get(id).map_or(0, |kept| kept.bytes);
        let bytes = earlier + line.bytes.len() as u64;
        kept.insert(
            id.clone(),
            Kept {
                session: self.session.clone(),
                written: at,
                bytes,
            },
        );
        if kept.len() > MAX_SESSIONS
            && let Some(oldest) = kept
                .iter()
                .min_by_key(|(_, kept)| kept.written)
                .map(|(id, _)| id.clone())
        {
            kept.remove(&oldest);
            tracing::warn!(session = %oldest, "the longest unwritten session made room for another");
        }
        Ok(())
    }
}
