//! The command line, as a person or a pipeline uses it.

mod audit;
mod crash;
mod policy;
mod process;
mod revisions;
mod session;
