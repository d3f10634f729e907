//! The queue: how much is audited at once, and who waits.
//!
//! A session has one audit at a time, so it has at most one place in the line for a permit; permits are given
//! in the order of the line. That makes it fair between sessions however many calls one of them sends.
//! Whoever cannot have a place is told at once, with how long to wait.

use crate::domain::SessionId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Calls of one session that may be on their way at once: one at work, the others waiting for it.
const MAX_CALLS_A_SESSION: u32 = 16;
/// Bounds of what a client is told to wait.
const RETRY_AFTER: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// What an audit is taken to last before any has ended.
const FIRST_GUESS: Duration = Duration::from_secs(5);

/// How much at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Audits at work at once; at least 1.
    pub audits: u32,
    /// Sessions with a call on its way at once; at least 1.
    pub sessions: u32,
    /// Longest wait for a permit; `None`: nobody waits.
    pub wait: Option<Duration>,
}

impl Default for QueueLimits {
    /// The guide's defaults.
    fn default() -> Self {
        Self {
            audits: 5,
            sessions: 50,
            wait: Some(Duration::from_secs(60)),
        }
    }
}

/// Why there was no place. Nothing was judged or recorded; the same call may be made again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Busy {
    /// Too many sessions.
    #[error("{limit} sessions are being audited, as many as MAX_CONCURRENT_SESSIONS allows; try again in {} s", .retry_after.as_secs())]
    Sessions {
        /// How many there may be.
        limit: u32,
        /// When to try again.
        retry_after: Duration,
    },
    /// Too many calls of this session.
    #[error("{limit} calls of session `{session}` are on their way already; try again in {} s, or use one session for each piece of work", .retry_after.as_secs())]
    Session {
        /// Which session.
        session: SessionId,
        /// How many there may be.
        limit: u32,
        /// When to try again.
        retry_after: Duration,
    },
    /// Nobody waits for a permit, and none was free.
    #[error("{limit} audits are at work, as many as MAX_CONCURRENT_AUDITS allows, and ENABLE_AUDIT_QUEUE is off; try again in {} s", .retry_after.as_secs())]
    Audits {
        /// How many there may be.
        limit: u32,
        /// When to try again.
        retry_after: Duration,
    },
    /// No permit came free in time.
    #[error("no audit could begin within {} s: {limit} are at work, as many as MAX_CONCURRENT_AUDITS allows; try again in {} s", .waited.as_secs(), .retry_after.as_secs())]
    TimedOut {
        /// How long the call waited.
        waited: Duration,
        /// How many there may be.
        limit: u32,
        /// When to try again.
        retry_after: Duration,
    },
}

impl Busy {
    /// When to try again.
    pub fn retry_after(&self) -> Duration {
        match self {
            Self::Sessions { retry_after, .. }
            | Self::Session { retry_after, .. }
            | Self::Audits { retry_after, .. }
            | Self::TimedOut { retry_after, .. } => *retry_after,
        }
    }
}

/// The queue.
#[derive(Debug)]
pub(crate) struct Queue {
    limits: QueueLimits,
    permits: Semaphore,
    /// Calls on their way, by session.
    calls: Mutex<HashMap<SessionId, u32>>,
    /// How long audits last, in microseconds: a moving mean.
    lasting: AtomicU64,
}

/// A place in the queue, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    queue: &'a Queue,
    session: SessionId,
}

/// Leave to work, until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    queue: &'a Queue,
    since: Instant,
    _permit: SemaphorePermit<'a>,
}

impl Queue {
    pub(crate) fn new(limits: QueueLimits) -> Self {
        Self {
            permits: Semaphore::new(limits.audits.max(1) as usize),
            limits,
            calls: Mutex::default(),
            lasting: AtomicU64::new(micros(FIRST_GUESS)),
        }
    }

    /// Takes a place for a call of this session, at once or not at all.
    pub(crate) fn enter(&self, session: &SessionId) -> Result<Place<'_>, Busy> {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let sessions = calls.len();
        match calls.get_mut(session) {
            Some(count) => {
                let limit = match self.limits.wait {
                    Some(_) => MAX_CALLS_A_SESSION,
                    None => 1,
                };
                if *count >= limit {
                    return Err(Busy::Session {
                        session: session.clone(),
                        limit,
                        retry_after: self.retry_after(1),
                    });
                }
                *count += 1;
            }
            None if sessions >= self.limits.sessions.max(1) as usize => {
                return Err(Busy::Sessions {
                    limit: self.limits.sessions,
                    retry_after: self.retry_after(1),
                });
            }
            None => {
                calls.insert(session.clone(), 1);
            }
        }
        Ok(Place {
            queue: self,
            session: session.clone(),
        })
    }

    /// When a call that comes behind `ahead` others will probably find room.
    fn retry_after(&self, ahead: usize) -> Duration {
        let lasting = Duration::from_micros(self.lasting.load(Ordering::Relaxed));
        let rounds = ahead.div_ceil(self.limits.audits.max(1) as usize);
        (lasting * u32::try_from(rounds).unwrap_or(u32::MAX)).clamp(RETRY_AFTER.0, RETRY_AFTER.1)
    }

    fn waiting(&self) -> usize {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.len().saturating_sub(self.limits.audits as usize)
    }
}

