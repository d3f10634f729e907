//! The book of one audit: what happened in it, and how much of that is durable already.

use crate::domain::{Event, Review};
use crate::ports::{SessionWriter, StoreError};
use crate::session::Session;

/// Longest review, in milliseconds, that is not worth writing down before the decision on it.
const CHEAP_MILLIS: u64 = 50;

/// A session on its way through an audit. Nothing is answered before all of it is durable.
pub(crate) struct Book<'w> {
    writer: &'w mut dyn SessionWriter,
    /// What is not durable yet, and the session with it.
    ahead: Option<(Session, Vec<Event>)>,
}

impl<'w> Book<'w> {
    /// Opens the book of a session.
    pub(crate) fn new(writer: &'w mut dyn SessionWriter) -> Self {
        Self {
            writer,
            ahead: None,
        }
    }

    /// The session with all that was noted and recorded.
    pub(crate) fn session(&self) -> &Session {
        match &self.ahead {
            Some((session, _)) => session,
            None => self.writer.session(),
        }
    }

    /// Notes what can be had again for nothing should the process end: it becomes durable with what is recorded
    /// next, in one batch. To make a batch durable is what an audit without a model spends most of its time on.
    pub(crate) fn note(&mut self, events: Vec<Event>) {
        let (session, noted) = self
            .ahead
            .get_or_insert_with(|| (self.writer.session().clone(), Vec::new()));
        events.iter().for_each(|event| session.apply(event));
        noted.extend(events);
    }

    /// Makes these durable, and all that was noted before.
    pub(crate) async fn record(&mut self, events: Vec<Event>) -> Result<(), StoreError> {
        let mut batch = self.ahead.take().map_or_else(Vec::new, |(_, noted)| noted);
        batch.extend(events);
        self.writer.append(batch).await
    }

    /// Makes durable what was noted.
    pub(crate) async fn settle(&mut self) -> Result<(), StoreError> {
        match self.ahead {
            Some(_) => self.record(Vec::new()).await,
            None => Ok(()),
        }
    }
}

/// Whether the same review can be had again for nothing: it cost nothing, and came at once.
pub(crate) fn is_cheap(review: &Review) -> bool {
    review.usage.is_nothing() && review.millis <= CHEAP_MILLIS
}
