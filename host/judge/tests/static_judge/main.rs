//! The static judge, as the audit loop meets it.

mod extents;
mod files;
mod grading;
mod hostile;
mod languages;
mod support;
