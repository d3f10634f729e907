//! The command line of a shell among the arguments of a process: `sh -c LINE`, however its list is put together.

use super::bindings::{Bindings, Given, name_of};
use super::built_text::{Assembly, Part};
use tree_sitter::Node;

/// Arguments that are looked at.
const MAX_ARGUMENTS: usize = 64;
/// Lists within lists, and names of lists, that are followed.
const MAX_DEPTH: usize = 4;

/// The node of the line that a shell is given, where the arguments start one.
pub(super) fn shell_line<'t>(
    arguments: Node<'t>,
    assembly: &Assembly<'_, 't>,
    bindings: &Bindings<'t>,
) -> Option<Node<'t>> {
    let mut all = Vec::new();
    elements(arguments, assembly, bindings, &mut all, MAX_DEPTH);
    let word = |node: &Node<'t>| constant(&assembly.parts(*node));
    let shell = all
        .iter()
        .position(|node| word(node).is_some_and(|text| is_shell(&text)))?;
    let rest = &all[shell + 1..];
    let flag = rest
        .iter()
        .take(4)
        .position(|node| word(node).is_some_and(|text| is_flag(&text)))?;
    rest.get(flag + 1).copied()
}

/// The elements of a list, with those of the lists that stand in it or that its names stand for.
fn elements<'t>(
    list: Node<'t>,
    assembly: &Assembly<'_, 't>,
    bindings: &Bindings<'t>,
    all: &mut Vec<Node<'t>>,
    depth: usize,
) {
    let mut cursor = list.walk();
    for child in list.named_children(&mut cursor) {
        if all.len() >= MAX_ARGUMENTS {
            return;
        }
        if !child.is_extra() {
            element(child, assembly, bindings, all, depth);
        }
    }
}

fn element<'t>(
    node: Node<'t>,
    assembly: &Assembly<'_, 't>,
    bindings: &Bindings<'t>,
    all: &mut Vec<Node<'t>>,
    depth: usize,
) {
    let Some(depth) = depth.checked_sub(1) else {
        return all.push(node);
    };
    match node.kind() {
        "list" | "tuple" | "array" | "array_initializer" | "literal_value" | "array_expression"
        | "initializer_list" => {
            elements(node, assembly, bindings, all, depth);
        }
        "composite_literal" | "array_creation_expression" => {
            let body = node
                .child_by_field_name("body")
                .or_else(|| node.child_by_field_name("value"));
            if let Some(body) = body {
                elements(body, assembly, bindings, all, depth);
            }
        }
        "variadic_argument"
        | "spread_element"
        | "list_splat"
        | "reference_expression"
        | "literal_element"
        | "expression_list" => {
            if let Some(inner) = node.named_child(0) {
                element(inner, assembly, bindings, all, depth);
            }
        }
        // append(list, more), Arrays.asList(...), List.of(...)
        "call_expression" | "method_invocation" if assembly.makes_list(node) => {
            if let Some(arguments) = node.child_by_field_name("arguments") {
                elements(arguments, assembly, bindings, all, depth);
            }
        }
        "identifier" => {
            let held = name_of(node, assembly.source())
                .and_then(|(name, _)| bindings.of_name(name, node.start_byte()))
                .unwrap_or_default();
            let before = all.len();
            for binding in held {
                match binding.given {
                    Given::Value(value) if binding.adds || is_list(value, assembly) => {
                        element(value, assembly, bindings, all, depth);
                    }
                    // What is appended; a text that is written is none of a list.
                    Given::Arguments(list, 0) => elements(list, assembly, bindings, all, depth),
                    _ => {}
                }
            }
            if all.len() == before {
                all.push(node);
            }
        }
        _ => all.push(node),
    }
}

fn is_list<'t>(node: Node<'t>, assembly: &Assembly<'_, 't>) -> bool {
    match node.kind() {
        "expression_list" => node
            .named_child(0)
            .is_some_and(|inner| is_list(inner, assembly)),
        "call_expression" | "method_invocation" => assembly.makes_list(node),
        kind => matches!(
            kind,
            "list"
                | "tuple"
                | "array"
                | "array_initializer"
                | "composite_literal"
                | "array_creation_expression"
                | "array_expression"
                | "initializer_list"
        ),
    }
}

fn constant(parts: &[Part<'_>]) -> Option<String> {
    parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => Some(*text),
            Part::Harmless | Part::Value(_) => None,
        })
        .collect()
}

fn is_shell(text: &str) -> bool {
    let base = text
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(text)
        .to_ascii_lowercase();
    matches!(
        base.trim_end_matches(".exe"),
        "sh" | "bash" | "zsh" | "dash" | "ksh" | "ash" | "fish" | "cmd" | "powershell" | "pwsh"
    )
}

/// What tells a shell that its next argument is a line to run: `-c`, `-lc`, `/C`, `-Command`.
fn is_flag(text: &str) -> bool {
    let letters = text.strip_prefix('-').unwrap_or_default();
    matches!(
        text,
        "/c" | "/C" | "-Command" | "-EncodedCommand" | "/k" | "/K"
    ) || letters.ends_with('c') && letters.bytes().all(|c| c.is_ascii_lowercase())
}
