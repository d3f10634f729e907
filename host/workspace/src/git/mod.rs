//! The one place that speaks to git.

mod child;
mod entry;
mod mirror;
mod patch;
mod real;

pub(crate) use entry::{Entry, Side, entries};
pub(crate) use mirror::{Mirror, names};
pub(crate) use patch::{FilePatch, split};
pub use real::Ahead;
pub(crate) use real::Real;
