//! SEARCH/REPLACE blocks, as aider, Cline and Roo write them.
//!
//! Sources: aider's manual (edit formats), Cline's `replace_in_file` and Roo's `apply_diff`. They share the three marks
//! and differ in their signs and in where the file's name is: on the line before, around the fence, or in an XML element.

use super::{Block, Out};
use crate::draft::Drafts;
use crate::edit::Edit;
use crate::language::Language;
use crate::naming;
use crate::submission::Content;
use crate::unread::Unread;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Search,
    Divider,
    Replace,
}

/// The mark that a line is. A real merge conflict names branches in place of these words, and is text.
fn mark(line: &str) -> Option<Mark> {
    let line = line.trim_end();
    let signs = line
        .bytes()
        .take_while(|byte| Some(byte) == line.as_bytes().first())
        .count();
    if !(5..=9).contains(&signs) || line.len() > 40 {
        return None;
    }
    let (sign, word) = (
        line.as_bytes()[0],
        line[signs..].trim().trim_end_matches('>').trim_end(),
    );
    match (sign, word) {
        (b'<' | b'-', "SEARCH" | "ORIGINAL") => Some(Mark::Search),
        (b'=', "") => Some(Mark::Divider),
        (b'>' | b'+', "REPLACE" | "UPDATED") => Some(Mark::Replace),
        _ => None,
    }
}

/// Whether the lines hold such a block.
pub(super) fn is_in(text: &str) -> bool {
    text.lines().any(|line| mark(line) == Some(Mark::Search))
}

pub(super) fn read(block: &Block<'_>, at: usize, out: &mut Out<'_>) -> Option<usize> {
    if mark(block.line(at)) != Some(Mark::Search) {
        return None;
    }
    let before = (at > 0)
        .then(|| block.line(at - 1))
        .and_then(naming::only_path);
    let mut name = before.or_else(|| block.name.map(str::to_owned));
    let mut edits = Vec::new();
    let mut next = at;
    loop {
        let (edit, end) = read_one(block, next);
        edits.push(edit);
        next = end;
        let Some((renamed, start)) = following(block, next) else {
            break;
        };
        if renamed.is_some() && renamed != name {
            add(out.drafts, name, std::mem::take(&mut edits));
            name = renamed;
        }
        next = start;
    }
    add(out.drafts, name, edits);
    Some(next)
}

/// The next block, when only blank lines and the name of a file are between.
fn following(block: &Block<'_>, at: usize) -> Option<(Option<String>, usize)> {
    let filled = |from: usize| block.find(from, 4, |line| !line.trim().is_empty());
    let first = filled(at)?;
    if mark(block.line(first)) == Some(Mark::Search) {
        return Some((None, first));
    }
    let name = naming::only_path(block.line(first))?;
    let second = filled(first + 1)?;
    (mark(block.line(second)) == Some(Mark::Search)).then_some((Some(name), second))
}

/// Reads the block whose first mark is at `at`: the edit, `None` when a mark is missing, and the line after it.
fn read_one(block: &Block<'_>, at: usize) -> (Option<Edit>, usize) {
    let mut next = at + 1;
    // Roo says line numbers before the text.
    let mut numbered = false;
    while block.line(next).starts_with(":start_line:") || block.line(next).starts_with(":end_line:")
    {
        numbered = true;
        next += 1;
    }
    if numbered && block.line(next).starts_with("-----") {
        next += 1;
    }
    let (mut old, mut new) = (String::new(), String::new());
    let mut divided = false;
    while next < block.lines.len() {
        match mark(block.line(next)) {
            Some(Mark::Search) => return (None, next),
            Some(Mark::Divider) if !divided => divided = true,
            Some(Mark::Replace) => {
                let edit = Edit {
                    old,
                    new,
                    all: false,
                };
                return (divided.then_some(edit), next + 1);
            }
            _ => {
                let side = if divided { &mut new } else { &mut old };
                // Roo puts a backslash before a text line that looks like a mark.
                let line = block.lines[next];
                let bare = line.strip_prefix('\\').filter(|bare| mark(bare).is_some());
                side.push_str(bare.unwrap_or(line));
            }
        }
        next += 1;
    }
    (None, next)
}

fn add(drafts: &mut Drafts, name: Option<String>, edits: Vec<Option<Edit>>) {
    let language = name.as_deref().and_then(Language::from_path);
    let edits: Option<Vec<Edit>> = edits.into_iter().collect();
    let content = match edits {
        None => Content::Unread(Unread::IncompleteEdit),
        Some(edits) => super::call::replacements(edits),
    };
    drafts.add(name, language, content);
}
