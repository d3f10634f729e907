//! The session file, read tolerantly.

use crate::text::bounded;
use gansauditor_audit::domain::{Timestamp, Verdict};
use gansauditor_audit::ports::ImportError;
use serde_json::{Map, Value};

/// Most bytes of a file. The largest ones known have a hundredth of it.
pub(super) const MAX_FILE: usize = 32 * 1024 * 1024;
/// Most bytes of a text of the judge, and of the task.
const MAX_TEXT: usize = 8 * 1024;
/// Most bytes of a comment.
const MAX_COMMENT: usize = 4 * 1024;
/// Most bytes of a name or a path.
const MAX_NAME: usize = 256;
/// Most comments of one review.
const MAX_COMMENTS: usize = 200;
/// Most dimensions of one review.
const MAX_DIMENSIONS: usize = 50;

/// The original's task where nobody set one: it says nothing.
const DEFAULT_TASK: &str = "Audit and improve the provided candidate";

/// What is taken over of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SessionFile {
    pub(super) created_at: Option<Timestamp>,
    pub(super) task: Option<String>,
    /// Oldest first.
    pub(super) attempts: Vec<Attempt>,
    /// How the original ended the session, when it did.
    pub(super) ending: Option<Ending>,
}

/// One audit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Attempt {
    pub(super) thought_number: u64,
    pub(super) at: Option<Timestamp>,
    /// The whole thought; absent where the original kept none, never blank.
    pub(super) code: Option<String>,
    pub(super) gan: Option<Gan>,
}

/// The original's judge result.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gan {
    pub(super) overall: Option<f64>,
    pub(super) dimensions: Vec<(String, f64)>,
    pub(super) verdict: Verdict,
    pub(super) summary: String,
    pub(super) comments: Vec<Comment>,
    /// Model of the first judge card.
    pub(super) model: String,
}

impl Gan {
    /// Names on the card where no judge had read anything: the stand-in for a failed judge, and the engine
    /// that gave 100 for want of code.
    const NOBODY: [&str; 2] = ["fallback", "synchronous-audit-engine"];

    pub(super) fn is_unread(&self) -> bool {
        Self::NOBODY.contains(&self.model.as_str())
    }
}

/// A comment of a review.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Comment {
    pub(super) path: String,
    pub(super) line: Option<u32>,
    pub(super) text: String,
}

/// The original's reasons for ending a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// A tier was met; its number, from 1.
    Tier(u32),
    HardStop,
    Stagnation,
    /// Complete, without a reason that this server knows.
    Unknown,
}

impl SessionFile {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, ImportError> {
        if bytes.len() > MAX_FILE {
            return Err(refused(&format!(
                "it has {} bytes, the limit is {MAX_FILE}",
                bytes.len()
            )));
        }
        let value: Value =
            serde_json::from_slice(bytes).map_err(|error| refused(&format!("no JSON: {error}")))?;
        let Value::Object(file) = value else {
            return Err(refused("no JSON object"));
        };
        if text(&file, "id").is_none() {
            // Also what a wrong call of the original left behind: an id spread into numeric keys.
            return Err(refused("`id` is not a text"));
        }
        let (history, iterations) = (list(&file, "history"), list(&file, "iterations"));
        if history.is_none() && iterations.is_none() {
            return Err(refused("neither `history` nor `iterations` is a list"));
        }
        // An audit of the synchronous mode is in both lists, with its code in `iterations` only.
        let mut attempts: Vec<Attempt> = iterations
            .unwrap_or_default()
            .iter()
            .filter_map(iteration)
            .collect();
        if attempts.is_empty() {
            attempts = history
                .unwrap_or_default()
                .iter()
                .filter_map(history_entry)
                .collect();
        }
        let task = file
            .get("config")
            .and_then(Value::as_object)
            .and_then(|config| text(config, "task"));
        Ok(Self {
            created_at: timestamp(&file, "createdAt"),
            task: task
                .filter(|task| *task != DEFAULT_TASK)
                .map(|task| bounded(task, MAX_TEXT)),
            attempts,
            ending: (file.get("isComplete") == Some(&Value::Bool(true))).then(|| ending(&file)),
        })
    }
}

