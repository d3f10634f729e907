//! Memos of the policy whose decisions do not count: the journal has only the other one's.

use gansauditor_audit::domain::SessionId;
use std::collections::{HashMap, VecDeque};

/// Sessions whose memo is kept. A memo has at most 64 KiB.
const MAX_SESSIONS: usize = 256;

/// The newest memo of each of the sessions that came last. A session that is forgotten goes on without one, as after
/// a change of the policy.
#[derive(Debug, Default)]
pub(super) struct Memos {
    kept: HashMap<SessionId, (u32, Vec<u8>)>,
    /// The oldest first.
    order: VecDeque<SessionId>,
}

impl Memos {
    /// What was kept for this cycle of a session.
    pub(super) fn get(&self, session: &SessionId, cycle: u32) -> Option<Vec<u8>> {
        let (of, memo) = self.kept.get(session)?;
        (*of == cycle).then(|| memo.clone())
    }

    /// Keeps a memo, or that there is none.
    pub(super) fn put(&mut self, session: &SessionId, cycle: u32, memo: Option<&[u8]>) {
        let Some(memo) = memo else {
            self.kept.remove(session);
            self.order.retain(|kept| kept != session);
            return;
        };
        let kept = (cycle, memo.to_vec());
        if self.kept.insert(session.clone(), kept).is_none() {
            self.order.push_back(session.clone());
        }
        if self.order.len() > MAX_SESSIONS
            && let Some(oldest) = self.order.pop_front()
        {
            self.kept.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> SessionId {
        SessionId::new(format!("s-{n}")).unwrap()
    }

    #[test]
    fn memos_belong_to_a_cycle_and_the_oldest_are_forgotten() {
        let mut memos = Memos::default();
        memos.put(&id(0), 1, Some(b"one"));
        assert_eq!(memos.get(&id(0), 1).as_deref(), Some(&b"one"[..]));
        assert_eq!(memos.get(&id(0), 2), None);
        memos.put(&id(0), 2, None);
        assert_eq!(memos.get(&id(0), 2), None);
        for n in 0..=MAX_SESSIONS {
            memos.put(&id(n), 1, Some(b"memo"));
        }
        assert_eq!(memos.get(&id(0), 1), None);
        assert!(memos.get(&id(MAX_SESSIONS), 1).is_some());
        assert_eq!(memos.kept.len(), memos.order.len());
    }
}
