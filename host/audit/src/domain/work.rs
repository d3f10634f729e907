//! The work under review: a submission after its files got their names and its patches their base.

use super::{Digest, Language};
use serde::{Deserialize, Serialize};

/// One line of a fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FragmentLine {
    /// Its number in the file, from 1.
    pub number: u32,
    /// It is new; the others are context.
    pub added: bool,
}

/// How much of a file is there, and which part of it is to be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// The whole file, all of it to be judged.
    Whole,
    /// The whole file, of which only these lines (from 1, ascending) are new: findings elsewhere are not
    /// reported.
    Changed(Vec<u32>),
    /// Pieces of a file whose rest is unknown: what a diff shows. `lines` describes each line of the text in
    /// order; only added ones are judged. `removed` holds the lines the diff took away.
    Fragment {
        /// One entry a line of the text.
        lines: Vec<FragmentLine>,
        /// Text of the removed lines.
        removed: Vec<String>,
    },
}

/// One file of the work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkFile {
    /// Label of the file within the session.
    pub path: String,
    /// The client named it; otherwise the name was made up.
    pub named: bool,
    /// Its language, where known.
    pub language: Option<Language>,
    /// The text: of the file, or of the fragment.
    pub text: String,
    /// What the text is.
    pub extent: Extent,
}

/// How far a version of a file was read. Every version of a submission ends in exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingClass {
    /// A judge read all of it and graded it.
    Graded,
    /// Read, and nothing in it that this panel could grade: documentation, configuration, data, lock files, comments,
    /// a signature, removed lines, modes, links. The text rules ran over it. Blocks nothing.
    Screened,
    /// Code in a language that no judge of the panel reads.
    Unreadable,
    /// Work that was not read: it does not apply, is too large, no text, cut off. Never completes.
    Unread,
}

/// A piece of a submission that no judge is asked about, because there is no text to judge or it can't be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetApart {
    /// Label of the file within the session.
    pub path: String,
    /// `Screened` or `Unread`.
    pub class: ReadingClass,
    /// Why, as the rest of a sentence after the file's name.
    pub reason: String,
}

/// A file that goes on under another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rename {
    /// The old path, known to the session.
    pub from: String,
    /// The new path, one of this work.
    pub to: String,
}

/// What one submission amounts to, in the session it was made in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Work {
    /// Files by path, each path once. The judges read them.
    pub files: Vec<WorkFile>,
    /// Paths of files that were deleted on purpose, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deleted: Vec<String>,
    /// The other pieces, by path; no path is in `files` as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apart: Vec<SetApart>,
    /// Files of the session that have another name from here on, whatever the submission says of it. Their findings
    /// move along.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<Rename>,
}

impl Work {
    /// The identity of the work: equal work, equal digest.
    pub fn digest(&self) -> Digest {
        super::work_digest(self)
    }
}
