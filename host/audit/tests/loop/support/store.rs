//! A store that keeps nothing but JSON texts.

use async_trait::async_trait;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::*;
use gansauditor_audit::session::Session;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

type Journal = Arc<tokio::sync::Mutex<Vec<String>>>;

/// Journals as lists of JSON texts.
#[derive(Default)]
pub(crate) struct ListStore {
    journals: Mutex<HashMap<SessionId, Journal>>,
    /// How often something was made durable.
    pub(crate) appends: Arc<AtomicUsize>,
}

impl ListStore {
    fn journal(&self, id: &SessionId) -> Journal {
        self.journals
            .lock()
            .unwrap()
            .entry(id.clone())
            .or_default()
            .clone()
    }

    pub(crate) fn events(&self, id: &str) -> Vec<Event> {
        let journal = self.journal(&SessionId::new(id).unwrap());
        let lines = journal.try_lock().expect("no audit is running");
        lines
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

struct ListWriter {
    session: Session,
    journal: tokio::sync::OwnedMutexGuard<Vec<String>>,
    appends: Arc<AtomicUsize>,
}

fn fold(id: &SessionId, lines: &[String]) -> Session {
    let mut session = Session::new(id.clone());
    for line in lines {
        session.apply(&serde_json::from_str(line).unwrap());
    }
    session
}

#[async_trait]
impl SessionWriter for ListWriter {
    fn session(&self) -> &Session {
        &self.session
    }

    async fn append(&mut self, events: Vec<Event>) -> Result<(), StoreError> {
        assert!(!events.is_empty(), "to make nothing durable is a mistake");
        self.appends.fetch_add(1, Ordering::SeqCst);
        for event in events {
            let line = serde_json::to_string(&event).unwrap();
            let back: Event = serde_json::from_str(&line).unwrap();
            assert_eq!(back, event, "an event must survive its journal");
            self.session.apply(&back);
            self.journal.push(line);
        }
        Ok(())
    }
}

#[async_trait]
impl SessionStore for ListStore {
    async fn open(
        &self,
        id: &SessionId,
        now: Timestamp,
        patience: Duration,
    ) -> Result<Box<dyn SessionWriter>, StoreError> {
        let lock = self.journal(id).lock_owned();
        let Ok(journal) = tokio::time::timeout(patience, lock).await else {
            return Err(StoreError::Busy {
                session: id.clone(),
            });
        };
        let mut writer = ListWriter {
            session: fold(id, &journal),
            journal,
            appends: Arc::clone(&self.appends),
        };
        if writer.journal.is_empty() {
            writer
                .append(vec![Event::Opened {
                    at: now,
                    origin: Origin::Created,
                }])
                .await?;
        }
        Ok(Box::new(writer))
    }

    async fn read(&self, id: &SessionId) -> Result<Session, StoreError> {
        let journal = self.journal(id);
        let lines = journal.lock().await;
        if lines.is_empty() {
            return Err(StoreError::NotFound(id.clone()));
        }
        Ok(fold(id, &lines))
    }

    async fn list(&self) -> Result<Vec<SessionSummary>, StoreError> {
        unreachable!("the loop does not list sessions")
    }

    async fn remove_expired(&self, _: Timestamp) -> Result<usize, StoreError> {
        unreachable!("the loop does not expire sessions")
    }
}