impl<'a> Place<'a> {
    /// Waits for leave to work: in line, no longer than the queue's limit, and not past `deadline`.
    /// `waiting` is called when it does not come at once.
    pub(crate) async fn permit(
        &self,
        deadline: Instant,
        waiting: impl FnOnce(),
    ) -> Result<Permit<'a>, Busy> {
        let queue = self.queue;
        let limit = queue.limits.audits;
        let now = tokio::time::Instant::now();
        // Whoever waited for its session until there is no time left does not spend any.
        if now < deadline.into()
            && let Ok(permit) = queue.permits.try_acquire()
        {
            return Ok(queue.permitted(permit));
        }
        let Some(wait) = queue.limits.wait else {
            return Err(Busy::Audits {
                limit,
                retry_after: queue.retry_after(1),
            });
        };
        waiting();
        let began = now;
        let until = (began + wait).min(deadline.into());
        match tokio::time::timeout_at(until, queue.permits.acquire()).await {
            Ok(Ok(permit)) => Ok(queue.permitted(permit)),
            // The semaphore is never closed, so this is always the time.
            Ok(Err(_)) | Err(_) => Err(Busy::TimedOut {
                waited: began.elapsed(),
                limit,
                retry_after: queue.retry_after(queue.waiting().max(1)),
            }),
        }
    }
}

impl Queue {
    fn permitted<'a>(&'a self, permit: SemaphorePermit<'a>) -> Permit<'a> {
        Permit {
            queue: self,
            since: Instant::now(),
            _permit: permit,
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut calls = self
            .queue
            .calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = calls.get_mut(&self.session) {
            *count -= 1;
            if *count == 0 {
                calls.remove(&self.session);
            }
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // A lost update between two audits that end together costs nothing: it is a guess.
        let lasting = &self.queue.lasting;
        let mean = lasting.load(Ordering::Relaxed);
        lasting.store(
            (mean.saturating_mul(7) + micros(self.since.elapsed())) / 8,
            Ordering::Relaxed,
        );
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX / 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(audits: u32, sessions: u32, wait: Option<Duration>) -> Queue {
        Queue::new(QueueLimits {
            audits,
            sessions,
            wait,
        })
    }

    fn id(name: &str) -> SessionId {
        SessionId::new(name).unwrap()
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(3600)
    }

    #[test]
    fn a_session_beyond_the_limit_is_refused_at_once_and_let_in_when_another_leaves() {
        let queue = queue(1, 2, Some(Duration::from_secs(1)));
        let first = queue.enter(&id("a")).unwrap();
        let _second = queue.enter(&id("b")).unwrap();
        let _more_of_it = queue.enter(&id("b")).unwrap();
        let refused = queue.enter(&id("c")).unwrap_err();
        assert!(matches!(refused, Busy::Sessions { limit: 2, .. }));
        assert!(refused.retry_after() >= Duration::from_secs(1));
        drop(first);
        queue.enter(&id("c")).unwrap();
    }

    #[test]
    fn one_session_cannot_pile_up_calls() {
        let queue = queue(1, 2, Some(Duration::from_secs(1)));
        let places: Vec<_> = (0..MAX_CALLS_A_SESSION)
            .map(|_| queue.enter(&id("a")).unwrap())
            .collect();
        assert!(matches!(
            queue.enter(&id("a")),
            Err(Busy::Session {
                limit: MAX_CALLS_A_SESSION,
                ..
            })
        ));
        drop(places);
        assert!(queue.calls.lock().unwrap().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_queue_nobody_waits() {
        let queue = queue(1, 9, None);
        let a = queue.enter(&id("a")).unwrap();
        let b = queue.enter(&id("b")).unwrap();
        let _working = a.permit(soon(), || {}).await.unwrap();
        let refused = b.permit(soon(), || panic!("it waits")).await.unwrap_err();
        assert!(matches!(refused, Busy::Audits { limit: 1, .. }));
        assert!(matches!(
            queue.enter(&id("a")),
            Err(Busy::Session { limit: 1, .. })
        ));
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_ends_at_the_limit_or_at_the_deadline() {
        let queue = queue(1, 9, Some(Duration::from_secs(60)));
        let a = queue.enter(&id("a")).unwrap();
        let b = queue.enter(&id("b")).unwrap();
        let _working = a.permit(soon(), || {}).await.unwrap();
        let began = tokio::time::Instant::now();
        b.permit(soon(), || {}).await.unwrap_err();
        assert_eq!(began.elapsed().as_secs(), 60);
        let began = tokio::time::Instant::now();
        let deadline = (began + Duration::from_secs(5)).into_std();
        b.permit(deadline, || {}).await.unwrap_err();
        assert_eq!(began.elapsed().as_secs(), 5);
    }

    #[tokio::test]
    async fn permits_are_given_in_the_order_of_the_line() {
        let queue = queue(1, 9, Some(Duration::from_secs(60)));
        let places: Vec<Place<'_>> = ["a", "b", "c"]
            .iter()
            .map(|name| queue.enter(&id(name)).unwrap())
            .collect();
        let working = places[0].permit(soon(), || {}).await.unwrap();
        let order = Mutex::new(Vec::new());
        let wait = async |index: usize| {
            let permit = places[index].permit(soon(), || {}).await.unwrap();
            order.lock().unwrap().push(index);
            drop(permit);
        };
        tokio::join!(wait(1), wait(2), async { drop(working) });
        assert_eq!(*order.lock().unwrap(), [1, 2]);
    }
}
