//! What the names of a file are bound to: one walk over the tree, for every language.

use super::super::source::Source;
use super::super::symbol;
use super::super::syntax_tree::{Descend, walk};
use std::collections::HashMap;
use std::ops::Range;
use tree_sitter::Node;

/// Longest text of a target that counts as a name, in bytes: `self.query`, not an expression.
const MAX_NAME: usize = 80;
/// Bindings of one name that are looked at for one use; more are cut, the oldest first.
const MAX_LOOKED_AT: usize = 64;
/// Calls of a chain like `text.append(a).append(b)` that are followed to its beginning.
const MAX_CHAIN: usize = 64;

/// What a name is given.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Given<'t> {
    /// The value of an expression.
    Value(Node<'t>),
    /// One of the elements of an expression.
    Element(Node<'t>),
    /// A member of an expression, by destructuring.
    Member(Node<'t>, &'t str),
    /// The arguments of a call from one on, put together in their order.
    Arguments(Node<'t>, usize),
    /// A module or a member of one.
    Import(Path<'t>),
    /// A function of the file.
    Function(Node<'t>),
    /// Nothing that the file shows: a parameter.
    Unknown,
}

/// Where an import points.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Path<'t> {
    /// The module.
    pub(crate) module: &'t str,
    /// A member of it; empty for the module itself.
    pub(crate) member: &'t str,
}

/// One place that gives a name something.
#[derive(Debug, Clone)]
pub(crate) struct Binding<'t> {
    /// From this byte on.
    pub(crate) from: usize,
    /// The block that surrounds it: after it the binding holds only perhaps.
    block: Range<usize>,
    /// What is given.
    pub(crate) given: Given<'t>,
    /// It is put behind what was there before.
    pub(crate) adds: bool,
}

struct Scope<'t> {
    range: Range<usize>,
    outer: Option<usize>,
    /// In the order of the text.
    names: HashMap<&'t str, Vec<Binding<'t>>>,
    /// Where a name was first compared with what is allowed.
    checked: HashMap<&'t str, usize>,
}

impl Scope<'_> {
    fn new(range: Range<usize>, outer: Option<usize>) -> Self {
        Self {
            range,
            outer,
            names: HashMap::new(),
            checked: HashMap::new(),
        }
    }
}

/// The bindings of a file by scope and name. A scope is a function; blocks within it share their names, so that a name of
/// an inner block that hides one of an outer block is taken for the same.
pub(crate) struct Bindings<'t> {
    /// In the order of their beginnings; the first is the file.
    scopes: Vec<Scope<'t>>,
}

/// How a kind of node binds.
enum How {
    Set,
    /// Only where the operator adds.
    Add,
    Each,
}

/// Kinds of nodes that bind, with the fields of target and value.
const FORMS: &[(&str, &str, &str, How)] = &[
    ("assignment", "left", "right", How::Set),
    ("named_expression", "name", "value", How::Set),
    ("variable_declarator", "name", "value", How::Set),
    ("short_var_declaration", "left", "right", How::Set),
    ("var_spec", "name", "value", How::Set),
    ("const_spec", "name", "value", How::Set),
    ("init_declarator", "declarator", "value", How::Set),
    ("let_declaration", "pattern", "value", How::Set),
    ("const_item", "name", "value", How::Set),
    ("static_item", "name", "value", How::Set),
    ("resource", "name", "value", How::Set),
    ("assignment_expression", "left", "right", How::Add),
    ("assignment_statement", "left", "right", How::Add),
    ("augmented_assignment", "left", "right", How::Add),
    ("augmented_assignment_expression", "left", "right", How::Add),
    ("compound_assignment_expr", "left", "right", How::Add),
    ("for_statement", "left", "right", How::Each),
    ("for_in_statement", "left", "right", How::Each),
    ("range_clause", "left", "right", How::Each),
    ("enhanced_for_statement", "name", "value", How::Each),
    ("for_range_loop", "declarator", "right", How::Each),
    ("for_expression", "pattern", "value", How::Each),
];

