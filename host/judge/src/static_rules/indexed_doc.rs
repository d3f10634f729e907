//! The table of a tree as ast-grep takes it.

use super::grammar::Grammar;
use super::index::{Record, Table};
use ast_grep_core::source::{Edit, SgNode};
use ast_grep_core::tree_sitter::LanguageExt as _;
use ast_grep_core::{AstGrep, Doc, Position};
use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

/// A tree for rules to match against.
pub(crate) type IndexedTree = AstGrep<IndexedDoc>;
/// A node of it.
pub(crate) type IndexedNode<'t> = ast_grep_core::Node<'t, IndexedDoc>;

/// A table as ast-grep takes it.
#[derive(Debug, Clone)]
pub(crate) struct IndexedDoc(Rc<Table>);

impl IndexedDoc {
    /// Takes a table.
    pub(crate) fn new(table: Table) -> Self {
        Self(Rc::new(table))
    }

    /// The table.
    pub(crate) fn table(&self) -> &Table {
        &self.0
    }

    /// The node of a number.
    pub(crate) fn at(&self, number: u32) -> At<'_> {
        At {
            table: &self.0,
            number,
        }
    }
}

impl Doc for IndexedDoc {
    type Source = String;
    type Lang = Grammar;
    type Node<'r> = At<'r>;

    fn get_lang(&self) -> &Grammar {
        &self.0.grammar
    }

    fn get_source(&self) -> &String {
        &self.0.text
    }

    fn do_edit(&mut self, _: &Edit<String>) -> Result<(), String> {
        Err("a table is not edited".to_owned())
    }

    fn root_node(&self) -> At<'_> {
        self.at(0)
    }

    fn get_node_text<'a>(&'a self, node: &At<'a>) -> Cow<'a, str> {
        Cow::Borrowed(self.0.text(node.number))
    }
}

/// A node of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'r> {
    table: &'r Table,
    /// Its number.
    pub(crate) number: u32,
}

impl<'r> At<'r> {
    fn to(self, number: u32) -> Self {
        Self { number, ..self }
    }

    fn record(&self) -> Option<&'r Record> {
        self.table.record(self.number)
    }

    fn has(&self, what: impl FnOnce(&Record) -> bool) -> bool {
        self.record().is_some_and(what)
    }
}

/// The children of a node, whose number is known.
struct Children<'r> {
    next: Option<u32>,
    left: usize,
    table: &'r Table,
}

impl<'r> Iterator for Children<'r> {
    type Item = At<'r>;

    fn next(&mut self) -> Option<At<'r>> {
        let number = self.next?;
        self.next = self.table.next(number);
        self.left = self.left.saturating_sub(1);
        Some(At {
            table: self.table,
            number,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Children<'_> {}

impl<'r> SgNode<'r> for At<'r> {
    fn parent(&self) -> Option<Self> {
        Some(self.to(self.table.parent(self.number)?))
    }

    fn children(&self) -> impl ExactSizeIterator<Item = Self> {
        Children {
            next: self.table.children(self.number).next(),
            left: self.record().map_or(0, |record| record.children as usize),
            table: self.table,
        }
    }

    fn kind(&self) -> Cow<'_, str> {
        let language = self.table.grammar.get_ts_language();
        let kind = self.table.kind(self.number);
        Cow::Owned(
            language
                .node_kind_for_id(kind)
                .unwrap_or_default()
                .to_owned(),
        )
    }

    fn kind_id(&self) -> u16 {
        self.table.kind(self.number)
    }

    fn node_id(&self) -> usize {
        self.number as usize
    }

    fn range(&self) -> Range<usize> {
        self.record()
            .map_or(0..0, |it| it.bytes.0 as usize..it.bytes.1 as usize)
    }

    fn start_pos(&self) -> Position {
        self.record().map_or(Position::new(0, 0, 0), |it| {
            Position::new(
                it.start.0 as usize,
                it.start.1 as usize,
                it.bytes.0 as usize,
            )
        })
    }

    fn end_pos(&self) -> Position {
        self.record().map_or(Position::new(0, 0, 0), |it| {
            Position::new(it.end.0 as usize, it.end.1 as usize, it.bytes.1 as usize)
        })
    }

    fn dfs(&self) -> impl Iterator<Item = Self> {
        let node = *self;
        std::iter::once(node).chain(self.table.within(self.number).map(move |it| node.to(it)))
    }

    fn next(&self) -> Option<Self> {
        Some(self.to(self.table.next(self.number)?))
    }

    fn prev(&self) -> Option<Self> {
        Some(self.to(self.table.previous(self.number)?))
    }

    fn is_named(&self) -> bool {
        self.has(|it| it.named)
    }

    fn is_named_leaf(&self) -> bool {
        self.has(|it| it.named_children == 0)
    }

    fn is_leaf(&self) -> bool {
        self.has(|it| it.children == 0)
    }

    fn is_missing(&self) -> bool {
        self.has(|it| it.missing)
    }

    fn is_error(&self) -> bool {
        self.has(|it| it.error)
    }

    fn is_extra(&self) -> bool {
        self.has(|it| it.extra)
    }

    fn field(&self, name: &str) -> Option<Self> {
        let language = self.table.grammar.get_ts_language();
        self.child_by_field_id(language.field_id_for_name(name)?.get())
    }

    fn field_children(&self, field_id: Option<u16>) -> impl Iterator<Item = Self> {
        self.children()
            .filter(move |child| child.has(|it| it.field != 0 && Some(it.field) == field_id))
    }

    fn child_by_field_id(&self, field_id: u16) -> Option<Self> {
        Some(self.to(self.table.field(self.number, field_id)?))
    }
}
