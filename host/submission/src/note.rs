//! Remarks for the answer: what was read differently from how it was written.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Most notes of one reading; the rest is counted.
const MAX_NOTES: usize = 50;
/// Most bytes of one quoted word in a note.
const MAX_QUOTE: usize = 120;

/// A remark about one reading. It never changes a score; it tells the sender what was taken how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "note")]
pub enum Note {
    /// A fence has no end; all that follows it was taken as its content.
    UnterminatedFence {
        /// 1-based line of the fence.
        line: usize,
    },
    /// A fence without content was left out.
    EmptyFence {
        /// 1-based line of the fence.
        line: usize,
    },
    /// An unlabelled fence holds a log or stack trace and was left out.
    OutputFence {
        /// 1-based line of the fence.
        line: usize,
    },
    /// An unnamed shell fence only runs, lists or tests things and was left out.
    CommandsLeftOut {
        /// 1-based line of the fence.
        line: usize,
    },
    /// Code without a fence was recognised in the prose.
    UnfencedCode {
        /// 1-based first line.
        first: usize,
        /// 1-based last line.
        last: usize,
    },
    /// A path was given several times; this is what happened to the earlier ones.
    ReplacedEarlier {
        /// The path.
        path: String,
    },
    /// A file is not text and was left out.
    SkippedBinary {
        /// The path.
        path: String,
    },
    /// A diff without any change.
    EmptyDiff,
    /// A hunk's header counts other lines than the hunk has; the hunk's own lines were taken.
    MiscountedHunk {
        /// The path.
        path: String,
        /// 1-based line of the header within its diff.
        line: usize,
    },
    /// Lines of a diff that belong to no hunk were left out.
    StrayDiffLines {
        /// The path in force.
        path: String,
        /// 1-based first such line within its diff.
        line: usize,
    },
    /// Line numbers before the lines were taken off.
    LineNumbers {
        /// 1-based line of the listing.
        line: usize,
    },
    /// Escaped line breaks (`\\n`) were taken for real ones.
    Unescaped {
        /// 1-based line of the fence or code.
        line: usize,
    },
    /// A fence shows how the code was before; the one after it, which shows how it is now, was taken.
    BeforeLeftOut {
        /// 1-based line of the fence.
        line: usize,
    },
    /// A fence within a fence ended it early.
    CutByFence {
        /// 1-based line of the outer fence.
        line: usize,
    },
    /// A `gan-config` fence after the first one was left out.
    ExtraConfig {
        /// 1-based line of the fence.
        line: usize,
    },
    /// The `gan-config` fence is not a JSON object and was left out.
    MalformedConfig {
        /// What is wrong.
        why: String,
    },
    /// A `gan-config` field has another type than it needs and was left out.
    ConfigFieldDropped {
        /// The field as written.
        field: String,
        /// What it needs.
        needs: String,
    },
    /// A `gan-config` field is unknown and was left out.
    UnknownConfigField {
        /// The field as written.
        field: String,
    },
    /// A `gan-config` field was out of range and was moved to the nearest value in range.
    ConfigFieldClamped {
        /// The field as written.
        field: String,
        /// The value taken.
        taken: String,
    },
    /// So many notes more were left out.
    More {
        /// How many.
        count: usize,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnterminatedFence { line } => {
                write!(
                    f,
                    "the fence on line {line} is not closed: all that follows was taken as its content"
                )
            }
            Self::EmptyFence { line } => {
                write!(f, "the fence on line {line} is empty and was left out")
            }
            Self::OutputFence { line } => {
                write!(
                    f,
                    "the unlabelled fence on line {line} looks like a log and was left out: label it to have it reviewed"
                )
            }
            Self::CommandsLeftOut { line } => {
                write!(
                    f,
                    "the fence on line {line} only runs commands and was left out: name a file to have it reviewed as a script"
                )
            }
            Self::UnfencedCode { first, last } => {
                write!(
                    f,
                    "lines {first} to {last} were taken as code: put code in a fence to be sure"
                )
            }
            Self::ReplacedEarlier { path } => {
                write!(
                    f,
                    "`{path}` was given several times: the last one was taken"
                )
            }
            Self::SkippedBinary { path } => write!(f, "`{path}` is not text and was left out"),
            Self::EmptyDiff => f.write_str("the diff holds no change to review"),
            Self::MiscountedHunk { path, line } => {
                write!(
                    f,
                    "the hunk of `{path}` on diff line {line} has other lines than its header counts: its own lines were taken"
                )
            }
            Self::StrayDiffLines { path, line } => {
                write!(
                    f,
                    "diff line {line} (`{path}`) and what follows it up to the next header belongs to no hunk and was left out"
                )
            }
            Self::LineNumbers { line } => {
                write!(
                    f,
                    "the listing on line {line} has line numbers: they were taken off"
                )
            }
            Self::Unescaped { line } => {
                write!(
                    f,
                    "line {line} has `\\n` in place of line breaks: they were taken for line breaks"
                )
            }
            Self::BeforeLeftOut { line } => {
                write!(
                    f,
                    "the fence on line {line} shows the code before the change and was left out"
                )
            }
            Self::CutByFence { line } => {
                write!(
                    f,
                    "a fence inside the fence on line {line} ends it early: put the file between longer fences (four backticks)"
                )
            }
            Self::ExtraConfig { line } => {
                write!(
                    f,
                    "the gan-config fence on line {line} was left out: only the first one counts"
                )
            }
            Self::MalformedConfig { why } => write!(f, "the gan-config fence was left out: {why}"),
            Self::ConfigFieldDropped { field, needs } => {
                write!(
                    f,
                    "gan-config field `{field}` was left out: it needs {needs}"
                )
            }
            Self::UnknownConfigField { field } => {
                write!(f, "gan-config field `{field}` is unknown and was left out")
            }
            Self::ConfigFieldClamped { field, taken } => {
                write!(
                    f,
                    "gan-config field `{field}` was out of range: {taken} was taken"
                )
            }
            Self::More { count } => write!(f, "and {count} more remarks"),
        }
    }
}

/// Collects notes up to a bound.
#[derive(Default)]
pub(crate) struct Notes {
    kept: Vec<Note>,
    more: usize,
}

impl Notes {
    pub(crate) fn push(&mut self, note: Note) {
        if self.kept.len() < MAX_NOTES {
            self.kept.push(note);
        } else {
            self.more += 1;
        }
    }

    pub(crate) fn as_slice(&self) -> &[Note] {
        &self.kept
    }

    pub(crate) fn finish(mut self) -> Vec<Note> {
        if self.more > 0 {
            self.kept.push(Note::More { count: self.more });
        }
        self.kept
    }
}

/// The text up to a bound, cut at a character, for quoting in a note.
pub(crate) fn quote(text: &str) -> String {
    crate::path::cut(text, MAX_QUOTE)
        .chars()
        .filter(|c| !c.is_control())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_notes_beyond_the_bound() {
        let mut notes = Notes::default();
        for line in 0..MAX_NOTES + 7 {
            notes.push(Note::EmptyFence { line });
        }
        let notes = notes.finish();
        assert_eq!(notes.len(), MAX_NOTES + 1);
        assert_eq!(
            notes.last().map(ToString::to_string).as_deref(),
            Some("and 7 more remarks")
        );
    }
}
