//! The default evaluation policy: when work is complete, when the loop is stuck, what the agent is told.
//!
//! Pure functions over plain types: no clock, no randomness, no file, no network, no state. The same code runs
//! natively and as a WebAssembly component behind the contract in `wit/`.

pub mod assessment;
pub mod bar;
pub mod blocking;
pub mod completion;
mod evidence;
pub mod feedback;
#[cfg(target_arch = "wasm32")]
pub mod guest;
mod history;
mod impact;
mod left_out;
pub mod model;
mod next_steps;
pub mod policy;
mod progress;
pub mod reading;
mod readings;
pub mod settings;
pub mod similarity;
pub mod stagnation;
pub mod termination;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod text;
mod tokens;
mod view;

pub use policy::{Core, Policy};
