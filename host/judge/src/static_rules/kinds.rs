//! What the generic checks need to know of each grammar: names of its node kinds.

use super::grammar::Grammar;

/// Kinds of nodes, by their role.
pub(crate) struct Kinds {
    /// Functions and methods, anonymous ones included where they are a usual way to define one.
    pub(crate) functions: &'static [&'static str],
    /// Types and modules: what a method belongs to.
    pub(crate) containers: &'static [&'static str],
    /// What adds a path through a function. A switch counts once, however many cases it has (modified cyclomatic
    /// complexity), because a long flat switch is easy to read.
    pub(crate) branches: &'static [&'static str],
    /// What adds a level of nesting.
    pub(crate) nesting: &'static [&'static str],
    /// The part after `else`: an `if` directly below it is a chain, not a level.
    pub(crate) else_parts: &'static [&'static str],
    /// Expressions of two operands.
    pub(crate) binary: &'static str,
    /// Operators that skip their right side.
    pub(crate) short_circuit: &'static [&'static str],
    /// Comments.
    pub(crate) comments: &'static [&'static str],
    /// Calls, macro calls included.
    pub(crate) calls: &'static [&'static str],
    /// Whatever may leave a loop or function, besides calls.
    pub(crate) exits: &'static [&'static str],
}

const JAVASCRIPT: Kinds = Kinds {
    functions: &[
        "function_declaration",
        "function_expression",
        "arrow_function",
        "method_definition",
        "generator_function",
        "generator_function_declaration",
    ],
    containers: &[
        "class_declaration",
        "class",
        "abstract_class_declaration",
        "internal_module",
        "module",
    ],
    branches: &[
        "if_statement",
        "for_statement",
        "for_in_statement",
        "while_statement",
        "do_statement",
        "catch_clause",
        "ternary_expression",
        "switch_statement",
    ],
    nesting: &[
        "if_statement",
        "for_statement",
        "for_in_statement",
        "while_statement",
        "do_statement",
        "try_statement",
        "switch_statement",
    ],
    else_parts: &["else_clause"],
    binary: "binary_expression",
    short_circuit: &["&&", "||", "??"],
    comments: &["comment"],
    calls: &["call_expression", "new_expression"],
    exits: &[
        "break_statement",
        "return_statement",
        "throw_statement",
        "yield_expression",
        "await_expression",
    ],
};

const C: Kinds = Kinds {
    functions: &["function_definition"],
    containers: &[
        "class_specifier",
        "struct_specifier",
        "namespace_definition",
    ],
    branches: &[
        "if_statement",
        "for_statement",
        "for_range_loop",
        "while_statement",
        "do_statement",
        "switch_statement",
        "conditional_expression",
        "catch_clause",
    ],
    nesting: &[
        "if_statement",
        "for_statement",
        "for_range_loop",
        "while_statement",
        "do_statement",
        "switch_statement",
        "try_statement",
    ],
    else_parts: &["else_clause"],
    binary: "binary_expression",
    short_circuit: &["&&", "||"],
    comments: &["comment"],
    calls: &["call_expression", "new_expression", "delete_expression"],
    exits: &[
        "break_statement",
        "return_statement",
        "throw_statement",
        "goto_statement",
        "co_await_expression",
        "co_yield_statement",
        "co_return_statement",
        "gnu_asm_expression",
    ],
};

const GO: Kinds = Kinds {
    functions: &["function_declaration", "method_declaration", "func_literal"],
    containers: &["type_spec"],
    branches: &[
        "if_statement",
        "for_statement",
        "expression_switch_statement",
        "type_switch_statement",
        "select_statement",
    ],
    nesting: &[
        "if_statement",
        "for_statement",
        "expression_switch_statement",
        "type_switch_statement",
        "select_statement",
    ],
    // `else if` is the `alternative` of an `if`, without a node of its own.
    else_parts: &["if_statement"],
    binary: "binary_expression",
    short_circuit: &["&&", "||"],
    comments: &["comment"],
    calls: &["call_expression"],
    exits: &[
        "break_statement",
        "return_statement",
        "goto_statement",
        "select_statement",
        "send_statement",
        "receive_statement",
        "unary_expression",
    ],
};

