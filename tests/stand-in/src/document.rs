//! What both interfaces say, before it is put into the words of one.

use crate::step::{Step, Usage};

/// Most bytes of a piece of streamed text, give or take a character.
const PIECE: usize = 48;
/// Most pieces of an answer: a huge one has larger pieces.
const MAX_PIECES: usize = 400;

/// What is said, and how it ends.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// The model that was asked for.
    pub(crate) model: String,
    /// Number of the response, for its id.
    pub(crate) number: u64,
    /// What is said.
    pub(crate) text: String,
    /// How it ends.
    pub(crate) ending: Ending,
    /// What it costs.
    pub(crate) usage: Usage,
}

/// How an answer ends when nothing breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Whole.
    Completed,
    /// Cut short by the model.
    Incomplete(String),
    /// The text says why there is no answer.
    Refused,
    /// With an error.
    Failed { code: String, message: String },
    /// With the stream's own error event.
    Error {
        code: String,
        message: String,
        wrapped: bool,
    },
}

impl Document {
    /// What the step would say if nothing broke.
    pub(crate) fn new(step: &Step, model: &str, number: u64) -> Self {
        let (text, ending) = match step {
            Step::Answer { text, .. }
            | Step::Cut { text, .. }
            | Step::Eof { text, .. }
            | Step::Stall { text, .. }
            | Step::Malformed { text, .. } => (text.clone(), Ending::Completed),
            Step::Incomplete { text, reason } => (text.clone(), Ending::Incomplete(reason.clone())),
            Step::Refusal { text } => (text.clone(), Ending::Refused),
            Step::Failed { code, message } => (
                String::new(),
                Ending::Failed {
                    code: code.clone(),
                    message: message.clone(),
                },
            ),
            Step::ErrorEvent {
                code,
                message,
                wrapped,
            } => (
                String::new(),
                Ending::Error {
                    code: code.clone(),
                    message: message.clone(),
                    wrapped: *wrapped,
                },
            ),
            Step::Huge { bytes } => ("x".repeat(*bytes), Ending::Completed),
            Step::Status { .. }
            | Step::Close
            | Step::Silence
            | Step::Raw { .. }
            | Step::PerEndpoint { .. } => (String::new(), Ending::Completed),
        };
        let usage = match step {
            Step::Answer { usage, .. } => usage.unwrap_or_default(),
            _ => Usage::default(),
        };
        Self {
            model: model.to_owned(),
            number,
            text,
            ending,
            usage,
        }
    }

    /// The text in pieces, as a model sends it.
    pub(crate) fn pieces(&self) -> Vec<&str> {
        let size = PIECE.max(self.text.len() / MAX_PIECES);
        let mut rest = self.text.as_str();
        let mut pieces = Vec::new();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.ceil_char_boundary(size.min(rest.len())));
            pieces.push(piece);
            rest = after;
        }
        pieces
    }
}
