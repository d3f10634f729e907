//! The static judge, as the audit loop meets it.

mod extents;
mod files;
mod grading;
mod hostile;
mod languages;
mod recursion;
#[path = "../common/reports.rs"]
mod reports;
#[path = "../common/requests.rs"]
mod requests;
mod support;
mod syntax;
