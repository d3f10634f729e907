//! `/chat/completions`: its question and its chunks.

use super::failure::Fault;
use super::settings::HttpSettings;
use super::stream::Reader;
use super::wire::{Complaint, tokens};
use crate::model::{Prompt, SCHEMA_NAME, Said};
use gansauditor_audit::domain::Usage;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use std::ops::ControlFlow;

/// Longest refusal that is kept, in bytes.
const MAX_REFUSAL: usize = 4096;

/// What is asked. The limit of tokens goes by its new name to OpenAI alone: its models refuse the old one,
/// and older compatible servers do not know the new one.
pub(super) fn question(settings: &HttpSettings, prompt: &Prompt, host: &str) -> Value {
    let mut question = json!({
        "model": settings.model,
        "messages": [
            {"role": "system", "content": prompt.instructions},
            {"role": "user", "content": prompt.input},
        ],
        "stream": true,
        "stream_options": {"include_usage": true},
        "response_format": {"type": "json_schema", "json_schema": {
            "name": SCHEMA_NAME,
            "strict": true,
            "schema": *prompt.schema,
        }},
    });
    if let Some(effort) = &settings.effort {
        question["reasoning_effort"] = effort.as_str().into();
    }
    if let Some(most) = settings.max_output_tokens {
        let name = if host == "api.openai.com" {
            "max_completion_tokens"
        } else {
            "max_tokens"
        };
        question[name] = most.into();
    }
    question
}

/// Reads the stream. The answer is whole when a `finish_reason` says so; the usage comes after it.
#[derive(Debug, Default)]
pub(super) struct ChatReader {
    text: String,
    finish_reason: Option<String>,
    refusal: String,
    usage: Usage,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Chunk {
    choices: Option<Vec<Choice>>,
    usage: Option<RawUsage>,
    error: Option<IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Choice {
    index: Option<u64>,
    /// In a stream.
    delta: Option<Message>,
    /// Otherwise.
    message: Option<Message>,
    finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Message {
    content: Option<String>,
    refusal: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawUsage {
    #[serde(deserialize_with = "tokens")]
    prompt_tokens: u64,
    prompt_tokens_details: Option<PromptDetails>,
    #[serde(deserialize_with = "tokens")]
    completion_tokens: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PromptDetails {
    #[serde(deserialize_with = "tokens")]
    cached_tokens: u64,
}

impl Reader for ChatReader {
    fn hear(&mut self, data: &str, said: &Said) -> Result<ControlFlow<()>, Fault> {
        if data.trim() == "[DONE]" {
            return Ok(ControlFlow::Break(()));
        }
        self.take(data, said)?;
        Ok(ControlFlow::Continue(()))
    }

    fn whole(&mut self, body: &str, said: &Said) -> Result<(), Fault> {
        if self.take(body, said)? {
            Ok(())
        } else {
            Err(Complaint::read(body).map_or(Fault::NoApi, Fault::Complaint))
        }
    }

    fn usage(&self) -> Usage {
        self.usage
    }

    fn end(&mut self) -> Result<String, Fault> {
        let reason = self.finish_reason.take().ok_or(Fault::Ended)?;
        if !self.refusal.is_empty() {
            return Err(Fault::Refused(std::mem::take(&mut self.refusal)));
        }
        match &*reason {
            "stop" if self.text.is_empty() => Err(Fault::Empty),
            "stop" => Ok(std::mem::take(&mut self.text)),
            // By the name it has over `/responses`.
            "length" => Err(Fault::Incomplete("max_output_tokens".to_owned())),
            _ => Err(Fault::Incomplete(reason)),
        }
    }
}

impl ChatReader {
    /// Takes a chunk, or the whole. False when it has none of an answer's members.
    fn take(&mut self, json: &str, said: &Said) -> Result<bool, Fault> {
        let chunk: Chunk = serde_json::from_str(json).map_err(Fault::Garbled)?;
        if chunk.error.is_some() {
            return Err(Fault::Complaint(Complaint::read(json).unwrap_or_default()));
        }
        if let Some(usage) = &chunk.usage {
            let details = usage.prompt_tokens_details.as_ref();
            self.usage = Usage {
                input_tokens: usage.prompt_tokens,
                cached_tokens: details
                    .map_or(0, |details| details.cached_tokens)
                    .min(usage.prompt_tokens),
                output_tokens: usage.completion_tokens,
                money_micros: 0,
            };
        }
        let is_answer = chunk.choices.is_some();
        for choice in chunk.choices.into_iter().flatten() {
            // One was asked for.
            if choice.index.unwrap_or(0) != 0 {
                continue;
            }
            let message = choice.delta.or(choice.message).unwrap_or_default();
            if let Some(content) = &message.content {
                // Bounds both.
                said.push(content)?;
                self.text.push_str(content);
            }
            if let Some(refusal) = &message.refusal
                && self.refusal.len() + refusal.len() <= MAX_REFUSAL
            {
                self.refusal.push_str(refusal);
            }
            if let Some(reason) = choice.finish_reason
                && !reason.is_empty()
            {
                self.finish_reason = Some(reason);
            }
        }
        Ok(is_answer)
    }
}
