//! What a text is put together from: constants, values that cannot hurt, and values.
//!
//! Names are followed to what they are bound to, so that a statement put together over several lines is seen whole and a
//! name for a constant is one. Each bound expression is looked at once in a file.

use super::super::source::Source;
use super::super::syntax_tree::{Descend, walk};
use super::bindings::{Bindings, Given, is_constant_name, method_of, name_of};
use super::known::{self, Call, Purpose};
use super::names::called;
use std::cell::RefCell;
use std::collections::HashMap;
use tree_sitter::Node;

/// Parts that are kept of one text; the rest is cut.
const MAX_PARTS: usize = 96;
/// Expressions within expressions, and names of names, that are followed.
const MAX_DEPTH: usize = 60;
/// Longest part of a literal that is kept, in bytes.
const MAX_TEXT: usize = 20_000;
/// Returns of one function that are looked at.
const MAX_RETURNS: usize = 8;
/// Operands of one sum.
const MAX_OPERANDS: usize = 400;

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part<'t> {
    /// It stands in the code.
    Text(&'t str),
    /// A number, or quoted or checked for the purpose: what it holds cannot change what is around it.
    Harmless,
    /// Anything.
    Value(Value),
}

/// A value that becomes part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Value {
    /// Identifier of its node.
    pub(crate) node: usize,
    /// Its line, from 0.
    pub(crate) row: usize,
    /// It comes from a client, the command line or the environment, as its own text shows.
    pub(crate) outside: bool,
    /// A field of an object.
    pub(crate) member: bool,
}

/// Parts in the order of the text.
pub(crate) type Parts<'t> = Vec<Part<'t>>;

/// Takes texts apart, for one purpose.
pub(crate) struct Assembly<'s, 't> {
    source: &'s Source<'t>,
    bindings: &'s Bindings<'t>,
    purpose: Purpose,
    seen: &'s Seen<'t>,
}

/// What bound expressions are made of, by purpose and node: each is looked at once in a file.
pub(crate) type Seen<'t> = RefCell<HashMap<(Purpose, usize), Parts<'t>>>;

impl<'s, 't> Assembly<'s, 't> {
    /// For one file.
    pub(crate) fn new(
        source: &'s Source<'t>,
        bindings: &'s Bindings<'t>,
        purpose: Purpose,
        seen: &'s Seen<'t>,
    ) -> Self {
        Self {
            source,
            bindings,
            purpose,
            seen,
        }
    }

    /// The file.
    pub(crate) fn source(&self) -> &'s Source<'t> {
        self.source
    }

    /// The call gives a list of what it is given.
    pub(crate) fn makes_list(&self, call: Node<'t>) -> bool {
        let name = called(call, self.source, self.bindings);
        matches!(
            name.as_str(),
            "append"
                | "slices.Concat"
                | "Arrays.asList"
                | "List.of"
                | "ImmutableList.of"
                | "Lists.newArrayList"
        )
    }

