//! A syntax tree as a table: parents, siblings and places of a node cost one look.
//!
//! The tree of tree-sitter finds the parent or the previous sibling of a node by walking down from the root, so that a rule
//! that asks for them at each statement of a long block costs the square of its length, and more.

use super::grammar::Grammar;
use super::indexed_doc::{IndexedDoc, IndexedTree};
use super::syntax_tree::SyntaxTree;
use ast_grep_core::AstGrep;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

/// No node.
const NONE: u32 = u32::MAX;

/// What is known of a node. Nodes are in the order of the text, a node before what is in it.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) kind: u16,
    pub(super) field: u16,
    pub(super) named: bool,
    pub(super) missing: bool,
    pub(super) error: bool,
    pub(super) extra: bool,
    /// It stands in a part of the text that could not be parsed.
    in_error: bool,
    pub(super) bytes: (u32, u32),
    pub(super) start: (u32, u32),
    pub(super) end: (u32, u32),
    parent: u32,
    previous: u32,
    next: u32,
    /// The first number after those of the nodes in it.
    after: u32,
    pub(super) children: u32,
    pub(super) named_children: u32,
    /// Which of the named children of its parent it is, from 1; of one that has no name, how many are before it.
    place: u32,
}

/// The table.
#[derive(Debug)]
pub(crate) struct Table {
    records: Vec<Record>,
    pub(super) text: String,
    pub(super) grammar: Grammar,
    by_kind: Vec<Vec<u32>>,
    by_word: OnceCell<HashMap<String, Vec<u32>>>,
}

impl Table {
    /// Makes the table of a tree, and the nodes of the tree in the order of their numbers.
    pub(crate) fn of(tree: &SyntaxTree) -> (IndexedTree, Vec<tree_sitter::Node<'_>>) {
        let root = tree.root().get_inner_node();
        let mut nodes = Vec::new();
        let mut records: Vec<Record> = Vec::new();
        let mut by_kind: Vec<Vec<u32>> = Vec::new();
        let mut cursor = root.walk();
        // The open nodes, and the last child that was seen of each.
        let mut open: Vec<(u32, u32)> = Vec::new();
        loop {
            let node = cursor.node();
            let number = short(records.len());
            let (parent, previous) = open.last().copied().unwrap_or((NONE, NONE));
            let mut record = record(node, cursor.field_id());
            (record.parent, record.previous) = (parent, previous);
            if let Some(sibling) = records.get_mut(previous as usize) {
                sibling.next = number;
            }
            if let Some(outer) = records.get_mut(parent as usize) {
                outer.children += 1;
                outer.named_children += u32::from(record.named);
                record.place = outer.named_children;
                record.in_error = outer.in_error || outer.error;
            }
            if let Some(last) = open.last_mut() {
                last.1 = number;
            }
            let kind = usize::from(record.kind);
            if by_kind.len() <= kind {
                by_kind.resize_with(kind + 1, Vec::new);
            }
            by_kind[kind].push(number);
            records.push(record);
            nodes.push(node);
            if cursor.goto_first_child() {
                open.push((number, NONE));
                continue;
            }
            records[number as usize].after = number + 1;
            while !cursor.goto_next_sibling() {
                let Some((outer, _)) = open.pop() else {
                    let table = Self {
                        records,
                        text: tree.source().to_owned(),
                        grammar: *tree.lang(),
                        by_kind,
                        by_word: OnceCell::new(),
                    };
                    return (AstGrep::doc(IndexedDoc::new(table)), nodes);
                };
                records[outer as usize].after = short(records.len());
                cursor.goto_parent();
            }
        }
    }

