//! Turns at a session within this process: first come, first served.

use gansauditor_audit::domain::SessionId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio::sync::OwnedMutexGuard;

/// Somebody's turn at a session; over when dropped.
pub(crate) type Turn = OwnedMutexGuard<()>;

/// Queues of sessions. Those that nobody holds or waits for are forgotten.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashMap<SessionId, Weak<tokio::sync::Mutex<()>>>>);

impl Turns {
    /// Waits for a turn. Dropping the future leaves the queue.
    pub(crate) async fn wait(&self, id: &SessionId) -> Turn {
        let queue = self.queue(id);
        queue.lock_owned().await
    }

    fn queue(&self, id: &SessionId) -> Arc<tokio::sync::Mutex<()>> {
        let mut queues = locked(&self.0);
        queues.retain(|_, queue| queue.strong_count() > 0);
        if let Some(queue) = queues.get(id).and_then(Weak::upgrade) {
            return queue;
        }
        let queue = Arc::default();
        queues.insert(id.clone(), Arc::downgrade(&queue));
        queue
    }
}

/// Locks what every holder leaves consistent even when it panics.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn forgets_sessions_that_nobody_holds_or_waits_for() {
        let turns = Turns::default();
        for number in 0..100 {
            drop(
                turns
                    .wait(&SessionId::new(number.to_string()).unwrap())
                    .await,
            );
        }
        assert!(locked(&turns.0).len() <= 1);
    }
}
