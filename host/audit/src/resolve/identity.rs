//! Which file is which: a path that vanishes while another holds its text was renamed.

use super::likeness::{Features, Likeness};
use super::{Making, Piece, Stopped};
use crate::domain::{Extent, ReadingClass};
use crate::ports::OnDisk;
use crate::session::LatestFile;
use std::collections::{BTreeMap, BTreeSet};

/// Share of the lines that makes two files one under two names: git's own threshold (`-M50%`).
const SIMILAR: f64 = 0.5;
/// Share of the earlier version's identifiers that must come back where something else speaks for it: code that had no
/// name, or a path that is the same but for its folder or case. Lenient, because a rewrite keeps at least the names its
/// callers use; other code of the same language shares keywords and little else.
pub(super) const RECOGNISED: f64 = 0.3;

/// Whether two paths can name one file: the same but for upper and lower case, or but for folders before it.
pub(super) fn is_alias(a: &str, b: &str) -> bool {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let ends = |long: &str, short: &str| {
        long.strip_suffix(short)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    ends(&a, &b) || ends(&b, &a)
}

/// The last part of a path, in lower case.
fn name(path: &str) -> String {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    name.to_lowercase()
}

pub(super) fn extension(path: &str) -> &str {
    path.rsplit_once('.')
        .map_or("txt", |(_, extension)| extension)
}

/// Finds the renamed files, and leaves what is really gone.
pub(super) fn follow(making: &mut Making<'_>) -> Result<(), Stopped> {
    renames(making)?;
    let renamed: BTreeSet<&String> = making.renamed.values().collect();
    let pieces = &making.pieces;
    making
        .deleted
        .retain(|path| !renamed.contains(path) && !pieces.contains_key(path));
    // A caller that hands over the texts of its files compared them itself.
    if making.inputs.patched.is_empty() {
        let still_there: Vec<String> = making
            .deleted
            .iter()
            .filter(|path| is_there(making.disk, path))
            .cloned()
            .collect();
        for path in still_there {
            making.deleted.remove(&path);
            let reason = "it is still in the workspace; delete it there, or leave it out here";
            let piece = Piece::Apart(ReadingClass::Unread, reason.to_owned());
            making.pieces.insert(path, piece);
        }
    }
    Ok(())
}

fn is_there(disk: &BTreeMap<String, OnDisk>, path: &str) -> bool {
    matches!(disk.get(path), Some(OnDisk::Text(_) | OnDisk::Unshown))
}

/// A pair of paths that may be one file.
#[derive(Debug, PartialEq, PartialOrd)]
struct Candidate {
    exact: bool,
    /// Something beside the text speaks for it.
    same_name: bool,
    share: f64,
}

fn renames(making: &mut Making<'_>) -> Result<(), Stopped> {
    let inputs = making.inputs;
    let latest = &inputs.known.latest;
    let new: Vec<(&String, &str)> = making
        .pieces
        .iter()
        .filter(|(path, _)| !latest.contains_key(*path) && !making.renamed.contains_key(*path))
        .filter_map(|(path, piece)| match piece {
            Piece::File(file) if file.named && !matches!(file.extent, Extent::Fragment { .. }) => {
                Some((path, file.text.as_str()))
            }
            _ => None,
        })
        .collect();
    let sources: BTreeSet<&String> = making.renamed.values().collect();
    let vanished = |path: &String| {
        making.is_free(path) && !sources.contains(path) && !is_there(making.disk, path)
    };
    let old: Vec<(&String, &LatestFile, &str)> = latest
        .iter()
        .filter(|(path, _)| vanished(path))
        .filter_map(|(path, file)| Some((path, file, file.text.as_deref()?)))
        .collect();
    if new.is_empty() || old.is_empty() {
        return Ok(());
    }
    let by_lines = Likeness::new(Features::Lines, old.iter().map(|(.., text)| *text));
    // Only where something else speaks for it do identifiers count.
    let names: BTreeSet<String> = new.iter().map(|(path, _)| name(path)).collect();
    let recognisable: Vec<usize> = (0..old.len())
        .filter(|&at| !old[at].1.named || names.contains(&name(old[at].0)))
        .collect();
    let texts = recognisable.iter().map(|&at| old[at].2);
    let by_words = Likeness::new(Features::Identifiers, texts);

    let mut candidates: Vec<(Candidate, usize, usize)> = Vec::new();
    for (number, (path, text)) in new.iter().enumerate() {
        inputs.check()?;
        for shared in by_lines.shared(text) {
            let (old_path, ..) = old[shared.other];
            if shared.similarity >= SIMILAR && !text.trim().is_empty() {
                let candidate = Candidate {
                    exact: shared.similarity >= 1.0,
                    same_name: name(path) == name(old_path),
                    share: shared.similarity,
                };
                candidates.push((candidate, number, shared.other));
            }
        }
        for shared in by_words.shared(text) {
            let other = recognisable[shared.other];
            let (old_path, file, _) = old[other];
            let speaks = if file.named {
                is_alias(old_path, path)
            } else {
                extension(old_path) == extension(path)
            };
            if speaks && shared.kept >= RECOGNISED {
                let candidate = Candidate {
                    exact: false,
                    same_name: file.named,
                    share: shared.kept,
                };
                candidates.push((candidate, number, other));
            }
        }
    }
    // The best first; of equals the first by path, so that the same message gives the same work.
    candidates.sort_by(|a, b| {
        let best = b.0.partial_cmp(&a.0).unwrap_or(std::cmp::Ordering::Equal);
        best.then_with(|| (a.1, a.2).cmp(&(b.1, b.2)))
    });
    let (mut named, mut gone) = (BTreeSet::new(), BTreeSet::new());
    let mut found = Vec::new();
    for (_, number, other) in candidates {
        if !named.contains(&number) && !gone.contains(&other) {
            named.insert(number);
            gone.insert(other);
            found.push((new[number].0.clone(), old[other].0.clone()));
        }
    }
    making.renamed.extend(found);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_alias;

    #[test]
    fn folders_before_a_path_and_its_case_make_no_other_file() {
        for (a, b) in [
            ("src/a.py", "a.py"),
            ("b/src/a.py", "src/a.py"),
            ("A.py", "a.py"),
            ("Src/A.py", "a.PY"),
        ] {
            assert!(is_alias(a, b) && is_alias(b, a), "{a} {b}");
        }
        assert!(!is_alias("src/a.py", "lib/a.py"));
        assert!(!is_alias("ba.py", "a.py"));
    }
}
