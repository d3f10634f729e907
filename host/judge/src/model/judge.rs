//! The judge over a model.

use super::answer::{Asked, Read, object, read};
use super::attempts::{Attempts, now};
use super::partial;
use super::prompt::{instructions, prompt};
use super::schema::schema;
use super::window::{Window, window};
use super::{Model, ModelError, Prompt, Said};
use async_trait::async_trait;
use gansauditor_audit::domain::{Coverage, Digest, JudgeIdentity, JudgeKind, Usage};
use gansauditor_audit::ports::{Judge, JudgeError, JudgeFailure, JudgeReport, JudgeRequest};
use gansauditor_audit::rubric::Rubric;
use serde_json::Value;
use std::time::Duration;

/// Part of the time that is kept for reading what was said when it is up.
const RESERVE: Duration = Duration::from_millis(200);
/// Most bytes by which a prompt may grow when a bad answer is shown again, and which part of the prompt that may be.
const MAX_REPAIR: usize = 8_000;
const REPAIR_SHARE: usize = 8;
/// Most bytes of what was wrong with it.
const MAX_WRONG: usize = 200;

/// How models are asked, whatever carries them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelSettings {
    /// How often a request is repeated when its failure may pass, within the time of the review.
    pub retries: u32,
    /// Most bytes of a prompt: instructions, task, work, context, and a bad answer that is shown again. The schema
    /// comes on top. Files that do not fit are left out and named.
    pub max_input_bytes: usize,
}

impl ModelSettings {
    /// Most that `max_input_bytes` may be: the Codex CLI takes little more.
    pub const MOST_INPUT_BYTES: u32 = 1_000_000;

    /// What is kept of a prompt for asking again.
    fn room_for_repair(&self) -> usize {
        MAX_REPAIR.min(self.max_input_bytes / REPAIR_SHARE)
    }
}

/// Reviews by asking a model.
pub(crate) struct ModelJudge {
    model: Box<dyn Model>,
    pub(super) settings: ModelSettings,
    identity: JudgeIdentity,
}

impl ModelJudge {
    /// The judge over this model.
    pub(crate) fn new(model: Box<dyn Model>, settings: ModelSettings) -> Self {
        let rubric = Rubric::default();
        let asked = format!(
            "{}\0{}\0{}",
            instructions(&rubric),
            schema(&rubric),
            settings.max_input_bytes
        );
        let digest = Digest::of(asked.as_bytes()).to_string();
        let short = digest.rsplit(':').next().unwrap_or_default();
        let identity = JudgeIdentity {
            name: model.name().to_owned(),
            version: format!("{}; prompt {}", model.version(), &short[..8]),
            kind: JudgeKind::Model,
            deterministic: false,
        };
        Self {
            model,
            settings,
            identity,
        }
    }

    /// The error, after `usage` was spent on all requests.
    fn error(
        &self,
        error: ModelError,
        time: Duration,
        partial: Option<JudgeReport>,
        usage: Usage,
    ) -> JudgeError {
        match error {
            ModelError::Cancelled => JudgeError::Cancelled,
            ModelError::TimedOut | ModelError::Silent => JudgeError::TimedOut {
                judge: self.identity.name.clone(),
                after: time,
                partial: partial.map(Box::new),
                usage,
            },
            ModelError::Failed {
                kind,
                message,
                retry_after,
                ..
            } => JudgeError::Failed {
                judge: self.identity.name.clone(),
                kind,
                reason: message,
                retry_after,
                usage,
            },
        }
    }
}

#[async_trait]
impl Judge for ModelJudge {
    fn identity(&self) -> &JudgeIdentity {
        &self.identity
    }

    fn reads_context(&self) -> bool {
        true
    }

    async fn close(&self) {
        self.model.close().await;
    }

    async fn review(&self, request: &JudgeRequest) -> Result<JudgeReport, JudgeError> {
        let most = self.settings.max_input_bytes;
        let for_repair = self.settings.room_for_repair();
        let room = most.saturating_sub(instructions(&request.rubric).len() + for_repair);
        let window = window(request, room);
        if window.files.is_empty() {
            let reason = format!(
                "none of the {} submitted files fits into a prompt of {most} bytes; submit less at once, or raise CODEX_MAX_INPUT_BYTES",
                request.files.len()
            );
            return Err(JudgeError::failed(
                &self.identity.name,
                JudgeFailure::TooLong,
                reason,
            ));
        }
        let asked = Asked {
            window: &window,
            rubric: &request.rubric,
            earlier: &request.earlier,
        };
        let prompt = prompt(&request.rubric, &window);
        let said = Said::default();
        let mut attempts = Attempts {
            model: &*self.model,
            deadline: now() + request.time.saturating_sub(RESERVE.min(request.time / 10)),
            cancel: &request.cancel,
            said: &said,
            retries_left: self.settings.retries,
            requests: 0,
            usage: Usage::default(),
        };
        match whole(&mut attempts, &prompt, &asked, for_repair).await {
            Ok(Whole {
                read,
                way,
                repaired,
            }) => {
                let mut provenance = provenance(&way, &attempts, &window, read.dropped);
                if repaired {
                    provenance.push_str("; the answer had to be asked for again");
                }
                Ok(JudgeReport {
                    usage: attempts.usage,
                    provenance,
                    ..read.report
                })
            }
            Err(error) => {
                let begun = broke_off(&error, request.time).and_then(|why| {
                    let provenance = provenance("an answer in part", &attempts, &window, 0);
                    cut_off(&said.text(), &asked, &why, provenance, attempts.usage)
                });
                match (error, begun) {
                    // The time is the caller's affair; an answer that broke off by itself is one in part.
                    (ModelError::Failed { .. }, Some(report)) => Ok(report),
                    (error, partial) => {
                        Err(self.error(error, request.time, partial, attempts.usage))
                    }
                }
            }
        }
    }
}

