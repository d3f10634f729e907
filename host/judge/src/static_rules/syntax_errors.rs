//! Places where a text is not of its language.

use super::brackets::{Brackets, Fault};
use super::collector::{Collector, Place, Verdict, lines_of};
use super::skim::skim;
use super::source::Source;
use super::syntax_tree::{Descend, walk};
use gansauditor_audit::domain::{Category, Severity};

/// The rule.
pub(crate) const RULE: &str = "generic/syntax-error";
/// Places that the parser could not read and that are looked at.
const MAX_PLACES: usize = 1_000;

/// Reports where brackets, quotes or prose prove that a text is not of its language. Code that does not parse cannot be
/// used, but a grammar that lags behind its language, or cannot run a preprocessor, is no proof of it.
///
/// Returns the first line that could not be parsed when nothing is wrong for certain: the file was read by the rest.
pub(crate) fn check(source: &Source<'_>, collector: &mut Collector<'_>) -> Option<u32> {
    if !source.root.has_error() {
        return None;
    }
    let places = unparsed(source);
    let skimmed = skim(&source.file.text, source.grammar);
    let mut proven = false;
    if let Some(fault) = skimmed.fault
        && !skimmed.doubtful
        && (is_of_quotes(&fault) || tokens_do_not_match(source))
    {
        proven = tell(&fault, &places, source, collector);
    }
    for row in skimmed.prose {
        let fault = Fault {
            what: "a sentence stands where code should".to_owned(),
            row,
            last: row,
        };
        proven |= tell(&fault, &places, source, collector);
    }
    if proven {
        return None;
    }
    places.first().map(|place| place.0)
}

/// Lines that the parser could not read, from 1.
fn unparsed(source: &Source<'_>) -> Vec<(u32, u32)> {
    let mut places = Vec::new();
    walk(source.root, |node| {
        if places.len() >= MAX_PLACES || !node.has_error() && !node.is_missing() {
            return Descend::Over;
        }
        if !node.is_error() && !node.is_missing() {
            return Descend::Into;
        }
        places.push(lines_of(node));
        Descend::Over
    });
    places
}

/// How much of a text its parser could not read, in bytes; what is missing counts as one.
pub(crate) fn unparsed_bytes(root: tree_sitter::Node<'_>) -> usize {
    let mut bytes = 0;
    walk(root, |node| {
        if !node.has_error() && !node.is_missing() {
            return Descend::Over;
        }
        if !node.is_error() && !node.is_missing() {
            return Descend::Into;
        }
        bytes += node.byte_range().len().max(1);
        Descend::Over
    });
    bytes
}

fn is_of_quotes(fault: &Fault) -> bool {
    !["`(`", "`[`", "`{`", "`${`", "`)`", "`]`", "`}`"]
        .iter()
        .any(|bracket| fault.what.starts_with(bracket))
}

/// Reports a fault that the parser stumbled over too. Returns whether it did.
fn tell(
    fault: &Fault,
    places: &[(u32, u32)],
    source: &Source<'_>,
    collector: &mut Collector<'_>,
) -> bool {
    let number = |row: usize| u32::try_from(row).unwrap_or(u32::MAX - 1) + 1;
    let (first, last) = (number(fault.row), number(fault.last));
    let mut near = places
        .iter()
        .filter(|place| place.0 <= last.saturating_add(1) && place.1.saturating_add(1) >= first)
        .peekable();
    if near.peek().is_none() {
        return false;
    }
    let own = (first, first);
    let lines = if collector.concerns(own) {
        own
    } else {
        near.copied()
            .find(|place| collector.concerns(*place))
            .unwrap_or(own)
    };
    let verdict = Verdict {
        rule: RULE,
        category: Category::Logic,
        severity: Severity::Blocker,
        cwe: None,
        advice: "Submit code that parses: close each bracket and quote, and take out text that is not code.",
    };
    collector.report(&verdict, lines, || {
        let line = source.file.text.lines().nth(fault.row).unwrap_or_default();
        let start: String = line.trim().chars().take(60).collect();
        let message = format!(
            "This is not valid {}: {} (line {first}: `{start}`).",
            source.grammar.name(),
            fault.what
        );
        let anchor = line.to_owned();
        (
            message,
            Place {
                symbol: None,
                anchor,
            },
        )
    });
    true
}

/// Whether the brackets that the parser saw do not match either: what it takes for text may hold any.
fn tokens_do_not_match(source: &Source<'_>) -> bool {
    let mut brackets = Brackets::default();
    walk(source.root, |node| {
        if !node.is_missing() {
            match node.kind() {
                kind @ ("(" | "[" | "{") => brackets.open(kind.as_bytes()[0], 0),
                "${" => brackets.open(b'`', 0),
                kind @ (")" | "]" | "}") => {
                    brackets.close(kind.as_bytes()[0], 0);
                }
                "ERROR" if node.child_count() == 0 => {
                    for byte in source.text_of(node).bytes() {
                        match byte {
                            b'(' | b'[' | b'{' => brackets.open(byte, 0),
                            b')' | b']' | b'}' => {
                                brackets.close(byte, 0);
                            }
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        Descend::Into
    });
    brackets.finish(0).is_some()
}
