//! Where tests stand in a file of Rust, which marks them by attributes.

use super::grammar::Grammar;
use super::source::Source;
use super::test_code::{is_test_attribute, is_test_attribute_of_function};
use std::collections::HashSet;
use std::ops::Range;

/// Test code in a file, found in one pass.
#[derive(Debug, Default)]
pub(crate) struct TestSpans {
    /// In the order of the text, none within another.
    spans: Vec<Range<usize>>,
    /// Where test functions begin.
    functions: HashSet<usize>,
}

/// The attributes that were seen before an item.
#[derive(Debug, Default, Clone, Copy)]
struct Before {
    test: bool,
    function: bool,
}

impl TestSpans {
    /// Finds the tests of a file.
    pub(crate) fn of(source: &Source<'_>) -> Self {
        let mut found = Self::default();
        if source.grammar != Grammar::Rust {
            return found;
        }
        let mut cursor = source.root.walk();
        let mut open = vec![Before::default()];
        loop {
            let node = cursor.node();
            if let Some(before) = open.last_mut() {
                match node.kind() {
                    "attribute_item" => {
                        let text = source.text_of(node);
                        before.test |= is_test_attribute(text);
                        before.function |= is_test_attribute_of_function(text);
                    }
                    "line_comment" | "block_comment" => {}
                    kind => {
                        let item = matches!(kind, "function_item" | "mod_item" | "impl_item");
                        if before.test && item && !found.contain(node.start_byte()) {
                            found.spans.push(node.byte_range());
                        }
                        if before.function && kind == "function_item" {
                            found.functions.insert(node.start_byte());
                        }
                        *before = Before::default();
                    }
                }
            }
            if cursor.goto_first_child() {
                open.push(Before::default());
                continue;
            }
            while !cursor.goto_next_sibling() {
                open.pop();
                if !cursor.goto_parent() {
                    return found;
                }
            }
        }
    }

    /// Whether test code stands at a byte.
    pub(crate) fn contain(&self, byte: usize) -> bool {
        let next = self.spans.partition_point(|span| span.start <= byte);
        next.checked_sub(1)
            .and_then(|last| self.spans.get(last))
            .is_some_and(|span| span.contains(&byte))
    }

    /// Whether the function that begins at a byte is a test.
    pub(crate) fn has_function(&self, byte: usize) -> bool {
        self.functions.contains(&byte)
    }
}
