//! Parsing under bounds: hostile text must neither stall the judge nor overflow a stack.

use super::deadline::Deadline;
use super::grammar::Grammar;
use ast_grep_core::AstGrep;
use ast_grep_core::tree_sitter::{LanguageExt, StrDoc};
use gansauditor_audit::ports::{JudgeError, JudgeFailure};
use std::ops::ControlFlow;
use tree_sitter::{ParseOptions, Parser, TreeCursor};

/// A parsed text.
pub(crate) type SyntaxTree = AstGrep<StrDoc<Grammar>>;

/// Longest text that is parsed, in bytes.
pub(crate) const MAX_BYTES: usize = 1 << 20;
/// Deepest tree that is judged, in nodes from the root. Hand-written code stays below 100; ancestors are looked up by
/// walking down from the root, so that depth is paid for at every match.
pub(crate) const MAX_DEPTH: usize = 1_000;
/// Parser steps granted to any text, in calls of the progress callback (one per 100 operations of the parser).
const STEPS: usize = 20_000;
/// Further steps for each byte of text. Well-formed code needs about a hundredth of a call per byte; error recovery in
/// garbage a multiple of that.
const STEPS_PER_BYTE: usize = 1;

/// Why a text was not judged, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unread {
    /// Over [`MAX_BYTES`].
    #[error("larger than 1 MiB")]
    Large,
    /// Over [`MAX_DEPTH`].
    #[error("nested more than 1000 levels deep")]
    Deep,
    /// The parser's steps were used up.
    #[error("takes too long to parse")]
    Costly,
}

/// Parses a text. The outer error ends the review; the inner one concerns this text alone and depends on nothing but
/// the text, so that equal work gets equal reviews.
pub(crate) fn parse(
    text: &str,
    grammar: Grammar,
    deadline: &Deadline,
) -> Result<Result<SyntaxTree, Unread>, JudgeError> {
    if text.len() > MAX_BYTES {
        return Ok(Err(Unread::Large));
    }
    let mut parser = Parser::new();
    parser
        .set_language(&grammar.get_ts_language())
        .map_err(|error| {
            let reason = format!(
                "the grammar of {} does not fit the parser: {error}; rebuild it",
                grammar.name()
            );
            JudgeError::failed(super::NAME, JudgeFailure::Broken, reason)
        })?;
    let mut steps = STEPS + STEPS_PER_BYTE * text.len();
    let mut late = Ok(());
    let mut progress = |_: &_| {
        steps = steps.saturating_sub(1);
        late = deadline.check();
        if steps == 0 || late.is_err() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let bytes = text.as_bytes();
    let tree = parser.parse_with_options(
        &mut |offset, _| bytes.get(offset..).unwrap_or_default(),
        None,
        Some(ParseOptions::new().progress_callback(&mut progress)),
    );
    late?;
    let Some(tree) = tree else {
        return Ok(Err(Unread::Costly));
    };
    if !is_shallow(tree.walk()) {
        return Ok(Err(Unread::Deep));
    }
    Ok(Ok(AstGrep::doc(StrDoc {
        src: text.to_owned(),
        lang: grammar,
        tree,
    })))
}

/// Whether no node of a tree is deeper than [`MAX_DEPTH`].
fn is_shallow(mut cursor: TreeCursor<'_>) -> bool {
    let mut depth = 0;
    loop {
        if cursor.goto_first_child() {
            depth += 1;
            if depth > MAX_DEPTH {
                return false;
            }
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return true;
            }
            depth -= 1;
        }
    }
}

/// Whether [`walk`] goes on below a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Descend {
    /// Visit what is below.
    Into,
    /// Go on beside it.
    Over,
}

/// Visits `start` and what is below it in the order of the text, without recursion.
pub(crate) fn walk<'t>(
    start: tree_sitter::Node<'t>,
    mut visit: impl FnMut(tree_sitter::Node<'t>) -> Descend,
) {
    let mut cursor = start.walk();
    loop {
        if visit(cursor.node()) == Descend::Into && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}