/// An answer of the right shape.
struct Whole {
    read: Read,
    way: String,
    repaired: bool,
}

/// Asks until an answer is of the right shape: once more another way where the model knows one, then once more
/// with what was wrong.
async fn whole(
    attempts: &mut Attempts<'_>,
    prompt: &Prompt,
    asked: &Asked<'_>,
    for_repair: usize,
) -> Result<Whole, ModelError> {
    let mut repaired = false;
    let mut asking = std::borrow::Cow::Borrowed(prompt);
    loop {
        let answer = attempts.ask(&asking).await?;
        let wrong = match object(&answer.text).and_then(|value| read(&value, asked)) {
            Ok(read) => {
                return Ok(Whole {
                    read,
                    way: answer.way,
                    repaired,
                });
            }
            Err(wrong) => wrong,
        };
        if attempts.model.distrust() {
            continue;
        }
        if repaired {
            return Err(ModelError::new(
                JudgeFailure::Malformed,
                format!("its answer is not a review, also when asked again: {wrong}"),
            ));
        }
        repaired = true;
        asking = std::borrow::Cow::Owned(repair(prompt, &answer.text, &wrong, for_repair));
    }
}

/// The prompt again, with the answer and what is wrong with it: at most `room` bytes more.
fn repair(prompt: &Prompt, answer: &str, wrong: &str, room: usize) -> Prompt {
    let wrong = &wrong[..wrong.floor_char_boundary(MAX_WRONG)];
    let before = format!("\n# Your last answer could not be read\n{wrong}. It began:\n");
    let after = "\n\nAnswer again, with one JSON object of the schema and nothing else.\n";
    let left = room.saturating_sub(before.len() + after.len() + "\"\"".len());
    let began = Value::from(beginning(answer, left));
    Prompt {
        input: format!("{}{before}{began}{after}", prompt.input),
        ..prompt.clone()
    }
}

/// As much of a text as takes so many bytes within a JSON string.
fn beginning(text: &str, bytes: usize) -> &str {
    let mut taken = 0;
    let end = text.char_indices().find(|(_, letter)| {
        taken += match letter {
            '"' | '\\' => 2,
            letter if letter.is_ascii_control() => "\\u0000".len(),
            letter => letter.len_utf8(),
        };
        taken > bytes
    });
    &text[..end.map_or(text.len(), |(end, _)| end)]
}

/// Why an answer that had begun came to no end; `None` for failures that leave none behind.
fn broke_off(error: &ModelError, time: Duration) -> Option<String> {
    match error {
        ModelError::TimedOut => Some(format!("the model was cut off after {} s", time.as_secs())),
        ModelError::Failed {
            kind: JudgeFailure::Incomplete | JudgeFailure::Interrupted,
            message,
            ..
        } => Some(format!("the answer broke off: {message}")),
        _ => None,
    }
}

/// What was written of an answer that broke off, as a review in part.
fn cut_off(
    text: &str,
    asked: &Asked<'_>,
    why: &str,
    provenance: String,
    usage: Usage,
) -> Option<JudgeReport> {
    let value = partial::complete(text)?;
    let Read { report, .. } = read(&value, asked).ok()?;
    Some(JudgeReport {
        provenance,
        coverage: Coverage::Partial(format!("{why}; what was written until then counts")),
        readings: Vec::new(),
        usage,
        ..report
    })
}

/// How the answer came about, for people.
fn provenance(way: &str, attempts: &Attempts<'_>, window: &Window<'_>, dropped: usize) -> String {
    let mut parts = vec![way.to_owned()];
    if attempts.requests > 1 {
        parts.push(format!("{} requests", attempts.requests));
    }
    let Usage {
        input_tokens,
        cached_tokens,
        output_tokens,
        ..
    } = attempts.usage;
    if input_tokens + output_tokens > 0 {
        parts.push(format!(
            "{input_tokens} tokens read ({cached_tokens} cached), {output_tokens} written"
        ));
    }
    if dropped > 0 {
        parts.push(format!("{dropped} unusable items dropped"));
    }
    parts.extend(window.left_out.iter().take(3).cloned());
    parts.join("; ")
}
