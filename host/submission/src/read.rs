//! Reading what an agent sent.

use crate::config::{self, GanConfig};
use crate::draft::Drafts;
use crate::language::{Language, is_text_label};
use crate::layout::{Fence, Layout, Part};
use crate::limits::{Limits, SubmissionError, is_binary};
use crate::note::{Note, Notes};
use crate::submission::{Content, Submission};
use crate::{code, diff, naming};
use serde::{Deserialize, Serialize};

/// What was read of one text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The code; `None` for prose without code, which is answered without an audit and never scored.
    pub submission: Option<Submission>,
    /// What the first `gan-config` fence asks; no other text configures anything.
    pub config: Option<GanConfig>,
    /// Remarks for the answer.
    pub notes: Vec<Note>,
}

/// Reads what an agent sent ("thought"): fences and diffs in Markdown, or unfenced code.
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
    let layout = Layout::of(text);
    let mut reader = Reader {
        layout: &layout,
        drafts: Drafts::default(),
        notes: Notes::default(),
        config: None,
        has_config: false,
        has_code: false,
    };
    for part in &layout.parts {
        match part {
            Part::Fence(fence) => reader.fence(fence),
            Part::Diff(lines) => {
                reader.has_code = true;
                diff::read_in_prose(
                    &layout.lines[..lines.end],
                    lines.start,
                    &mut reader.drafts,
                    &mut reader.notes,
                );
            }
        }
    }
    if !reader.has_code {
        reader.unfenced_code();
    }
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
    Ok(Reading {
        submission,
        config,
        notes: notes.finish(),
    })
}

struct Reader<'a> {
    layout: &'a Layout<'a>,
    drafts: Drafts,
    notes: Notes,
    config: Option<GanConfig>,
    has_config: bool,
    /// Whether a fence or diff held code, so that the prose around is just prose.
    has_code: bool,
}

impl Reader<'_> {
    fn fence(&mut self, fence: &Fence) {
        let line = self.layout.line_number(fence.range.start);
        let info = naming::info(&fence.info);
        if info.label.eq_ignore_ascii_case("gan-config") {
            return self.config(fence, line);
        }
        if is_text_label(&info.label) && info.name.is_none() {
            return;
        }
        let content = fence.content.as_str();
        let name = info
            .name
            .or_else(|| naming::from_line_before(self.layout.before(fence.range.start)));
        let language = Language::from_label(&info.label);
        let labelled_diff = language
            .as_ref()
            .is_some_and(|language| language.name() == "diff");
        if !fence.closed {
            self.notes.push(Note::UnterminatedFence { line });
        }
        if labelled_diff
            || diff::has_headers(content)
            || (info.label.is_empty() && diff::has_bare_hunks(content))
        {
            self.has_code = true;
            return diff::read_all(content, name.as_deref(), &mut self.drafts, &mut self.notes);
        }
        if content.trim().is_empty() && name.is_none() {
            return self.notes.push(Note::EmptyFence { line });
        }
        let name = name.or_else(|| naming::from_first_line(content));
        if info.label.is_empty() && name.is_none() && code::is_output(content) {
            return self.notes.push(Note::OutputFence { line });
        }
        let language = language.or_else(|| {
            let lines: Vec<&str> = content.lines().take(400).collect();
            code::guess_language(&lines).filter(|_| info.label.is_empty())
        });
        self.has_code = true;
        self.drafts.add(
            name,
            language,
            Content::Whole {
                text: content.to_owned(),
            },
        );
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
