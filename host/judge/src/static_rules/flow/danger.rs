//! Whether a text that was put together can be turned against its purpose.

use super::built_text::Part;
use super::known::Purpose;
use regex::Regex;
use std::sync::LazyLock;

/// What is wrong with a text, from harmless to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Danger {
    /// A value is all there is: nothing shows what it holds.
    Bare,
    /// A value stands where a name or a clause does, so that it is hardly data.
    Name,
    /// A value stands where data does.
    Pasted,
    /// A value from outside becomes part of it.
    Outside,
}

/// Stands for a value while a statement is looked at.
const VALUE: char = '\u{1}';
/// Stands for what is harmless.
const HARMLESS: char = '\u{2}';
/// Longest statement that is looked at, in bytes.
const MAX_STATEMENT: usize = 20_000;
/// Of each text this much is looked at from its beginning, in bytes: how the statement begins and what it is.
const HEAD: usize = 600;
/// And this much before its end: what stands before a value.
const TAIL: usize = 200;

/// How a statement of SQL begins.
static BEGINS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:^|[;(\n])\s*(?:explain\s+(?:\w+\s+)?)?(?:select|insert|update|delete|replace|merge|drop|create|alter|truncate|with|from|grant|exec|execute|call)\b").ok()
});

/// What makes it one.
static STATEMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?is)\b(?:select\b.+\bfrom\b|insert\s+(?:\w+\s+)*into\b|replace\s+into\b|merge\s+into\b|update\b.+\bset\b|delete\s+from\b|(?:drop|create|alter|truncate)\s+(?:\w+\s+){0,3}(?:table|index|view|database|schema|user|role|trigger)\b|from\s+\w+\s.*\bwhere\b|(?:exec|execute|call)\s+\w)",
    )
    .ok()
});

/// A value where data stands: behind a comparison, in a list, within quotes.
static DATA: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        "(?is)(?:[=<>]|\\blike|\\bilike|\\bin\\s*\\(|\\bvalues\\s*\\([^()]*|\\blimit|\\boffset|\\bbetween|\\bthen|\\bregexp|\\bmatch|'%?|\\\\\"%?)\\s*(?:\\\\?['\"%]|e')*\\s*\u{1}",
    )
    .ok()
});

/// The danger of a text, if there is one.
pub(crate) fn danger(parts: &[Part<'_>], purpose: Purpose) -> Option<Danger> {
    let values = || {
        parts.iter().filter_map(|part| match part {
            Part::Value(value) => Some(value),
            _ => None,
        })
    };
    values().next()?;
    let has_text = parts
        .iter()
        .any(|part| matches!(part, Part::Text(text) if !text.trim().is_empty()));
    let outside = values().any(|value| value.outside);
    match purpose {
        Purpose::Sql => sql(parts, outside),
        Purpose::Shell | Purpose::Code if outside => Some(Danger::Outside),
        Purpose::Shell | Purpose::Code => Some(if has_text {
            Danger::Pasted
        } else {
            Danger::Bare
        }),
    }
}

fn sql(parts: &[Part<'_>], outside: bool) -> Option<Danger> {
    let is_match = |pattern: &LazyLock<Option<Regex>>, text: &str| {
        pattern
            .as_ref()
            .is_some_and(|pattern| pattern.is_match(text))
    };
    let mut statement = String::new();
    let mut begins = false;
    for part in parts {
        match part {
            Part::Text(text) => {
                let (head, tail) = ends(text);
                begins = begins || is_match(&BEGINS, head);
                if statement.len() < MAX_STATEMENT {
                    statement.push_str(head);
                    statement.push_str(tail);
                }
            }
            Part::Harmless => statement.push(HARMLESS),
            Part::Value(_) => statement.push(VALUE),
        }
    }
    if !begins || !is_match(&STATEMENT, &statement) {
        return None;
    }
    if outside {
        Some(Danger::Outside)
    } else if is_match(&DATA, &statement) {
        Some(Danger::Pasted)
    } else {
        // A table or a column that an object keeps is part of how the program is built.
        let named = parts
            .iter()
            .any(|part| matches!(part, Part::Value(value) if !value.member));
        named.then_some(Danger::Name)
    }
}

/// The beginning and the end of a text; what lies between decides nothing.
fn ends(text: &str) -> (&str, &str) {
    if text.len() <= HEAD + TAIL {
        return (text, "");
    }
    let boundary = |from: usize| {
        (from..text.len())
            .find(|&at| text.is_char_boundary(at))
            .unwrap_or(text.len())
    };
    (
        &text[..boundary(HEAD)],
        &text[boundary(text.len() - TAIL)..],
    )
}
