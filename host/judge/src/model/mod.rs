//! Judging by a language model, whatever carries it.
//!
//! A [`Model`] takes a prompt and gives a text; [`ModelJudge`] makes the prompt, reads the answer, believes
//! none of it, and asks again where that may help.

mod answer;
mod attempts;
mod earlier;
mod judge;
mod partial;
mod port;
mod prompt;
mod schema;
mod window;

#[cfg(test)]
mod tests;

pub(crate) use judge::ModelJudge;
pub use judge::ModelSettings;
pub(crate) use port::{Answer, Call, MAX_ANSWER, Model, ModelError, Prompt, SCHEMA_NAME, Said};
