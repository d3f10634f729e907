//! Public items without a word of documentation.

use super::collector::{Collector, Place, Verdict, lines_of};
use super::grammar::Grammar;
use super::source::Source;
use super::symbol;
use super::test_code;
use gansauditor_audit::domain::{Category, Severity};
use tree_sitter::Node;

/// Public items without documentation that a file may have before it is worth a word.
const TOLERATED: usize = 2;

/// Reports a file, once, most of whose public items are not documented. C and C++ document in headers or not at all by
/// custom, so they are left out.
pub(crate) fn check(source: &Source<'_>, collector: &mut Collector<'_>) {
    if source.is_fragment() || source.is_test {
        return;
    }
    let items = public_items(source);
    let silent: Vec<&Node<'_>> = items
        .iter()
        .filter(|(_, documented)| !documented)
        .map(|(item, _)| item)
        .collect();
    // Of a changed file only the changed items are judged; the share is the file's.
    let Some(first) = silent
        .iter()
        .find(|item| collector.concerns(lines_of(***item)))
    else {
        return;
    };
    if silent.len() <= TOLERATED || silent.len() * 2 <= items.len() {
        return;
    }
    let verdict = Verdict {
        rule: "generic/undocumented",
        category: Category::Documentation,
        severity: Severity::Minor,
        cwe: Some(1059),
        advice: "Say of each public item in a sentence or two what it means, what it expects and how it fails.",
    };
    collector.report(&verdict, (lines_of(**first).0, lines_of(**first).0), || {
        let names: Vec<&str> = silent
            .iter()
            .filter_map(|item| item_name(**item, source))
            .take(5)
            .collect();
        let message = format!(
            "{} of {} public items have no documentation, among them {}.",
            silent.len(),
            items.len(),
            names
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ")
        );
        // One finding a file: which item comes first does not make it another.
        (
            message,
            Place {
                symbol: None,
                anchor: String::new(),
            },
        )
    });
}

/// Items that other files may use, and whether they are documented: those at the top of the file, and the public members of
/// Java and Rust types.
fn public_items<'t>(source: &Source<'t>) -> Vec<(Node<'t>, bool)> {
    let mut items = Vec::new();
    let mut blocks = vec![source.root];
    while let Some(block) = blocks.pop() {
        let mut cursor = block.walk();
        let mut before: Vec<Node<'_>> = Vec::new();
        for child in block.children(&mut cursor) {
            let mut take = |item: Node<'t>| {
                if is_public(item, source) {
                    items.push((item, is_documented(item, &before, source)));
                }
            };
            match (source.grammar, child.kind()) {
                (Grammar::Rust, "mod_item") if test_code::contains(child, source) => {}
                (Grammar::Rust, "impl_item") if child.child_by_field_name("trait").is_none() => {
                    blocks.extend(child.child_by_field_name("body"));
                }
                (
                    Grammar::Java,
                    "class_declaration"
                    | "interface_declaration"
                    | "record_declaration"
                    | "enum_declaration",
                ) => {
                    blocks.extend(child.child_by_field_name("body"));
                    take(child);
                }
                _ => take(child),
            }
            before.push(child);
        }
    }
    items.sort_by_key(|(item, _)| item.start_byte());
    items
}

fn is_public(item: Node<'_>, source: &Source<'_>) -> bool {
    let visible = |kind: &str, word: &str| {
        let mut cursor = item.walk();
        item.children(&mut cursor).any(|child| {
            child.kind() == kind && source.text_of(child).split_whitespace().any(|w| w == word)
        })
    };
    match source.grammar {
        Grammar::C | Grammar::Cpp => false,
        Grammar::Rust => {
            matches!(
                item.kind(),
                "function_item"
                    | "struct_item"
                    | "enum_item"
                    | "trait_item"
                    | "type_item"
                    | "const_item"
            ) && visible("visibility_modifier", "pub")
        }
        Grammar::Java => {
            let overrides =
                || visible("modifiers", "@Override") || test_code::is_test_function(item, source);
            matches!(
                item.kind(),
                "class_declaration"
                    | "interface_declaration"
                    | "record_declaration"
                    | "enum_declaration"
                    | "method_declaration"
            ) && visible("modifiers", "public")
                && !overrides()
                && !is_accessor(item, source)
        }
        Grammar::Go => {
            matches!(
                item.kind(),
                "function_declaration" | "method_declaration" | "type_declaration"
            ) && item_name(item, source).is_some_and(|name| name.starts_with(char::is_uppercase))
        }
        Grammar::Python => {
            matches!(
                item.kind(),
                "function_definition" | "class_definition" | "decorated_definition"
            ) && item_name(item, source)
                .is_some_and(|name| !name.starts_with('_') && name != "main")
        }
        Grammar::JavaScript | Grammar::Tsx | Grammar::TypeScript => {
            item.kind() == "export_statement"
                && item
                    .child_by_field_name("declaration")
                    .is_some_and(|declaration| {
                        matches!(
                            declaration.kind(),
                            "function_declaration"
                                | "generator_function_declaration"
                                | "class_declaration"
                                | "abstract_class_declaration"
                        )
                    })
        }
    }
}

/// Getters and setters of Java say all there is to say by their name.
fn is_accessor(item: Node<'_>, source: &Source<'_>) -> bool {
    item.kind() == "method_declaration"
        && ["get", "set", "is"]
            .iter()
            .any(|prefix| item_name(item, source).is_some_and(|name| name.starts_with(prefix)))
}

fn item_name<'t>(item: Node<'t>, source: &Source<'t>) -> Option<&'t str> {
    let definition = match item.kind() {
        "decorated_definition" => item.child_by_field_name("definition")?,
        "export_statement" => item.child_by_field_name("declaration")?,
        "type_declaration" => item.named_child(0)?,
        _ => item,
    };
    symbol::name(definition, None, source).or_else(|| source.field(definition, "name"))
}

/// Whether words stand in an item, or before it; `before` holds what precedes it in its block.
fn is_documented(item: Node<'_>, before: &[Node<'_>], source: &Source<'_>) -> bool {
    if source.grammar == Grammar::Python {
        let definition = item.child_by_field_name("definition").unwrap_or(item);
        return definition
            .child_by_field_name("body")
            .and_then(|body| body.named_child(0))
            .is_some_and(|first| {
                matches!(first.kind(), "string" | "concatenated_string")
                    || source.is_docstring(first)
            });
    }
    for node in before.iter().rev() {
        let text = source.text_of(*node);
        match node.kind() {
            "attribute_item" if text.starts_with("#[doc") => return true,
            // A derive or a decorator stands between the words and the item.
            "attribute_item" | "decorator" => {}
            "line_comment" | "block_comment" | "comment" => {
                return match source.grammar {
                    Grammar::Rust => {
                        if !text.starts_with("///") && !text.starts_with("/**") {
                            continue;
                        }
                        true
                    }
                    Grammar::Java => text.starts_with("/**") || text.starts_with("///"),
                    _ => true,
                };
            }
            _ => return false,
        }
    }
    false
}