/// Functions without a name of their own, besides the kinds that each grammar lists.
const SCOPES: &[&str] = &[
    "lambda",
    "lambda_expression",
    "closure_expression",
    "func_literal",
];

/// What makes a binding within it conditional, for what follows after it.
const BLOCKS: &[&str] = &[
    "block",
    "statement_block",
    "compound_statement",
    "constructor_body",
    "if_statement",
    "if_expression",
    "else_clause",
    "for_statement",
    "for_in_statement",
    "for_expression",
    "for_range_loop",
    "enhanced_for_statement",
    "while_statement",
    "switch_case",
    "switch_block_statement_group",
    "switch_rule",
    "expression_case",
    "default_case",
    "case_statement",
    "case_clause",
    "match_arm",
    "list_comprehension",
    "set_comprehension",
    "generator_expression",
    "dictionary_comprehension",
];

/// Methods that put their arguments behind what their receiver holds.
const ADDING: &[&str] = &[
    "append",
    "push",
    "push_str",
    "extend",
    "extend_from_slice",
    "add",
    "write",
    "writelines",
    "insert",
    "concat",
    "appendCodePoint",
    "Append",
    "Push",
    "WriteString",
    "WriteByte",
    "WriteRune",
    "Write",
    "unshift",
    "push_back",
    "emplace_back",
];

impl<'t> Bindings<'t> {
    /// Collects the bindings of a file.
    pub(crate) fn of(source: &Source<'t>) -> Self {
        let root = source.root.byte_range();
        let mut bindings = Self {
            scopes: vec![Scope::new(root.clone(), None)],
        };
        let mut open = vec![0_usize];
        let mut blocks = vec![root];
        walk(source.root, |node| {
            let range = node.byte_range();
            while open.len() > 1 && bindings.scopes[open[open.len() - 1]].range.end <= range.start {
                open.pop();
            }
            while blocks.len() > 1 && blocks[blocks.len() - 1].end <= range.start {
                blocks.pop();
            }
            let scope = open[open.len() - 1];
            let kind = node.kind();
            if source.kinds().functions.contains(&kind)
                && let Some(name) = symbol::name(node, None, source)
                && name.len() <= MAX_NAME
            {
                let function = Binding {
                    from: 0,
                    block: bindings.scopes[scope].range.clone(),
                    given: Given::Function(node),
                    adds: false,
                };
                bindings.scopes[scope]
                    .names
                    .entry(name)
                    .or_default()
                    .push(function);
            }
            if source.kinds().functions.contains(&kind) || SCOPES.contains(&kind) {
                bindings.scopes.push(Scope::new(range.clone(), Some(scope)));
                open.push(bindings.scopes.len() - 1);
                blocks.push(range);
            } else if BLOCKS.contains(&kind) {
                blocks.push(range);
            }
            let mut taker = Taker {
                source,
                bindings: &mut bindings,
                scope: open[open.len() - 1],
                block: blocks[blocks.len() - 1].clone(),
            };
            taker.take(node);
            Descend::Into
        });
        for list in bindings
            .scopes
            .iter_mut()
            .flat_map(|scope| scope.names.values_mut())
        {
            list.sort_by_key(|binding| binding.from);
        }
        bindings
    }

