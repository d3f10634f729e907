//! The label and the file name of a fence.

use crate::path::{Care, cut, recognise};

/// Longest line that is looked at for a name, in bytes.
const MAX_LINE: usize = 600;
/// How far above a fence its heading is looked for, in lines.
const MAX_LINES_ABOVE: usize = 8;
/// Attributes that name a file.
const NAME_KEYS: &[&str] = &["title", "file", "path", "filename", "file_name", "filepath"];

/// What the info string of a fence says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Info {
    /// The first word; empty when there is none.
    pub(crate) label: String,
    /// The path that it names.
    pub(crate) name: Option<String>,
}

/// Reads an info string: `rust`, `rust src/main.rs`, `rust:src/main.rs`, `rust title="src/main.rs"`,
/// `{.rust file=src/main.rs}`, `src/main.rs`, `12:40:src/main.rs`.
pub(crate) fn info(text: &str) -> Info {
    let mut words = words(cut(text, MAX_LINE)).into_iter();
    let mut read = Info {
        label: String::new(),
        name: None,
    };
    let mut rest = Vec::new();
    if let Some(first) = words.next() {
        if first.contains('=') {
            rest.push(first);
        } else {
            let (label, name) = first.split_once(':').unwrap_or((&first, ""));
            let ranged = !label.is_empty() && label.bytes().all(|b| b.is_ascii_digit());
            if ranged {
                rest.push(name.rsplit(':').next().unwrap_or(name).to_owned());
            } else if label.contains(['.', '/'])
                && !label.starts_with('.')
                && recognise(label, Care::High).is_some()
            {
                rest.push(first);
            } else {
                read.label = label.trim_start_matches('.').to_owned();
                rest.extend((!name.is_empty()).then(|| name.to_owned()));
            }
        }
    }
    rest.extend(words);
    read.name = rest.iter().find_map(|word| match word.split_once('=') {
        Some((key, value)) if NAME_KEYS.contains(&key.trim().to_ascii_lowercase().as_str()) => {
            named(value)
        }
        Some(_) => None,
        None => named(word),
    });
    read
}

fn named(word: &str) -> Option<String> {
    let word = word
        .trim()
        .trim_matches(['"', '\'', '`', '(', ')', '[', ']'])
        .trim_end_matches(':');
    recognise(without_lines(word), Care::Low)
}

/// A path without `:10`, `:10-20` or `#L10-L20` after it.
fn without_lines(word: &str) -> &str {
    match word.rsplit_once([':', '#']) {
        Some((path, lines))
            if !path.is_empty()
                && lines
                    .bytes()
                    .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'L')) =>
        {
            without_column(path)
        }
        _ => word,
    }
}

fn without_column(path: &str) -> &str {
    match path.rsplit_once(':') {
        Some((path, line)) if !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit()) => path,
        _ => path,
    }
}

/// Words between white space, commas and braces; quotes keep a word together and are dropped.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => word.push(c),
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c.is_whitespace() || matches!(c, ',' | '{' | '}') => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            None => word.push(c),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The line before a fence, one blank line between them allowed.
pub(crate) fn line_before(before: &str) -> Option<&str> {
    let before = before.strip_suffix('\n').unwrap_or(before);
    let before = before.strip_suffix('\r').unwrap_or(before);
    let mut lines = before.rsplit('\n');
    lines
        .next()
        .filter(|line| !line.trim().is_empty())
        .or_else(|| lines.next())
}

/// The path that the line before a fence consists of or speaks of.
pub(crate) fn from_line_before(before: &str) -> Option<String> {
    let line = line_before(before)?;
    only_path(line).or_else(|| spoken_of(line))
}

/// The path that the nearest heading above a fence consists of, with a few lines of prose between.
pub(crate) fn from_heading_above(before: &str) -> Option<String> {
    for line in before.rsplit('\n').take(MAX_LINES_ABOVE) {
        let line = line.trim();
        if line.starts_with("```") || line.starts_with("~~~") || line.len() > MAX_LINE {
            return None;
        }
        let is_heading = line.starts_with('#') || line.starts_with("**") || line.starts_with('`');
        if is_heading && let Some(path) = only_path(line).or_else(|| heading_path(line)) {
            return Some(path);
        }
        if line.starts_with('#') {
            return None;
        }
    }
    None
}

fn heading_path(line: &str) -> Option<String> {
    line.starts_with('#').then(|| spoken_of(line)).flatten()
}

