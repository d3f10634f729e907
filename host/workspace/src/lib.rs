//! The repository around the work: what a judge may read beside the submission.
//!
//! A repository under audit is hostile. Three things keep it in its place:
//!
//! - Files are reached through a directory handle (cap-std), so the operating system itself refuses `..` and links
//!   that lead out of the root; see `tree`.
//! - Git never reads the repository's configuration when it looks at files. It works in a git directory of our own
//!   that borrows the repository's objects and a copy of its index; see `git::mirror`. What is not configured
//!   cannot be run: no filter, no text conversion, no diff program, no monitor, no hook.
//! - Everything is bounded: bytes, files, names, git's output, and time. What is left out is said.
//!
//! The README of this folder says what is shown of a repository, and what never is.

mod changes;
mod error;
mod git;
mod ignores;
mod limits;
mod locate;
mod named;
mod names;
mod packing;
mod rank;
mod reason;
mod repository;
mod scope;
mod tree;
mod walk;
mod watch;

pub use changes::{Changes, Wanted};
pub use error::RepositoryError;
pub use git::Ahead;
pub use limits::Limits;
pub use repository::Repository;