    /// What a name holds where it is used: what was last given to it for certain and all that may have come since, in the
    /// order of the text. Of an outer function's or the file's names, all that it is ever given. `None` when nothing in
    /// the file binds it before.
    pub(crate) fn of_name(&self, name: &str, at: usize) -> Option<Vec<&Binding<'t>>> {
        let inner = self.scope_at(at);
        let mut scope = Some(inner);
        while let Some(index) = scope {
            if let Some(all) = self.scopes[index].names.get(name) {
                let before = if index == inner {
                    all.partition_point(|binding| binding.from <= at)
                } else {
                    all.len()
                };
                let mut held: Vec<&Binding<'t>> = Vec::new();
                for binding in all[..before].iter().rev().take(MAX_LOOKED_AT) {
                    held.push(binding);
                    if index == inner && !binding.adds && binding.block.contains(&at) {
                        break;
                    }
                }
                held.reverse();
                return (!held.is_empty()).then_some(held);
            }
            scope = self.scopes[index].outer;
        }
        None
    }

    /// A name was compared with what is allowed, before it is used.
    pub(crate) fn is_checked(&self, name: &str, at: usize) -> bool {
        let mut scope = Some(self.scope_at(at));
        while let Some(index) = scope {
            if self.scopes[index]
                .checked
                .get(name)
                .is_some_and(|&from| from <= at)
            {
                return true;
            }
            scope = self.scopes[index].outer;
        }
        false
    }

    fn scope_at(&self, at: usize) -> usize {
        let after = self.scopes.partition_point(|scope| scope.range.start <= at);
        let mut index = after.saturating_sub(1);
        while let Some(outer) = self.scopes[index].outer {
            if self.scopes[index].range.contains(&at) {
                break;
            }
            index = outer;
        }
        index
    }
}

/// Takes what one node binds.
struct Taker<'s, 't, 'b> {
    source: &'s Source<'t>,
    bindings: &'b mut Bindings<'t>,
    scope: usize,
    block: Range<usize>,
}

impl<'t> Taker<'_, 't, '_> {
    fn take(&mut self, node: Node<'t>) {
        let kind = node.kind();
        for (form, target, value, how) in FORMS {
            if *form == kind
                && let Some(target) = node.child_by_field_name(target)
            {
                let value = node.child_by_field_name(value);
                let operator = self.source.field(node, "operator").unwrap_or("=");
                match how {
                    How::Set => self.bind(target, value, node.end_byte(), false),
                    How::Add if operator == "=" || operator == ":=" => {
                        self.bind(target, value, node.end_byte(), false);
                    }
                    How::Add if operator.starts_with('+') => {
                        self.bind(target, value, node.end_byte(), true);
                    }
                    How::Add => {}
                    How::Each => {
                        if let Some(value) = value {
                            self.bind_given(target, Given::Element(value), value.end_byte(), false);
                        }
                    }
                }
            }
        }
        match kind {
            "list_comprehension"
            | "set_comprehension"
            | "generator_expression"
            | "dictionary_comprehension" => self.comprehension(node),
            "parameters"
            | "lambda_parameters"
            | "formal_parameters"
            | "parameter_list"
            | "closure_parameters"
            | "inferred_parameters" => self.parameters(node),
            "arrow_function" | "lambda_expression" => {
                if let Some(one) = node
                    .child_by_field_name("parameter")
                    .or_else(|| node.child_by_field_name("parameters"))
                    .filter(|one| one.kind() == "identifier")
                {
                    self.bind_given(one, Given::Unknown, one.end_byte(), false);
                }
            }
            "import_statement" | "import_from_statement" | "import_spec" | "use_declaration" => {
                self.import(node);
            }
            "preproc_def" => {
                if let Some(name) = node.child_by_field_name("name")
                    && let Some(value) = self.source.field(node, "value")
                {
                    let path = Path {
                        module: "",
                        member: value.trim(),
                    };
                    self.bind_given(name, Given::Import(path), node.end_byte(), false);
                }
            }
            "call" | "call_expression" | "method_invocation" | "macro_invocation" => {
                self.call(node);
            }
            "binary_expression" => self.stream(node),
            "comparison_operator" => self.membership(node),
            _ => {}
        }
    }

