//! Folded sessions, so that the 25th loop of a session is as cheap as the first.

use crate::journal::Chain;
use gansauditor_audit::domain::SessionId;
use gansauditor_audit::session::Session;
use std::collections::VecDeque;

/// Most sessions kept.
const MAX_SESSIONS: usize = 128;
/// Bytes of journals whose folds are kept; the newest one always is.
const MAX_BYTES: u64 = 128 * 1024 * 1024;

/// A session and the part of its journal that makes it.
#[derive(Debug)]
pub(crate) struct Folded {
    pub(crate) session: Session,
    pub(crate) chain: Chain,
}

/// The most recently used sessions.
///
/// A fold says nothing about the file as it is now: whoever takes one compares.
#[derive(Debug, Default)]
pub(crate) struct Cache(VecDeque<Folded>);

impl Cache {
    /// Takes a session out.
    pub(crate) fn take(&mut self, id: &SessionId) -> Option<Folded> {
        let at = self.0.iter().position(|folded| folded.session.id() == id)?;
        self.0.remove(at)
    }

    /// Puts a session in as the newest, in the place of an earlier fold of it.
    pub(crate) fn put(&mut self, folded: Folded) {
        self.take(folded.session.id());
        self.0.push_back(folded);
        let mut bytes: u64 = self.0.iter().map(|folded| folded.chain.bytes).sum();
        while self.0.len() > MAX_SESSIONS || bytes > MAX_BYTES && self.0.len() > 1 {
            bytes -= self.0.pop_front().map_or(0, |oldest| oldest.chain.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gansauditor_audit::domain::{Digest, Timestamp};

    fn folded(name: &str, bytes: u64) -> Folded {
        Folded {
            session: Session::new(SessionId::new(name).unwrap()),
            chain: Chain {
                bytes,
                head: Digest::of(b""),
                records: 1,
                at: Timestamp(0),
            },
        }
    }

    #[test]
    fn lets_go_of_the_longest_unused_but_never_of_the_newest() {
        let mut cache = Cache::default();
        for number in 0..MAX_SESSIONS + 5 {
            cache.put(folded(&number.to_string(), 10));
        }
        assert_eq!(cache.0.len(), MAX_SESSIONS);
        assert!(cache.take(&SessionId::new("4").unwrap()).is_none());
        assert!(cache.take(&SessionId::new("5").unwrap()).is_some());
        cache.put(folded("huge", MAX_BYTES * 2));
        assert_eq!(cache.0.len(), 1);
        assert!(cache.take(&SessionId::new("huge").unwrap()).is_some());
    }

    #[test]
    fn holds_one_fold_a_session() {
        let mut cache = Cache::default();
        cache.put(folded("a", 1));
        cache.put(folded("a", 2));
        assert_eq!(cache.0.len(), 1);
    }
}
