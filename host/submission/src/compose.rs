//! Several pieces of one message that are about one file, as one content.
//!
//! Pieces are put in order (git's blob ids tell it, also of a log that shows the newest first), then each is laid upon
//! what came before. What does not fit together is [`Unread::Conflicting`]: one piece must not hide another.

mod order;

use crate::apply::{Applier, Marked};
use crate::draft::Draft;
use crate::language::Language;
use crate::note::{Note, Notes, quote};
use crate::patch::{Change, Hunk, Patch};
use crate::submission::Content;
use crate::unread::Unread;
use std::collections::HashMap;

/// What composing may still do in one message; beyond it the pieces of a file count as conflicting.
pub(crate) struct Effort {
    applier: Applier,
    bytes: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            applier: Applier::default(),
            bytes: 64 * 1024 * 1024,
        }
    }
}

/// The content of a file of which these pieces were sent, in the order of the text; `None` of none.
pub(crate) fn compose(
    path: &str,
    mut drafts: Vec<Draft>,
    effort: &mut Effort,
    notes: &mut Notes,
) -> Option<(Content, Option<Language>)> {
    if drafts.len() < 2 {
        let draft = drafts.pop()?;
        return Some((draft.content, draft.language));
    }
    let ordered = order::by_ids(&mut drafts);
    let language = drafts.iter().find_map(|draft| draft.language.clone());
    let mut replaced = false;
    let mut pieces = Vec::with_capacity(drafts.len());
    for draft in drafts {
        // Whoever sends the same piece twice means it once.
        if pieces.last().is_some_and(|last: &Draft| {
            last.content == draft.content && last.appends == draft.appends
        }) {
            replaced |= matches!(draft.content, Content::Patch(_));
        } else {
            pieces.push(draft);
        }
    }
    let content = fold(pieces, ordered, effort, &mut replaced)
        .unwrap_or(Content::Unread(Unread::Conflicting));
    if replaced {
        notes.push(Note::ReplacedEarlier { path: quote(path) });
    }
    Some((content, language))
}

fn fold(
    pieces: Vec<Draft>,
    ordered: bool,
    effort: &mut Effort,
    replaced: &mut bool,
) -> Option<Content> {
    if let Some(unread) = pieces
        .iter()
        .find(|piece| matches!(piece.content, Content::Unread(_)))
    {
        return Some(unread.content.clone());
    }
    if let Some(joined) = order::join_patches(&pieces) {
        return Some(Content::Patch(joined));
    }
    let mut pieces = pieces.into_iter();
    let mut sum = pieces.next()?.content;
    for piece in pieces {
        let cost = size(&sum) + size(&piece.content);
        effort.bytes = effort.bytes.checked_sub(cost)?;
        sum = lay(sum, piece, ordered, &mut effort.applier, replaced)?;
    }
    Some(sum)
}

