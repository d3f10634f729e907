//! Runs evaluation policies: WebAssembly components under limits, swapped in a running process.
//!
//! [`PolicyHost`] holds the live policy. A candidate goes one way: bytes are checked, compiled, asked for their
//! description, given the settings, tried on a small snapshot, and only then published by moving one pointer. A
//! failure at any step is a [`LoadError`] and changes nothing; an evaluation that runs keeps the policy it
//! began with. Each evaluation has an instance of its own under the bounds of [`Limits`], and its decision is
//! checked against the contract before anyone sees it.
//!
//! A candidate can be put on trial first: it is asked beside the live policy, or decides on a share of the sessions,
//! until what it decided otherwise tells whether it takes the live one's place.
//!
//! [`revisions`] keeps on disk which policy is in force, since when, by whom and why.

pub mod bench;
mod bindings;
mod built;
mod compiled;
mod component;
pub mod compose;
mod config;
pub mod conformance;
mod decision;
mod description;
mod embedded;
mod error;
pub mod fixtures;
mod follow;
mod guard;
mod host;
mod limits;
mod linked;
mod load;
mod retry;
pub mod revisions;
mod runtime;
mod sample;
mod self_test;
mod setup;
mod snapshot;
mod stamp;
mod ticker;
mod trial;
mod trust;
mod watch;

pub use built::as_component;
pub use compiled::CompiledCache;
pub use embedded::CORE_IS_EMBEDDED;
pub use error::{LoadError, SettingsProblem};
pub use follow::{FollowOutcome, Followed, FollowedTrial, Follower};
pub use guard::{Guard, OnFailure, Trouble};
pub use host::{FailedCandidate, HostConfig, PolicyHost, PolicyStatus};
pub use limits::Limits;
pub use load::{Inspection, LoadedPolicy};
pub use setup::{OwnLimits, Setup};
pub use trial::{Compared, MAX_DECISIONS, Outcome, RunningTrial, Tally, TrialRules, Verdict};
pub use trust::{Artifact, InvalidKey, PublicKey, Trust};
pub use watch::{WatchOutcome, Watcher};
