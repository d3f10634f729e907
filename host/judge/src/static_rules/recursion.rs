//! Functions that cannot return, because the first thing they do on every path is to call themselves.

use super::collector::{Collector, Place, Verdict, lines_of};
use super::own_call::own_call;
use super::same_function::{Candidate, proven};
use super::source::Source;
use super::symbol;
use super::syntax_tree::{Descend, walk};
use gansauditor_audit::domain::{Category, Severity};
use tree_sitter::Node;

/// Reports a call of a function to itself that stands in the first statement of its body, outside anything that might
/// not be evaluated, where the names of the file prove that the call reaches the same function.
pub(crate) fn check(source: &Source<'_>, collector: &mut Collector<'_>) {
    for Candidate { name, call, .. } in proven(candidates(source), source) {
        let verdict = Verdict {
            rule: "generic/endless-recursion",
            category: Category::Logic,
            severity: Severity::Critical,
            cwe: Some(674),
            advice: "Test for the case that ends the recursion before the call, or call the function that was meant.",
        };

        collector.report(&verdict, lines_of(call), || {
            (
                format!("`{name}` calls itself on every path: it never returns."),
                Place::of(call, source),
            )
        });
    }
}

/// Functions that begin with a call of their own name.
fn candidates<'t>(source: &Source<'t>) -> Vec<Candidate<'t>> {
    let mut found = Vec::new();
    let mut above: Vec<Node<'_>> = Vec::new();
    walk(source.root, |node| {
        while above
            .last()
            .is_some_and(|outer| outer.end_byte() <= node.start_byte())
        {
            above.pop();
        }
        if source.kinds().functions.contains(&node.kind())
            && let Some(name) = symbol::name(node, above.last().copied(), source)
            && let Some((call, callee)) =
                first_statement(node, source).and_then(|first| own_call(first, node, name, source))
            && source.is_complete(node)
        {
            found.push(Candidate {
                function: node,
                above: above.clone(),
                name,
                callee,
                call,
            });
        }
        above.push(node);
        Descend::Into
    });
    found
}

/// The first thing in a function's body that is done; the body itself where it is an expression.
fn first_statement<'t>(function: Node<'t>, source: &Source<'t>) -> Option<Node<'t>> {
    let body = function.child_by_field_name("body")?;
    // Go wraps the statements of a block in a list.
    let list = match body.named_child(0) {
        Some(list) if list.kind() == "statement_list" => list,
        _ => body,
    };
    if !matches!(
        list.kind(),
        "block" | "statement_block" | "statement_list" | "compound_statement" | "constructor_body"
    ) {
        return Some(list);
    }
    let mut cursor = list.walk();
    list.named_children(&mut cursor).find(|statement| {
        !source.kinds().comments.contains(&statement.kind()) && !source.is_docstring(*statement)
    })
}