/// Lays a later piece upon what came before it.
fn lay(
    before: Content,
    piece: Draft,
    ordered: bool,
    applier: &mut Applier,
    replaced: &mut bool,
) -> Option<Content> {
    use Content::{Deleted, Edits, Metadata, Patch as Change, Renamed, Series, Whole};
    Some(match (before, piece.content) {
        (Metadata { .. }, later) => later,
        (earlier, Metadata { .. }) => earlier,
        (Whole { text }, Change(patch)) if piece.appends => Whole {
            text: appended(text, &patch),
        },
        (Whole { text }, Change(patch)) => Whole {
            text: patched(text, &patch, applier)?,
        },
        (Whole { text }, Series(patches)) => Whole {
            text: patches
                .iter()
                .try_fold(text, |text, patch| patched(text, patch, applier))?,
        },
        (Whole { text }, Edits(edits)) => {
            match applier.edits(&Marked::unchanged(text.as_str()), &edits) {
                Ok(made) => Whole { text: made.text },
                Err(_) => {
                    edits
                        .iter()
                        .all(|edit| text.contains(&edit.new))
                        .then_some(())?;
                    Whole { text }
                }
            }
        }
        (Whole { text: earlier }, Whole { text: later }) => Whole {
            text: newer(earlier, later, replaced)?,
        },
        // The whole file after its change: the change must show in it.
        (Change(patch), Whole { text }) => {
            shows(&text, &patch).then_some(())?;
            *replaced = true;
            Whole { text }
        }
        (Series(patches), Whole { text }) => {
            shows(&text, patches.last()?).then_some(())?;
            *replaced = true;
            Whole { text }
        }
        (Edits(edits), Whole { text }) => {
            edits
                .iter()
                .all(|edit| text.contains(&edit.new))
                .then_some(())?;
            *replaced = true;
            Whole { text }
        }
        (Edits(mut earlier), Edits(later)) => {
            earlier.extend(later);
            Edits(earlier)
        }
        (Change(earlier), Change(later)) => order::chain(vec![earlier], later, ordered)?,
        (Series(earlier), Change(later)) => order::chain(earlier, later, ordered)?,
        (Renamed { from }, Change(patch)) => {
            Change(Patch::new(patch.hunks().to_vec(), Some(from)).ok()?)
        }
        (Renamed { .. } | Deleted, later @ Whole { .. }) => later,
        (Whole { .. } | Change(_) | Series(_) | Edits(_) | Deleted, Deleted) => Deleted,
        (Deleted, later @ Renamed { .. }) => later,
        _ => return None,
    })
}

fn patched(text: String, patch: &Patch, applier: &mut Applier) -> Option<String> {
    match applier.patch(&text, patch) {
        Ok(text) => Some(text),
        // The text may hold the change already.
        Err(_) => applier.is_applied(patch, &text).then_some(text),
    }
}

fn appended(mut text: String, patch: &Patch) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.extend(patch.new_side().map(|line| line.text));
    text
}

/// Whether a text holds the new side of each hunk.
fn shows(text: &str, patch: &Patch) -> bool {
    patch.hunks().iter().all(|hunk| {
        let side: String = new_side(hunk).collect();
        text.contains(side.trim_end_matches('\n'))
    })
}

fn new_side(hunk: &Hunk) -> impl Iterator<Item = &str> {
    hunk.lines()
        .filter(|line| line.change != Change::Removed)
        .map(|line| line.text)
}

/// Of two whole texts of one file the one that is meant: the larger where it holds the other, the later where it is a
/// version of the earlier (half of the lines are the same: git's own threshold for a rename).
fn newer(earlier: String, later: String, replaced: &mut bool) -> Option<String> {
    if earlier.contains(later.trim_end()) {
        return Some(earlier);
    }
    let is_later = later.contains(earlier.trim_end()) || alike(&earlier, &later);
    *replaced |= is_later;
    is_later.then_some(later)
}

fn alike(one: &str, other: &str) -> bool {
    let filled = |text: &str| text.lines().filter(|line| !line.trim().is_empty()).count();
    let mut lines: HashMap<&str, usize> = HashMap::new();
    for line in one.lines().map(str::trim).filter(|line| !line.is_empty()) {
        *lines.entry(line).or_default() += 1;
    }
    let mut same = 0usize;
    for line in other.lines().map(str::trim) {
        if let Some(left) = lines.get_mut(line).filter(|left| **left > 0) {
            *left -= 1;
            same += 1;
        }
    }
    same > 0 && same * 2 >= filled(one).max(filled(other))
}

fn size(content: &Content) -> usize {
    let patch = |patch: &Patch| {
        patch
            .hunks()
            .iter()
            .map(|hunk| hunk.body().len())
            .sum::<usize>()
    };
    64 + match content {
        Content::Whole { text } => text.len(),
        Content::Patch(one) => patch(one),
        Content::Series(patches) => patches.iter().map(patch).sum(),
        Content::Edits(edits) => edits
            .iter()
            .map(|edit| edit.old.len() + edit.new.len())
            .sum(),
        Content::Deleted
        | Content::Renamed { .. }
        | Content::Metadata { .. }
        | Content::Unread(_) => 0,
    }
}