    /// What is known of a node.
    pub(super) fn record(&self, number: u32) -> Option<&Record> {
        self.records.get(number as usize)
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> u32 {
        short(self.records.len())
    }

    /// The number of a node's parent.
    pub(crate) fn parent(&self, number: u32) -> Option<u32> {
        some(self.record(number)?.parent)
    }

    /// The number of the next sibling.
    pub(crate) fn next(&self, number: u32) -> Option<u32> {
        some(self.record(number)?.next)
    }

    /// The number of the sibling before.
    pub(crate) fn previous(&self, number: u32) -> Option<u32> {
        some(self.record(number)?.previous)
    }

    /// The numbers of the nodes within a node.
    pub(crate) fn within(&self, number: u32) -> Range<u32> {
        let after = self.record(number).map_or(number, |record| record.after);
        number.saturating_add(1).min(after)..after
    }

    /// The numbers of the children of a node.
    pub(crate) fn children(&self, number: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.within(number);
        let first = (!first.is_empty()).then_some(first.start);
        std::iter::successors(first, |child| self.next(*child))
    }

    /// The first child of a node that a field names.
    pub(crate) fn field(&self, number: u32, field: u16) -> Option<u32> {
        self.children(number).find(|child| {
            self.record(*child)
                .is_some_and(|record| record.field == field)
        })
    }

    /// The kind of a node.
    pub(crate) fn kind(&self, number: u32) -> u16 {
        self.record(number).map_or(0, |record| record.kind)
    }

    /// The text of a node.
    pub(crate) fn text(&self, number: u32) -> &str {
        self.record(number)
            .and_then(|record| {
                self.text
                    .get(record.bytes.0 as usize..record.bytes.1 as usize)
            })
            .unwrap_or_default()
    }

    /// Whether a node stands in a part of the text that could not be parsed.
    pub(crate) fn is_in_error(&self, number: u32) -> bool {
        self.record(number)
            .is_some_and(|record| record.in_error || record.error)
    }

    /// Which of its parent's named children a node is, from 1, counted from the end if `reverse`. `None` for a node
    /// without a name or a parent.
    pub(crate) fn place(&self, number: u32, reverse: bool) -> Option<u32> {
        let record = self.record(number)?;
        let parent = self.record(some(record.parent)?)?;
        let place = if reverse {
            parent.named_children - record.place + 1
        } else {
            record.place
        };
        record.named.then_some(place)
    }

    /// Nodes of a kind within a range of numbers.
    pub(crate) fn of_kind(&self, kind: u16, range: &Range<u32>) -> &[u32] {
        let all = self
            .by_kind
            .get(usize::from(kind))
            .map_or(&[][..], Vec::as_slice);
        part(all, range)
    }

    /// Leaves with the text of `word` within a range of numbers.
    pub(crate) fn of_word(&self, word: &str, range: &Range<u32>) -> &[u32] {
        let words = self.by_word.get_or_init(|| {
            let mut words: HashMap<String, Vec<u32>> = HashMap::new();
            for number in 0..self.len() {
                let text = self.text(number);
                if is_word(text) && self.within(number).is_empty() {
                    match words.get_mut(text) {
                        Some(places) => places.push(number),
                        None => {
                            words.insert(text.to_owned(), vec![number]);
                        }
                    }
                }
            }
            words
        });
        part(words.get(word).map_or(&[][..], Vec::as_slice), range)
    }

    /// The longest word among the first leaves of a node: whatever equals the node holds it.
    pub(crate) fn word_of(&self, number: u32) -> Option<&str> {
        const LEAVES: usize = 32;
        let within = self.within(number);
        std::iter::once(number)
            .chain(within)
            .filter(|node| self.within(*node).is_empty())
            .take(LEAVES)
            .map(|leaf| self.text(leaf))
            .filter(|text| is_word(text))
            .max_by_key(|text| text.len())
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

fn part<'n>(numbers: &'n [u32], range: &Range<u32>) -> &'n [u32] {
    let start = numbers.partition_point(|number| *number < range.start);
    let end = numbers.partition_point(|number| *number < range.end);
    numbers.get(start..end).unwrap_or_default()
}

fn some(number: u32) -> Option<u32> {
    (number != NONE).then_some(number)
}

/// A text has at most a MiB, and no tree has as many nodes as would not fit.
fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(NONE)
}

fn record(node: tree_sitter::Node<'_>, field: Option<std::num::NonZeroU16>) -> Record {
    let (start, end) = (node.start_position(), node.end_position());
    Record {
        kind: node.kind_id(),
        field: field.map_or(0, std::num::NonZero::get),
        named: node.is_named(),
        missing: node.is_missing(),
        error: node.is_error(),
        extra: node.is_extra(),
        in_error: false,
        bytes: (short(node.start_byte()), short(node.end_byte())),
        start: (short(start.row), short(start.column)),
        end: (short(end.row), short(end.column)),
        parent: NONE,
        previous: NONE,
        next: NONE,
        after: NONE,
        children: 0,
        named_children: 0,
        place: 0,
    }
}
