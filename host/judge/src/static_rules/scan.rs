//! Runs the rules of a grammar over a tree.
//!
//! Not ast-grep's own scan: that one honours suppression comments, and the code under audit may not configure
//! the judge.

use super::catalogue::Catalogue;
use super::deadline::Deadline;
use super::grammar::Grammar;
use super::rule::Rule;
use super::syntax_tree::{SyntaxNode, SyntaxTree};
use ast_grep_core::NodeMatch;
use ast_grep_core::matcher::MatcherExt;
use ast_grep_core::tree_sitter::StrDoc;
use gansauditor_audit::ports::JudgeError;

/// Nodes between two looks at the clock.
const STRIDE: usize = 64;

/// Calls `found` for every match in the order of the text. Rules that hold in whole files only are left out of fragments.
pub(crate) fn scan<'t>(
    tree: &'t SyntaxTree,
    catalogue: &'static Catalogue,
    fragment: bool,
    deadline: &Deadline,
    mut found: impl FnMut(&'static Rule, &NodeMatch<'t, StrDoc<Grammar>>),
) -> Result<(), JudgeError> {
    for (count, node) in tree.root().dfs().enumerate() {
        if count % STRIDE == 0 {
            deadline.check()?;
        }
        for &index in catalogue.candidates(node.kind_id()) {
            let rule = &catalogue.rules[index];
            if fragment && !rule.card.in_fragments {
                continue;
            }
            if let Some(matched) = rule.config.matcher.match_node(SyntaxNode::clone(&node)) {
                found(rule, &matched);
            }
        }
    }
    Ok(())
}
