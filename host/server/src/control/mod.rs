//! Asking running servers: a Unix socket of each, in the state directory.
//!
//! `control/<pid>.sock`, for its owner only. One JSON line asks, one answers. Nothing secret is told and nothing can
//! be ordered that does not happen within a second anyway, so a server without its socket is only slower to say
//! what it does.

mod address;
mod client;
mod desk;
mod protocol;
#[cfg(unix)]
mod socket;

pub(crate) use client::{Asked, ask_all};
pub(crate) use desk::Desk;
pub(crate) use protocol::{Answer, Ask, Origin, Tried};
#[cfg(unix)]
pub(crate) use socket::Socket;

use std::time::Duration;

/// Largest request and answer, in bytes.
const MAX_REQUEST: u64 = 4 << 10;
const MAX_ANSWER: u64 = 64 << 10;
/// Longest wait for a request on a connection: whoever connects asks at once.
const REQUEST_TIME: Duration = Duration::from_secs(2);
/// Longest wait for a connection, and for an answer to be taken.
const TRANSFER_TIME: Duration = Duration::from_secs(5);
/// Longest wait for an answer by a server that looks first: a component with an interpreter in it takes seconds to
/// compile.
const LOOK_TIME: Duration = Duration::from_secs(60);
/// Longest wait for how a server stands, which it knows.
const STATUS_TIME: Duration = Duration::from_secs(5);

#[cfg(all(test, unix))]
mod tests;
