//! Both stores against the contract of their port, and the directory against everything that happens to disks.

mod contract;
mod crash;
mod directory;
mod disk;
mod import;
mod journal_writer;
mod journals;
mod power_loss;
mod replay;
mod reviews;
mod sample;
mod support;
