//! The audit loop over fakes.

mod bases;
mod bounds;
mod cache;
mod cancelling;
mod checks;
mod context;
mod cycles;
mod diffs;
mod fallback;
mod findings;
mod further_reviews;
mod identity;
mod panel;
mod policy;
mod queue;
mod recording;
mod replay;
mod support;
mod trials;
mod workspace;
