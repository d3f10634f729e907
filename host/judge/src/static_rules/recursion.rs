//! Functions that cannot return, because the first thing they do on every path is to call themselves.

use super::collector::{Collector, Place, Verdict, lines_of};
use super::grammar::Grammar;
use super::source::Source;
use super::symbol;
use super::syntax_tree::{Descend, walk};
use gansauditor_audit::domain::{Category, Severity};
use tree_sitter::Node;

/// Reports a call of a function to itself that stands in the first statement of its body, outside anything that
/// might not be evaluated. Languages with overloading are judged only where the name is defined once.
pub(crate) fn check(source: &Source<'_>, collector: &mut Collector<'_>) {
    let mut functions: Vec<(Node<'_>, &str)> = Vec::new();
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
        {
            functions.push((node, name));
        }
        above.push(node);
        Descend::Into
    });
    for (function, name) in &functions {
        let overloaded = matches!(source.grammar, Grammar::Java | Grammar::Cpp)
            && functions.iter().filter(|(_, other)| other == name).count() > 1;
        if overloaded || !source.is_complete(*function) || is_decorated(*function) {
            continue;
        }
        let Some(call) = first_statement(*function, source)
            .and_then(|first| own_call(first, *function, name, source))
        else {
            continue;
        };
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

/// A decorator may replace the function that the name means.
fn is_decorated(function: Node<'_>) -> bool {
    function
        .parent()
        .is_some_and(|parent| parent.kind() == "decorated_definition")
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

/// The call to itself that a statement certainly makes.
fn own_call<'t>(
    statement: Node<'t>,
    function: Node<'t>,
    name: &str,
    source: &Source<'t>,
) -> Option<Node<'t>> {
    let mut at = statement;
    loop {
        let next = match at.kind() {
            // Transparent: whoever evaluates these evaluates what is in them.
            "expression_statement"
            | "return_statement"
            | "return_expression"
            | "parenthesized_expression"
            | "expression_list"
            | "await_expression"
            | "await"
            | "try_expression" => at.named_child(0)?,
            "lexical_declaration" | "variable_declaration" | "local_variable_declaration" => at
                .named_child(at.named_child_count().checked_sub(1)? as u32)?
                .child_by_field_name("value")?,
            "let_declaration" if at.child_by_field_name("alternative").is_none() => {
                at.child_by_field_name("value")?
            }
            "short_var_declaration" | "assignment" => at.child_by_field_name("right")?,
            "binary_expression" | "binary_operator" => {
                let left = at.child_by_field_name("left")?;
                if let Some(call) = own_call_at(left, function, name, source) {
                    return Some(call);
                }
                let strict = at.child_by_field_name("operator").is_some_and(|operator| {
                    !source.kinds().short_circuit.contains(&operator.kind())
                });
                if !strict {
                    return None;
                }
                at.child_by_field_name("right")?
            }
            _ => return own_call_at(at, function, name, source),
        };
        at = next;
    }
}

fn own_call_at<'t>(
    call: Node<'t>,
    function: Node<'t>,
    name: &str,
    source: &Source<'t>,
) -> Option<Node<'t>> {
    let is_method = || {
        let container = function.parent().and_then(|body| body.parent());
        container.is_some_and(|container| source.kinds().containers.contains(&container.kind()))
    };
    let calls_itself = match (source.grammar, call.kind()) {
        (Grammar::Java, "method_invocation") => {
            let plain = source
                .field(call, "object")
                .is_none_or(|object| object == "this");
            plain && source.field(call, "name") == Some(name) && same_count(call, function)
        }
        // `self.name()` within a trait's implementation may mean the type's own method of that name.
        (_, "call_expression" | "call") => match source.field(call, "function")? {
            plain if plain == name => !is_method(),
            member => {
                let own = match source.grammar {
                    Grammar::Python => member.strip_prefix("self."),
                    Grammar::JavaScript | Grammar::Tsx | Grammar::TypeScript => {
                        member.strip_prefix("this.")
                    }
                    Grammar::Rust => member.strip_prefix("Self::"),
                    Grammar::C | Grammar::Cpp | Grammar::Go | Grammar::Java => None,
                };
                own == Some(name) && is_method() && !implements_trait(function)
            }
        },
        _ => false,
    };
    let shadowed = source.field(function, "parameters").is_some_and(|list| {
        list.split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == name)
    });
    (calls_itself && !shadowed).then_some(call)
}

fn same_count(call: Node<'_>, function: Node<'_>) -> bool {
    let count = |node: Node<'_>, field: &str| {
        node.child_by_field_name(field)
            .map(|list| list.named_child_count())
    };
    count(call, "arguments") == count(function, "parameters")
}

fn implements_trait(function: Node<'_>) -> bool {
    let container = function.parent().and_then(|body| body.parent());
    container.is_some_and(|container| {
        container.child_by_field_name("trait").is_some() || container.kind() == "trait_item"
    })
}
