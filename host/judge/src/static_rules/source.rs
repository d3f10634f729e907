//! One parsed file, as the checks see it.

use super::grammar::Grammar;
use super::kinds::Kinds;
use super::test_spans::TestSpans;
use gansauditor_audit::domain::{Extent, WorkFile};
use tree_sitter::Node;

/// A parsed file.
pub(crate) struct Source<'t> {
    /// What was submitted.
    pub(crate) file: &'t WorkFile,
    /// By which grammar it was parsed.
    pub(crate) grammar: Grammar,
    /// The root of the tree.
    pub(crate) root: Node<'t>,
    /// The file is test code as a whole.
    pub(crate) is_test: bool,
    /// Test code within it.
    pub(crate) tests: TestSpans,
    /// Where each line begins, in bytes.
    starts: Vec<usize>,
}

impl<'t> Source<'t> {
    /// A file with the root of its tree.
    pub(crate) fn new(file: &'t WorkFile, grammar: Grammar, root: Node<'t>, is_test: bool) -> Self {
        let breaks = file.text.match_indices('\n').map(|(at, _)| at + 1);
        let mut source = Self {
            file,
            grammar,
            root,
            is_test,
            tests: TestSpans::default(),
            starts: std::iter::once(0).chain(breaks).collect(),
        };
        source.tests = TestSpans::of(&source);
        source
    }

    /// Where a line begins, in bytes; the first line is 0.
    pub(crate) fn start_of(&self, row: usize) -> Option<usize> {
        self.starts.get(row).copied()
    }

    /// A line of the text; the first is 0.
    pub(crate) fn line(&self, row: usize) -> Option<&'t str> {
        let rest = self.file.text.get(self.start_of(row)?..)?;
        rest.lines().next()
    }

    /// Whether test code stands at a byte of the text.
    pub(crate) fn is_test_at(&self, byte: usize) -> bool {
        self.is_test || self.tests.contain(byte)
    }

    /// The text of a node.
    pub(crate) fn text_of(&self, node: Node<'_>) -> &'t str {
        self.file.text.get(node.byte_range()).unwrap_or_default()
    }

    /// The text of a node's field, where it has it.
    pub(crate) fn field(&self, node: Node<'_>, name: &str) -> Option<&'t str> {
        node.child_by_field_name(name)
            .map(|child| self.text_of(child))
    }

    /// Names of the node kinds of the grammar.
    pub(crate) fn kinds(&self) -> &'static Kinds {
        self.grammar.kinds()
    }

    /// There is something to grade: more than comments and a text that documents the file.
    pub(crate) fn holds_code(&self) -> bool {
        let mut cursor = self.root.walk();
        let mut parts = self.root.children(&mut cursor);
        parts.any(|part| !part.is_extra() && !self.is_docstring(part))
    }

    /// A statement that is nothing but a text.
    pub(crate) fn is_docstring(&self, statement: Node<'_>) -> bool {
        self.grammar == Grammar::Python
            && statement.kind() == "expression_statement"
            && statement
                .named_child(0)
                .is_some_and(|inner| matches!(inner.kind(), "string" | "concatenated_string"))
    }

    /// Only pieces of the file are known.
    pub(crate) fn is_fragment(&self) -> bool {
        matches!(self.file.extent, Extent::Fragment { .. })
    }

    /// The node is there in full: parsed without errors, and no line within it is missing from a fragment.
    pub(crate) fn is_complete(&self, node: Node<'_>) -> bool {
        if node.has_error() {
            return false;
        }
        match &self.file.extent {
            Extent::Whole | Extent::Changed(_) => true,
            Extent::Fragment { lines, .. } => lines
                .get(node.start_position().row..=node.end_position().row)
                .is_some_and(|part| {
                    part.windows(2)
                        .all(|pair| pair[0].number + 1 == pair[1].number)
                }),
        }
    }
}
