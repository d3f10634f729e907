//! The call of its own name that a function certainly makes.

use super::grammar::Grammar;
use super::source::Source;
use super::syntax_tree::{Descend, walk};
use tree_sitter::Node;

/// How a call names what it calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Callee {
    /// By its name alone.
    Bare,
    /// As a method of the object or type that the code stands in: `self.f()`, `this.f()`, `Self::f()`.
    OwnMethod,
}

/// What may end a function while an argument is worked out, besides calls and what [`super::kinds::Kinds::exits`] lists: an
/// index may be out of range.
const MAY_FAIL: &[&str] = &[
    "subscript",
    "subscript_expression",
    "index_expression",
    "array_access",
    "object_creation_expression",
];

/// The call of `name` that a statement makes whatever happens: nothing before it can leave the function.
pub(super) fn own_call<'t>(
    statement: Node<'t>,
    function: Node<'t>,
    name: &str,
    source: &Source<'t>,
) -> Option<(Node<'t>, Callee)> {
    let mut awaited = !runs_when_awaited(function, source);
    let mut at = statement;
    loop {
        at = match at.kind() {
            // Transparent: whoever evaluates these evaluates what is in them.
            "expression_statement"
            | "return_statement"
            | "return_expression"
            | "parenthesized_expression"
            | "expression_list"
            | "try_expression" => at.named_child(0)?,
            "await_expression" | "await" => {
                awaited = true;
                at.named_child(0)?
            }
            "lexical_declaration" | "variable_declaration" | "local_variable_declaration" => at
                .named_child(at.named_child_count().checked_sub(1)? as u32)?
                .child_by_field_name("value")?,
            "let_declaration" if at.child_by_field_name("alternative").is_none() => {
                at.child_by_field_name("value")?
            }
            "short_var_declaration" | "assignment" => at.child_by_field_name("right")?,
            "binary_expression" | "binary_operator" => {
                let left = at.child_by_field_name("left")?;
                if let Some(callee) = call_of(left, name, source) {
                    return awaited.then_some((left, callee));
                }
                let strict = at.child_by_field_name("operator").is_some_and(|operator| {
                    !source.kinds().short_circuit.contains(&operator.kind())
                });
                if !strict || may_leave(left, source) {
                    return None;
                }
                at.child_by_field_name("right")?
            }
            _ => {
                let callee = call_of(at, name, source)?;
                return awaited.then_some((at, callee));
            }
        };
    }
}

/// Whether a call of the function does nothing until it is awaited.
fn runs_when_awaited(function: Node<'_>, source: &Source<'_>) -> bool {
    let head = source.text_of(function);
    let head = head.get(..head.find('(').unwrap_or(head.len()));
    matches!(source.grammar, Grammar::Python | Grammar::Rust)
        && head.is_some_and(|head| head.split_whitespace().any(|word| word == "async"))
}

/// How a node calls `name`, if it does, with arguments that cannot fail.
fn call_of(call: Node<'_>, name: &str, source: &Source<'_>) -> Option<Callee> {
    let callee = match (source.grammar, call.kind()) {
        (Grammar::Java, "method_invocation") => {
            let own = source
                .field(call, "object")
                .is_none_or(|object| object == "this");
            (own && source.field(call, "name") == Some(name)).then_some(Callee::OwnMethod)?
        }
        (_, "call_expression" | "call") => match source.field(call, "function")? {
            plain if plain == name => Callee::Bare,
            member => {
                let own = match source.grammar {
                    Grammar::Python => member.strip_prefix("self."),
                    Grammar::JavaScript | Grammar::Tsx | Grammar::TypeScript => {
                        member.strip_prefix("this.")
                    }
                    Grammar::Rust => member.strip_prefix("Self::"),
                    Grammar::C | Grammar::Cpp | Grammar::Go | Grammar::Java => None,
                };
                (own == Some(name)).then_some(Callee::OwnMethod)?
            }
        },
        _ => return None,
    };
    let arguments = call.child_by_field_name("arguments")?;
    (!may_leave(arguments, source)).then_some(callee)
}

fn may_leave(node: Node<'_>, source: &Source<'_>) -> bool {
    let kinds = source.kinds();
    let mut leaves = false;
    walk(node, |node| {
        let kind = node.kind();
        leaves |=
            kinds.calls.contains(&kind) || kinds.exits.contains(&kind) || MAY_FAIL.contains(&kind);
        if leaves { Descend::Over } else { Descend::Into }
    });
    leaves
}
