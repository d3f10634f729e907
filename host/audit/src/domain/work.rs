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

/// What one submission amounts to, in the session it was made in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Work {
    /// Files by path, each path once.
    pub files: Vec<WorkFile>,
    /// Paths of files that were deleted on purpose, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deleted: Vec<String>,
}

impl Work {
    /// The identity of the work: equal work, equal digest.
    pub fn digest(&self) -> Digest {
        super::work_digest(self)
    }
}
