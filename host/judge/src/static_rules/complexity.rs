//! Functions that are too complex, too long or too deeply nested.

use super::collector::{Collector, Place, Verdict, lines_of};
use super::source::Source;
use super::symbol;
use super::test_code;
use gansauditor_audit::domain::{Category, Severity};
use tree_sitter::Node;

/// Cyclomatic complexity over which a function is reported: upper half of the 10..=15 that McCabe, who proposed the
/// measure, held for reasonable (NIST SP 500-235, 2.5).
const COMPLEX: u32 = 15;
/// Lines of a function.
const LONG: u32 = 120;
/// Levels of nested control flow.
const DEEP: u32 = 5;

const ADVICE: &str = "Split it: move each step or case into a function of its own, and return early instead of nesting.";

/// One function that is being walked through.
struct Measured<'t> {
    node: Node<'t>,
    name: Option<&'t str>,
    complexity: u32,
    nesting: u32,
    deepest: u32,
}

/// Measures every function that is there in full; nested functions count for themselves.
pub(crate) fn check(source: &Source<'_>, collector: &mut Collector<'_>) {
    let kinds = source.kinds();
    let mut open: Vec<Measured<'_>> = Vec::new();
    let mut cursor = source.root.walk();
    let mut parent: Vec<Node<'_>> = Vec::new();
    loop {
        let node = cursor.node();
        let above = parent.last().copied();
        if kinds.functions.contains(&node.kind()) {
            let name = symbol::name(node, above, source);
            open.push(Measured {
                node,
                name,
                complexity: 1,
                nesting: 0,
                deepest: 0,
            });
        } else if let Some(function) = open.last_mut() {
            function.complexity += u32::from(branches(node, source));
            if nests(node, above, source) {
                function.nesting += 1;
                function.deepest = function.deepest.max(function.nesting);
            }
        }
        if cursor.goto_first_child() {
            parent.push(node);
            continue;
        }
        let mut leaving = node;
        loop {
            if kinds.functions.contains(&leaving.kind()) {
                if let Some(function) = open.pop() {
                    judge(&function, source, collector);
                }
            } else if nests(leaving, parent.last().copied(), source)
                && let Some(function) = open.last_mut()
            {
                function.nesting = function.nesting.saturating_sub(1);
            }
            if cursor.goto_next_sibling() {
                break;
            }
            let Some(up) = parent.pop() else { return };
            cursor.goto_parent();
            leaving = up;
        }
    }
}

fn branches(node: Node<'_>, source: &Source<'_>) -> bool {
    let kinds = source.kinds();
    kinds.branches.contains(&node.kind())
        || (node.kind() == kinds.binary
            && node
                .child_by_field_name("operator")
                .is_some_and(|operator| kinds.short_circuit.contains(&operator.kind())))
}

fn nests(node: Node<'_>, parent: Option<Node<'_>>, source: &Source<'_>) -> bool {
    let kinds = source.kinds();
    let chained = node.kind().starts_with("if_")
        && parent.is_some_and(|parent| kinds.else_parts.contains(&parent.kind()));
    kinds.nesting.contains(&node.kind()) && !chained
}

fn judge(function: &Measured<'_>, source: &Source<'_>, collector: &mut Collector<'_>) {
    let lines = lines_of(function.node);
    let length = lines.1.saturating_sub(lines.0) + 1;
    let Measured {
        complexity,
        deepest,
        ..
    } = *function;
    if (complexity <= COMPLEX && length <= LONG && deepest <= DEEP)
        || !source.is_complete(function.node)
        || test_code::contains(function.node, source)
    {
        return;
    }
    let name = function.name.map_or_else(
        || "An anonymous function".to_owned(),
        |name| format!("`{name}`"),
    );
    let mut tell = |rule, severity, message: String| {
        let verdict = Verdict {
            rule,
            category: Category::Maintainability,
            severity,
            cwe: Some(1121),
            advice: ADVICE,
        };
        collector.report(&verdict, lines, || (message, place(function, source)));
    };
    if complexity > COMPLEX {
        tell(
            "generic/complex-function",
            Severity::Minor,
            format!(
                "{name} has {complexity} independent paths (cyclomatic complexity; at most {COMPLEX} are easy to test)."
            ),
        );
    }
    if length > LONG {
        tell(
            "generic/long-function",
            Severity::Minor,
            format!("{name} is {length} lines long; over {LONG} a reader loses the thread."),
        );
    }
    if deepest > DEEP {
        tell(
            "generic/deep-nesting",
            Severity::Minor,
            format!("{name} nests control flow {deepest} levels deep (at most {DEEP})."),
        );
    }
}

/// The place of a function is anchored at its name: its first line changes with every parameter.
fn place(function: &Measured<'_>, source: &Source<'_>) -> Place {
    let mut place = Place::of(function.node, source);
    if let Some(name) = function.name {
        name.clone_into(&mut place.anchor);
    }
    place
}
