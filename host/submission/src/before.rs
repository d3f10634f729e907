//! "Before" and "After": of two fences that show the same place, the old one is not the work.

/// What a label says of the code under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    Old,
    New,
}

const OLD: &[&str] = &[
    "before",
    "old",
    "original",
    "previous",
    "previously",
    "current",
    "currently",
    "existing",
    "was",
    "vulnerable",
    "buggy",
    "broken",
    "wrong",
    "bad",
    "from",
];
const NEW: &[&str] = &[
    "after",
    "new",
    "fixed",
    "updated",
    "proposed",
    "now",
    "corrected",
    "improved",
    "revised",
    "replacement",
    "replaced",
    "good",
    "patched",
    "refactored",
    "solution",
    "right",
    "to",
    "becomes",
    "better",
    "secure",
    "safe",
];
/// Words beside them that say no more than they do.
const FILLERS: &[&str] = &[
    "code",
    "version",
    "file",
    "implementation",
    "the",
    "change",
    "changes",
    "fix",
    "state",
    "behavior",
    "behaviour",
    "function",
    "method",
    "class",
    "snippet",
    "this",
    "in",
    "of",
    "it",
    "is",
    "looks",
    "like",
    "my",
    "a",
    "patch",
    "edit",
    "refactoring",
    "refactor",
    "contents",
    "content",
];
/// Longest label, in bytes.
const MAX_LABEL: usize = 120;

/// What the label of a fence says of its code.
pub(crate) fn of_info(label: &str) -> Option<Age> {
    match label.to_ascii_lowercase().as_str() {
        "before" | "old" | "original" => Some(Age::Old),
        "after" | "new" | "updated" | "fixed" | "proposed" => Some(Age::New),
        _ => None,
    }
}

/// What the last lines before a fence say of its code; a line that names the file may stand between.
pub(crate) fn of_lines_before(before: &str) -> Option<Age> {
    let filled = before
        .lines()
        .rev()
        .take(4)
        .filter(|line| !line.trim().is_empty());
    filled.take(2).find_map(of_line)
}

fn of_line(line: &str) -> Option<Age> {
    if line.len() > MAX_LABEL {
        return None;
    }
    let mut words = line.split(|c: char| {
        c.is_whitespace() || matches!(c, '(' | ')' | '*' | '_' | ':' | '#' | ',' | '>' | '|')
    });
    let mut words = words
        .by_ref()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(str::to_ascii_lowercase);
    let mut first = words.next()?;
    while FILLERS.contains(&first.as_str())
        || first
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        first = words.next()?;
    }
    let age = if OLD.contains(&first.as_str()) {
        Age::Old
    } else if NEW.contains(&first.as_str()) {
        Age::New
    } else {
        return None;
    };
    // More words than a label has make a sentence, of which nothing follows.
    let is_label = words.all(|word| {
        FILLERS.contains(&word.as_str())
            || word.contains(['/', '.', '`', '['])
            || word.bytes().all(|b| b.is_ascii_digit())
    });
    is_label.then_some(age)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_say_old_or_new_and_sentences_nothing() {
        for (line, age) in [
            ("**Before:**", Some(Age::Old)),
            ("### Before", Some(Age::Old)),
            ("Old code in `src/a.py`:", Some(Age::Old)),
            ("Original (`a.py`):", Some(Age::Old)),
            ("1. Current implementation", Some(Age::Old)),
            ("**After**", Some(Age::New)),
            ("The fixed version:", Some(Age::New)),
            ("#### Proposed", Some(Age::New)),
            ("Before the meeting I wrote:", None),
            ("After this we should test:", None),
            ("src/old.py", None),
            ("I changed this:", None),
            ("", None),
        ] {
            assert_eq!(of_lines_before(&format!("{line}\n\n")), age, "{line:?}");
        }
        assert_eq!(of_lines_before("**After:**\n`src/a.py`\n"), Some(Age::New));
    }
}
