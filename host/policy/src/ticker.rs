//! The clock behind the deadline: a thread that advances the engine's epoch.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;
use wasmtime::Engine;

/// Parts of a deadline. A call starts somewhere within a part, so it ends at most one part late.
const PARTS: u32 = 10;

/// Number of epochs after which a call is over its deadline: never early, at most a tenth late.
pub(crate) const EPOCHS: u64 = PARTS as u64 + 1;

/// Advances the epoch of an engine until it is dropped.
#[derive(Debug)]
pub(crate) struct Ticker {
    /// Closing it wakes and ends the thread.
    _stop: Sender<()>,
}

impl Ticker {
    /// Starts the thread. Fails when the system gives none.
    pub(crate) fn start(engine: &Engine, deadline: Duration) -> std::io::Result<Self> {
        let (stop, stopped) = channel::<()>();
        let tick = (deadline / PARTS).max(Duration::from_millis(1));
        let engine = engine.weak();
        std::thread::Builder::new()
            .name("policy-deadline".into())
            .spawn(move || {
                // One step a wait, however late it ends: to catch up on ticks missed while the machine slept would
                // time out calls that had no time to run.
                while stopped.recv_timeout(tick) == Err(RecvTimeoutError::Timeout) {
                    match engine.upgrade() {
                        Some(engine) => engine.increment_epoch(),
                        None => break,
                    }
                }
            })?;
        Ok(Self { _stop: stop })
    }
}
