//! The reviewer in a coding agent's loop.
//!
//! `cli` reads the command line, `config` the environment; `wiring` puts the adapters into the audit loop's
//! ports; `mcp` and `http` are the ways in. What an audit means is decided elsewhere.

mod cleanup;
mod cli;
mod config;
mod control;
mod files;
mod http;
mod identity;
mod judges;
mod log;
mod mcp;
mod policies;
mod report;
mod running;
mod service;
mod signals;
mod stage;
mod text;
mod thoughts;
mod who;
mod wiring;

const _: () = assert!(
    gansauditor_policy::CORE_IS_EMBEDDED,
    "the core is not built: run `make` once"
);

fn main() -> std::process::ExitCode {
    cli::run()
}
