//! Sessions as journals in a directory.
//!
//! [`DirectoryStore`] keeps each session as one append-only file of hash-chained JSON lines, reached only
//! through a directory handle. [`MemoryStore`] keeps the same contract in memory, for servers that must
//! leave nothing on disk. [`Journals`] looks at such a directory and changes nothing in it.
//!
//! # Files
//! A session `my-task` has the journal `my-task.journal.jsonl` and, while it is in use, the empty file
//! `my-task.journal.lock`. An id that is no safe file name (upper case included, for file systems that do
//! not tell case apart) is written as a readable part, `~` and the digest of the id. A damaged journal is
//! renamed to `my-task.journal.jsonl.corrupt-1`, its readable beginning is copied to
//! `my-task.journal.jsonl.corrupt-1.readable`, and the session is refused until the operator either removes
//! the former or renames one of the two back to `my-task.journal.jsonl`. The folder `reviews` holds what judges
//! reported, for [`Reviews`]; it may be removed at any time. No other file is ever touched.
//!
//! # Lines
//! The first line is the header: format version, session id, time. Every further line is a record: one
//! appended batch of events with its index, the hash of the line before and the time of its last event.
//! Each line ends with the SHA-256 digest of the bytes before it:
//! `{"idx":0,"prev":"sha256:…","events":[…],"at":1763847000000,"hash":"sha256:…"}`.
//! A line is a batch, so a batch is there in whole or not at all.

mod blocking;
mod cache;
mod directory;
mod files;
mod journal;
mod journals;
mod line;
mod listing;
mod lock;
mod memory;
mod names;
mod quarantine;
mod reviews;
mod state;
mod turns;
mod writer;

pub use directory::{DirectoryStore, OpenError};
pub use journals::{Journals, Listing, Unreadable};
pub use memory::MemoryStore;
pub use reviews::{CacheLimits, Reviews};

#[cfg(test)]
#[path = "../tests/store/sample.rs"]
mod sample;
