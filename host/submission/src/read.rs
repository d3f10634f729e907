//! Reading what an agent sent.

use crate::before::{self, Age};
use crate::clean::clean;
use crate::config::{self, GanConfig};
use crate::draft::Drafts;
use crate::layout::{Fence, Layout, Part};
use crate::limits::{Limits, SubmissionError, is_binary};
use crate::note::{Note, Notes};
use crate::shape::{self, Out};
use crate::submission::{Content, Submission};
use crate::{code, naming, signs};
use serde::{Deserialize, Serialize};
use std::ops::Range;

mod fence;

/// What was read of one text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The code; `None` for prose without code, which is answered without an audit and never scored.
    pub submission: Option<Submission>,
    /// What the first `gan-config` fence asks; no other text configures anything.
    pub config: Option<GanConfig>,
    /// Remarks for the answer.
    pub notes: Vec<Note>,
    /// Where there is no submission though the text looks like work: what it looks like and what to send, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looks_like_work: Option<String>,
}

/// Reads what an agent sent ("thought"): fences, diffs and edits in Markdown, or unfenced code.
///
/// # Errors
/// `Empty`, `Binary`, `TooLarge` and `TooManyFiles`. A text without code is no error.
pub fn read(text: &str, limits: &Limits) -> Result<Reading, SubmissionError> {
    limits.check_bytes(text.len())?;
    if text.trim().is_empty() {
        return Err(SubmissionError::Empty);
    }
    if is_binary(text) {
        return Err(SubmissionError::Binary);
    }
    let mut notes = Notes::default();
    let text = clean(text, &mut notes);
    let layout = Layout::of(&text);
    let mut reader = Reader {
        layout: &layout,
        drafts: Drafts::new(limits),
        notes,
        config: None,
        has_config: false,
        cut: false,
    };
    let ages = reader.ages();
    for (part, is_old) in layout.parts.iter().zip(ages) {
        match part {
            Part::Fence(fence) if is_old => reader.notes.push(Note::BeforeLeftOut {
                line: layout.line_number(fence.range.start),
            }),
            Part::Fence(fence) => reader.fence(fence),
            Part::Piece(lines) => reader.piece(lines),
        }
    }
    reader.unfenced_code();
    let Reader {
        drafts,
        mut notes,
        config,
        ..
    } = reader;
    let submission = match Submission::new(drafts.finish(limits, &mut notes)?) {
        Ok(submission) => Some(submission),
        Err(SubmissionError::Empty) => None,
        Err(error) => return Err(error),
    };
    let looks_like_work = match &submission {
        Some(_) => None,
        None => signs::of_work(&text, notes.as_slice()),
    };
    Ok(Reading {
        submission,
        config,
        notes: notes.finish(),
        looks_like_work,
    })
}

struct Reader<'a> {
    layout: &'a Layout<'a>,
    drafts: Drafts,
    notes: Notes,
    config: Option<GanConfig>,
    has_config: bool,
    /// Whether a fence was cut, so that what follows it may be the rest of it.
    cut: bool,
}

impl Reader<'_> {
    /// For each part whether it is the old one of two fences that show the same place.
    fn ages(&self) -> Vec<bool> {
        let ages: Vec<Option<Age>> = self
            .layout
            .parts
            .iter()
            .map(|part| match part {
                Part::Fence(fence) => before::of_info(&naming::info(&fence.info).label)
                    .or_else(|| before::of_lines_before(self.layout.before(fence.range.start))),
                Part::Piece(_) => None,
            })
            .collect();
        let pair = |index: usize| match (ages[index], ages.get(index + 1).copied().flatten()) {
            (Some(Age::Old), Some(Age::New)) => self.same_place(index),
            _ => false,
        };
        (0..ages.len()).map(pair).collect()
    }

    /// Whether two fences running are of one file, as far as they name one.
    fn same_place(&self, index: usize) -> bool {
        let (Some(Part::Fence(old)), Some(Part::Fence(new))) = (
            self.layout.parts.get(index),
            self.layout.parts.get(index + 1),
        ) else {
            return false;
        };
        match (self.opening(old).name, self.opening(new).name) {
            (Some(old), Some(new)) => old == new,
            _ => true,
        }
    }

    fn piece(&mut self, lines: &Range<usize>) {
        let block = self.layout.prose(lines.end);
        let mut out = Out {
            drafts: &mut self.drafts,
            notes: &mut self.notes,
        };
        let mut at = lines.start;
        while at < lines.end {
            at = shape::recognise(&block, at, &mut out).unwrap_or(at + 1);
        }
    }

    fn config(&mut self, fence: &Fence, line: usize) {
        if self.has_config {
            return self.notes.push(Note::ExtraConfig { line });
        }
        self.has_config = true;
        self.config = config::parse(&fence.content, &mut self.notes);
    }

    fn unfenced_code(&mut self) {
        let lines = self.layout.outside();
        for region in code::regions(&lines) {
            let text: String = lines[region.lines.clone()].concat();
            self.notes.push(Note::UnfencedCode {
                first: region.lines.start + 1,
                last: region.lines.end,
            });
            self.drafts.add(
                naming::from_first_line(&text),
                region.language,
                Content::Whole { text },
            );
        }
    }
}