/// The path that a line consists of, but for marks around it, a number or bullet before it and a remark in parentheses
/// behind it.
pub(crate) fn only_path(line: &str) -> Option<String> {
    if line.len() > MAX_LINE {
        return None;
    }
    let line = line.trim().trim_start_matches(['#', '>']).trim();
    let line = ["- ", "* ", "+ "]
        .iter()
        .find_map(|bullet| line.strip_prefix(bullet))
        .unwrap_or(line);
    let line = match line.split_once(['.', ')']) {
        Some((number, rest))
            if number.bytes().all(|b| b.is_ascii_digit()) && rest.starts_with(' ') =>
        {
            rest.trim()
        }
        _ => line,
    };
    let (word, quoted) = unmark(without_remark(line));
    let (word, quoted_within) = unmark(without_title(word));
    let care = if (quoted || quoted_within) && word.contains('/') {
        Care::Low
    } else {
        Care::High
    };
    link(word).or_else(|| recognise(without_lines(word), care))
}

/// A line without `(new file)` and its like at the end.
fn without_remark(line: &str) -> &str {
    let bare = line.trim_end_matches([':', '*', ' ']);
    match bare
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once(" ("))
    {
        Some((start, remark)) if !start.trim().is_empty() && !remark.contains([')', '(']) => {
            start.trim_end()
        }
        _ => line,
    }
}

/// The path of `[src/a.py](url)`, where it is the text or the target.
fn link(word: &str) -> Option<String> {
    let (text, target) = word
        .strip_prefix('[')?
        .strip_suffix(')')?
        .split_once("](")?;
    recognise(unmark(text).0, Care::High).or_else(|| recognise(target, Care::High))
}

/// Words at the start of a line that say what was done to a file, or that one is named.
const VERBS: &[&str] = &[
    "in", "file", "update", "updated", "create", "created", "edit", "edited", "modify", "modified",
    "change", "changed", "changes", "write", "wrote", "add", "added", "replace", "save", "put",
    "new", "here", "now", "full", "complete", "contents", "content", "path", "fixed", "fix",
    "revised", "rewrite", "step", "this", "the", "and", "then", "next",
];

/// The one path in a line that introduces what follows it: `Update src/a.py with:`, `### 2. The fix in `src/a.py``.
fn spoken_of(line: &str) -> Option<String> {
    if line.len() > MAX_LINE {
        return None;
    }
    let line = line.trim();
    let is_heading = line.starts_with('#')
        || (line.starts_with("**") && line.trim_end_matches(':').ends_with("**"));
    let introduces = line.trim_end_matches(['*', ' ']).ends_with(':');
    let first: String = line
        .trim_start_matches(|c: char| !c.is_alphabetic())
        .chars()
        .take_while(|c| c.is_alphabetic())
        .collect();
    let acts = VERBS.contains(&first.to_ascii_lowercase().as_str());
    if !is_heading && !introduces && !acts {
        return None;
    }
    let one = |mut found: Vec<String>| {
        found.dedup();
        (found.len() == 1).then(|| found.remove(0))
    };
    let marked: Vec<String> = line
        .split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|word| recognise(without_lines(word), Care::High))
        .collect();
    if !marked.is_empty() {
        return one(marked);
    }
    let plain = line
        .split([' ', '\t', '(', ')', '[', ']', '*', ',', '"', '\''])
        .filter_map(|word| {
            let word = without_lines(word.trim_matches(['_', ':', ';', '!', '?']));
            let word = word.strip_suffix('.').unwrap_or(word);
            // A bare word such as `Makefile` may be prose; a path or an extension is none.
            recognise(word, Care::High).filter(|path| path.contains('/') || path.contains('.'))
        });
    one(plain.collect())
}

/// The path that the first line of the code is a comment of.
pub(crate) fn from_first_line(content: &str) -> Option<String> {
    let line = content
        .lines()
        .next()
        .filter(|line| line.len() <= MAX_LINE)?
        .trim();
    let comment = ["//", "#", "--", ";", "%", "/*", "<!--"]
        .iter()
        .find_map(|open| line.strip_prefix(open))?;
    let comment = comment
        .trim_end_matches("*/")
        .trim_end_matches("-->")
        .trim();
    let word = without_title(comment);
    let base = word.rsplit(['/', '\\']).next().unwrap_or(word);
    crate::path::extension(base)?;
    recognise(word, Care::High)
}

/// Takes off emphasis, backticks and colons around a word; says whether there were backticks.
fn unmark(mut word: &str) -> (&str, bool) {
    let mut quoted = false;
    loop {
        let before = word.len();
        word = word.trim().trim_end_matches(':');
        for mark in ["**", "__", "`", "*", "\""] {
            if let Some(inner) = word
                .strip_prefix(mark)
                .and_then(|rest| rest.strip_suffix(mark))
            {
                quoted |= mark == "`";
                word = inner;
            }
        }
        if word.len() == before {
            return (word, quoted);
        }
    }
}

