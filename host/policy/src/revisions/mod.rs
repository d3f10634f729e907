//! The policy directory: which policy a team put in force, when, by whom and why.
//!
//! `policies/` inside a state directory holds `components/<sha256>.wasm` and `history.jsonl`, one line a
//! [`Revision`]. The *active* revision is the newest line: there is no second place that could say otherwise. A
//! component is written before the line that names it, and is compared with its digest whenever it is read.
//!
//! Everything happens through a [`Dir`](cap_std::fs::Dir); nothing here knows who follows the directory.

mod components;
mod directory;
mod error;
mod files;
mod history;
mod line;
mod lock;
mod revision;

pub use components::StoredComponent;
pub use directory::PolicyDirectory;
pub use error::RevisionError;
pub use history::{Damage, History};
pub use revision::{Change, Draft, Program, Revision};
