//! The judge over external programs, as the audit loop meets it. The programs are scripts written for each test.

mod checks;
mod configuration;
mod environment;
mod findings;
mod grading;
mod hostile_logs;
mod known_tools;
mod limits;
mod properties;
#[path = "../common/reports.rs"]
mod reports;
#[path = "../common/requests.rs"]
mod requests;
mod submissions;
mod support;