    /// `target = value`, several targets at once and patterns included.
    fn bind(&mut self, target: Node<'t>, value: Option<Node<'t>>, from: usize, adds: bool) {
        let Some(value) = value else {
            return;
        };
        if matches!(
            target.kind(),
            "pattern_list" | "tuple_pattern" | "expression_list" | "array_pattern" | "list_pattern"
        ) {
            let mut cursor = target.walk();
            let targets: Vec<_> = target.named_children(&mut cursor).collect();
            let lists = matches!(value.kind(), "expression_list" | "tuple" | "list" | "array")
                && value.named_child_count() == targets.len();
            let mut cursor = value.walk();
            let values: Vec<_> = value.named_children(&mut cursor).collect();
            for (index, target) in targets.into_iter().enumerate() {
                let given = if lists {
                    Given::Value(values[index])
                } else {
                    Given::Element(value)
                };
                self.bind_given(target, given, from, adds);
            }
            return;
        }
        if target.kind() == "object_pattern" {
            let mut cursor = target.walk();
            for part in target.named_children(&mut cursor) {
                let (key, name) = match part.kind() {
                    "pair_pattern" => (
                        part.child_by_field_name("key"),
                        part.child_by_field_name("value"),
                    ),
                    "object_assignment_pattern" => {
                        let name = part.child_by_field_name("left");
                        (name, name)
                    }
                    _ => (Some(part), Some(part)),
                };
                if let (Some(key), Some(name)) = (key, name) {
                    let member = self.source.text_of(key);
                    self.bind_given(name, Given::Member(value, member), from, adds);
                }
            }
            return;
        }
        self.bind_given(target, Given::Value(value), from, adds);
    }

    fn bind_given(&mut self, target: Node<'t>, given: Given<'t>, from: usize, adds: bool) {
        if matches!(
            target.kind(),
            "pattern_list" | "tuple_pattern" | "expression_list" | "array_pattern"
        ) {
            let mut cursor = target.walk();
            let targets: Vec<_> = target.named_children(&mut cursor).collect();
            for one in targets {
                self.push(one, given, from, adds);
            }
        } else {
            self.push(target, given, from, adds);
        }
    }

    fn push(&mut self, target: Node<'t>, given: Given<'t>, from: usize, adds: bool) {
        // list[index] = value
        let element = ["value", "object", "operand", "array", "argument"]
            .into_iter()
            .filter(|_| {
                matches!(
                    target.kind(),
                    "subscript" | "subscript_expression" | "index_expression" | "array_access"
                )
            })
            .find_map(|field| target.child_by_field_name(field));
        let adds = adds || element.is_some();
        let target = element.unwrap_or(target);
        let Some((name, is_member)) = name_of(target, self.source) else {
            return;
        };
        let (scope, block) = if is_member {
            (0, self.bindings.scopes[0].range.clone())
        } else {
            (self.scope, self.block.clone())
        };
        self.bindings.scopes[scope]
            .names
            .entry(name)
            .or_default()
            .push(Binding {
                from,
                block,
                given,
                adds,
            });
    }

    fn comprehension(&mut self, node: Node<'t>) {
        let mut cursor = node.walk();
        let clauses: Vec<_> = node.named_children(&mut cursor).collect();
        for clause in clauses {
            if clause.kind() == "for_in_clause"
                && let Some(left) = clause.child_by_field_name("left")
                && let Some(right) = clause.child_by_field_name("right")
            {
                self.bind_given(left, Given::Element(right), node.start_byte(), false);
            }
        }
    }

    fn parameters(&mut self, list: Node<'t>) {
        let mut cursor = list.walk();
        let all: Vec<_> = list.named_children(&mut cursor).collect();
        for parameter in all {
            let mut inner = parameter.walk();
            let names: Vec<_> = parameter
                .children_by_field_name("name", &mut inner)
                .chain(
                    ["pattern", "declarator", "left"]
                        .into_iter()
                        .filter_map(|field| parameter.child_by_field_name(field)),
                )
                .collect();
            if names.is_empty() {
                let one = match parameter.kind() {
                    "typed_parameter"
                    | "list_splat_pattern"
                    | "dictionary_splat_pattern"
                    | "rest_pattern"
                    | "spread_parameter" => parameter.named_child(0),
                    _ => Some(parameter),
                };
                if let Some(one) = one {
                    self.push(one, Given::Unknown, list.end_byte(), false);
                }
            }
            for name in names {
                self.push(name, Given::Unknown, list.end_byte(), false);
            }
        }
    }

