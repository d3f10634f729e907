//! Telling a whole file from a part of it that is sent as if it were all.

use crate::session::LatestFile;
use std::collections::{BTreeSet, HashSet};

/// Why such a file is not read.
pub(super) const REASON: &str = "it holds only part of the file, most of what was defined in it is missing; send all of it, or a diff that removes the rest";

/// Whether this text is only a part of the file: at least half of what the known version defines is missing, little
/// that is new has come in its place, and, when just half is missing, what is left was there before. A rewrite brings
/// its own definitions; whoever removes most of a file says so in a diff.
pub(super) fn is_part(known: Option<&LatestFile>, text: &str) -> bool {
    let Some(earlier) = known.and_then(|file| file.text.as_deref()) else {
        return false;
    };
    // Not shorter: nothing is missing.
    if text.len() >= earlier.len() {
        return false;
    }
    let (before, after) = (definitions(earlier), definitions(text));
    let gone = before.difference(&after).count();
    let new = after.difference(&before).count();
    if before.len() < 2 || gone * 2 < before.len() || new * 2 >= gone {
        return false;
    }
    gone * 2 > before.len() || was_there(text, earlier)
}

/// Four of five lines that are not blank occur in the earlier text.
fn was_there(text: &str, earlier: &str) -> bool {
    let known: HashSet<&str> = earlier.lines().map(str::trim).collect();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (all, old) = lines.fold((0usize, 0usize), |(all, old), line| {
        (all + 1, old + usize::from(known.contains(line)))
    });
    old * 5 >= all * 4
}

/// Words before the name of what is defined, over many languages.
const KEYWORDS: &[&str] = &[
    "actor",
    "class",
    "def",
    "defmodule",
    "defp",
    "enum",
    "extension",
    "fn",
    "fun",
    "func",
    "function",
    "interface",
    "macro",
    "message",
    "mod",
    "module",
    "namespace",
    "object",
    "proc",
    "procedure",
    "protocol",
    "record",
    "service",
    "struct",
    "sub",
    "trait",
    "type",
    "union",
];
/// Words before the name of a value, which counts where it is not within anything.
const VALUES: &[&str] = &["const", "let", "static", "val", "var"];
/// Words that begin a statement with brackets and define nothing.
const STATEMENTS: &[&str] = &[
    "assert",
    "await",
    "catch",
    "defer",
    "del",
    "delete",
    "do",
    "echo",
    "elif",
    "else",
    "except",
    "for",
    "foreach",
    "go",
    "if",
    "lock",
    "match",
    "new",
    "not",
    "print",
    "puts",
    "raise",
    "return",
    "switch",
    "synchronized",
    "throw",
    "try",
    "unless",
    "until",
    "using",
    "while",
    "with",
    "yield",
];

/// The names that a text defines, as far as lines show it whatever the language: after a keyword, before the brackets
/// of a body, and bindings at the beginning of a line.
fn definitions(text: &str) -> BTreeSet<&str> {
    text.lines().filter_map(definition).collect()
}

fn definition(line: &str) -> Option<&str> {
    let outermost = !line.starts_with([' ', '\t']);
    let line = line.trim();
    let mut words = words(line);
    let is_value = outermost
        && match (line.find('='), line.find('(')) {
            (Some(equals), Some(bracket)) => equals < bracket,
            (None, Some(_)) => false,
            (_, None) => true,
        };
    // A definition begins within its first words: `pub(crate) async unsafe fn name`.
    for _ in 0..6 {
        let Some(word) = words.next() else {
            break;
        };
        if STATEMENTS.contains(&word) {
            return None;
        }
        if KEYWORDS.contains(&word) {
            // The receiver of a Go method is not its name.
            return match line.split_once("func (") {
                Some((_, rest)) => self::words(rest.split_once(')')?.1).next(),
                None => words.next(),
            };
        }
        if is_value && VALUES.contains(&word) {
            return words.find(|word| *word != "mut");
        }
    }
    body(line).or_else(|| outermost.then(|| binding(line)).flatten())
}

/// `int name(int x) {`, `name() {`
fn body(line: &str) -> Option<&str> {
    let (head, _) = line.split_once('(')?;
    let first = words(line).next()?;
    let opens = line.ends_with('{') || line.ends_with(')');
    if !opens || STATEMENTS.contains(&first) || head.contains(['=', '.', '"', '\'', ';']) {
        return None;
    }
    // A call ends in its bracket like the head of a function; the head names a type before.
    let name = words(head).next_back()?;
    (line.ends_with('{') || words(head).count() > 1).then_some(name)
}

/// `NAME = value` without a blank before.
fn binding(line: &str) -> Option<&str> {
    let (name, value) = line.split_once('=')?;
    let name = name.split_once(':').map_or(name, |(name, _)| name).trim();
    let is_name = words(name).next() == Some(name);
    (is_name && !value.starts_with('=')).then_some(name)
}

fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> LatestFile {
        LatestFile {
            attempt: 1,
            named: true,
            text: Some(text.into()),
            changed: None,
        }
    }

    fn is_part(earlier: &str, text: &str) -> bool {
        super::is_part(Some(&known(earlier)), text)
    }

    #[test]
    fn definitions_of_many_languages_are_seen() {
        for (line, name) in [
            ("def f(x):", "f"),
            ("    async def g(self):", "g"),
            ("pub(crate) async fn h<T>(t: T) {", "h"),
            ("func (s *Server) Serve() error {", "Serve"),
            ("func main() {", "main"),
            ("export default class Tree {", "Tree"),
            ("export const walk = (tree) => {", "walk"),
            ("static int parse(const char *text) {", "parse"),
            ("int parse(const char *text)", "parse"),
            ("    public void run() {", "run"),
            ("deploy() {", "deploy"),
            ("LIMIT: int = 3", "LIMIT"),
            ("type Celsius float64", "Celsius"),
        ] {
            assert_eq!(definition(line), Some(name), "{line}");
        }
        for line in [
            "if (x) {",
            "    x = 3",
            "return f(x)",
            "f(x)",
            "} else {",
            "a == b",
            "",
        ] {
            assert_eq!(definition(line), None, "{line}");
        }
    }

    const FILE: &str = "def a():\n    return 1\n\ndef b():\n    return eval(x)\n\ndef c():\n    return 3\n\ndef d():\n    return 4\n";

    #[test]
    fn one_function_of_a_file_is_a_part_of_it_even_when_it_was_changed() {
        assert!(is_part(FILE, "def a():\n    return 1\n"));
        assert!(is_part(FILE, "def b():\n    return literal(x)\n"));
        assert!(is_part(FILE, "def ok():\n    return 0\n"));
        let two = "def a():\n    return 1\n\ndef b():\n    return eval(x)\n";
        assert!(is_part(two, "def a():\n    return 1\n"));
    }

    #[test]
    fn a_rewrite_and_the_removal_of_a_little_are_whole_files() {
        assert!(!is_part(FILE, FILE));
        let without_one = FILE.replace("def d():\n    return 4\n", "");
        assert!(!is_part(FILE, &without_one));
        assert!(!is_part(
            FILE,
            "def e():\n    return 1\n\ndef f():\n    return 3\n"
        ));
        assert!(!is_part("def a():\n    return 1\n", "x = 1\n"));
        assert!(!super::is_part(None, "x"));
    }
}
