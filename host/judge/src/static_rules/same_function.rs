//! Whether a call of a function's name reaches that function.
//!
//! A name is believed to mean the function when the file binds it nowhere else: the function is declared where its name
//! is looked up, and every other place with the name only reads it. What another file may add - an overload, an override,
//! a superclass - must be impossible too. Whatever is not known to be harmless is held to bind the name.

use super::grammar::Grammar;
use super::own_call::Callee;
use super::source::Source;
use super::syntax_tree::{Descend, walk};
use std::collections::{HashMap, HashSet};
use tree_sitter::Node;

/// A function that begins with a call of its own name.
pub(super) struct Candidate<'t> {
    /// The function.
    pub(super) function: Node<'t>,
    /// What it stands in, from the root down.
    pub(super) above: Vec<Node<'t>>,
    /// Its name.
    pub(super) name: &'t str,
    /// How it is called.
    pub(super) callee: Callee,
    /// The call.
    pub(super) call: Node<'t>,
}

/// Parents of a name that is read.
const READS: &[&str] = &[
    "call",
    "call_expression",
    "argument_list",
    "arguments",
    "return_statement",
    "return_expression",
    "expression_statement",
    "expression_list",
    "parenthesized_expression",
    "binary_operator",
    "binary_expression",
    "boolean_operator",
    "comparison_operator",
    "not_operator",
    "unary_expression",
    "conditional_expression",
    "ternary_expression",
    "await",
    "await_expression",
    "decorator",
    "list",
    "array",
    "pair",
    "keyword_argument",
    "export_specifier",
    "export_statement",
    "token_tree",
    "scoped_identifier",
    "method_invocation",
    "method_reference",
];
/// Parents of a name after a dot, or of what stands before it.
const MEMBERS: &[&str] = &[
    "attribute",
    "member_expression",
    "field_expression",
    "selector_expression",
    "field_access",
];
/// Parents with one side that is written to.
const ASSIGNMENTS: &[&str] = &[
    "assignment",
    "assignment_expression",
    "assignment_statement",
    "augmented_assignment",
    "augmented_assignment_expression",
    "variable_declarator",
    "init_declarator",
    "let_declaration",
    "update_expression",
];

/// Those candidates whose call certainly reaches them.
pub(super) fn proven<'t>(
    candidates: Vec<Candidate<'t>>,
    source: &Source<'t>,
) -> Vec<Candidate<'t>> {
    let mut open: HashMap<&str, Vec<Candidate<'t>>> = HashMap::new();
    for candidate in candidates {
        if is_declared_where_it_is_called(&candidate, source) {
            open.entry(candidate.name).or_default().push(candidate);
        }
    }
    if open.is_empty() {
        return Vec::new();
    }
    let own_names: HashSet<usize> = open
        .values()
        .flatten()
        .filter_map(|candidate| name_node(candidate, source))
        .map(|name| name.id())
        .collect();
    for name in bound_elsewhere(&open, &own_names, source) {
        open.remove(name);
    }
    let mut found: Vec<_> = open
        .into_values()
        .filter(|same| same.len() == 1)
        .flatten()
        .collect();
    found.sort_by_key(|candidate| candidate.call.start_byte());
    found
}

/// The node that gives a function its name.
fn name_node<'t>(candidate: &Candidate<'t>, source: &Source<'t>) -> Option<Node<'t>> {
    let function = candidate.function;
    if let Some(name) = function.child_by_field_name("name") {
        return Some(name);
    }
    if matches!(source.grammar, Grammar::C | Grammar::Cpp) {
        let mut inner = function.child_by_field_name("declarator")?;
        while let Some(next) = inner.child_by_field_name("declarator") {
            inner = next;
        }
        return (inner.kind() == "identifier").then_some(inner);
    }
    let binding = candidate.above.last()?;
    let name = binding.child_by_field_name("name")?;
    (binding.kind() == "variable_declarator" && name.kind() == "identifier").then_some(name)
}

