//! Why a piece of work was not read, and what the sender can do about it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why something recognised as work was not read. Such a piece completes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "why")]
pub enum Unread {
    /// Its bytes are no text: a binary file or patch.
    Binary,
    /// A combined diff of a merge (`diff --cc`).
    Combined,
    /// A word diff (`git diff --word-diff`): lines can't be told from their changes.
    WordDiff,
    /// An edit without the text to replace, or without a file, or cut off.
    IncompleteEdit,
    /// Several pieces of one message are about this file and don't fit together.
    Conflicting,
    /// A fence within a fence ends it: the rest of the file is prose.
    CutByFence,
    /// A notebook that is no JSON of one, or a part or change of one: its cells can't be told.
    Notebook,
    /// A shape that is recognised as work and has no reader.
    Shape {
        /// What it looks like, as a noun: `a minified diff`.
        what: String,
    },
}

impl fmt::Display for Unread {
    /// What happened and the cure, as the rest of a sentence after the file's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Binary => "it is not text",
            Self::Combined => {
                "a combined diff of a merge can't be read; send a plain diff or the whole file"
            }
            Self::WordDiff => {
                "a word diff can't be read; send a plain diff (`git diff`) or the whole file"
            }
            Self::IncompleteEdit => {
                "the edit is incomplete; send the whole file, or an edit with its path, old and new text"
            }
            Self::Conflicting => {
                "several pieces of this message are about it and don't fit together; send it once, whole"
            }
            Self::CutByFence => {
                "a fence inside it ends it early; put it between longer fences (four backticks)"
            }
            Self::Notebook => "the cells of the notebook can't be told; send the notebook whole",
            Self::Shape { what } => {
                return write!(f, "{what} can't be read; send a diff or the whole file");
            }
        })
    }
}