    fn import(&mut self, node: Node<'t>) {
        let source = self.source;
        let from = node.start_byte();
        match node.kind() {
            "import_spec" => {
                let module = unquoted(source.field(node, "path").unwrap_or_default());
                let module = module.rsplit('/').next().unwrap_or(module);
                let path = Path { module, member: "" };
                match node.child_by_field_name("name") {
                    Some(name) => self.push(name, Given::Import(path), from, false),
                    None => self.named(module, path, from),
                }
            }
            "import_from_statement" => {
                let module = source.field(node, "module_name").unwrap_or_default();
                let mut cursor = node.walk();
                let names: Vec<_> = node.children_by_field_name("name", &mut cursor).collect();
                for name in names {
                    let member = source
                        .field(name, "name")
                        .unwrap_or_else(|| source.text_of(name));
                    let path = Path { module, member };
                    self.named(source.field(name, "alias").unwrap_or(member), path, from);
                }
            }
            "use_declaration" => {
                let mut found = Vec::new();
                walk(node, |part| {
                    if part.kind() == "use_as_clause" {
                        found.push(part);
                    }
                    Descend::Into
                });
                for part in found {
                    let path = Path {
                        module: "",
                        member: source.field(part, "path").unwrap_or_default(),
                    };
                    self.named(source.field(part, "alias").unwrap_or_default(), path, from);
                }
            }
            // Python has names here, JavaScript a source.
            _ => {
                let mut cursor = node.walk();
                let clause = node
                    .named_children(&mut cursor)
                    .find(|child| child.kind() == "import_require_clause");
                let module = source
                    .field(node, "source")
                    .or_else(|| clause.and_then(|clause| source.field(clause, "source")));
                let Some(module) = module else {
                    let mut cursor = node.walk();
                    let names: Vec<_> = node.children_by_field_name("name", &mut cursor).collect();
                    for name in names {
                        if let Some(alias) = source.field(name, "alias") {
                            let module = source.field(name, "name").unwrap_or_default();
                            self.named(alias, Path { module, member: "" }, from);
                        }
                    }
                    return;
                };
                let module = unquoted(module);
                let module = module.strip_prefix("node:").unwrap_or(module);
                let mut found = Vec::new();
                walk(node, |part| {
                    match part.kind() {
                        "import_specifier" => {
                            let member = source.field(part, "name").unwrap_or_default();
                            let alias = source.field(part, "alias").unwrap_or(member);
                            found.push((alias, Path { module, member }));
                            return Descend::Over;
                        }
                        "identifier" => {
                            found.push((source.text_of(part), Path { module, member: "" }));
                        }
                        _ => {}
                    }
                    Descend::Into
                });
                for (name, path) in found {
                    self.named(name, path, from);
                }
            }
        }
    }

    /// An import holds from the beginning of its scope on.
    fn named(&mut self, name: &'t str, path: Path<'t>, from: usize) {
        if name.is_empty() || name.len() > MAX_NAME {
            return;
        }
        self.bindings.scopes[self.scope]
            .names
            .entry(name)
            .or_default()
            .push(Binding {
                from,
                block: self.block.clone(),
                given: Given::Import(path),
                adds: false,
            });
    }