/// Whether the function is declared in the scope in which the call looks its name up.
fn is_declared_where_it_is_called(candidate: &Candidate<'_>, source: &Source<'_>) -> bool {
    let Candidate {
        function,
        above,
        name,
        callee,
        ..
    } = candidate;
    if name_node(candidate, source).is_none() || is_replaced_or_lazy(*function, above, source) {
        return false;
    }
    let kinds = source.kinds();
    let around = above.iter().rev().find(|node| {
        kinds.functions.contains(&node.kind()) || kinds.containers.contains(&node.kind())
    });
    match callee {
        Callee::Bare => {
            let in_type = around.is_some_and(|node| {
                kinds.containers.contains(&node.kind())
                    && !matches!(
                        node.kind(),
                        "mod_item" | "namespace_definition" | "internal_module" | "module"
                    )
            });
            let declares = matches!(
                function.kind(),
                "function_definition"
                    | "function_declaration"
                    | "function_item"
                    | "function_expression"
                    | "arrow_function"
            );
            declares
                && !in_type
                && (source.grammar != Grammar::Cpp || passes_its_parameters(candidate, source))
        }
        Callee::OwnMethod => around.is_some_and(|class| {
            let direct = above
                .iter()
                .rev()
                .nth(1)
                .is_some_and(|outer| outer.id() == class.id());
            direct && stands_alone(*class, source) && is_plain_method(*function, name, source)
        }),
    }
}

/// Whether the name may mean something else than the function, or a call does not run its body: decorators, generators.
fn is_replaced_or_lazy(function: Node<'_>, above: &[Node<'_>], source: &Source<'_>) -> bool {
    let decorated = above
        .last()
        .is_some_and(|parent| parent.kind() == "decorated_definition");
    let generator = function.kind().starts_with("generator") || {
        let mut yields = false;
        let body = function.child_by_field_name("body").unwrap_or(function);
        walk(body, |node| {
            yields |= node.kind().contains("yield");
            let inner = source.kinds().functions.contains(&node.kind()) && node.id() != body.id();
            if yields || inner {
                Descend::Over
            } else {
                Descend::Into
            }
        });
        yields
    };
    decorated || generator
}

/// The type has no supertype whose methods its own might be, or might override.
fn stands_alone(class: Node<'_>, source: &Source<'_>) -> bool {
    let mut cursor = class.walk();
    let mut children = class.children(&mut cursor);
    match source.grammar {
        Grammar::Rust => {
            class.kind() == "impl_item" && class.child_by_field_name("trait").is_none()
        }
        Grammar::Python => source
            .field(class, "superclasses")
            .is_none_or(|list| matches!(list, "()" | "(object)")),
        Grammar::Java => {
            class.kind() == "class_declaration"
                && !children.any(|child| {
                    matches!(child.kind(), "superclass" | "super_interfaces")
                        || child.kind() == "modifiers"
                            && source
                                .text_of(child)
                                .split_whitespace()
                                .any(|word| word == "abstract")
                })
        }
        Grammar::JavaScript | Grammar::Tsx | Grammar::TypeScript => {
            matches!(class.kind(), "class_declaration" | "class")
                && !children
                    .any(|child| child.kind() == "class_heritage" || child.kind() == "decorator")
        }
        Grammar::C | Grammar::Cpp | Grammar::Go => false,
    }
}

/// The method is called by its name with as many arguments as it takes, on the object that has it.
fn is_plain_method(function: Node<'_>, name: &str, source: &Source<'_>) -> bool {
    let mut cursor = function.walk();
    let mut words = function.children(&mut cursor).map(|child| child.kind());
    match source.grammar {
        Grammar::JavaScript | Grammar::Tsx | Grammar::TypeScript => {
            !words.any(|word| matches!(word, "get" | "set" | "*" | "static" | "decorator"))
        }
        // Methods that every object has may be meant, by the types of the arguments.
        Grammar::Java => {
            !matches!(
                name,
                "equals"
                    | "hashCode"
                    | "toString"
                    | "wait"
                    | "notify"
                    | "notifyAll"
                    | "getClass"
                    | "clone"
                    | "finalize"
            ) && !source
                .field(function, "parameters")
                .is_some_and(|list| list.contains("..."))
        }
        Grammar::Rust => !words.any(|word| word == "attribute_item"),
        _ => true,
    }
}