    /// What an expression is made of, in the order of the text.
    pub(crate) fn parts(&self, node: Node<'t>) -> Vec<Part<'t>> {
        let mut parts = Vec::new();
        self.put(node, &mut parts, MAX_DEPTH);
        parts
    }

    fn put(&self, node: Node<'t>, parts: &mut Parts<'t>, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            return self.value(node, parts);
        };
        if parts.len() >= MAX_PARTS {
            return;
        }
        match node.kind() {
            "concatenated_string" | "template_literal_type" => self.each(node, parts, depth),
            kind if known::is_text(kind) => self.literal(node, parts, depth),
            kind if known::is_plain(kind) => parts.push(Part::Text(self.source.text_of(node))),
            "binary_operator" | "binary_expression" | "boolean_operator" => {
                self.operands(node, parts, depth)
            }
            "conditional_expression" if node.child_by_field_name("consequence").is_none() => {
                for index in [0, 2] {
                    self.at(node, index, parts, depth);
                }
            }
            "conditional_expression" | "ternary_expression" => {
                for field in ["consequence", "alternative"] {
                    self.field(node, field, parts, depth);
                }
            }
            "await"
            | "await_expression"
            | "parenthesized_expression"
            | "as_expression"
            | "satisfies_expression"
            | "non_null_expression"
            | "try_expression"
            | "expression_statement"
            | "template_substitution"
            | "spread_element"
            | "list_splat"
            | "return_statement"
            | "literal_element"
            | "dereference_expression" => {
                self.at(node, 0, parts, depth);
            }
            "reference_expression"
            | "type_cast_expression"
            | "keyword_argument"
            | "pair"
            | "keyed_element"
            | "field_initializer"
            | "assignment_expression"
            | "assignment" => {
                let field = if matches!(node.kind(), "assignment_expression" | "assignment") {
                    "right"
                } else {
                    "value"
                };
                if self.is_number_type(node) {
                    parts.push(Part::Harmless);
                } else {
                    self.field(node, field, parts, depth);
                }
            }
            "cast_expression" | "type_conversion_expression" => {
                let field = if node.kind() == "cast_expression" {
                    "value"
                } else {
                    "operand"
                };
                if self.is_number_type(node) {
                    parts.push(Part::Harmless);
                } else {
                    self.field(node, field, parts, depth);
                }
            }
            "unary_expression" | "unary_operator" | "pointer_expression" => {
                if matches!(self.source.field(node, "operator"), Some("&" | "*"))
                    || node.kind() == "pointer_expression"
                {
                    let last = node.named_child_count().saturating_sub(1);
                    self.at(node, last, parts, depth);
                } else {
                    parts.push(Part::Harmless);
                }
            }
            "comparison_operator"
            | "not_operator"
            | "update_expression"
            | "instanceof_expression" => {
                parts.push(Part::Harmless);
            }
            "list" | "tuple" | "set" | "array" | "object" | "dictionary" | "expression_list"
            | "array_initializer" | "initializer_list" | "literal_value" | "array_expression"
            | "tuple_expression" | "set_literal" => {
                self.each(node, parts, depth);
            }
            "arguments" | "argument_list" => self.each(node, parts, depth),
            "composite_literal" => self.field(node, "body", parts, depth),
            "array_creation_expression" if node.child_by_field_name("value").is_none() => {}
            "array_creation_expression" => self.field(node, "value", parts, depth),
            "list_comprehension" | "set_comprehension" | "generator_expression" | "lambda" => {
                self.field(node, "body", parts, depth);
            }
            "arrow_function"
            | "lambda_expression"
            | "closure_expression"
            | "function_expression" => {
                self.function(node, parts, depth);
            }
            "subscript"
            | "subscript_expression"
            | "index_expression"
            | "array_access"
            | "slice_expression" => {
                self.lookup(node, parts, depth);
            }
            "call"
            | "call_expression"
            | "method_invocation"
            | "new_expression"
            | "object_creation_expression" => {
                self.call(node, parts, depth);
            }
            "macro_invocation" | "token_tree" => self.tokens(node, parts, depth),
            _ => match name_of(node, self.source) {
                Some((name, is_member)) => self.name(node, name, is_member, parts, depth),
                None => self.value(node, parts),
            },
        }
    }

    fn field(&self, node: Node<'t>, field: &str, parts: &mut Parts<'t>, depth: usize) {
        match node.child_by_field_name(field) {
            Some(child) => self.put(child, parts, depth),
            None => self.value(node, parts),
        }
    }

    fn at(&self, node: Node<'t>, index: usize, parts: &mut Parts<'t>, depth: usize) {
        match u32::try_from(index)
            .ok()
            .and_then(|index| node.named_child(index))
        {
            Some(child) => self.put(child, parts, depth),
            None => self.value(node, parts),
        }
    }

