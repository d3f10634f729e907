//! Replacements of text: SEARCH/REPLACE blocks and edit calls.

use serde::{Deserialize, Serialize};

/// One replacement: `old`, which occurs in the file, becomes `new`. It says no place; `old` is the place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The text to replace; empty when `new` is all of a new file.
    pub old: String,
    /// What takes its place; empty when it is only removed.
    pub new: String,
    /// Every occurrence is replaced; otherwise there must be exactly one.
    #[serde(default)]
    pub all: bool,
}
