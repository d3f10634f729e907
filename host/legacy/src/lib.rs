//! The original GansAuditor Codex server on the wire: its tool's arguments, its answers and errors, and its
//! session files.
//!
//! This is the only room that knows these shapes. The way in is [`ToolCall::read`], the way out is
//! [`Answer`] or [`Failure`]; [`LegacyImporter`] takes over `<id>.json` files. What is new in an answer comes
//! as additional keys after the old ones, so that a client of the original server reads it unchanged.

mod arguments;
mod error;
#[cfg(test)]
mod golden;
mod import;
mod response;
mod schema;
mod text;

pub use arguments::{ArgumentsError, Problem, ToolCall};
pub use error::{ErrorContext, ErrorPayload, Failure, RetryInfo};
pub use import::LegacyImporter;
pub use response::{Answer, ThoughtLog};
pub use schema::{TOOL, TOOL_ALIASES, input_schema};
