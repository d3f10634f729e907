//! The one place that speaks to git.

mod child;
mod mirror;
mod patch;

pub(crate) use mirror::Mirror;
pub(crate) use patch::{FilePatch, split};