fn refused(why: &str) -> ImportError {
    ImportError(bounded(why, MAX_NAME))
}

fn iteration(value: &Value) -> Option<Attempt> {
    let entry = value.as_object()?;
    Some(Attempt {
        thought_number: thought_number(entry),
        at: timestamp(entry, "timestamp"),
        code: text(entry, "code").map(str::to_owned),
        gan: entry.get("auditResult").and_then(gan),
    })
}

/// An audit of which there is neither code nor a judge's word left nothing to take over.
fn history_entry(value: &Value) -> Option<Attempt> {
    let entry = value.as_object()?;
    let gan = entry
        .get("review")
        .and_then(gan)
        .filter(|gan| !gan.is_unread())?;
    Some(Attempt {
        thought_number: thought_number(entry),
        at: timestamp(entry, "timestamp"),
        code: None,
        gan: Some(gan),
    })
}

fn gan(value: &Value) -> Option<Gan> {
    let gan = value.as_object()?;
    let review = gan.get("review").and_then(Value::as_object);
    let of_review = |key: &str| review.and_then(|review| review.get(key));
    let dimensions = list(gan, "dimensions").unwrap_or_default();
    let comments = of_review("inline")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let cards = list(gan, "judge_cards").unwrap_or_default();
    let model = cards
        .first()
        .and_then(Value::as_object)
        .and_then(|card| text(card, "model"));
    Some(Gan {
        overall: gan.get("overall").and_then(Value::as_f64),
        dimensions: dimensions
            .iter()
            .filter_map(dimension)
            .take(MAX_DIMENSIONS)
            .collect(),
        verdict: match gan.get("verdict").and_then(Value::as_str) {
            Some("pass") => Verdict::Pass,
            Some("reject") => Verdict::Reject,
            _ => Verdict::Revise,
        },
        summary: bounded(
            of_review("summary")
                .and_then(Value::as_str)
                .unwrap_or_default(),
            MAX_TEXT,
        ),
        comments: comments
            .iter()
            .filter_map(comment)
            .take(MAX_COMMENTS)
            .collect(),
        // The original's default judge, which its one card always names.
        model: bounded(model.unwrap_or("codex-cli"), MAX_NAME),
    })
}

fn dimension(value: &Value) -> Option<(String, f64)> {
    let dimension = value.as_object()?;
    Some((
        bounded(text(dimension, "name")?, MAX_NAME),
        dimension.get("score")?.as_f64()?,
    ))
}

fn comment(value: &Value) -> Option<Comment> {
    let comment = value.as_object()?;
    let line = comment
        .get("line")
        .and_then(whole)
        .and_then(|line| u32::try_from(line).ok());
    Some(Comment {
        path: bounded(text(comment, "path").unwrap_or_default(), MAX_NAME),
        line: line.filter(|line| *line > 0),
        text: bounded(text(comment, "comment")?, MAX_COMMENT),
    })
}

fn ending(file: &Map<String, Value>) -> Ending {
    match text(file, "completionReason") {
        Some("score_95_at_10") => Ending::Tier(1),
        Some("score_90_at_15") => Ending::Tier(2),
        Some("score_85_at_20") => Ending::Tier(3),
        Some("max_loops_reached") => Ending::HardStop,
        Some("stagnation_detected") => Ending::Stagnation,
        _ => Ending::Unknown,
    }
}

/// A text that is not blank.
fn text<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    map.get(key)?
        .as_str()
        .filter(|text| !text.trim().is_empty())
}

fn list<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a [Value]> {
    map.get(key)?.as_array().map(Vec::as_slice)
}

fn timestamp(map: &Map<String, Value>, key: &str) -> Option<Timestamp> {
    map.get(key).and_then(whole).map(Timestamp)
}

fn thought_number(entry: &Map<String, Value>) -> u64 {
    entry
        .get("thoughtNumber")
        .and_then(whole)
        .unwrap_or(1)
        .max(1)
}

/// A number of at least 0, its fraction dropped.
fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        // The conversion saturates.
        value
            .as_f64()
            .filter(|number| *number >= 0.0)
            .map(|number| number as u64)
    })
}
