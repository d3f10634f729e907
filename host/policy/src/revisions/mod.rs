//! The policy directory: which policy a team put in force, when, by whom and why.
//!
//! `policies/` inside a state directory holds `components/<sha256>.wasm` and `history.jsonl`, one line a
//! [`Revision`]. The *active* revision is the newest one that puts a policy in force, and a trial runs as long as the
//! line that began it is the newest of all: there is no second place that could say otherwise. A line counts only under the
//! seal of this installation. A component is written before the line that names it, and is compared with its digest
//! whenever it is read.
//!
//! Everything happens through a [`Dir`](cap_std::fs::Dir); nothing here knows who follows the directory.

mod components;
mod directory;
mod error;
pub(crate) mod files;
mod history;
mod line;
mod lock;
mod revision;
mod seal;

pub use components::StoredComponent;
pub use directory::PolicyDirectory;
pub use error::RevisionError;
pub(crate) use error::io;
pub use history::{Damage, History};
pub use revision::{Change, Draft, Program, Revision};
pub use seal::SealFile;
