//! The clock behind the deadline: a thread that advances the engine's epoch.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;
use wasmtime::Engine;

/// Parts of a deadline. A call starts somewhere within a part, so it ends at most one part late; until the thread
/// wakes and the call notices takes a little more. Both stay within a tenth.
const PARTS: u32 = 20;

/// Shortest part: what threads can be woken in.
const SHORTEST: Duration = Duration::from_millis(1);

/// Advances the epoch of an engine until it is dropped.
#[derive(Debug)]
pub(crate) struct Ticker {
    /// Number of epochs after which a call is over its deadline: never early, at most one late.
    pub(crate) epochs: u64,
    /// Closing it wakes and ends the thread.
    _stop: Sender<()>,
}

impl Ticker {
    /// Starts the thread. Fails when the system gives none.
    pub(crate) fn start(engine: &Engine, deadline: Duration) -> std::io::Result<Self> {
        let (stop, stopped) = channel::<()>();
        let tick = (deadline / PARTS).max(SHORTEST);
        let ticks = deadline.as_nanos().div_ceil(tick.as_nanos());
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
        Ok(Self {
            // The one that a call starts in is not whole.
            epochs: u64::try_from(ticks).unwrap_or(u64::MAX).saturating_add(1),
            _stop: stop,
        })
    }
}
