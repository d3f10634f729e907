//! Removing old sessions.

use crate::config::{Config, Retention, State};
use crate::wiring::Parts;
use gansauditor_audit::domain::Timestamp;
use gansauditor_audit::ports::{Clock, SessionStore};
use std::sync::Arc;
use tokio::time::MissedTickBehavior;
use tokio_util::task::AbortOnDropHandle;

/// Removes expired sessions now and then, until the handle is dropped. Sessions in memory end with the process.
pub(crate) fn start(parts: &Parts, config: &Config) -> Option<AbortOnDropHandle<()>> {
    let State::Directory(_) = config.state else {
        return None;
    };
    let (store, clock) = (Arc::clone(parts.store()), Arc::clone(parts.clock()));
    let task = tokio::spawn(run(store, clock, config.retention));
    Some(AbortOnDropHandle::new(task))
}

async fn run(store: Arc<dyn SessionStore>, clock: Arc<dyn Clock>, retention: Retention) {
    let mut interval = tokio::time::interval(retention.interval);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        let before = expiry(clock.now(), retention);
        match store.remove_expired(before).await {
            Ok(0) => {}
            Ok(count) => tracing::info!("removed {count} sessions older than MAX_SESSION_AGE"),
            Err(error) => tracing::warn!("old sessions could not be removed: {error}"),
        }
    }
}

/// Sessions last written before this are expired.
fn expiry(now: Timestamp, retention: Retention) -> Timestamp {
    let age = u64::try_from(retention.max_age.as_millis()).unwrap_or(u64::MAX);
    Timestamp(now.0.saturating_sub(age))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_session_expires_when_its_age_is_over_and_none_does_before_time_began() {
        let retention = Retention {
            max_age: Duration::from_secs(3),
            interval: Duration::from_secs(1),
        };
        assert_eq!(expiry(Timestamp(10_000), retention), Timestamp(7_000));
        assert_eq!(expiry(Timestamp(2_000), retention), Timestamp(0));
    }
}
