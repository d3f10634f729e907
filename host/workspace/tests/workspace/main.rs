//! The repository around the work, read from real ones.

mod bounds;
mod changes;
mod diff;
mod hostile;
mod named;
mod paths;
mod property;
mod support;
mod whole;