    /// Calls that put something behind what a name holds, and those that check a name.
    fn call(&mut self, node: Node<'t>) {
        let source = self.source;
        let Some((receiver, method)) = method_of(node, source) else {
            return self.plain_call(node);
        };
        let Some(arguments) = node.child_by_field_name("arguments") else {
            return;
        };
        if ADDING.contains(&method) {
            let mut target = receiver;
            for _ in 0..MAX_CHAIN {
                let Some((inner, _)) =
                    method_of(target, source).filter(|(_, name)| ADDING.contains(name))
                else {
                    break;
                };
                target = inner;
            }
            self.push(
                target,
                Given::Arguments(arguments, 0),
                arguments.end_byte(),
                true,
            );
        }
        let first = arguments.named_child(0);
        let writes = ["Fprintf", "Fprint", "Fprintln"].contains(&method)
            || method == "WriteString" && source.text_of(receiver) == "io";
        if writes && let Some(target) = first {
            self.push(
                target,
                Given::Arguments(arguments, 1),
                arguments.end_byte(),
                true,
            );
        }
        match method {
            // LIST.includes(name)
            "includes" | "has" | "contains" | "containsKey" | "Contains" | "hasOwnProperty" => {
                let last = last_child(arguments);
                let list = if method == "Contains" {
                    first
                } else {
                    Some(receiver)
                };
                if let (Some(name), Some(list)) = (last, list) {
                    self.check(name, list, arguments.end_byte());
                }
            }
            // PATTERN.test(name), name.isidentifier()
            "test" | "fullmatch" | "MatchString" => {
                if let Some(name) = last_child(arguments) {
                    self.mark_checked(name, arguments.end_byte());
                }
            }
            "isidentifier" | "isalnum" | "isdigit" | "isdecimal" | "isnumeric" | "matches" => {
                self.mark_checked(receiver, arguments.end_byte());
            }
            _ => {}
        }
    }

    /// `fmt.Fprintf(&b, ...)` is a method call by its looks; these are functions that write into their first argument.
    fn plain_call(&mut self, node: Node<'t>) {
        let source = self.source;
        if node.kind() == "macro_invocation" {
            let is_write = source
                .field(node, "macro")
                .is_some_and(|name| matches!(name, "write" | "writeln"));
            let mut cursor = node.walk();
            let tree = node
                .named_children(&mut cursor)
                .find(|part| part.kind() == "token_tree");
            if is_write
                && let Some(tree) = tree
                && let Some(target) = first_name(tree)
            {
                self.push(target, Given::Value(tree), node.end_byte(), true);
            }
            return;
        }
        let function = source.field(node, "function").unwrap_or_default();
        let function = function.strip_prefix("std::").unwrap_or(function);
        let (skip, adds) = match function {
            "sprintf" | "strcpy" | "stpcpy" | "wcscpy" => (1, false),
            "snprintf" | "strncpy" | "strlcpy" => (1, false),
            "strcat" | "strncat" | "strlcat" => (1, true),
            _ => return,
        };
        if let Some(arguments) = node.child_by_field_name("arguments")
            && let Some(target) = arguments.named_child(0)
        {
            self.push(
                target,
                Given::Arguments(arguments, skip),
                node.end_byte(),
                adds,
            );
        }
    }

    /// `stream << a << b` in C++.
    fn stream(&mut self, node: Node<'t>) {
        if self.source.field(node, "operator") != Some("<<") {
            return;
        }
        let mut target = node;
        for _ in 0..MAX_CHAIN {
            if target.kind() != "binary_expression" {
                break;
            }
            match target.child_by_field_name("left") {
                Some(left) => target = left,
                None => return,
            }
        }
        if let Some(right) = node.child_by_field_name("right") {
            self.push(target, Given::Value(right), right.end_byte(), true);
        }
    }

    /// `name in LIST`, `name not in LIST`.
    fn membership(&mut self, node: Node<'t>) {
        let mut cursor = node.walk();
        let is_membership = node
            .children_by_field_name("operators", &mut cursor)
            .any(|operator| matches!(operator.kind(), "in" | "not in" | "not"));
        if is_membership
            && let Some(name) = node.named_child(0)
            && let Some(list) = node.named_child(1)
        {
            self.check(name, list, node.end_byte());
        }
    }

