//! Repository context: what a judge may read beside the submission.

use super::Digest;
use serde::{Deserialize, Serialize};

/// Which part of the repository around the work is shown to a judge.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContextScope {
    /// Nothing.
    #[default]
    None,
    /// What is not committed: staged, unstaged and untracked.
    Diff,
    /// These files and folders, relative to the root.
    Paths(Vec<String>),
    /// What the whole repository holds, as far as it fits.
    Workspace,
}

/// One text of the context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextFile {
    /// Path relative to the root, with forward slashes; for a diff, of the file it is about.
    pub path: String,
    /// What it holds, byte for byte, possibly only its beginning.
    pub text: String,
    /// The text is a unified diff.
    pub is_diff: bool,
}

/// What a judge may read beside the submission. Untrusted data. Empty when none was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RepositoryContext {
    /// In a fixed order.
    pub files: Vec<ContextFile>,
    /// Paths of the repository, sorted, as far as they fit; empty where the scope does not list them.
    pub listing: Vec<String>,
    /// What was left out and why, one sentence each.
    pub left_out: Vec<String>,
}

impl RepositoryContext {
    /// Nothing to read.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.listing.is_empty()
    }

    /// Equal contexts, equal digest.
    pub fn digest(&self) -> Digest {
        let mut bytes = Vec::new();
        let mut field = |text: &str| {
            bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
        };
        for file in &self.files {
            field(&file.path);
            field(if file.is_diff { "diff" } else { "file" });
            field(&file.text);
        }
        field("listing");
        self.listing.iter().for_each(|path| field(path));
        field("left out");
        self.left_out.iter().for_each(|note| field(note));
        Digest::of(&bytes)
    }
}
