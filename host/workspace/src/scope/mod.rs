//! The three scopes of a context.

mod diff;
mod paths;
mod whole;

pub(crate) use diff::diff;
pub(crate) use paths::paths;
pub(crate) use whole::whole;
