//! A child's output, read without letting it fill the memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// Why a line could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LineError {
    /// The line, or all lines together, are longer than anybody needs.
    #[error("more output than anybody needs")]
    TooMuch,
    /// The pipe broke.
    #[error("its output could not be read: {0}")]
    Io(#[from] std::io::Error),
}

/// Lines of bounded length, and not too many of them.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    reader: BufReader<R>,
    longest: usize,
    left: usize,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Reads lines of at most `longest` bytes, and `most` bytes in all.
    pub(crate) fn new(reader: R, longest: usize, most: usize) -> Self {
        Self {
            reader: BufReader::new(reader),
            longest,
            left: most,
        }
    }

    /// The next line without its end; None after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, LineError> {
        let mut line = Vec::new();
        loop {
            let piece = self.reader.fill_buf().await?;
            if piece.is_empty() {
                return Ok((!line.is_empty()).then_some(line));
            }
            let end = piece.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(piece.len(), |end| end + 1);
            if taken > self.left || line.len() + taken > self.longest {
                return Err(LineError::TooMuch);
            }
            line.extend_from_slice(&piece[..end.unwrap_or(taken)]);
            self.left -= taken;
            self.reader.consume(taken);
            if end.is_some() {
                return Ok(Some(line));
            }
        }
    }
}

/// As much of a child's complaints as is kept, in bytes: the last ones tell why it ended.
const COMPLAINTS: usize = 512;

/// The end of what a child complains of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Complaints(Arc<Mutex<VecDeque<u8>>>);

impl Complaints {
    /// Listens to the end.
    pub(crate) async fn hear(self, mut stderr: impl AsyncRead + Unpin) {
        let mut piece = [0; 4096];
        while let Ok(length @ 1..) = stderr.read(&mut piece).await {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend(&piece[..length]);
            let excess = kept.len().saturating_sub(COMPLAINTS);
            kept.drain(..excess);
        }
    }

    /// What was heard last.
    pub(crate) fn text(&self) -> String {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(kept.make_contiguous())
            .trim()
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    async fn read(text: &[u8], longest: usize, most: usize) -> (Vec<Vec<u8>>, bool) {
        let mut lines = Lines::new(text, longest, most);
        let mut all = Vec::new();
        loop {
            match lines.next().await {
                Ok(Some(line)) => all.push(line),
                Ok(None) => return (all, true),
                Err(_) => return (all, false),
            }
        }
    }

    #[tokio::test]
    async fn too_long_a_line_and_too_many_lines_are_refused() {
        assert_eq!(read(b"ab\ncd", 3, 100).await.0, [b"ab", b"cd"]);
        assert!(!read(b"abcd\n", 3, 100).await.1);
        assert!(!read(b"a\nb\nc\n", 3, 5).await.1);
    }

    #[tokio::test]
    async fn the_last_complaints_are_kept() {
        let complaints = Complaints::default();
        let long = format!("{}the end\n", "x".repeat(10_000));
        complaints.clone().hear(long.as_bytes()).await;
        assert!(complaints.text().ends_with("xthe end"));
        assert_eq!(complaints.text().len(), COMPLAINTS - 1);
    }

    proptest! {
        #[test]
        fn lines_are_those_of_the_text(text in "[a-c\n]{0,40}") {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let (lines, whole) = runtime.block_on(read(text.as_bytes(), 100, 1000));
            prop_assert!(whole);
            let expected: Vec<_> = text.split_terminator('\n').map(|line| line.as_bytes().to_vec()).collect();
            prop_assert_eq!(lines, expected);
        }
    }
}
