//! The Codex CLI as the way to a model.
//!
//! [`ExecModel`] runs one `codex exec` a request; [`AppServerModel`] keeps one `codex app-server` warm, hears
//! the answer as it comes and can interrupt it. Both run the CLI with nothing of its own: a home, a
//! configuration and an environment made here, no tools, no retries, no network but the model's service.

mod app_server;
mod events;
mod exec;
mod executable;
mod failure;
mod home;
mod lines;
mod model;
mod peer;
#[cfg(all(test, feature = "real-codex"))]
mod real_codex;
mod rpc;
mod settings;
#[cfg(test)]
mod testing;
mod turn;

pub(crate) use app_server::AppServerModel;
pub(crate) use exec::ExecModel;
pub use executable::{CodexCli, CodexError};
pub use settings::{CodexSettings, Provider};
