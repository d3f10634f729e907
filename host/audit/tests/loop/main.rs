//! The audit loop over fakes.

mod cache;
mod context;
mod fallback;
mod loops;
mod panel;
mod queue;
mod recording;
mod replay;
mod support;
mod trials;
