//! What the name of a call stands for: imports, aliases and detours lead to the same function.

use super::super::grammar::Grammar;
use super::super::source::Source;
use super::bindings::{Bindings, Given, Path, method_of, name_of, unquoted};
use super::known;
use std::borrow::Cow;
use tree_sitter::Node;
use unicode_normalization::UnicodeNormalization as _;

/// Aliases of aliases that are followed.
const MAX_STEPS: usize = 12;
/// Entries of a table that are looked at.
const MAX_ENTRIES: usize = 64;
/// Longest name that is worked out, in bytes.
const MAX_NAME: usize = 160;

/// Functions that give back a function which does the same as their first argument.
const WRAPPERS: &[&str] = &[
    "promisify",
    "util.promisify",
    "partial",
    "functools.partial",
    "pify",
];

/// Objects whose members are names that hold everywhere.
const GLOBALS: &[&str] = &[
    "builtins.",
    "__builtins__.",
    "globalThis.",
    "window.",
    "global.",
];

/// The name of the function that a call runs, by its module where the file shows it: `os.system` for `s` after
/// `from os import system as s`. Empty where the function has no name.
pub(crate) fn called(call: Node<'_>, source: &Source<'_>, bindings: &Bindings<'_>) -> String {
    let resolver = Resolver { source, bindings };
    let function = match call.kind() {
        "method_invocation" => {
            let name = source.field(call, "name").unwrap_or_default();
            let object = call
                .child_by_field_name("object")
                .map(|object| resolver.name(object, MAX_STEPS));
            return match object {
                Some(object) if !object.is_empty() => bounded(format!("{object}.{name}")),
                Some(_) => format!(".{name}"),
                None => name.to_owned(),
            };
        }
        "new_expression" => call.child_by_field_name("constructor"),
        "object_creation_expression" => call.child_by_field_name("type"),
        "macro_invocation" => call.child_by_field_name("macro"),
        _ => call.child_by_field_name("function"),
    };
    function.map_or_else(String::new, |function| {
        let name = resolver.name(function, MAX_STEPS);
        let global = GLOBALS.iter().find_map(|prefix| name.strip_prefix(prefix));
        global.map_or(name.clone(), str::to_owned)
    })
}

struct Resolver<'s, 't> {
    source: &'s Source<'t>,
    bindings: &'s Bindings<'t>,
}

