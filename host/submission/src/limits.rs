//! What is too much, and what went wrong.

use serde::{Deserialize, Serialize};

/// Bounds on what is read. Exceeding one is an error, never a silent cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Most bytes of one text, or of all given files together.
    pub max_bytes: usize,
    /// Most files of one submission.
    pub max_files: usize,
    /// The workspace's folder as an absolute path: an absolute path below it is the relative file. `None` where there is
    /// no workspace; absolute paths then are known by their whole name.
    #[serde(default)]
    pub root: Option<String>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 4 * 1024 * 1024,
            max_files: 500,
            root: None,
        }
    }
}

impl Limits {
    pub(crate) fn check_bytes(&self, bytes: usize) -> Result<(), SubmissionError> {
        if bytes > self.max_bytes {
            return Err(SubmissionError::TooLarge {
                bytes,
                limit: self.max_bytes,
            });
        }
        Ok(())
    }
}

/// Why nothing could be read as a submission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubmissionError {
    /// There is no text, or white space only.
    #[error("the submission is empty: send code in fences, a unified diff, or files")]
    Empty,
    /// The text is not text.
    #[error(
        "the submission is binary data: send text (UTF-8, without NUL or many control characters)"
    )]
    Binary,
    /// More bytes than the limit.
    #[error(
        "the submission has {bytes} bytes and the limit is {limit}: send fewer files at a time, or a diff"
    )]
    TooLarge {
        /// Bytes given.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// More files than the limit.
    #[error(
        "the submission has {files} files and the limit is {limit}: send fewer files at a time"
    )]
    TooManyFiles {
        /// Files given.
        files: usize,
        /// Files allowed.
        limit: usize,
    },
    /// Files were given and none of them could be read; the notes' texts say why.
    #[error("none of the files could be read: {}", .reasons.join("; "))]
    NothingReadable {
        /// One reason a file, the first ones.
        reasons: Vec<String>,
    },
    /// Two files have one path, where each must have its own.
    #[error("two files have the path `{path}`: give each file once")]
    DuplicatePath {
        /// The path given twice.
        path: String,
    },
    /// A path is not in the form that this crate gives to paths.
    #[error(
        "`{path}` is not a plain relative path: use forward slashes, no `..` and no control characters"
    )]
    BadPath {
        /// The path as given.
        path: String,
    },
    /// A stored submission's digest does not fit its files.
    #[error(
        "the files do not fit the recorded digest {recorded}: the record was changed after it was written"
    )]
    DigestMismatch {
        /// The digest in the record.
        recorded: String,
    },
}

/// Whether a text is binary data: a NUL, or more than 1 control character in 10 (and more than 3), other than white space.
pub(crate) fn is_binary(text: &str) -> bool {
    let mut control = 0usize;
    let mut all = 0usize;
    for c in text.chars() {
        all += 1;
        match c {
            '\0' => return true,
            '\t' | '\n' | '\r' | '\x0c' | '\x1b' => {}
            c if c.is_control() || c == char::REPLACEMENT_CHARACTER => control += 1,
            _ => {}
        }
    }
    control > 3 && control * 10 > all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_binary_from_text() {
        for binary in [
            "a\0b",
            "\u{1}\u{2}\u{3}\u{4}\u{5}",
            "\u{fffd}\u{fffd}PNG\u{fffd}\u{fffd}",
        ] {
            assert!(is_binary(binary), "{binary:?}");
        }
        for text in [
            "",
            "fn main() {}\r\n\tx",
            "one \u{7} bell",
            "naïve 漢字",
            "\u{1b}[31mred\u{1b}[0m",
        ] {
            assert!(!is_binary(text), "{text:?}");
        }
    }
}
