//! Places where a text is not of its language.

use super::collector::{Collector, Place, Verdict, lines_of};
use super::grammar::Grammar;
use super::source::Source;
use super::syntax_tree::{Descend, walk};
use gansauditor_audit::domain::{Category, Severity};
use tree_sitter::Node;

/// The rule.
pub(crate) const RULE: &str = "generic/syntax-error";
/// Places that are told of one file: one error often makes a trail of others.
const MAX_PLACES: usize = 5;

/// Reports each place once. Code that does not parse cannot be used.
///
/// C and C++ cannot be parsed for certain without running the preprocessor: as long as the brackets match, a macro may be
/// what the grammar stumbles over, and the finding is a hint.
pub(crate) fn check(source: &Source<'_>, collector: &mut Collector<'_>) {
    if !source.root.has_error() {
        return;
    }
    let uncertain = matches!(source.grammar, Grammar::C | Grammar::Cpp) && brackets_match(source);
    let mut told: Vec<u32> = Vec::new();
    walk(source.root, |node| {
        if told.len() >= MAX_PLACES || !node.has_error() && !node.is_missing() {
            return Descend::Over;
        }
        if !node.is_error() && !node.is_missing() {
            return Descend::Into;
        }
        let (line, end) = lines_of(node);
        if told.contains(&line) || !collector.concerns((line, end)) {
            return Descend::Over;
        }
        told.push(line);
        let verdict = Verdict {
            rule: if uncertain {
                "generic/unparsed-macro"
            } else {
                RULE
            },
            category: Category::Logic,
            severity: if uncertain {
                Severity::Info
            } else {
                Severity::Blocker
            },
            cwe: None,
            advice: if uncertain {
                "Nothing to do if the compiler accepts it; the rules could not read this place."
            } else {
                "Submit code that parses: look for an unclosed bracket or quote and for text that is not code."
            },
        };
        collector.report(&verdict, (line, end), || {
            (message(node, source), Place::of(node, source))
        });
        Descend::Over
    });
}

fn message(node: Node<'_>, source: &Source<'_>) -> String {
    let language = source.grammar.name();
    if node.is_missing() {
        return format!(
            "This is not valid {language}: `{}` is missing here.",
            node.kind()
        );
    }
    let text = source.text_of(node).trim();
    let first: String = text
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(60)
        .collect();
    format!("This is not valid {language}: `{first}` is not expected here.")
}

/// Whether every bracket has its partner: what no macro can excuse, unless directives choose between pieces of code.
fn brackets_match(source: &Source<'_>) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let mut matched = true;
    let mut conditional = false;
    walk(source.root, |node| {
        let closes = match node.kind() {
            ")" => Some("("),
            "]" => Some("["),
            "}" => Some("{"),
            _ => None,
        };
        match node.kind() {
            _ if node.is_missing() => {}
            kind @ ("(" | "[" | "{") => open.push(kind),
            kind => {
                matched &= closes.is_none() || open.pop() == closes;
                conditional |= kind.starts_with("preproc_if");
            }
        }
        Descend::Into
    });
    conditional || matched && open.is_empty()
}
