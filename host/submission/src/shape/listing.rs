//! Listings with line numbers, as reading tools print them, and code whose line breaks were escaped.

use super::{Block, Out, Place};
use crate::code;
use crate::language::Language;
use crate::naming;
use crate::note::Note;
use crate::submission::Content;

/// What stands between a number and its line.
const SEPARATORS: &[&str] = &[
    "\u{2192}", "\t", " | ", " |", "| ", "|", ": ", ":", ") ", "  ",
];

/// The number at the start of a line, and what follows it.
fn numbered(line: &str) -> Option<(u64, &str)> {
    let start = line.trim_start_matches(' ');
    let digits = start.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=7).contains(&digits) {
        return None;
    }
    Some((start[..digits].parse().ok()?, &start[digits..]))
}

/// Where a line's text begins behind a number and this separator; a line that was empty may have lost the spaces of it.
fn behind<'a>(rest: &'a str, separator: &str) -> Option<&'a str> {
    if rest.trim().is_empty() && separator.trim().is_empty() {
        return Some(if rest.ends_with("\r\n") {
            "\r\n"
        } else if rest.ends_with('\n') {
            "\n"
        } else {
            ""
        });
    }
    rest.strip_prefix(separator).or_else(|| {
        rest.strip_prefix(separator.trim_end())
            .filter(|rest| rest.trim().is_empty())
    })
}

/// The text without its line numbers: every line has one, each one more than the one before.
pub(crate) fn strip(text: &str) -> Option<String> {
    let text = text.trim_end_matches(['\n', '\r']);
    let first = text.split_inclusive('\n').next()?;
    let (start, rest) = numbered(first)?;
    let separator = SEPARATORS
        .iter()
        .find(|separator| behind(rest, separator).is_some())?;
    let mut out = String::with_capacity(text.len());
    let mut count = 0u64;
    let mut filled = false;
    for line in text.split_inclusive('\n') {
        let (number, rest) = numbered(line)?;
        if number != start + count {
            return None;
        }
        let line = behind(rest, separator)?;
        filled |= !line.trim().is_empty();
        out.push_str(line);
        count += 1;
    }
    out.push('\n');
    // Two lines of `1: a` may as well be data.
    let enough = if matches!(*separator, "\u{2192}" | "\t") {
        2
    } else {
        3
    };
    (filled && count >= enough).then_some(out)
}

/// Takes a listing without a fence, by the marks that only tools print.
pub(super) fn read(block: &Block<'_>, at: usize, out: &mut Out<'_>) -> Option<usize> {
    let mark = |line: &str| {
        let (number, rest) = numbered(line)?;
        rest.starts_with(['\u{2192}', '\t']).then_some(number)
    };
    if block.place != Place::InProse || block.budget.get() == 0 {
        return None;
    }
    let first = mark(block.line(at))?;
    let count = (0..)
        .zip(at..block.lines.len())
        .take_while(|(offset, line)| mark(block.line(*line)) == Some(first + offset))
        .count();
    let listed = block.lines[at..at + count].concat();
    let Some(text) = strip(&listed).filter(|_| count > 2) else {
        block
            .budget
            .set(block.budget.get().saturating_sub(listed.len()));
        return None;
    };
    let mut name = block.name.map(str::to_owned);
    if name.is_none() && at > 0 {
        name = naming::from_line_before(&block.lines[at.saturating_sub(2)..at].concat());
    }
    let lines: Vec<&str> = text.lines().take(400).collect();
    let language = name
        .as_deref()
        .and_then(Language::from_path)
        .or_else(|| code::guess_language(&lines));
    out.notes.push(Note::LineNumbers { line: at + 1 });
    out.drafts.add(name, language, Content::Whole { text });
    Some(at + count)
}

/// A text with its escaped line breaks as real ones.
pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some(quote @ ('"' | '\'' | '\\' | '/' | '`')) => out.push(quote),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

/// Whether a line is a whole fence with escaped line breaks in place of real ones.
pub(crate) fn is_escaped_fence(line: &str) -> bool {
    let Some(start) = line.find("```") else {
        return false;
    };
    let info = line[start + 3..]
        .bytes()
        .take_while(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'+' | b'-' | b'.' | b'/' | b' ' | b'_' | b'#' | b':')
        })
        .count();
    let rest = &line[start + 3 + info..];
    rest.starts_with("\\n") && rest.contains("\\n```")
}

/// Whether a text of one line is code of several, whose line breaks were escaped: at least two of them are in no string.
pub(crate) fn is_escaped_code(text: &str) -> bool {
    let text = text.trim();
    if text.contains('\n') || breaks_outside_strings(text.trim_matches(['"', '\''])) < 2 {
        return false;
    }
    let real = unescape(text.trim_matches(['"', '\'']));
    let lines: Vec<&str> = real.split_inclusive('\n').collect();
    !code::regions(&lines).is_empty()
}

fn breaks_outside_strings(text: &str) -> usize {
    let (mut count, mut open) = (0, None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        // Where breaks are escaped, quotes mostly are as well.
        let (c, escaped) = if c == '\\' {
            (chars.next().unwrap_or(c), true)
        } else {
            (c, false)
        };
        match c {
            'n' if escaped && open.is_none() => count += 1,
            '"' | '\'' if open == Some(c) => open = None,
            '"' | '\'' if open.is_none() => open = Some(c),
            _ => {}
        }
    }
    count
}
