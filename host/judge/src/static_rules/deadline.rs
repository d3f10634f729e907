//! When a review has to end.

use gansauditor_audit::ports::JudgeError;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// The end of a review: its time is up, or nobody waits any more.
#[derive(Debug, Clone)]
pub(crate) struct Deadline {
    end: Option<Instant>,
    time: Duration,
    cancel: CancellationToken,
}

impl Deadline {
    /// The time runs from now.
    pub(crate) fn new(time: Duration, cancel: CancellationToken) -> Self {
        // A time too long for the clock never ends.
        Self {
            end: Instant::now().checked_add(time),
            time,
            cancel,
        }
    }

    /// An error when the review has to end.
    pub(crate) fn check(&self) -> Result<(), JudgeError> {
        if self.cancel.is_cancelled() {
            return Err(JudgeError::Cancelled);
        }
        if self.end.is_some_and(|end| Instant::now() >= end) {
            return Err(JudgeError::timed_out(super::NAME, self.time));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_by_time_and_by_cancellation() {
        let cancel = CancellationToken::new();
        let ample = Deadline::new(Duration::MAX, cancel.clone());
        assert_eq!(ample.check(), Ok(()));
        cancel.cancel();
        assert_eq!(ample.check(), Err(JudgeError::Cancelled));
        let none = Deadline::new(Duration::ZERO, CancellationToken::new());
        assert!(matches!(none.check(), Err(JudgeError::TimedOut { .. })));
    }
}
