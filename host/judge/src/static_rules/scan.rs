//! Runs the rules of a grammar over a tree.
//!
//! Not ast-grep's own scan: that one honours suppression comments, and the code under audit may not configure
//! the judge.

use super::catalogue::Catalogue;
use super::deadline::Deadline;
use super::index::Table;
use super::indexed_doc::IndexedDoc;
use super::matching::Run;
use super::rule::Rule;
use super::syntax_tree::SyntaxTree;
use ast_grep_core::NodeMatch;
use gansauditor_audit::domain::Category;
use gansauditor_audit::ports::JudgeError;

/// Nodes between two looks at the clock.
const STRIDE: usize = 64;

/// Calls `found` for every match in the order of the text, with its node and that of the text that the rule names. Rules that hold in whole files only are left out of fragments;
/// where the text could not be parsed only rules about security are tried, since what the parser made of it may be
/// anything.
pub(crate) fn scan<'t>(
    tree: &'t SyntaxTree,
    catalogue: &'static Catalogue,
    fragment: bool,
    deadline: &Deadline,
    mut found: impl FnMut(
        &'static Rule,
        &NodeMatch<'_, IndexedDoc>,
        tree_sitter::Node<'t>,
        Option<tree_sitter::Node<'t>>,
    ),
) -> Result<(), JudgeError> {
    let (indexed, nodes) = Table::of(tree);
    let table = indexed.root().get_doc().table();
    let run = Run::new(&indexed, deadline);
    for (number, node) in (0_u32..).zip(&nodes) {
        if (number as usize).is_multiple_of(STRIDE) {
            deadline.check()?;
        }
        for &index in catalogue.candidates(table.kind(number)) {
            let rule = &catalogue.rules[index];
            // A piece of a file need not parse.
            let guess =
                !fragment && table.is_in_error(number) && rule.card.category != Category::Security;
            if guess || fragment && !rule.card.in_fragments {
                continue;
            }
            if let Some(matched) = run.matches(&rule.matcher, number) {
                let text = rule.text_of(&matched);
                let text = text.and_then(|text| nodes.get(text.get_inner_node().number as usize));
                found(rule, &matched, *node, text.copied());
            }
        }
    }
    // A match that came too late was not found.
    deadline.check()
}
