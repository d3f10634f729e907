//! Names of definitions.

use super::source::Source;
use tree_sitter::Node;

/// Longest name that is believed to be one, in bytes.
const MAX_NAME: usize = 120;

/// The chain of types and functions around a node, the node itself included, e.g. `Account.withdraw`.
pub(crate) fn enclosing(node: Node<'_>, source: &Source<'_>) -> Option<String> {
    let mut chain: Vec<&str> = Vec::new();
    let mut at = Some(source.root);
    let mut above = None;
    while let Some(outer) = at {
        chain.extend(name(outer, above, source));
        above = Some(outer);
        at = if outer.id() == node.id() {
            None
        } else {
            outer.child_with_descendant(node)
        };
    }
    (!chain.is_empty()).then(|| chain.join("."))
}

/// The name that a node defines; `parent` gives anonymous functions the name they are bound to.
pub(crate) fn name<'t>(
    node: Node<'t>,
    parent: Option<Node<'t>>,
    source: &Source<'t>,
) -> Option<&'t str> {
    let kinds = source.kinds();
    let name = if kinds.functions.contains(&node.kind()) {
        source
            .field(node, "name")
            .or_else(|| {
                node.child_by_field_name("declarator")
                    .and_then(|inner| declared(inner, source))
            })
            .or_else(|| parent.and_then(|parent| bound(parent, source)))
    } else if kinds.containers.contains(&node.kind()) {
        source
            .field(node, "name")
            .or_else(|| source.field(node, "type"))
    } else {
        None
    };
    name.filter(|name| !name.is_empty() && name.len() <= MAX_NAME && !name.contains(['\n', '{']))
}

/// The name within a declarator of C: pointers and parameter lists wrap it.
fn declared<'t>(declarator: Node<'t>, source: &Source<'t>) -> Option<&'t str> {
    let mut inner = declarator;
    while let Some(next) = inner.child_by_field_name("declarator") {
        inner = next;
    }
    // A reference declarator has no field for what it wraps.
    if inner.kind() == "reference_declarator" {
        return declared(inner.named_child(0)?, source);
    }
    Some(source.text_of(inner))
}

/// What an anonymous function of JavaScript is bound to.
fn bound<'t>(parent: Node<'t>, source: &Source<'t>) -> Option<&'t str> {
    match parent.kind() {
        "variable_declarator" => source.field(parent, "name"),
        "pair" => source.field(parent, "key"),
        "assignment_expression" => source.field(parent, "left"),
        "public_field_definition" => source.field(parent, "name"),
        "field_definition" => source.field(parent, "property"),
        _ => None,
    }
}