impl<'t> Resolver<'_, 't> {
    fn name(&self, node: Node<'t>, steps: usize) -> String {
        let Some(steps) = steps.checked_sub(1) else {
            return String::new();
        };
        let source = self.source;
        match node.kind() {
            "identifier" | "package_identifier" | "type_identifier" => {
                let text = source.text_of(node);
                self.bound(text, node.start_byte(), steps)
                    .unwrap_or_else(|| normal(text, source.grammar).into_owned())
            }
            "parenthesized_expression"
            | "await"
            | "await_expression"
            | "as_expression"
            | "non_null_expression"
            | "reference_expression"
            | "pointer_expression"
            | "unary_expression"
            | "generic_function"
            | "subscript_argument_list" => node
                .named_child(0)
                .map_or_else(String::new, |inner| self.name(inner, steps)),
            // (0, eval)(text)
            "sequence_expression" => {
                let last = node.named_child_count().saturating_sub(1);
                u32::try_from(last)
                    .ok()
                    .and_then(|last| node.named_child(last))
                    .map_or_else(String::new, |inner| self.name(inner, steps))
            }
            "attribute" => self.member(node, "object", "attribute", steps),
            "member_expression" => self.member(node, "object", "property", steps),
            "selector_expression" => self.member(node, "operand", "field", steps),
            "field_access" => self.member(node, "object", "field", steps),
            "field_expression" => {
                let object = if node.child_by_field_name("value").is_some() {
                    "value"
                } else {
                    "argument"
                };
                self.member(node, object, "field", steps)
            }
            // globalThis["eval"], builtins.__dict__["eval"]
            "subscript" => self.keyed(node, "value", "subscript", steps),
            "subscript_expression" => self.keyed(node, "object", "index", steps),
            "call" | "call_expression" => self.call(node, steps),
            // A text has methods, and no name.
            kind if known::is_text(kind) => String::new(),
            _ => {
                let text = source.text_of(node);
                if text.len() <= MAX_NAME {
                    text.to_owned()
                } else {
                    String::new()
                }
            }
        }
    }

    fn member(&self, node: Node<'t>, object: &str, field: &str, steps: usize) -> String {
        let source = self.source;
        if let Some((text, true)) = name_of(node, source)
            && let Some(name) = self.bound(text, node.start_byte(), steps)
        {
            return name;
        }
        let field = source.field(node, field).unwrap_or_default();
        let object = node.child_by_field_name(object);
        if let Some(value) = object.and_then(|object| self.in_table(object, field)) {
            return self.name(value, steps);
        }
        let object = object.map_or_else(String::new, |object| self.name(object, steps));
        let field = normal(field, source.grammar);
        bounded(format!("{object}.{field}"))
    }

    /// What a table that is written out holds under a name: `{ run: exec }`.
    fn in_table(&self, object: Node<'t>, field: &str) -> Option<Node<'t>> {
        let held = self
            .bindings
            .of_name(self.source.text_of(object), object.start_byte())?;
        let Given::Value(table) = held.last()?.given else {
            return None;
        };
        if !matches!(table.kind(), "object" | "dictionary") {
            return None;
        }
        let mut cursor = table.walk();
        table
            .named_children(&mut cursor)
            .take(MAX_ENTRIES)
            .filter(|pair| pair.kind() == "pair")
            .find(|pair| self.source.field(*pair, "key").map(unquoted) == Some(field))
            .and_then(|pair| pair.child_by_field_name("value"))
            .filter(|value| value.kind() == "identifier" || value.kind() == "member_expression")
    }

    fn keyed(&self, node: Node<'t>, object: &str, key: &str, steps: usize) -> String {
        let key = node
            .child_by_field_name(key)
            .filter(|key| key.kind() == "string");
        let object = node.child_by_field_name(object);
        let (Some(object), Some(key)) = (object, key) else {
            return String::new();
        };
        let key = unquoted(self.source.text_of(key));
        let object = self.name(object, steps);
        match object.as_str() {
            "" => String::new(),
            "globals()" | "locals()" | "vars()" => key.to_owned(),
            object => bounded(format!("{}.{key}", object.trim_end_matches(".__dict__"))),
        }
    }

    /// A call that gives back a function or a module.
    fn call(&self, node: Node<'t>, steps: usize) -> String {
        let source = self.source;
        let arguments = node.child_by_field_name("arguments");
        let argument = |index| arguments.and_then(|list| list.named_child(index));
        if let Some((receiver, "bind")) = method_of(node, source) {
            return self.name(receiver, steps);
        }
        let function = node
            .child_by_field_name("function")
            .map_or_else(String::new, |function| self.name(function, steps));
        let text = |index| {
            argument(index)
                .filter(|node| node.kind() == "string")
                .map(|node| unquoted(source.text_of(node)))
        };
        match function.as_str() {
            "require" | "import" | "__import__" | "importlib.import_module" => text(0)
                .map(|module| module.strip_prefix("node:").unwrap_or(module).to_owned())
                .unwrap_or_default(),
            "getattr" => match (argument(0), text(1)) {
                (Some(object), Some(member)) => {
                    bounded(format!("{}.{member}", self.name(object, steps)))
                }
                _ => String::new(),
            },
            "globals" | "locals" | "vars" => format!("{function}()"),
            function if WRAPPERS.contains(&function) => {
                argument(0).map_or_else(String::new, |inner| self.name(inner, steps))
            }
            "" => String::new(),
            function => bounded(format!("{function}()")),
        }
    }

    /// What a name is bound to, where that is a name.
    fn bound(&self, text: &str, at: usize, steps: usize) -> Option<String> {
        let held = self.bindings.of_name(text, at)?;
        match held.last()?.given {
            Given::Import(Path { module, member }) => Some(match (module, member) {
                ("", path) | (path, "") => path.to_owned(),
                (module, member) => format!("{module}.{member}"),
            }),
            Given::Value(value) if value.start_byte() != at => {
                let is_name = matches!(
                    value.kind(),
                    "identifier"
                        | "attribute"
                        | "member_expression"
                        | "selector_expression"
                        | "scoped_identifier"
                        | "subscript"
                        | "subscript_expression"
                        | "sequence_expression"
                        | "parenthesized_expression"
                        | "await_expression"
                        | "expression_list"
                );
                let is_detour = matches!(value.kind(), "call" | "call_expression");
                let value = if value.kind() == "expression_list" {
                    value.named_child(0)?
                } else {
                    value
                };
                let name = self.name(value, steps);
                // Of a call only what gives back a function or a module is a name.
                (!name.is_empty() && (is_name || is_detour && !name.ends_with("()")))
                    .then_some(name)
            }
            Given::Member(value, member) => {
                let object = self.name(value, steps);
                (!object.is_empty() && !object.ends_with("()"))
                    .then(|| bounded(format!("{object}.{member}")))
            }
            _ => None,
        }
    }
}

/// Python reads identifiers in their compatibility form, so that a full-width name is the plain one.
fn normal(text: &str, grammar: Grammar) -> Cow<'_, str> {
    if grammar == Grammar::Python && !text.is_ascii() {
        Cow::Owned(text.nfkc().take(MAX_NAME).collect())
    } else {
        Cow::Borrowed(text)
    }
}

fn bounded(name: String) -> String {
    if name.len() <= MAX_NAME {
        name
    } else {
        String::new()
    }
}
