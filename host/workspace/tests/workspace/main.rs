//! The repository around the work, read from real ones.

mod bounds;
mod diff;
mod hostile;
mod paths;
mod property;
mod support;
mod whole;
