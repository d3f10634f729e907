//! Edit calls and notebooks written out as JSON.

use super::{Block, Out, call};
use crate::submission::Content;
use crate::unread::Unread;
use crate::{notebook, path};
use regex::bytes::Regex;
use serde_json::Value;
use std::cell::Cell;
use std::io::Read;
use std::sync::LazyLock;

#[expect(
    clippy::expect_used,
    reason = "a constant pattern, which the tests of the shapes compile"
)]
static PATH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?-u)"(?:file_?path|filePath|path|file)"\s*:\s*"([^"\\\n]{1,400})""#)
        .expect("constant pattern")
});

pub(super) fn read(block: &Block<'_>, at: usize, out: &mut Out<'_>) -> Option<usize> {
    let start = block.line(at).trim_start();
    let start = start.strip_prefix("<tool_call>").unwrap_or(start);
    if !start.starts_with(['{', '[']) || block.budget.get() == 0 {
        return None;
    }
    let skipped = block.lines[at].len() - block.lines[at].trim_start().len();
    let skipped = skipped + block.line(at).trim_start().len() - start.len();
    let before = block.budget.get();
    let source = Lines {
        lines: block.lines,
        at,
        offset: skipped,
        budget: &block.budget,
    };
    let mut values =
        serde_json::Deserializer::from_reader(std::io::BufReader::with_capacity(256, source))
            .into_iter::<Value>();
    let first = values.next();
    let used = skipped + values.byte_offset();
    let (end, _) = line_after(block, at, used);
    if let Some(Ok(value)) = first {
        let text = || block.lines[at..end].concat();
        let found = if notebook::is_one(&value) {
            let name = block.name.map(str::to_owned);
            out.drafts.add(name, None, Content::Whole { text: text() });
            true
        } else {
            call::read_value(&value, block.name, out)
        };
        if found {
            block.budget.set(before);
        }
        return found.then_some(end);
    }
    // Broken JSON: what can be told is that it is an edit, and of which file.
    let stop = block
        .find(at + 1, 400, |line| {
            line.trim().is_empty() || line.starts_with(['}', ']'])
        })
        .unwrap_or(at + 1);
    let stop = stop.clamp(at + 1, block.lines.len());
    let text = block.lines[at..stop].concat();
    block
        .budget
        .set(block.budget.get().saturating_sub(text.len()));
    if !call::SIGNS.iter().any(|sign| text.contains(sign)) {
        return None;
    }
    let named = PATH
        .captures(text.as_bytes())
        .and_then(|found| found.get(1));
    let named = named.and_then(|name| path::label(&String::from_utf8_lossy(name.as_bytes())));
    let name = named.or_else(|| block.name.map(str::to_owned));
    out.drafts
        .add(name, None, Content::Unread(Unread::IncompleteEdit));
    let closed = block.line(stop).starts_with(['}', ']']);
    Some(stop + usize::from(closed))
}

/// The line after so many bytes from a line on, and the bytes up to it.
fn line_after(block: &Block<'_>, at: usize, bytes: usize) -> (usize, usize) {
    let mut sum = 0;
    for (index, line) in block.lines.iter().enumerate().skip(at) {
        sum += line.len();
        if sum >= bytes {
            return (index + 1, sum);
        }
    }
    (block.lines.len(), sum)
}

/// Lines as one stream of bytes, so that a parser looks at no more of them than it needs.
struct Lines<'a> {
    lines: &'a [&'a str],
    at: usize,
    offset: usize,
    /// What is read is spent.
    budget: &'a Cell<usize>,
}

impl Read for Lines<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while let Some(line) = self.lines.get(self.at) {
            let rest = line.as_bytes().get(self.offset..).unwrap_or_default();
            if rest.is_empty() {
                self.at += 1;
                self.offset = 0;
                continue;
            }
            let count = rest.len().min(buffer.len()).min(self.budget.get());
            buffer[..count].copy_from_slice(&rest[..count]);
            self.offset += count;
            self.budget.set(self.budget.get() - count);
            return Ok(count);
        }
        Ok(0)
    }
}
