//! The headers of a file within a diff.

use crate::path;

/// One of the two sides that a header names.
#[derive(Clone, PartialEq, Eq)]
enum Side {
    /// `/dev/null`.
    Nothing,
    /// A path, with the prefix (`a/`, `b/`) that the diff gave it.
    Path(String),
}

/// Pairs of prefixes that git puts before the two paths (`diff.mnemonicPrefix` included).
const PREFIXES: &[(&str, &str)] = &[
    ("a/", "b/"),
    ("i/", "w/"),
    ("c/", "i/"),
    ("c/", "w/"),
    ("o/", "w/"),
    ("1/", "2/"),
    ("b/", "a/"),
];

/// What the headers said of a file.
#[derive(Default)]
pub(super) struct FileHeader {
    started: bool,
    old: Option<Side>,
    new: Option<Side>,
    /// From a `diff --git` or `Index:` line; the `---` and `+++` lines go before it.
    line_names: Option<(Side, Side)>,
    renamed_from: Option<String>,
    copied_from: Option<String>,
    target: Option<String>,
    created: bool,
    deleted: bool,
    binary: bool,
    combined: bool,
    modes: bool,
    special: Option<Special>,
    /// The abbreviated ids of the old and the new text.
    ids: Option<(String, String)>,
}

/// What is no text file, though a diff shows it as one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Special {
    Link,
    Submodule,
}

/// Start of the id of an empty text (git's blob `e69de29b...`).
const EMPTY_ID: &str = "e69de29";

/// Whether the headers of a file begin at `lines[at]`.
pub(super) fn begins_file(lines: &[&str], at: usize) -> bool {
    let line = lines[at];
    let next = lines.get(at + 1).copied().unwrap_or_default();
    ["diff --git ", "diff --cc ", "diff --combined "]
        .iter()
        .any(|start| line.starts_with(start))
        || (line.starts_with("Index: ") && (next.starts_with("=====") || next.starts_with("--- ")))
        || (line.starts_with("--- ") && (next.starts_with("+++ ") || next.starts_with("@@ ")))
        || (line.starts_with("+++ ") && next.starts_with("@@ "))
}

impl FileHeader {
    /// Takes the names at `lines[at]`, where `begins_file`; returns the number of lines taken.
    pub(super) fn read_names(&mut self, lines: &[&str], at: usize) -> usize {
        self.started = true;
        let line = lines[at].trim_end_matches(['\n', '\r']);
        if let Some(names) = line.strip_prefix("diff --git ") {
            self.line_names = split_git_names(names);
        } else if let Some(name) = line
            .strip_prefix("diff --cc ")
            .or_else(|| line.strip_prefix("diff --combined "))
        {
            self.combined = true;
            self.target = path::label(&unquote(name));
        } else if let Some(name) = line.strip_prefix("Index: ") {
            self.line_names = Some((Side::Path(name.to_owned()), Side::Path(name.to_owned())));
        } else if let Some(name) = line.strip_prefix("+++ ") {
            self.new = Some(side(name));
        } else if let Some(name) = line.strip_prefix("--- ") {
            self.old = Some(side(name));
            if let Some(name) = lines.get(at + 1).and_then(|line| line.strip_prefix("+++ ")) {
                self.new = Some(side(name));
                return 2;
            }
        }
        1
    }

    /// Takes one of git's extended header lines; says whether it was one.
    pub(super) fn read_extended(&mut self, line: &str) -> bool {
        let line = line.trim_end_matches(['\n', '\r']);
        if let Some(from) = line.strip_prefix("rename from ") {
            self.renamed_from = path::label(&unquote(from));
        } else if let Some(from) = line.strip_prefix("copy from ") {
            self.copied_from = path::label(&unquote(from));
        } else if let Some(to) = line
            .strip_prefix("rename to ")
            .or_else(|| line.strip_prefix("copy to "))
        {
            self.target = path::label(&unquote(to));
        } else if line.starts_with("new file mode ") {
            self.created = true;
            self.read_mode(line);
        } else if line.starts_with("deleted file mode ") {
            self.deleted = true;
            self.read_mode(line);
        } else if line.starts_with("old mode ") || line.starts_with("new mode ") {
            self.modes = true;
            self.read_mode(line);
        } else if let Some(index) = line.strip_prefix("index ") {
            let (ids, mode) = index.split_once(' ').unwrap_or((index, ""));
            self.ids = ids
                .split_once("..")
                .map(|(old, new)| (old.to_owned(), new.to_owned()));
            self.read_mode(mode);
        } else if line == "GIT binary patch"
            || (line.starts_with("Binary files ") && line.ends_with(" differ"))
        {
            self.binary = true;
        } else {
            return [
                "similarity index ",
                "dissimilarity index ",
                "=====",
                "mode ",
            ]
            .iter()
            .any(|start| line.starts_with(start));
        }
        true
    }

    fn read_mode(&mut self, line: &str) {
        if line.ends_with("120000") {
            self.special = Some(Special::Link);
        } else if line.ends_with("160000") {
            self.special = Some(Special::Submodule);
        } else if line.ends_with("100644") || line.ends_with("100755") {
            self.special = None;
        }
    }

    pub(super) fn special(&self) -> Option<Special> {
        self.special
    }