const JAVA: Kinds = Kinds {
    functions: &[
        "method_declaration",
        "constructor_declaration",
        "compact_constructor_declaration",
    ],
    containers: &[
        "class_declaration",
        "interface_declaration",
        "enum_declaration",
        "record_declaration",
        "annotation_type_declaration",
    ],
    branches: &[
        "if_statement",
        "for_statement",
        "enhanced_for_statement",
        "while_statement",
        "do_statement",
        "catch_clause",
        "ternary_expression",
        "switch_expression",
    ],
    nesting: &[
        "if_statement",
        "for_statement",
        "enhanced_for_statement",
        "while_statement",
        "do_statement",
        "try_statement",
        "try_with_resources_statement",
        "switch_expression",
        "synchronized_statement",
    ],
    else_parts: &["if_statement"],
    binary: "binary_expression",
    short_circuit: &["&&", "||"],
    comments: &["line_comment", "block_comment"],
    calls: &[
        "method_invocation",
        "object_creation_expression",
        "explicit_constructor_invocation",
    ],
    exits: &[
        "break_statement",
        "return_statement",
        "throw_statement",
        "yield_statement",
        "synchronized_statement",
    ],
};

const PYTHON: Kinds = Kinds {
    functions: &["function_definition"],
    containers: &["class_definition"],
    branches: &[
        "if_statement",
        "elif_clause",
        "for_statement",
        "while_statement",
        "except_clause",
        "conditional_expression",
        "if_clause",
        "match_statement",
    ],
    nesting: &[
        "if_statement",
        "for_statement",
        "while_statement",
        "try_statement",
        "with_statement",
        "match_statement",
    ],
    else_parts: &[],
    binary: "boolean_operator",
    short_circuit: &["and", "or"],
    comments: &["comment"],
    calls: &["call"],
    exits: &[
        "break_statement",
        "return_statement",
        "raise_statement",
        "yield",
        "await",
        "assert_statement",
    ],
};

const RUST: Kinds = Kinds {
    functions: &["function_item"],
    containers: &["impl_item", "trait_item", "mod_item"],
    branches: &[
        "if_expression",
        "while_expression",
        "for_expression",
        "match_expression",
    ],
    nesting: &[
        "if_expression",
        "while_expression",
        "for_expression",
        "loop_expression",
        "match_expression",
    ],
    else_parts: &["else_clause"],
    binary: "binary_expression",
    short_circuit: &["&&", "||"],
    comments: &["line_comment", "block_comment"],
    calls: &["call_expression", "macro_invocation"],
    exits: &[
        "break_expression",
        "return_expression",
        "try_expression",
        "await_expression",
        "yield_expression",
    ],
};

impl Grammar {
    /// The names of this grammar's kinds.
    pub(crate) fn kinds(self) -> &'static Kinds {
        match self {
            Self::C | Self::Cpp => &C,
            Self::Go => &GO,
            Self::Java => &JAVA,
            Self::JavaScript | Self::Tsx | Self::TypeScript => &JAVASCRIPT,
            Self::Python => &PYTHON,
            Self::Rust => &RUST,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ast_grep_core::tree_sitter::LanguageExt as _;

    /// Kinds that only one of the grammars that share a table has.
    const OF_THE_OTHER: &[&str] = &[
        "abstract_class_declaration",
        "internal_module",
        "module",
        "for_range_loop",
        "catch_clause",
        "try_statement",
        "class_specifier",
        "namespace_definition",
        "throw_statement",
        "co_await_expression",
        "co_yield_statement",
        "co_return_statement",
        "new_expression",
        "delete_expression",
    ];

    #[test]
    fn every_kind_is_one_of_the_grammar() {
        for grammar in Grammar::ALL {
            let language = grammar.get_ts_language();
            let kinds = grammar.kinds();
            let lists = [
                kinds.functions,
                kinds.containers,
                kinds.branches,
                kinds.nesting,
                kinds.else_parts,
                kinds.comments,
                kinds.calls,
                kinds.exits,
                &[kinds.binary],
            ];
            for kind in lists.into_iter().flatten() {
                let known = language.id_for_node_kind(kind, true) != 0;
                assert!(
                    known || OF_THE_OTHER.contains(kind),
                    "{}: {kind}",
                    grammar.name()
                );
            }
            for operator in kinds.short_circuit {
                assert_ne!(
                    language.id_for_node_kind(operator, false),
                    0,
                    "{}: {operator}",
                    grammar.name()
                );
            }
        }
    }
}