    /// A list counts where it is written out, or by a name that stands for one.
    fn check(&mut self, name: Node<'t>, list: Node<'t>, from: usize) {
        let text = self.source.text_of(list);
        let last = text.rsplit(['.', ':']).next().unwrap_or(text);
        let is_list = matches!(
            list.kind(),
            "list" | "tuple" | "set" | "array" | "dictionary" | "composite_literal"
        ) || text.starts_with("List.of(")
            || text.starts_with("Set.of(")
            || is_constant_name(last)
            || [
                "allow",
                "valid",
                "known",
                "permitted",
                "whitelist",
                "safe",
                "columns",
                "fields",
            ]
            .iter()
            .any(|word| last.len() <= MAX_NAME && last.to_ascii_lowercase().contains(word));
        if is_list {
            self.mark_checked(name, from);
        }
    }

    fn mark_checked(&mut self, name: Node<'t>, from: usize) {
        if let Some((name, _)) = name_of(name, self.source) {
            self.bindings.scopes[self.scope]
                .checked
                .entry(name)
                .or_insert(from);
        }
    }
}

/// Written as constants are: `LIMIT`, `DEFAULT_NAME`.
pub(crate) fn is_constant_name(name: &str) -> bool {
    name.len() > 1
        && name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name.contains(|c: char| c.is_ascii_uppercase())
        && name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// The name that a target or use stands for, and whether it is a member of an object.
pub(crate) fn name_of<'t>(node: Node<'t>, source: &Source<'t>) -> Option<(&'t str, bool)> {
    let mut node = node;
    loop {
        let inner = match node.kind() {
            "pointer_declarator"
            | "array_declarator"
            | "parenthesized_declarator"
            | "init_declarator"
            | "function_declarator" => node
                .child_by_field_name("declarator")
                .or_else(|| node.named_child(0)),
            "reference_declarator"
            | "mut_pattern"
            | "reference_pattern"
            | "ref_pattern"
            | "parenthesized_expression"
            | "assignment_pattern" => last_child(node)
                .filter(|_| node.kind() != "assignment_pattern")
                .or_else(|| node.child_by_field_name("left")),
            "unary_expression" | "pointer_expression" | "reference_expression" => node
                .child_by_field_name("operand")
                .or_else(|| node.child_by_field_name("argument"))
                .or_else(|| node.child_by_field_name("value")),
            _ => None,
        };
        match inner {
            Some(inner) if inner.id() != node.id() => node = inner,
            _ => break,
        }
    }
    let is_member = matches!(
        node.kind(),
        "attribute"
            | "member_expression"
            | "selector_expression"
            | "field_access"
            | "field_expression"
    );
    let is_name = is_member
        || matches!(
            node.kind(),
            "identifier"
                | "package_identifier"
                | "shorthand_property_identifier_pattern"
                | "dotted_name"
        );
    let text = source.text_of(node);
    let is_plain =
        !text.is_empty() && text.len() <= MAX_NAME && !text.contains(['(', '[', '\n', '"', '\'']);
    (is_name && is_plain).then_some((text, is_member))
}

/// Receiver and name of a method call.
pub(crate) fn method_of<'t>(call: Node<'t>, source: &Source<'t>) -> Option<(Node<'t>, &'t str)> {
    if call.kind() == "method_invocation" {
        return Some((
            call.child_by_field_name("object")?,
            source.field(call, "name")?,
        ));
    }
    let mut function = call.child_by_field_name("function")?;
    if function.kind() == "generic_function" {
        function = function.child_by_field_name("function")?;
    }
    let (object, member) = match function.kind() {
        "attribute" => ("object", "attribute"),
        "member_expression" => ("object", "property"),
        "selector_expression" => ("operand", "field"),
        "field_expression" if function.child_by_field_name("value").is_some() => ("value", "field"),
        "field_expression" => ("argument", "field"),
        _ => return None,
    };
    Some((
        function.child_by_field_name(object)?,
        source.field(function, member)?,
    ))
}

fn last_child(node: Node<'_>) -> Option<Node<'_>> {
    node.named_child(u32::try_from(node.named_child_count().checked_sub(1)?).ok()?)
}

fn first_name(tree: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = tree.walk();
    tree.named_children(&mut cursor)
        .find(|part| part.kind() == "identifier")
}

/// A quoted text without its quotes.
pub(crate) fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\'', '`'])
}
