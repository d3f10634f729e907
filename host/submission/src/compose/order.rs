//! In which order changes of one file were made.

use crate::draft::Draft;
use crate::patch::{Change, Hunk, Patch};
use crate::submission::Content;
use std::collections::HashMap;

/// Puts drafts in the order that git's blob ids tell: each begins with the text that the one before ends with. Leaves
/// them as they are, and says so, when the ids do not make one chain of all.
pub(super) fn by_ids(drafts: &mut Vec<Draft>) -> bool {
    // Ids are abbreviated to different lengths; the shortest length tells all of them apart or nothing.
    let ids: Option<Vec<&(String, String)>> =
        drafts.iter().map(|draft| draft.ids.as_ref()).collect();
    let Some(ids) = ids else { return false };
    let length = ids
        .iter()
        .map(|(old, new)| old.len().min(new.len()))
        .min()
        .unwrap_or(0);
    if length < 4 {
        return false;
    }
    let cut = |id: &str| id[..id.floor_char_boundary(length)].to_owned();
    let mut by_old: HashMap<String, usize> = HashMap::new();
    let mut is_target: HashMap<String, usize> = HashMap::new();
    for (index, (old, new)) in ids.iter().enumerate() {
        // Two changes of one text make a fork, and a text that comes back a ring.
        if by_old.insert(cut(old), index).is_some() || is_target.insert(cut(new), index).is_some() {
            return false;
        }
    }
    let mut starts = ids
        .iter()
        .enumerate()
        .filter(|(_, (old, _))| !is_target.contains_key(&cut(old)));
    let (Some((first, _)), None) = (starts.next(), starts.next()) else {
        return false;
    };
    let mut order = vec![first];
    let mut at = first;
    while let Some(next) = by_old
        .get(&cut(&ids[at].1))
        .filter(|_| order.len() < ids.len())
    {
        order.push(*next);
        at = *next;
    }
    let one_chain = order.len() == ids.len();
    if one_chain {
        let mut rank = vec![0usize; order.len()];
        order
            .iter()
            .enumerate()
            .for_each(|(place, index)| rank[*index] = place);
        let mut ranked: Vec<(usize, Draft)> =
            rank.into_iter().zip(std::mem::take(drafts)).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        drafts.extend(ranked.into_iter().map(|(_, draft)| draft));
    }
    one_chain
}

/// Patches of one base that touch separate places, as one. `None` when their ids say that they build on each other.
pub(super) fn join_patches(pieces: &[Draft]) -> Option<Patch> {
    let mut hunks: Vec<Hunk> = Vec::new();
    let mut base = None;
    for (index, piece) in pieces.iter().enumerate() {
        let Content::Patch(patch) = &piece.content else {
            return None;
        };
        if piece.appends || (index > 0 && base != patch.base()) {
            return None;
        }
        base = patch.base();
        hunks.extend_from_slice(patch.hunks());
    }
    let texts: Option<Vec<_>> = pieces.iter().map(|piece| piece.ids.as_ref()).collect();
    if texts.is_some_and(|ids| ids.windows(2).any(|pair| pair[0].1 == pair[1].0)) {
        return None;
    }
    hunks.sort_by_key(|hunk| hunk.at.map_or(u32::MAX, |at| at.old));
    let overlap = hunks.windows(2).any(|pair| match (pair[0].at, pair[1].at) {
        (Some(first), Some(second)) => {
            let last = u64::from(first.old) + pair[0].counts().0;
            first.old == second.old || last > u64::from(second.old)
        }
        // Hunks without a place keep the order in which they were sent.
        _ => {
            pair[0].body() == pair[1].body()
                || builds(pair[0].lines().map(side_new), pair[1].lines().map(side_old))
        }
    });
    if overlap {
        None
    } else {
        Patch::new(hunks, base.map(str::to_owned)).ok()
    }
}

type Shown<'a> = Option<&'a str>;

fn side_new(line: crate::patch::PatchLine<'_>) -> (bool, Shown<'_>) {
    (
        line.change == Change::Added,
        (line.change != Change::Removed).then_some(line.text),
    )
}

fn side_old(line: crate::patch::PatchLine<'_>) -> (bool, Shown<'_>) {
    (
        line.change == Change::Removed,
        (line.change != Change::Added).then_some(line.text),
    )
}

/// Whether the second hunk removes a line that the first one adds, so that it changes the change.
fn builds<'a>(
    first: impl Iterator<Item = (bool, Shown<'a>)>,
    second: impl Iterator<Item = (bool, Shown<'a>)>,
) -> bool {
    let changed = |lines: &mut dyn Iterator<Item = (bool, Shown<'a>)>| -> Vec<&'a str> {
        lines
            .filter_map(|(changed, text)| text.filter(|text| changed && text.trim().len() > 3))
            .collect()
    };
    let (mut first, mut second) = (first, second);
    let added: std::collections::HashSet<&str> = changed(&mut first).into_iter().collect();
    changed(&mut second).iter().any(|line| added.contains(line))
}

/// The series with a later patch behind it, or before it where the texts show that order; `None` where they show neither.
pub(super) fn chain(mut series: Vec<Patch>, next: Patch, ordered: bool) -> Option<Content> {
    let after = series.last().is_some_and(|last| follows(last, &next));
    let before = series.first().is_some_and(|first| follows(&next, first));
    match (after, before) {
        (true, false) => series.push(next),
        (false, true) => series.insert(0, next),
        // Both or neither fit: only git's ids, which put the pieces in order, can tell.
        _ if ordered => series.push(next),
        _ => return None,
    }
    Some(Content::Series(series))
}

/// Whether the old side of `later` is what `earlier` leaves, as far as both show the same lines, at least one of which
/// `earlier` added.
fn follows(earlier: &Patch, later: &Patch) -> bool {
    let mut left: HashMap<u32, (bool, &str)> = HashMap::new();
    for line in earlier.new_side() {
        if let Some(number) = line.number {
            left.insert(number, (line.added, line.text));
        }
    }
    let mut met = false;
    for hunk in later.hunks() {
        let Some(at) = hunk.at else {
            return builds_on(earlier, later);
        };
        let old = hunk.lines().filter(|line| line.change != Change::Added);
        for (number, line) in (at.old.max(1)..).zip(old) {
            match left.get(&number) {
                Some((_, text)) if text.trim_end() != line.text.trim_end() => return false,
                Some((added, _)) => met |= added,
                None => {}
            }
        }
    }
    if left.is_empty() {
        return builds_on(earlier, later);
    }
    met
}

fn builds_on(earlier: &Patch, later: &Patch) -> bool {
    let first = earlier.hunks().iter().flat_map(Hunk::lines).map(side_new);
    let second = later.hunks().iter().flat_map(Hunk::lines).map(side_old);
    builds(first, second)
}
