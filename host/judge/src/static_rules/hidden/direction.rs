//! Controls of the direction of writing: what they embrace is shown in another order than it is read.

use super::setting::{Part, Parts, Setting};
use super::{Hidden, point};
use gansauditor_audit::domain::Severity;
use std::ops::Range;

/// A control of direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// Begins a stretch that ends with `PopEmbedding`.
    Embedding,
    /// The same, and every character in it is turned.
    Override,
    /// Begins a stretch that ends with `PopIsolate`, and leaves alone what is around it.
    Isolate,
    PopEmbedding,
    PopIsolate,
}

impl Direction {
    fn of(c: char) -> Option<Self> {
        Some(match c {
            '\u{202a}' | '\u{202b}' => Self::Embedding,
            '\u{202d}' | '\u{202e}' => Self::Override,
            '\u{2066}'..='\u{2068}' => Self::Isolate,
            '\u{202c}' => Self::PopEmbedding,
            '\u{2069}' => Self::PopIsolate,
            _ => return None,
        })
    }
}

/// What the controls of one line do to it.
pub(super) fn check(
    line: &str,
    start: usize,
    setting: &Setting<'_, '_>,
    parts: &Parts,
) -> Option<Hidden> {
    let controls: Vec<(usize, char, Direction)> = line
        .char_indices()
        .filter_map(|(at, c)| Some((at, c, Direction::of(c)?)))
        .collect();
    let (first, c, _) = *controls.first()?;
    let has_rtl = line.chars().any(is_right_to_left);
    let mut severity = None;
    let mut rest = controls.as_slice();
    // Pairs have to close where they open: within one comment or one text. Outside of them none belongs.
    while let Some((at, _, _)) = rest.first() {
        let part = parts.around(start + at);
        let end = part.map_or(line.len(), |(_, end, _)| end.saturating_sub(start));
        let taken = match part {
            Some(_) => rest
                .iter()
                .take_while(|(at, _, _)| *at < end)
                .count()
                .max(1),
            None => rest
                .iter()
                .take_while(|(at, _, _)| parts.around(start + at).is_none())
                .count()
                .max(1),
        };
        let (here, later) = rest.split_at(taken);
        let kind = part.map_or(Part::Code, |(_, _, kind)| kind);
        let in_code = kind == Part::Code && matches!(setting, Setting::Code(_));
        let found = if in_code {
            Some(Severity::Critical)
        } else {
            stretch(here, has_rtl, setting)
        };
        severity = severity.max(found);
        rest = later;
    }
    let is_joined = controls
        .iter()
        .all(|(_, c, _)| matches!(c, '\u{2066}' | '\u{2068}' | '\u{2069}'));
    // "<FSI>" + name + "<PDI>": an isolate around a value, which turns nothing by itself.
    if is_joined && unpaired(&controls).is_none() && !has_rtl {
        return None;
    }
    Some(Hidden {
        severity: severity?,
        rule: "generic/hidden-text",
        message: format!(
            "A control of the writing direction ({}) reorders what is shown here: a reader sees other code or text than the program.",
            point(c)
        ),
        at: start + first,
    })
}

/// How far the controls within one stretch of text deceive.
fn stretch(
    controls: &[(usize, char, Direction)],
    has_rtl: bool,
    setting: &Setting<'_, '_>,
) -> Option<Severity> {
    let overrides = controls
        .iter()
        .any(|(_, _, direction)| *direction == Direction::Override);
    let open = unpaired(controls).is_some();
    let worst = match setting {
        Setting::Code(_) | Setting::Script => Severity::Critical,
        Setting::Data => Severity::Major,
        Setting::Prose => Severity::Minor,
    };
    // Words that are written from right to left need no more than an embedding that ends with the line.
    match (open, overrides, has_rtl) {
        (true, true, _) => Some(worst),
        (true, false, false) if !matches!(setting, Setting::Prose) => Some(worst),
        (true, false, _) => None,
        (false, true, false) => Some(worst.min(Severity::Major)),
        (false, _, _) => None,
    }
}

/// A control that is not closed.
fn unpaired(controls: &[(usize, char, Direction)]) -> Option<Range<usize>> {
    let mut open: Vec<(usize, bool)> = Vec::new();
    for (at, _, direction) in controls {
        match direction {
            Direction::Embedding | Direction::Override => open.push((*at, false)),
            Direction::Isolate => open.push((*at, true)),
            Direction::PopEmbedding => {
                if open.last().is_some_and(|(_, isolate)| !isolate) {
                    open.pop();
                }
            }
            Direction::PopIsolate => {
                // It closes what was opened within as well.
                if let Some(index) = open.iter().rposition(|(_, isolate)| *isolate) {
                    open.truncate(index);
                }
            }
        }
    }
    open.first().map(|(at, _)| *at..*at + 1)
}

/// Letters that are written from right to left.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}
