//! `/responses`: its question and its events.

use super::failure::Fault;
use super::settings::HttpSettings;
use super::stream::Reader;
use super::wire::{Complaint, ErrorObject, tokens};
use crate::model::{Prompt, SCHEMA_NAME, Said};
use gansauditor_audit::domain::Usage;
use serde::Deserialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::ops::ControlFlow;

/// Longest refusal that is kept, in bytes.
const MAX_REFUSAL: usize = 4096;
/// Requests of one key share what the service cached of their beginning: instructions and schema.
const CACHE_KEY: &str = "gansauditor-judge";

/// What is asked. Nothing is stored at the service.
///
/// Left out on purpose: `temperature`, which models that reason refuse, and `stream_options`, which compatible
/// servers may.
pub(super) fn question(settings: &HttpSettings, prompt: &Prompt) -> Value {
    let mut question = json!({
        "model": settings.model,
        "instructions": prompt.instructions,
        "input": prompt.input,
        "stream": true,
        "store": false,
        "prompt_cache_key": CACHE_KEY,
        "text": {"format": {
            "type": "json_schema",
            "name": SCHEMA_NAME,
            "strict": true,
            "schema": *prompt.schema,
        }},
    });
    if let Some(effort) = &settings.effort {
        question["reasoning"] = json!({"effort": effort});
    }
    if let Some(most) = settings.max_output_tokens {
        question["max_output_tokens"] = most.into();
    }
    question
}

/// Reads the stream. The text is taken from the terminal event, and from the pieces where that has none.
#[derive(Debug, Default)]
pub(super) struct ResponsesReader {
    /// The text as it came in pieces.
    pieces: String,
    /// The text of the terminal event.
    text: Option<String>,
    refusal: String,
    usage: Usage,
}

#[derive(Debug, Deserialize)]
struct Kind<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
struct Delta {
    delta: String,
}

#[derive(Debug, Deserialize)]
struct Terminal {
    response: ResponseObject,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ResponseObject {
    status: Option<String>,
    error: Option<ErrorObject>,
    incomplete_details: Option<IncompleteDetails>,
    output: Option<Vec<Item>>,
    usage: Option<RawUsage>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct IncompleteDetails {
    reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Item {
    #[serde(rename = "type")]
    kind: String,
    content: Option<Vec<Part>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
    refusal: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawUsage {
    #[serde(deserialize_with = "tokens")]
    input_tokens: u64,
    input_tokens_details: Option<InputDetails>,
    #[serde(deserialize_with = "tokens")]
    output_tokens: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct InputDetails {
    #[serde(deserialize_with = "tokens")]
    cached_tokens: u64,
}

impl Reader for ResponsesReader {
    fn hear(&mut self, data: &str, said: &Said) -> Result<ControlFlow<()>, Fault> {
        // Not OpenAI's here, but some servers end every stream with it.
        if data.trim() == "[DONE]" {
            return Ok(ControlFlow::Continue(()));
        }
        let kind: Kind = serde_json::from_str(data).map_err(Fault::Garbled)?;
        match &*kind.kind {
            "response.output_text.delta" => {
                let delta = delta(data)?;
                // Bounds both.
                said.push(&delta)?;
                self.pieces.push_str(&delta);
            }
            "response.refusal.delta" => {
                let delta = delta(data)?;
                if self.refusal.len() + delta.len() <= MAX_REFUSAL {
                    self.refusal.push_str(&delta);
                }
            }
            "response.completed" | "response.incomplete" | "response.failed" => {
                let Terminal { mut response } =
                    serde_json::from_str(data).map_err(Fault::Garbled)?;
                // The name of the event and the status mean the same; the worse of both counts.
                if &*kind.kind != "response.completed" {
                    response.status = kind.kind.strip_prefix("response.").map(str::to_owned);
                }
                self.settle(response, said)?;
                return Ok(ControlFlow::Break(()));
            }
            "error" => return Err(Fault::Complaint(Complaint::read(data).unwrap_or_default())),
            // A gateway's own words.
            "" => {
                if let Some(complaint) = Complaint::read(data) {
                    return Err(Fault::Complaint(complaint));
                }
            }
            // About 60 kinds, none of which matters here.
            _ => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    fn whole(&mut self, body: &str, said: &Said) -> Result<(), Fault> {
        let response: ResponseObject = serde_json::from_str(body).map_err(Fault::Garbled)?;
        if response.output.is_none() && response.status.is_none() {
            return Err(Complaint::read(body).map_or(Fault::NoApi, Fault::Complaint));
        }
        self.settle(response, said)
    }

    fn usage(&self) -> Usage {
        self.usage
    }

    fn end(&mut self) -> Result<String, Fault> {
        let mut text = self.text.take().ok_or(Fault::Ended)?;
        if text.is_empty() {
            text = std::mem::take(&mut self.pieces);
        }
        if !self.refusal.is_empty() {
            return Err(Fault::Refused(std::mem::take(&mut self.refusal)));
        }
        if text.is_empty() {
            return Err(Fault::Empty);
        }
        Ok(text)
    }
}

impl ResponsesReader {
    /// Takes what the service says at the end.
    fn settle(&mut self, response: ResponseObject, said: &Said) -> Result<(), Fault> {
        if let Some(usage) = response.usage {
            let cached = usage.input_tokens_details.unwrap_or_default().cached_tokens;
            self.usage = Usage {
                input_tokens: usage.input_tokens,
                cached_tokens: cached.min(usage.input_tokens),
                output_tokens: usage.output_tokens,
                money_micros: 0,
            };
        }
        let mut text = String::new();
        for item in response.output.into_iter().flatten() {
            if item.kind != "message" {
                continue;
            }
            for part in item.content.into_iter().flatten() {
                match (&*part.kind, part.text, part.refusal) {
                    ("output_text", Some(piece), _) => text.push_str(&piece),
                    ("refusal", _, Some(refusal)) => self.refusal = refusal,
                    _ => {}
                }
            }
        }
        if self.pieces.is_empty() {
            said.push(&text)?;
        } else {
            // Said already, in pieces: here only its length is looked at.
            Said::default().push(&text)?;
        }
        let reason = response
            .incomplete_details
            .and_then(|details| details.reason);
        match response.status.as_deref() {
            Some("failed") => Err(Fault::Complaint(
                response.error.map(Complaint::from).unwrap_or_default(),
            )),
            Some("incomplete" | "cancelled") => Err(Fault::Incomplete(
                reason.unwrap_or_else(|| "no reason given".to_owned()),
            )),
            _ => match reason {
                Some(reason) => Err(Fault::Incomplete(reason)),
                None => {
                    self.text = Some(text);
                    Ok(())
                }
            },
        }
    }
}

fn delta(data: &str) -> Result<String, Fault> {
    let Delta { delta } = serde_json::from_str(data).map_err(Fault::Garbled)?;
    Ok(delta)
}
