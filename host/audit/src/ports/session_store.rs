//! Sessions, durably.

use crate::domain::{Digest, Event, SessionId, Timestamp};
use crate::session::Session;
use async_trait::async_trait;
use std::time::Duration;

/// Why a store could not do what was asked. No case names a path of the machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another process or call holds the session and did not let go in time.
    #[error("the session `{session}` is busy in another audit; try again")]
    Busy {
        /// Which session.
        session: SessionId,
    },
    /// The session's journal is damaged and was set aside; the readable part is kept. The session answers so
    /// until the operator removes or restores the file: it is never silently replaced by an empty one.
    #[error(
        "the journal of session `{session}` is damaged at record {record}: {reason}; it was set aside as `{kept_as}`; begin a new session or restore it"
    )]
    Damaged {
        /// Which session.
        session: SessionId,
        /// Number of the first unreadable record, from 0.
        record: u64,
        /// What is wrong with it.
        reason: String,
        /// Name of the file, inside the state directory, that holds the damaged journal.
        kept_as: String,
    },
    /// There is no such session.
    #[error("there is no session `{0}`")]
    NotFound(SessionId),
    /// The store's medium failed: full, read-only, not a directory, input/output error.
    #[error("session state cannot be {action}: {reason}")]
    Unavailable {
        /// What was tried: `read`, `written`, `locked`, ...
        action: &'static str,
        /// Why, and what to do.
        reason: String,
    },
}

/// One session, held exclusively. Dropping it lets go.
#[async_trait]
pub trait SessionWriter: Send {
    /// The session as all durable events make it.
    fn session(&self) -> &Session;

    /// Makes events durable, all or none, in order, and folds them into the session. When it returns `Ok`
    /// they survive a crash of process and machine. After an error the session is as before, nothing of
    /// the batch will be seen by a later reader, and the writer refuses further appends. Where the medium
    /// fails so badly that the batch cannot be taken back either, the session stays refused until it can
    /// be. A batch whose append a crash interrupts, or whose caller stops waiting, is there in whole or not at
    /// all.
    async fn append(&mut self, events: Vec<Event>) -> Result<(), StoreError>;
}

/// What a list of sessions shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSummary {
    /// Which session.
    pub id: SessionId,
    /// When it was last written.
    pub updated_at: Timestamp,
    /// Size of its durable form in bytes.
    pub bytes: u64,
}

/// Keeps sessions.
///
/// One writer a session, over all processes that share the store; others wait in the order they came within
/// a process. Sessions are independent: damage to one is no trouble to another.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// Takes a session for writing, waiting at most `patience` for others to let go. A session that does not
    /// exist is begun at `now` (importing what an importer finds for it); its `Opened` event is durable with
    /// the first append at the latest.
    async fn open(
        &self,
        id: &SessionId,
        now: Timestamp,
        patience: Duration,
    ) -> Result<Box<dyn SessionWriter>, StoreError>;

    /// Reads a session without waiting for its writer.
    async fn read(&self, id: &SessionId) -> Result<Session, StoreError>;

    /// All sessions, newest first.
    async fn list(&self) -> Result<Vec<SessionSummary>, StoreError>;

    /// Removes sessions last written before `before` that nobody holds; returns how many. Touches nothing
    /// that is not a session of this store.
    async fn remove_expired(&self, before: Timestamp) -> Result<usize, StoreError>;
}

/// Why a foreign session file could not be taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a session file of the original server: {0}")]
pub struct ImportError(pub String);

/// Reads sessions of the original server.
pub trait SessionImporter: Send + Sync + 'static {
    /// The events that make the session in `bytes` (the content of `<id>.json`), beginning with `Opened`.
    /// `source` is the digest of `bytes`, `now` the time of the import.
    fn import(
        &self,
        id: &SessionId,
        bytes: &[u8],
        source: Digest,
        now: Timestamp,
    ) -> Result<Vec<Event>, ImportError>;
}
