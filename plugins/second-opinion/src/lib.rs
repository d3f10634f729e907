//! Ends no session on the word of a single review.
//!
//! Everything is decided by the policy that is imported - the core, once composed with it. Where that completes, or
//! stops for stagnation, on fewer reviews than are wanted, the same submission is reviewed once more first.

#[cfg(target_arch = "wasm32")]
mod guest;
pub mod settings;
