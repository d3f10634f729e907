//! Loops that can neither end nor let anything else happen.

use super::collector::{Collector, Place, Verdict, lines_of};
use super::source::Source;
use super::syntax_tree::{Descend, walk};
use gansauditor_audit::domain::{Category, Severity};
use tree_sitter::Node;

/// Reports loops without a condition whose body does something but holds no way out: no break, no return, no await, and
/// no call, which might exit, throw or wait. An empty body is taken for a deliberate halt.
pub(crate) fn check(source: &Source<'_>, collector: &mut Collector<'_>) {
    let verdict = Verdict {
        rule: "generic/endless-loop",
        category: Category::Logic,
        severity: Severity::Critical,
        cwe: Some(835),
        advice: "Give the loop a condition that becomes false, or a `break` where the work is done.",
    };
    walk(source.root, |node| {
        if is_unconditional(node, source)
            && source.is_complete(node)
            && let Some(body) = node.child_by_field_name("body")
            && !is_empty(body, source)
            && !may_leave(body, source)
        {
            collector.report(&verdict, lines_of(node), || {
                (
                    "This loop never ends: nothing in it can leave it.".to_owned(),
                    Place::of(node, source),
                )
            });
        }
        Descend::Into
    });
}

fn is_unconditional(node: Node<'_>, source: &Source<'_>) -> bool {
    match node.kind() {
        "loop_expression" => true,
        "while_statement" | "while_expression" => {
            source.field(node, "condition").is_some_and(|condition| {
                matches!(
                    condition.trim_matches(['(', ')', ' ']),
                    "true" | "True" | "1"
                )
            })
        }
        "for_statement" => {
            let head: String = source
                .text_of(node)
                .strip_prefix("for")
                .unwrap_or_default()
                .chars()
                .take(16)
                .filter(|c| !c.is_whitespace())
                .collect();
            head.starts_with("(;;)") || head.starts_with('{')
        }
        _ => false,
    }
}

fn is_empty(body: Node<'_>, source: &Source<'_>) -> bool {
    let mut cursor = body.walk();
    body.named_children(&mut cursor).all(|child| {
        source.kinds().comments.contains(&child.kind())
            || matches!(
                child.kind(),
                "pass_statement" | "empty_statement" | "continue_statement"
            )
    })
}

fn may_leave(body: Node<'_>, source: &Source<'_>) -> bool {
    let kinds = source.kinds();
    let mut leaves = false;
    walk(body, |node| {
        leaves |= kinds.calls.contains(&node.kind()) || kinds.exits.contains(&node.kind());
        if leaves { Descend::Over } else { Descend::Into }
    });
    leaves
}
