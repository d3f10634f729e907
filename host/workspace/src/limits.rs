//! How much of a repository is looked at.

/// Bounds on one context, beside those of the request. What lies beyond them is left out, and that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most files and folders looked at.
    pub entries: usize,
    /// Most paths of a listing.
    pub listed: usize,
    /// Most bytes read of one file; of a larger one only the beginning is shown, or nothing.
    pub file_bytes: usize,
    /// A tracked file with more bytes than this is not compared, only named.
    pub compared_bytes: usize,
    /// Most bytes read of git's output.
    pub git_bytes: usize,
    /// How many files are named for one reason of being left out; the rest is counted.
    pub named: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 50_000,
            listed: 2_000,
            file_bytes: 512 * 1024,
            compared_bytes: 4 * 1024 * 1024,
            git_bytes: 32 * 1024 * 1024,
            named: 5,
        }
    }
}
