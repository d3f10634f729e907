//! Codex over HTTP: a model behind OpenAI's interface, or a server compatible with it.
//!
//! It is asked over `/responses`, and over `/chat/completions` where a server has no better. Answers are
//! streamed, so that what was said is there when the time is up. One call is one request: nothing is retried
//! here. Every way to fail, and what becomes of it, stands in [`failure`].

mod chat;
mod client;
mod failure;
mod kind;
mod model;
mod responses;
mod retry_after;
mod route;
mod settings;
mod sse;
mod stream;
mod wire;

#[cfg(test)]
mod tests;

pub(crate) use model::HttpModel;
pub use settings::{HttpSettings, SetupError};
