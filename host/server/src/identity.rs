//! Which session a call belongs to.

use gansauditor_audit::domain::{InvalidSessionId, SessionId, Timestamp};
use uuid::Uuid;

/// Where calls get their session from when they name none.
#[derive(Debug, Clone)]
pub(crate) enum Identity {
    /// All calls of one connection share a session: there is one client, with one conversation.
    Connection(SessionId),
    /// Each call gets one of its own, to pass back: a transport without connections cannot tell clients apart.
    Call,
}

impl Identity {
    /// The identity of a connection made at `now`.
    pub(crate) fn connection(now: Timestamp) -> Result<Self, InvalidSessionId> {
        Ok(Self::Connection(mint(now)?))
    }

    /// The session of a call, where it has one already.
    pub(crate) fn known(
        &self,
        branch: Option<&SessionId>,
        loop_id: Option<&SessionId>,
    ) -> Option<SessionId> {
        let named = branch.or(loop_id);
        match (named, self) {
            (Some(named), _) | (None, Self::Connection(named)) => Some(named.clone()),
            (None, Self::Call) => None,
        }
    }

    /// The session of a call: `branchId`, else `loopId`, else the connection's or a new one.
    pub(crate) fn session(
        &self,
        branch: Option<&SessionId>,
        loop_id: Option<&SessionId>,
        now: Timestamp,
    ) -> Result<SessionId, InvalidSessionId> {
        self.known(branch, loop_id).map_or_else(|| mint(now), Ok)
    }
}

/// `session-<epoch ms>-<random>`: sorts by time, and nobody guesses another client's.
fn mint(now: Timestamp) -> Result<SessionId, InvalidSessionId> {
    let random = Uuid::new_v4().simple().to_string();
    SessionId::new(format!("session-{}-{random}", now.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_757_213_149_312);

    fn id(text: &str) -> SessionId {
        SessionId::new(text).unwrap()
    }

    #[test]
    fn a_named_session_wins_and_branch_wins_over_loop() {
        for identity in [Identity::Call, Identity::connection(NOW).unwrap()] {
            let (branch, loop_id) = (id("branch"), id("loop"));
            assert_eq!(
                identity
                    .session(Some(&branch), Some(&loop_id), NOW)
                    .unwrap(),
                branch
            );
            assert_eq!(
                identity.session(None, Some(&loop_id), NOW).unwrap(),
                loop_id
            );
        }
    }

    #[test]
    fn unnamed_calls_of_a_connection_share_one_session() {
        let identity = Identity::connection(NOW).unwrap();
        let first = identity.session(None, None, NOW).unwrap();
        assert_eq!(
            identity.session(None, None, Timestamp(NOW.0 + 5)).unwrap(),
            first
        );
        assert!(first.as_str().starts_with("session-1757213149312-"));
    }

    #[test]
    fn unnamed_calls_without_a_connection_never_share_one() {
        let first = Identity::Call.session(None, None, NOW).unwrap();
        assert_ne!(Identity::Call.session(None, None, NOW).unwrap(), first);
    }
}
