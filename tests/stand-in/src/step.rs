//! What the server does with one request.

use serde::{Deserialize, Serialize};

/// One step of a script.
///
/// Times are in milliseconds. `after` counts the pieces of text that are sent before the fault happens; of an
/// answer that is not streamed, about half of the document is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Answers with the text: the shape that was asked for, another one, or prose.
    Answer {
        /// What is said.
        text: String,
        /// Waits as long before anything is sent, headers included.
        #[serde(default)]
        think_ms: u64,
        /// Waits as long before each piece of the text.
        #[serde(default)]
        delta_ms: u64,
        /// What it says it cost.
        #[serde(default)]
        usage: Option<Usage>,
    },
    /// Answers with an HTTP status and an error body.
    Status {
        /// The status.
        code: u16,
        /// `error.code`, such as `insufficient_quota` or `context_length_exceeded`.
        #[serde(default)]
        error: Option<String>,
        /// `error.message`. Without it, one that fits the status.
        #[serde(default)]
        message: Option<String>,
        /// The header `Retry-After`: seconds or an HTTP date.
        #[serde(default)]
        retry_after: Option<String>,
        /// More headers, e.g. `location`.
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// Sent as it is, as HTML, in place of the error as JSON.
        #[serde(default)]
        html: Option<String>,
        /// Waits as long before anything is sent.
        #[serde(default)]
        think_ms: u64,
    },
    /// Closes the connection without an answer.
    Close,
    /// Sends nothing, not even headers, until the client gives up.
    Silence,
    /// Breaks the connection in the middle of the text.
    Cut {
        /// What would have been said.
        text: String,
        /// After how many pieces of it.
        after: usize,
    },
    /// Ends the body properly in the middle of the text: no terminal event comes.
    Eof {
        /// What would have been said.
        text: String,
        /// After how many pieces of it.
        after: usize,
    },
    /// Sends nothing more from the middle of the text on, and keeps the connection.
    Stall {
        /// What would have been said.
        text: String,
        /// After how many pieces of it. With 0 the client sees headers and the opening events alone.
        after: usize,
    },
    /// Sends an event whose data is no JSON, then ends properly.
    Malformed {
        /// What would have been said.
        text: String,
        /// After how many pieces of it.
        after: usize,
    },
    /// Ends with `response.incomplete`, or the `finish_reason` that means the same.
    Incomplete {
        /// What is said until then.
        text: String,
        /// `max_output_tokens`, `content_filter` or another.
        reason: String,
    },
    /// Declines to answer; the response counts as completed.
    Refusal {
        /// Why.
        text: String,
    },
    /// Ends with `response.failed`; in chat, with an error in the stream.
    Failed {
        /// `error.code`, such as `server_error` or `rate_limit_exceeded`.
        code: String,
        /// `error.message`.
        message: String,
    },
    /// Sends the stream's event `error` and ends.
    ErrorEvent {
        /// Its `code`.
        code: String,
        /// Its `message`.
        message: String,
        /// Wrapped in a member `error`, as some gateways do.
        #[serde(default)]
        wrapped: bool,
    },
    /// Answers with that many bytes of text.
    Huge {
        /// How many.
        bytes: usize,
    },
    /// Sends status 200 with this body, whatever was asked: e.g. the page of a gateway that wants a login.
    Raw {
        /// Its type.
        content_type: String,
        /// The body.
        body: String,
    },
    /// Does one thing when asked over `/responses` and another over `/chat/completions`.
    PerEndpoint {
        /// Over `/responses`.
        responses: Box<Step>,
        /// Over `/chat/completions`.
        chat: Box<Step>,
    },
}

/// What an answer says it cost, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Usage {
    /// Read.
    pub input: u64,
    /// Of those, cached.
    pub cached: u64,
    /// Written, reasoning included.
    pub output: u64,
    /// Of those, reasoning.
    pub reasoning: u64,
}

impl Default for Usage {
    fn default() -> Self {
        Self {
            input: 1200,
            cached: 1000,
            output: 300,
            reasoning: 100,
        }
    }
}

impl Step {
    /// Answers at once.
    pub fn answer(text: impl Into<String>) -> Self {
        Self::slow_answer(text, 0, 0)
    }

    /// Answers after `think_ms`, with `delta_ms` between the pieces.
    pub fn slow_answer(text: impl Into<String>, think_ms: u64, delta_ms: u64) -> Self {
        Self::Answer {
            text: text.into(),
            think_ms,
            delta_ms,
            usage: None,
        }
    }

    /// Text that is no JSON.
    pub fn prose() -> Self {
        Self::answer("I had a look at the code, and I must say that I like it a lot.")
    }

    /// JSON of a shape that nobody asked for.
    pub fn wrong_shape() -> Self {
        Self::answer(r#"{"greeting":"hello","list":[1,2,3]}"#)
    }

    /// Fails with this HTTP status.
    pub fn status(code: u16) -> Self {
        Self::Status {
            code,
            error: None,
            message: None,
            retry_after: None,
            headers: Vec::new(),
            html: None,
            think_ms: 0,
        }
    }

    /// Fails with this HTTP status and `error.code`.
    pub fn error(code: u16, error: &str) -> Self {
        let mut step = Self::status(code);
        if let Self::Status { error: code, .. } = &mut step {
            *code = Some(error.to_owned());
        }
        step
    }

    /// Too many requests: come back after that long, in the words of `Retry-After`.
    pub fn rate_limited(retry_after: &str) -> Self {
        let mut step = Self::error(429, "rate_limit_exceeded");
        if let Self::Status {
            retry_after: header,
            ..
        } = &mut step
        {
            *header = Some(retry_after.to_owned());
        }
        step
    }

    /// The page of a gateway whose server is gone.
    pub fn bad_gateway() -> Self {
        let mut step = Self::status(502);
        if let Self::Status { html, .. } = &mut step {
            *html = Some("<html><head><title>502 Bad Gateway</title></head></html>".to_owned());
        }
        step
    }

    /// A server without `/responses`, that answers over `/chat/completions`.
    pub fn responses_missing(text: impl Into<String>) -> Self {
        Self::PerEndpoint {
            responses: Box::new(Self::status(404)),
            chat: Box::new(Self::answer(text)),
        }
    }

    /// A server that ignores the schema over `/responses` and keeps to it over `/chat/completions`.
    pub fn schema_ignored(text: impl Into<String>) -> Self {
        Self::PerEndpoint {
            responses: Box::new(Self::prose()),
            chat: Box::new(Self::answer(text)),
        }
    }
}