/// Takes off `File:` and its like.
fn without_title(word: &str) -> &str {
    match word.split_once(':') {
        Some((title, rest))
            if matches!(
                title.trim_matches('*').to_ascii_lowercase().as_str(),
                "file" | "filename" | "file name" | "path" | "filepath"
            ) =>
        {
            rest.trim_start_matches('*').trim()
        }
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_info_strings() {
        for (text, label, name) in [
            ("", "", None),
            ("rust", "rust", None),
            ("rust,ignore", "rust", None),
            ("rust ignore should_panic edition2024", "rust", None),
            ("js {1,3-5} showLineNumbers", "js", None),
            ("rust src/main.rs", "rust", Some("src/main.rs")),
            ("rust:src/main.rs", "rust", Some("src/main.rs")),
            ("rust:src/main.rs:10-20", "rust", Some("src/main.rs")),
            ("rust src/main.rs#L1-L9", "rust", Some("src/main.rs")),
            ("python title=app.py", "python", Some("app.py")),
            ("python title=\"my app.py\"", "python", Some("my app.py")),
            ("python title=\"How it works\"", "python", None),
            ("{.rust file=src/a.rs}", "rust", Some("src/a.rs")),
            ("{file='x.go'}", "", Some("x.go")),
            ("ts path=./web\\a.ts", "ts", Some("web/a.ts")),
            ("src/main.rs", "", Some("src/main.rs")),
            ("main.py", "", Some("main.py")),
            ("12:40:app/main.ts", "", Some("app/main.ts")),
            ("c++ (src/a.cpp)", "c++", Some("src/a.cpp")),
            ("gan-config", "gan-config", None),
        ] {
            assert_eq!(
                info(text),
                Info {
                    label: label.into(),
                    name: name.map(str::to_owned)
                },
                "{text:?}"
            );
        }
    }

    #[test]
    fn takes_a_name_from_a_line_that_is_only_a_path() {
        for line in [
            "src/a.rs",
            "`src/a.rs`",
            "**src/a.rs**",
            "**`src/a.rs`**:",
            "### src/a.rs",
            "#### `src/a.rs`:",
            "- src/a.rs",
            "1. `src/a.rs`",
            "File: src/a.rs",
            "**File:** `src/a.rs`",
            "`src/a.rs`:\n",
            "Text.\r\nsrc/a.rs:\r\n",
            "Here is src/a.rs:",
            "[src/a.rs](https://x.example/y)",
            "### [`src/a.rs`](src/a.rs)",
            "Update `src/a.rs` with:",
            "In file src/a.rs:",
            "### 2. The fix in `src/a.rs`",
            "**src/a.rs** (new file)",
            "### `src/a.rs` (updated):",
            "Create `src/a.rs`",
            "src/a.rs:10-20",
        ] {
            assert_eq!(
                from_line_before(&format!("{line}\n")).as_deref(),
                Some("src/a.rs"),
                "{line:?}"
            );
        }
        for line in [
            "It uses src/a.rs and src/b.rs:",
            "We met src/a.rs before.",
            "Node.js:",
            "`foo()`",
            "**Input/Output**",
            "",
            "src/a.rs\n\n",
            "Done.",
            "and/or",
        ] {
            assert_eq!(from_line_before(&format!("{line}\n")), None, "{line:?}");
        }
        assert_eq!(
            from_line_before("`__init__.py`\n").as_deref(),
            Some("__init__.py")
        );
    }

    #[test]
    fn takes_a_name_from_the_heading_above() {
        let above = "### src/a.rs\n\nThis one adds things.\nAnd more.\n\n";
        assert_eq!(from_heading_above(above).as_deref(), Some("src/a.rs"));
        for above in [
            "### src/a.rs\n```\nx\n```\nText\n",
            "### src/a.rs\n### Other\nText\n",
            "src/a.rs\nText\n",
        ] {
            assert_eq!(from_heading_above(above), None, "{above}");
        }
    }

    #[test]
    fn takes_a_name_from_a_first_comment_that_is_only_a_path() {
        for line in [
            "// src/a.rs",
            "# src/a.rs",
            "/* src/a.rs */",
            "<!-- src/a.rs -->",
            "-- File: src/a.rs",
            "//src/a.rs",
        ] {
            assert_eq!(
                from_first_line(&format!("{line}\ncode")).as_deref(),
                Some("src/a.rs"),
                "{line:?}"
            );
        }
        for line in [
            "// see src/a.rs",
            "#!/usr/bin/env python",
            "#include <a.h>",
            "// Makefile",
            "src/a.rs",
            "// TODO",
        ] {
            assert_eq!(from_first_line(&format!("{line}\ncode")), None, "{line:?}");
        }
    }
}