    fn each(&self, node: Node<'t>, parts: &mut Parts<'t>, depth: usize) {
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            if parts.len() >= MAX_PARTS {
                return;
            }
            if !child.is_extra() {
                self.put(child, parts, depth);
            }
        }
    }

    fn value(&self, node: Node<'t>, parts: &mut Parts<'t>) {
        let text = self.source.text_of(node);
        parts.push(Part::Value(Value {
            node: node.id(),
            row: node.start_position().row,
            outside: known::is_outside(text),
            member: !matches!(node.kind(), "identifier") && name_of(node, self.source).is_some(),
        }));
    }

    fn is_number_type(&self, node: Node<'t>) -> bool {
        self.source
            .field(node, "type")
            .is_some_and(known::is_number_type)
    }

    /// A literal with what stands in it.
    fn literal(&self, node: Node<'t>, parts: &mut Parts<'t>, depth: usize) {
        let inner = known::inner(self.source.text_of(node));
        let (mut from, end) = (
            node.start_byte() + inner.start,
            node.start_byte() + inner.end,
        );
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            if !matches!(
                child.kind(),
                "interpolation" | "template_substitution" | "string_interpolation"
            ) {
                continue;
            }
            self.text(from, child.start_byte(), parts);
            from = child.end_byte();
            let specifier = child.child_by_field_name("format_specifier");
            if specifier
                .is_some_and(|specifier| known::is_number_format(self.source.text_of(specifier)))
            {
                parts.push(Part::Harmless);
            } else {
                self.at(child, 0, parts, depth);
            }
        }
        self.text(from, end, parts);
    }

    fn text(&self, from: usize, to: usize, parts: &mut Parts<'t>) {
        let whole = self.source.file.text.get(from..to).unwrap_or_default();
        let end = (0..=whole.len().min(MAX_TEXT))
            .rev()
            .find(|&end| whole.is_char_boundary(end));
        let text = &whole[..end.unwrap_or(0)];
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
    }

    /// A sum, whose left side is mostly a sum again.
    fn operands(&self, node: Node<'t>, parts: &mut Parts<'t>, depth: usize) {
        let mut operands = Vec::new();
        let mut at = node;
        while operands.len() < MAX_OPERANDS {
            let operator = self.source.field(at, "operator").unwrap_or_default();
            if operator == "%" && at.kind() == "binary_operator" {
                break;
            }
            let (Some(left), Some(right)) = (
                at.child_by_field_name("left"),
                at.child_by_field_name("right"),
            ) else {
                break;
            };
            match operator {
                "+" | "||" | "??" | "or" | "<<" | "and" => operands.push(right),
                // What `&&` gives is its right side, or nothing.
                "&&" => {
                    operands.push(right);
                    at = right;
                    break;
                }
                "*" if at.kind() == "binary_operator" => {
                    let texts = [left, right]
                        .into_iter()
                        .filter(|side| known::is_text(side.kind()) || known::is_list(side.kind()));
                    operands.extend(texts);
                    if operands.is_empty() {
                        parts.push(Part::Harmless);
                    }
                    at = right;
                    break;
                }
                _ => {
                    parts.push(Part::Harmless);
                    at = right;
                    break;
                }
            }
            at = left;
            if !matches!(
                at.kind(),
                "binary_operator" | "binary_expression" | "boolean_operator"
            ) {
                operands.push(at);
                break;
            }
        }
        if self.source.field(at, "operator") == Some("%") && at.kind() == "binary_operator" {
            self.percent(at, parts, depth);
        }
        // A number is added to what is then one, too.
        let is_number = |operand: &Node<'t>| known::is_plain(operand.kind());
        if !operands.is_empty()
            && operands.len() <= 3
            && operands.iter().any(is_number)
            && !operands
                .iter()
                .any(|operand| known::is_text(operand.kind()))
        {
            return parts.push(Part::Harmless);
        }
        for operand in operands.into_iter().rev() {
            self.put(operand, parts, depth);
        }
    }

    /// `"... %s" % values`
    fn percent(&self, node: Node<'t>, parts: &mut Parts<'t>, depth: usize) {
        let (Some(left), Some(right)) = (
            node.child_by_field_name("left"),
            node.child_by_field_name("right"),
        ) else {
            return;
        };
        if !known::is_text(left.kind())
            && !matches!(
                left.kind(),
                "identifier" | "parenthesized_expression" | "concatenated_string"
            )
        {
            return parts.push(Part::Harmless);
        }
        let mut cursor = right.walk();
        let values: Vec<Node<'t>> = if matches!(right.kind(), "tuple" | "dictionary") {
            right.named_children(&mut cursor).collect()
        } else {
            vec![right]
        };
        self.filled(left, &values, parts, depth);
    }

    /// A format with its values at their places.
    fn filled(&self, format: Node<'t>, values: &[Node<'t>], parts: &mut Parts<'t>, depth: usize) {
        let mut pieces = Vec::new();
        self.put(format, &mut pieces, depth);
        let mut values = values.iter();
        let braces = !pieces.iter().any(|piece| matches!(piece, Part::Text(text) if known::places(text).any(|place| !place.braces)));
        for piece in pieces {
            let Part::Text(text) = piece else {
                parts.push(piece);
                continue;
            };
            let mut from = 0;
            for place in known::places(text).filter(|place| place.braces == braces) {
                if parts.len() >= MAX_PARTS {
                    return;
                }
                parts.push(Part::Text(&text[from..place.range.start]));
                from = place.range.end;
                let value = values.next();
                if place.number {
                    parts.push(Part::Harmless);
                } else if let Some(value) = value {
                    self.put(*value, parts, depth);
                }
            }
            parts.push(Part::Text(&text[from..]));
        }
        // By name, repeated, or more than there are places.
        for value in values {
            self.put(*value, parts, depth);
        }
    }

    fn name(
        &self,
        node: Node<'t>,
        name: &'t str,
        is_member: bool,
        parts: &mut Parts<'t>,
        depth: usize,
    ) {
        let at = node.start_byte();
        let last = name.rsplit(['.', ':', '>']).next().unwrap_or(name);
        if known::is_number_name(last) && is_member
            || known::is_index(name)
            || self.bindings.is_checked(name, at)
        {
            return parts.push(Part::Harmless);
        }
        let Some(held) = self.bindings.of_name(name, at) else {
            // A constant of another file, or what only ever stands for one.
            if self.purpose == Purpose::Sql && known::is_placeholder_name(last) {
                return parts.push(Part::Harmless);
            }
            if is_constant_name(last) && !known::is_outside(self.source.text_of(node)) {
                return parts.push(Part::Harmless);
            }
            return self.value(node, parts);
        };
        let before = parts.len();
        for binding in held {
            if parts.len() >= MAX_PARTS {
                return;
            }
            match binding.given {
                Given::Value(value) | Given::Element(value) => {
                    self.bound(value, None, parts, depth)
                }
                Given::Arguments(list, from) => self.bound(list, Some(from), parts, depth),
                Given::Import(path) if is_constant_name(path.member) => parts.push(Part::Harmless),
                Given::Member(..) | Given::Import(_) | Given::Function(_) | Given::Unknown => {
                    self.value(node, parts)
                }
            }
        }
        // A field is named by the object, wherever its value came from.
        for part in &mut parts[before..] {
            if let Part::Value(value) = part {
                value.member |= is_member;
            }
        }
    }

    /// What a bound expression is made of; arguments of a call from one on are put together.
    fn bound(&self, node: Node<'t>, arguments: Option<usize>, parts: &mut Parts<'t>, depth: usize) {
        let room = MAX_PARTS.saturating_sub(parts.len());
        if let Some(seen) = self.seen.borrow().get(&(self.purpose, node.id())) {
            return parts.extend(seen.iter().take(room));
        }
        // A name that is bound to itself adds nothing.
        self.seen
            .borrow_mut()
            .insert((self.purpose, node.id()), Vec::new());
        let mut own = Vec::new();
        match arguments {
            None => self.put(node, &mut own, depth),
            Some(from) => self.arguments(node, from, &mut own, depth),
        }
        parts.extend(own.iter().take(room));
        self.seen
            .borrow_mut()
            .insert((self.purpose, node.id()), own);
    }

    /// Arguments of a call: a format with its values, or one behind the other.
    fn arguments(&self, list: Node<'t>, from: usize, parts: &mut Parts<'t>, depth: usize) {
        let mut cursor = list.walk();
        let mut all: Vec<_> = list
            .named_children(&mut cursor)
            .skip(from)
            .filter(|child| !child.is_extra())
            .collect();
        // The length of the buffer.
        if all.len() > 1
            && !known::is_text(all[0].kind())
            && known::is_text(all[1].kind())
            && from > 0
        {
            all.remove(0);
        }
        match all.split_first() {
            Some((format, values)) if !values.is_empty() && known::is_text(format.kind()) => {
                self.filled(*format, values, parts, depth)
            }
            _ => {
                for argument in all {
                    self.put(argument, parts, depth);
                }
            }
        }
    }

    /// An element of a table that is written out is a constant; of anything else it is a value.
    fn lookup(&self, node: Node<'t>, parts: &mut Parts<'t>, depth: usize) {
        let object = ["value", "object", "operand", "array", "argument"]
            .into_iter()
            .find_map(|field| node.child_by_field_name(field))
            .or_else(|| node.named_child(0));
        let mut own = Vec::new();
        if let Some(object) = object {
            self.put(object, &mut own, depth);
        }
        let is_table = !own.is_empty() && !own.iter().any(|part| matches!(part, Part::Value(_)));
        if is_table && !known::is_outside(self.source.text_of(node)) {
            parts.extend(own);
        } else {
            self.value(node, parts);
        }
    }

    /// What a function without a name gives back.
    fn function(&self, node: Node<'t>, parts: &mut Parts<'t>, depth: usize) {
        let Some(body) = node.child_by_field_name("body") else {
            return self.value(node, parts);
        };
        if !matches!(
            body.kind(),
            "statement_block" | "block" | "compound_statement"
        ) {
            return self.put(body, parts, depth);
        }
        let mut cursor = body.walk();
        let before = parts.len();
        for statement in body.named_children(&mut cursor) {
            if statement.kind() == "return_statement" {
                self.put(statement, parts, depth);
            }
        }
        if parts.len() == before {
            self.value(node, parts);
        }
    }

    fn call(&self, node: Node<'t>, parts: &mut Parts<'t>, depth: usize) {
        let name = called(node, self.source, self.bindings);
        let list = node.child_by_field_name("arguments");
        let mut cursor = node.walk();
        let arguments: Vec<Node<'t>> = match list {
            // join(text for text in texts)
            Some(list) if list.kind() == "generator_expression" => vec![list],
            Some(list) => list
                .named_children(&mut cursor)
                .filter(|child| !child.is_extra())
                .collect(),
            None => Vec::new(),
        };
        let method = method_of(node, self.source);
        let receiver = method.map(|(receiver, _)| receiver);
        let is_module =
            receiver.is_some_and(|receiver| known::is_module(self.source.text_of(receiver)));
        let receiver = receiver.filter(|_| !is_module);
        match known::call(&name, self.purpose) {
            Call::Harmless => parts.push(Part::Harmless),
            Call::Same => match (receiver, arguments.first()) {
                (Some(receiver), _) => self.put(receiver, parts, depth),
                (None, Some(first)) => {
                    // Array.from(list, function)
                    let function = arguments
                        .iter()
                        .find(|argument| known::is_function(argument.kind()));
                    self.put(*function.unwrap_or(first), parts, depth);
                }
                (None, None) => {}
            },
            Call::Together => {
                for part in receiver.into_iter().chain(arguments) {
                    self.put(part, parts, depth);
                }
            }
            Call::Repeat => {
                let texts = receiver.into_iter().chain(arguments);
                let texts: Vec<_> = texts.filter(|part| !self.is_number(*part)).collect();
                match texts.as_slice() {
                    [] => parts.push(Part::Harmless),
                    // The number of times, by its place.
                    [one, _]
                        if receiver.is_some()
                            || name.ends_with("Repeat")
                            || name.ends_with("repeat_n") =>
                    {
                        self.put(*one, parts, depth)
                    }
                    [.., last] => self.put(*last, parts, depth),
                }
            }
            Call::Filled => match arguments.last() {
                Some(last) => self.put(*last, parts, depth),
                None => self.value(node, parts),
            },
            Call::Mapped => {
                let function = arguments
                    .iter()
                    .find(|argument| known::is_function(argument.kind()));
                let named = arguments
                    .first()
                    .map(|argument| self.source.text_of(*argument));
                match (function, named.map(|name| known::call(name, self.purpose))) {
                    (Some(function), _) => self.put(*function, parts, depth),
                    (None, Some(Call::Harmless)) => parts.push(Part::Harmless),
                    (None, Some(Call::Same)) if arguments.len() > 1 => {
                        self.put(arguments[1], parts, depth)
                    }
                    (None, Some(Call::Same)) => match receiver {
                        Some(receiver) => self.put(receiver, parts, depth),
                        None => self.value(node, parts),
                    },
                    _ => self.value(node, parts),
                }
            }
            Call::Format => {
                let all: Vec<_> = receiver.into_iter().chain(arguments).collect();
                match all.split_first() {
                    Some((format, values)) => self.filled(*format, values, parts, depth),
                    None => self.value(node, parts),
                }
            }
            Call::Other => match self.own_function(&name, node.start_byte()) {
                Some(function) => self.returned(function, parts, depth),
                None => self.value(node, parts),
            },
        }
    }

    /// A function of the file by the name of a call, of the object itself too.
    fn own_function(&self, name: &str, at: usize) -> Option<Node<'t>> {
        let name = ["self.", "this.", "cls."]
            .iter()
            .find_map(|own| name.strip_prefix(own))
            .unwrap_or(name);
        self.bindings
            .of_name(name, at)?
            .iter()
            .find_map(|binding| match binding.given {
                Given::Function(function) => Some(function),
                _ => None,
            })
    }

    /// What a function of the file gives back.
    fn returned(&self, function: Node<'t>, parts: &mut Parts<'t>, depth: usize) {
        let Some(body) = function.child_by_field_name("body") else {
            return self.value(function, parts);
        };
        let key = (self.purpose, body.id());
        if let Some(seen) = self.seen.borrow().get(&key) {
            return parts.extend(seen.iter().take(MAX_PARTS.saturating_sub(parts.len())));
        }
        self.seen.borrow_mut().insert(key, Vec::new());
        let mut own = Vec::new();
        let mut returns = Vec::new();
        walk(body, |node| {
            if node.kind() == "return_statement" {
                returns.push(node);
            }
            let is_inner = node.id() != body.id()
                && (self.source.kinds().functions.contains(&node.kind())
                    || known::is_function(node.kind()));
            if is_inner || returns.len() >= MAX_RETURNS {
                Descend::Over
            } else {
                Descend::Into
            }
        });
        for statement in returns {
            // Of several values the first; the others are errors and counts.
            match statement.named_child(0) {
                Some(list) if list.kind() == "expression_list" => self.at(list, 0, &mut own, depth),
                Some(value) => self.put(value, &mut own, depth),
                None => {}
            }
        }
        if own.is_empty() {
            self.value(function, &mut own);
        }
        parts.extend(own.iter().take(MAX_PARTS.saturating_sub(parts.len())));
        self.seen.borrow_mut().insert(key, own);
    }

    fn is_number(&self, node: Node<'t>) -> bool {
        let mut parts = Vec::new();
        if matches!(node.kind(), "identifier") || known::is_text(node.kind()) {
            return false;
        }
        self.put(node, &mut parts, 4);
        parts.iter().all(|part| match part {
            Part::Harmless => true,
            Part::Text(text) => text.chars().all(|c| c.is_ascii_digit()),
            Part::Value(_) => false,
        })
    }

    /// Macros of Rust are tokens: literals with the names that stand in them, and names.
    fn tokens(&self, node: Node<'t>, parts: &mut Parts<'t>, depth: usize) {
        let name = self.source.field(node, "macro").unwrap_or_default();
        let mut cursor = node.walk();
        let tree = if node.kind() == "token_tree" {
            Some(node)
        } else {
            node.named_children(&mut cursor)
                .find(|child| child.kind() == "token_tree")
        };
        let Some(tree) = tree else {
            return self.value(node, parts);
        };
        if !matches!(
            name.rsplit("::").next(),
            Some(
                "" | "format" | "vec" | "concat" | "format_args" | "write" | "writeln" | "println"
            )
        ) {
            return self.value(node, parts);
        }
        let mut cursor = tree.walk();
        let mut tokens = tree
            .named_children(&mut cursor)
            .filter(|token| !token.is_extra());
        let format = tokens.find(|token| known::is_text(token.kind()));
        let Some(format) = format else {
            return self.value(node, parts);
        };
        if name == "vec" || name == "concat" {
            self.put(format, parts, depth);
            for token in tokens.filter(|token| known::is_text(token.kind())) {
                self.put(token, parts, depth);
            }
            return;
        }
        // Arguments are parted by commas, which have no names; the first token of each stands for it.
        let values = tokens_of_arguments(tree, format);
        let text = self.source.text_of(format);
        let text = &text[known::inner(text)];
        let mut values = values.into_iter();
        let mut from = 0;
        for place in known::places(text).filter(|place| place.braces) {
            if parts.len() >= MAX_PARTS {
                return;
            }
            parts.push(Part::Text(&text[from..place.range.start]));
            from = place.range.end;
            let inner = text[place.range.clone()].trim_matches(['{', '}']);
            let inner = inner.split(':').next().unwrap_or_default();
            if place.number {
                values.next();
                parts.push(Part::Harmless);
            } else if inner.is_empty() || inner.starts_with(|c: char| c.is_ascii_digit()) {
                match values.next() {
                    Some(tokens) => self.argument(&tokens, parts, depth),
                    None => self.value(node, parts),
                }
            } else {
                self.inline(format, inner, parts, depth);
            }
        }
        parts.push(Part::Text(&text[from..]));
    }

    /// A name that stands in a format.
    fn inline(&self, format: Node<'t>, name: &'t str, parts: &mut Parts<'t>, depth: usize) {
        if self.bindings.of_name(name, format.start_byte()).is_some() || is_constant_name(name) {
            self.name(format, name, false, parts, depth);
        } else {
            self.value(format, parts);
        }
    }

    /// The tokens of one argument of a macro.
    fn argument(&self, tokens: &[Node<'t>], parts: &mut Parts<'t>, depth: usize) {
        match tokens {
            [one] => self.put(*one, parts, depth),
            [first, .., last] if known::is_text(first.kind()) && last.kind() == "identifier" => {
                self.put(*first, parts, depth)
            }
            tokens => self.token_call(tokens, parts, depth),
        }
    }

    /// Several tokens: a cast, a call by its name, or what the first name holds.
    fn token_call(&self, tokens: &[Node<'t>], parts: &mut Parts<'t>, depth: usize) {
        let is_count = |token: &Node<'t>| {
            matches!(
                self.source.text_of(*token),
                "len" | "count" | "as_secs" | "as_millis" | "id"
            )
        };
        let last = tokens.last().map(|token| self.source.text_of(*token));
        let called = match (
            tokens.first(),
            tokens.iter().find(|token| token.kind() == "token_tree"),
        ) {
            (Some(first), Some(tree)) => self
                .source
                .file
                .text
                .get(first.start_byte()..tree.start_byte())
                .map(str::trim),
            _ => None,
        };
        let is_harmless = tokens.iter().rev().take(2).any(is_count)
            || last.is_some_and(known::is_number_type)
            || called.is_some_and(|name| known::call(name, self.purpose) == Call::Harmless);
        if is_harmless {
            parts.push(Part::Harmless);
        } else if let Some(first) = tokens.iter().find(|token| token.kind() == "identifier") {
            self.put(*first, parts, depth);
        }
    }
}

/// The named tokens of each argument after the format of a macro.
fn tokens_of_arguments<'t>(tree: Node<'t>, format: Node<'t>) -> Vec<Vec<Node<'t>>> {
    let mut arguments: Vec<Vec<Node<'t>>> = Vec::new();
    let mut cursor = tree.walk();
    for token in tree
        .children(&mut cursor)
        .filter(|token| token.start_byte() >= format.end_byte())
    {
        if token.kind() == "," {
            arguments.push(Vec::new());
        } else if token.is_named()
            && let Some(last) = arguments.last_mut()
        {
            last.push(token);
        }
    }
    arguments.retain(|tokens| !tokens.is_empty());
    arguments
}