/// The call passes the function's own parameters on, in their order: no overload can fit it better.
fn passes_its_parameters(candidate: &Candidate<'_>, source: &Source<'_>) -> bool {
    let mut declarator = candidate.function.child_by_field_name("declarator");
    while let Some(outer) = declarator
        && outer.kind() != "function_declarator"
    {
        declarator = outer
            .child_by_field_name("declarator")
            .or_else(|| outer.named_child(0));
    }
    let Some(parameters) = declarator.and_then(|it| it.child_by_field_name("parameters")) else {
        return false;
    };
    let Some(arguments) = candidate.call.child_by_field_name("arguments") else {
        return false;
    };
    let names = |list: Node<'_>| -> Vec<String> {
        let mut cursor = list.walk();
        list.named_children(&mut cursor)
            .map(|item| {
                let mut inner = item;
                while let Some(next) = inner.child_by_field_name("declarator").or_else(|| {
                    (inner.kind() == "reference_declarator")
                        .then(|| inner.named_child(0))
                        .flatten()
                }) {
                    inner = next;
                }
                source.text_of(inner).to_owned()
            })
            .collect()
    };
    names(parameters) == names(arguments)
}

/// Names that the file binds besides the functions themselves.
fn bound_elsewhere<'t>(
    open: &HashMap<&'t str, Vec<Candidate<'t>>>,
    own_names: &HashSet<usize>,
    source: &Source<'t>,
) -> HashSet<&'t str> {
    let mut bound = HashSet::new();
    let mut above: Vec<Node<'t>> = Vec::new();
    walk(source.root, |node| {
        while above
            .last()
            .is_some_and(|outer| outer.end_byte() <= node.start_byte() && outer.id() != node.id())
        {
            above.pop();
        }
        let hides_any = match node.kind() {
            "wildcard_import" => true,
            // Within a function a glob comes before what is declared around it.
            "use_wildcard" => above.iter().any(|outer| outer.kind() == "block"),
            _ => false,
        };
        if hides_any {
            bound.extend(open.keys());
        }
        if node.child_count() == 0
            && node.kind().contains("identifier")
            && let Some((name, _)) = open.get_key_value(source.text_of(node))
            && !own_names.contains(&node.id())
            && !only_reads(node, &above, source)
        {
            bound.insert(*name);
        }
        above.push(node);
        Descend::Into
    });
    bound
}

/// Whether a name is only read where it stands, or is the name of something else by its place.
fn only_reads(name: Node<'_>, above: &[Node<'_>], source: &Source<'_>) -> bool {
    match name.kind() {
        "type_identifier" => return source.grammar != Grammar::Cpp,
        "field_identifier" | "shorthand_property_identifier" => return true,
        _ => {}
    }
    let Some(parent) = above.last() else {
        return false;
    };
    let is_written = |target: Node<'_>, assignment: Node<'_>| {
        let value = assignment
            .child_by_field_name("right")
            .or_else(|| assignment.child_by_field_name("value"));
        ASSIGNMENTS.contains(&assignment.kind())
            && value.is_none_or(|value| value.id() != target.id())
    };
    let grandparent = above.iter().rev().nth(1);
    if MEMBERS.contains(&parent.kind()) {
        return !grandparent.is_some_and(|outer| is_written(*parent, *outer));
    }
    if source.grammar == Grammar::C && parent.kind() == "function_declarator" {
        return above
            .iter()
            .rev()
            .find(|outer| !outer.kind().ends_with("declarator"))
            .is_some_and(|outer| outer.kind() == "declaration");
    }
    ASSIGNMENTS.contains(&parent.kind()) && !is_written(name, *parent)
        || READS.contains(&parent.kind())
        // The key of an object is no name of its surroundings.
        || parent.kind() == "pair"
}
