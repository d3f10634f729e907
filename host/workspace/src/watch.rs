//! When to stop.

use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// A deadline and a cancellation, handed to all that may take long.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    /// `None`: later than clocks can tell.
    deadline: Option<Instant>,
    cancel: CancellationToken,
}

/// Why to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interrupted {
    TimedOut,
    Cancelled,
}

impl Watch {
    /// From now on.
    pub(crate) fn new(time: Duration, cancel: CancellationToken) -> Self {
        Self {
            deadline: Instant::now().checked_add(time),
            cancel,
        }
    }

    /// Whether to stop now.
    pub(crate) fn check(&self) -> Result<(), Interrupted> {
        if self.cancel.is_cancelled() {
            return Err(Interrupted::Cancelled);
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(Interrupted::TimedOut),
            _ => Ok(()),
        }
    }

    /// Waits until nobody waits any more.
    pub(crate) async fn cancelled(&self) {
        self.cancel.cancelled().await;
    }

    /// Waits until it is time to stop.
    pub(crate) async fn over(&self) -> Interrupted {
        let deadline = async {
            match self.deadline {
                Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Interrupted::Cancelled,
            () = deadline => Interrupted::TimedOut,
        }
    }
}