    pub(super) fn ids(&self) -> Option<&(String, String)> {
        self.ids.as_ref()
    }

    /// Whether the ids say that the text is another one.
    pub(super) fn changes_text(&self) -> bool {
        self.ids.as_ref().is_some_and(|(old, new)| old != new)
    }

    pub(super) fn changes_mode(&self) -> bool {
        self.modes
    }

    /// Whether a new file without hunks is an empty one.
    pub(super) fn leaves_empty(&self) -> bool {
        self.ids
            .as_ref()
            .is_none_or(|(_, new)| new.starts_with(EMPTY_ID) || EMPTY_ID.starts_with(new.as_str()))
    }

    pub(super) fn set_combined(&mut self) {
        self.started = true;
        self.combined = true;
    }

    pub(super) fn is_started(&self) -> bool {
        self.started
    }

    pub(super) fn has_sides(&self) -> bool {
        self.old.is_some() || self.new.is_some()
    }

    pub(super) fn is_binary(&self) -> bool {
        self.binary
    }

    pub(super) fn is_combined(&self) -> bool {
        self.combined
    }

    pub(super) fn deletes(&self) -> bool {
        self.deleted || self.new == Some(Side::Nothing)
    }

    pub(super) fn creates(&self) -> bool {
        self.created || self.old == Some(Side::Nothing)
    }

    /// The path of the old file where it is another than the new one's.
    pub(super) fn base(&self) -> Option<String> {
        if let Some(from) = self
            .renamed_from
            .clone()
            .or_else(|| self.copied_from.clone())
        {
            return Some(from);
        }
        let (old, new) = self.paths();
        // `x.orig` against `x` is how a plain diff compares copies; only git's prefixes make a rename of it.
        if self.is_prefixed() && old != new && new.is_some() {
            old
        } else {
            None
        }
    }

    /// Whether the old path is gone.
    pub(super) fn renames(&self) -> bool {
        self.copied_from.is_none()
    }

    /// The old and the new path, normalised and without prefixes.
    pub(super) fn paths(&self) -> (Option<String>, Option<String>) {
        let (old, new) = self.sides();
        let (old_prefix, new_prefix) = self.prefixes().unwrap_or_default();
        let name = |side: Option<&Side>, prefix: &str| match side {
            Some(Side::Path(name)) => path::label(name.strip_prefix(prefix).unwrap_or(name)),
            _ => None,
        };
        let from = self
            .renamed_from
            .clone()
            .or_else(|| self.copied_from.clone());
        (
            from.or_else(|| name(old, old_prefix)),
            self.target.clone().or_else(|| name(new, new_prefix)),
        )
    }

    fn sides(&self) -> (Option<&Side>, Option<&Side>) {
        let line_names = self.line_names.as_ref();
        (
            self.old.as_ref().or(line_names.map(|names| &names.0)),
            self.new.as_ref().or(line_names.map(|names| &names.1)),
        )
    }

    fn is_prefixed(&self) -> bool {
        self.line_names.is_some() || self.prefixes().is_some()
    }

    fn prefixes(&self) -> Option<(&'static str, &'static str)> {
        let fits = |side: Option<&Side>, prefix: &str| match side {
            Some(Side::Path(name)) => name
                .strip_prefix(prefix)
                .is_some_and(|rest| !rest.is_empty()),
            Some(Side::Nothing) | None => true,
        };
        let (old, new) = self.sides();
        PREFIXES
            .iter()
            .copied()
            .find(|(a, b)| fits(old, a) && fits(new, b))
    }
}

fn side(name: &str) -> Side {
    let name = name.trim_end_matches(['\n', '\r']);
    // GNU diff and Subversion put a time or a revision after a tab.
    let name = if name.starts_with('"') {
        name
    } else {
        name.split('\t').next().unwrap_or(name)
    };
    let name = unquote(name.trim_end());
    if name == "/dev/null" {
        Side::Nothing
    } else {
        Side::Path(name)
    }
}

/// The two names of a `diff --git` line. They are not delimited; they are mostly the same but for the prefix.
fn split_git_names(names: &str) -> Option<(Side, Side)> {
    let both = |old: &str, new: &str| Some((side(old), side(new)));
    if let Some(quoted) = names.strip_prefix('"') {
        let (old, new) = names.split_at(closing_quote(quoted)? + 2);
        return both(old, new.trim_start());
    }
    let middle = names.len() / 2;
    let halves = names
        .is_char_boundary(middle)
        .then(|| names.split_at(middle));
    if let Some((old, new)) = halves
        && let Some(new) = new.strip_prefix(' ')
        && old.split_once('/').map(|(_, rest)| rest) == new.split_once('/').map(|(_, rest)| rest)
    {
        return both(old, new);
    }
    let (old, _) = names.split_once(" b/").or_else(|| names.split_once(' '))?;
    both(old, names[old.len()..].trim_start())
}

/// Offset of the quote that ends a C string.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// A name of a header line.
fn unquote(name: &str) -> String {
    let trimmed = name.trim();
    // White space around a name that is not quoted may be part of it.
    let name = if trimmed.starts_with('"') {
        trimmed
    } else {
        name
    };
    crate::quoted::unquote(name.as_bytes())
}
