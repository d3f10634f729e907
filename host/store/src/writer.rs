//! A session held for writing.

use crate::blocking::blocking;
use crate::state::{Hold, Place, State};
use async_trait::async_trait;
use gansauditor_audit::domain::Event;
use gansauditor_audit::ports::{SessionWriter, StoreError};
use gansauditor_audit::session::Session;
use std::mem;
use std::sync::Arc;

/// A session held exclusively, over all processes.
pub(crate) struct DirectoryWriter {
    state: Arc<State>,
    session: Session,
    /// Absent once an append failed, or was abandoned while it ran.
    held: Option<(Hold, Place)>,
}

impl DirectoryWriter {
    pub(crate) fn new(state: Arc<State>, session: Session, hold: Hold, place: Place) -> Self {
        Self {
            state,
            session,
            held: Some((hold, place)),
        }
    }

    /// Whether there was anything durable of the session when it was taken, or is by now.
    pub(crate) fn has_journal(&self) -> bool {
        !matches!(self.held, Some((_, Place::New(_))))
    }
}

#[async_trait]
impl SessionWriter for DirectoryWriter {
    fn session(&self) -> &Session {
        &self.session
    }

    async fn append(&mut self, events: Vec<Event>) -> Result<(), StoreError> {
        if events.is_empty() && self.held.is_some() {
            return Ok(());
        }
        let Some((hold, place)) = self.held.take() else {
            return Err(StoreError::Unavailable {
                action: "written",
                reason: "an earlier append did not succeed; take the session anew".to_owned(),
            });
        };
        let state = Arc::clone(&self.state);
        let id = self.session.id().clone();
        // Lock and turn go along: they are held until the work is done, even when nobody waits for it.
        let (hold, place, events) =
            blocking(move || state.append(hold, &id, place, &events)).await?;
        events.iter().for_each(|event| self.session.apply(event));
        self.held = Some((hold, place));
        Ok(())
    }
}

impl Drop for DirectoryWriter {
    fn drop(&mut self) {
        if let Some((hold, place)) = self.held.take() {
            let id = self.session.id().clone();
            let session = mem::replace(&mut self.session, Session::new(id));
            self.state.release(hold, session, place);
        }
    }
}
