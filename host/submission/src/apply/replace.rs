//! Edits: text that becomes another text.

use super::index::Likeness;
use super::{DoesNotApply, Effort, Index, Marked};
use crate::edit::Edit;

/// All edits, one after the other.
pub(super) fn all(
    base: &Marked,
    edits: &[Edit],
    effort: &mut Effort,
) -> Result<Marked, DoesNotApply> {
    let mut made = base.clone();
    for (edit, piece) in edits.iter().zip(1..) {
        let text = &made.text;
        effort.spend_on_bytes(text.len() + edit.old.len() + edit.new.len())?;
        let crlf = text.contains("\r\n");
        let (old, new) = (with_ends(&edit.old, crlf), with_ends(&edit.new, crlf));
        let (ranges, new) = match exactly(text, &old, edit.all, piece)? {
            Some(ranges) => (ranges, new),
            None => {
                let (range, new) = by_lines(text, &old, &new, piece, effort)?;
                (vec![range], new)
            }
        };
        effort.spend_on_bytes(ranges.len().saturating_mul(new.len()))?;
        made = made.with(&ranges, &new);
    }
    Ok(made)
}

/// The text before the edits, if they made this one; without those that only took text away, which is gone.
pub(super) fn taken_back(text: &str, edits: &[Edit], effort: &mut Effort) -> Option<String> {
    let mut text = Marked::unchanged(text);
    for edit in edits.iter().rev() {
        effort
            .spend_on_bytes(text.text.len() + edit.old.len() + edit.new.len())
            .ok()?;
        let crlf = text.text.contains("\r\n");
        let (old, new) = (with_ends(&edit.old, crlf), with_ends(&edit.new, crlf));
        if new.is_empty() {
            if text.text.contains(old.as_str()) {
                return None;
            }
            continue;
        }
        let ranges = exactly(&text.text, &new, edit.all, 1).ok()??;
        effort
            .spend_on_bytes(ranges.len().saturating_mul(old.len()))
            .ok()?;
        text = text.with(&ranges, &old);
    }
    Some(text.text)
}

/// Byte ranges of what is to be replaced, where the text is there exactly.
fn exactly(
    text: &str,
    old: &str,
    every: bool,
    piece: usize,
) -> Result<Option<Vec<(usize, usize)>>, DoesNotApply> {
    let range = |at: usize| (at, at + old.len());
    if old.is_empty() {
        return if text.is_empty() {
            Ok(Some(vec![(0, 0)]))
        } else {
            Err(DoesNotApply::Nowhere { piece })
        };
    }
    if every {
        let ranges: Vec<_> = text.match_indices(old).map(|(at, _)| range(at)).collect();
        return Ok((!ranges.is_empty()).then_some(ranges));
    }
    match occurrences(text, old) {
        Found::Once(at) => Ok(Some(vec![range(at)])),
        Found::Often => Err(DoesNotApply::Ambiguous { piece }),
        Found::Never => Ok(None),
    }
}

enum Found {
    Never,
    Once(usize),
    Often,
}

/// Whole lines are meant as lines: of several occurrences of a text that ends a line, the only one that begins a line
/// is meant.
fn occurrences(text: &str, old: &str) -> Found {
    let begins_line = |at: usize| at == 0 || text.as_bytes()[at - 1] == b'\n';
    let mut found = text.match_indices(old).map(|(at, _)| at);
    let Some(first) = found.next() else {
        return Found::Never;
    };
    // The next one may overlap it.
    let after = first + old.chars().next().map_or(1, char::len_utf8);
    if !text[after..].contains(old) {
        return Found::Once(first);
    }
    let mut at_lines = std::iter::once(first)
        .chain(found)
        .filter(|&at| old.ends_with('\n') && begins_line(at));
    match (at_lines.next(), at_lines.next()) {
        (Some(only), None) => Found::Once(only),
        _ => Found::Often,
    }
}

/// The place where the lines are the same but for white space around them, and the new text with the indentation that
/// the text has there.
fn by_lines(
    text: &str,
    old: &str,
    new: &str,
    piece: usize,
    effort: &mut Effort,
) -> Result<((usize, usize), String), DoesNotApply> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut wanted: Vec<&str> = old.split_inclusive('\n').collect();
    let blank = |line: Option<&&str>| line.is_some_and(|line| line.trim().is_empty());
    while blank(wanted.last()) {
        wanted.pop();
    }
    let leading = wanted
        .iter()
        .take_while(|line| line.trim().is_empty())
        .count();
    let wanted = &wanted[leading..];
    let nowhere = DoesNotApply::Nowhere { piece };
    if wanted.is_empty() {
        return Err(nowhere);
    }
    let index = Index::new(&lines, Likeness::Indentation, effort)?;
    let first = index.first(wanted, 0, effort)?.ok_or(nowhere)?;
    if index.first(wanted, first + 1, effort)?.is_some() {
        return Err(DoesNotApply::Ambiguous { piece });
    }
    let there = &lines[first..first + wanted.len()];
    let start: usize = lines[..first].iter().map(|line| line.len()).sum();
    let end = start + there.iter().map(|line| line.len()).sum::<usize>();
    let mut new = reindented(new, Shift::between(wanted, there));
    let ends_line = there.last().is_some_and(|line| line.ends_with('\n'));
    if ends_line && !new.is_empty() && !new.ends_with('\n') {
        new.push_str(if text.contains("\r\n") { "\r\n" } else { "\n" });
    }
    Ok(((start, end), new))
}

/// How the text is indented beside the edit.
enum Shift<'a> {
    Not,
    More(&'a str),
    Less(&'a str),
}

impl<'a> Shift<'a> {
    /// The same for all lines, or not at all.
    fn between(wanted: &[&'a str], there: &[&'a str]) -> Self {
        let mut shifts = wanted
            .iter()
            .zip(there)
            .filter(|(line, _)| !line.trim().is_empty())
            .map(|(wanted, there)| (indentation(wanted), indentation(there)));
        let Some((wanted, there)) = shifts.next() else {
            return Self::Not;
        };
        let (more, less) = (there.strip_suffix(wanted), wanted.strip_suffix(there));
        let same = |(wanted, there): (&str, &str)| {
            there.strip_suffix(wanted) == more && wanted.strip_suffix(there) == less
        };
        match (more, less) {
            (Some(""), _) => Self::Not,
            (Some(more), _) if shifts.all(same) => Self::More(more),
            (_, Some(less)) if shifts.all(same) => Self::Less(less),
            _ => Self::Not,
        }
    }
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

fn reindented(new: &str, shift: Shift<'_>) -> String {
    let line = |line: &str| match shift {
        _ if line.trim().is_empty() => line.to_owned(),
        Shift::Not => line.to_owned(),
        Shift::More(more) => format!("{more}{line}"),
        Shift::Less(less) => line.strip_prefix(less).unwrap_or(line).to_owned(),
    };
    new.split_inclusive('\n').map(line).collect()
}

/// The text with the line ends of the file that it is to go into.
fn with_ends(text: &str, crlf: bool) -> String {
    match (crlf, text.contains("\r\n")) {
        (true, false) => text.replace('\n', "\r\n"),
        (false, true) => text.replace("\r\n", "\n"),
        _ => text.to_owned(),
    }
}
