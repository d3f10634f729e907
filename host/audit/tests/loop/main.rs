//! The audit loop over fakes.

mod cache;
mod cancelling;
mod context;
mod cycles;
mod diffs;
mod fallback;
mod findings;
mod further_reviews;
mod panel;
mod policy;
mod queue;
mod recording;
mod replay;
mod support;
mod trials;
