//! The shapes in which agents send work, besides a fence that holds a whole file.
//!
//! Each shape has a reader of its own, with one interface: it looks at a place in the lines and either leaves it alone or
//! takes a piece from there on. [`recognise`] asks them in turn. It serves prose and the content of fences alike, so that
//! every shape is read fenced and unfenced and under any label.

pub(crate) mod call;
mod codex;
pub(crate) mod heredoc;
mod json;
pub(crate) mod listing;
mod packed;
mod search;
mod submodule;
mod xml;

use crate::diff;
use crate::draft::Drafts;
use crate::note::Notes;
use std::cell::Cell;
use std::ops::Range;

/// Whether the lines are of a fence, or stand in prose that must not be taken for work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Alone,
    InProse,
}

/// Which readers may look at a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of them, at every line.
    All,
    /// The block is code of a language in which the marks of most shapes mean something else: only shapes that nothing
    /// else looks like, and the sure ones at its first line.
    Code,
    /// The block is a document, settings or data: only the sure shapes at its first line.
    Whole,
    /// A shell script: heredocs and patches at every line.
    Shell,
}

/// Lines to read, and what is known of them.
pub(crate) struct Block<'a> {
    pub(crate) lines: &'a [&'a str],
    /// The path for pieces that do not name their own.
    pub(crate) name: Option<&'a str>,
    pub(crate) place: Place,
    pub(crate) scope: Scope,
    /// Bytes that failing attempts may still look at.
    pub(crate) budget: Cell<usize>,
}

impl<'a> Block<'a> {
    pub(crate) fn new(
        lines: &'a [&'a str],
        name: Option<&'a str>,
        place: Place,
        scope: Scope,
    ) -> Self {
        let bytes: usize = lines.iter().map(|line| line.len()).sum();
        Self {
            lines,
            name,
            place,
            scope,
            budget: Cell::new(budget(bytes)),
        }
    }

    /// The line without its line end; empty behind the last one.
    pub(crate) fn line(&self, at: usize) -> &'a str {
        self.lines
            .get(at)
            .copied()
            .unwrap_or_default()
            .trim_end_matches(['\n', '\r'])
    }

    /// Index of the first line from `from` on, of at most `most`, that `wanted` says yes to.
    pub(crate) fn find(
        &self,
        from: usize,
        most: usize,
        wanted: impl Fn(&str) -> bool,
    ) -> Option<usize> {
        (from..self.lines.len().min(from.saturating_add(most))).find(|at| wanted(self.line(*at)))
    }
}

/// How many bytes failing attempts may look at in a text of so many.
pub(crate) fn budget(bytes: usize) -> usize {
    4 * bytes + 64 * 1024
}

/// What was read goes here.
pub(crate) struct Out<'a> {
    pub(crate) drafts: &'a mut Drafts,
    pub(crate) notes: &'a mut Notes,
}

/// Takes the piece that begins at a line; returns the index of the line after it, or leaves all as it was.
type Reader = fn(&Block<'_>, usize, &mut Out<'_>) -> Option<usize>;

/// In the order of how sure their marks are, with the scopes in which they look at every line, and whether they look at
/// the first line in the others.
const READERS: &[(Reader, &[Scope], bool)] = &[
    (codex::read, &[Scope::All, Scope::Code, Scope::Shell], true),
    (search::read, &[Scope::All, Scope::Code, Scope::Shell], true),
    (heredoc::read, &[Scope::All, Scope::Shell], true),
    (xml::read, &[Scope::All], false),
    (json::read, &[Scope::All], false),
    (packed::read, &[Scope::All], false),
    (unified, &[Scope::All, Scope::Shell], true),
    (submodule::read, &[Scope::All], false),
    (listing::read, &[Scope::All], false),
];

/// Takes the piece of work that begins at `at`, if one does: its drafts and notes go out, and the index of the first line
/// after it comes back. Failing attempts are bounded, so that reading stays near-linear.
pub(crate) fn recognise(block: &Block<'_>, at: usize, out: &mut Out<'_>) -> Option<usize> {
    if block.line(at).trim().is_empty() {
        return None;
    }
    let first = at < 4 && block.lines[..at].iter().all(|line| line.trim().is_empty());
    READERS
        .iter()
        .filter(|(_, scopes, at_first)| (first && *at_first) || scopes.contains(&block.scope))
        .find_map(|(read, ..)| read(block, at, out))
        .map(|end| end.max(at + 1))
}

/// Reads the pieces of a block; returns the ranges of lines between and around them.
pub(crate) fn read_block(block: &Block<'_>, out: &mut Out<'_>) -> Vec<Range<usize>> {
    let mut rest = Vec::new();
    let (mut at, mut start) = (0, 0);
    while at < block.lines.len() {
        match recognise(block, at, out) {
            Some(end) => {
                if start < at {
                    rest.push(start..at);
                }
                at = end;
                start = end;
            }
            None => at += 1,
        }
    }
    if start < at {
        rest.push(start..at);
    }
    rest
}

fn unified(block: &Block<'_>, at: usize, out: &mut Out<'_>) -> Option<usize> {
    if !diff::begins(block.lines, at) {
        return None;
    }
    Some(match block.place {
        Place::InProse => diff::read_in_prose(block.lines, at, out.drafts, out.notes),
        Place::Alone => diff::read_in_fence(block.lines, at, block.name, out.drafts, out.notes),
    })
}
