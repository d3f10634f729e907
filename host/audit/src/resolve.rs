//! From submission to work: unnamed code gets the name it had before, patches get their base.
//!
//! Findings are followed by file name, so what a file is called decides what is considered fixed. Unnamed code
//! keeps its made-up name only while it can be recognised; otherwise it is new code under a new name, and
//! what was found in the old one stands until it is shown again.

use crate::domain::{Extent, FragmentLine, ReadingClass, SetApart, Work, WorkFile};
use crate::session::{LatestFile, Session};
use gansauditor_submission::{Content, Patch, Submission, SubmittedFile};
use std::collections::{BTreeMap, BTreeSet};

/// Share of the earlier version's identifiers that must come back for unnamed code to be a new version of it.
/// Lenient, because a rewrite keeps at least the names its callers use; a different snippet of the same
/// language shares keywords and little else.
const RECOGNISED: f64 = 0.3;

/// Resolves a submission against what the session has seen so far. `known` are the texts that patched files
/// have after their patch, by path, where the caller has them.
pub(crate) fn resolve(
    submission: &Submission,
    known: &BTreeMap<String, String>,
    session: &Session,
) -> Work {
    // Names the client gives in this submission are not handed out to unnamed code.
    let named = submission
        .files()
        .iter()
        .filter(|file| file.named)
        .map(|file| file.path.clone());
    let mut names = Names {
        latest: session.latest(),
        next: session.unnamed() + 1,
        taken: named.collect(),
    };
    let mut work = Work::default();
    for file in submission.files() {
        match &file.content {
            Content::Whole { text } => {
                let path = names.of_text(file, text);
                work.files
                    .push(work_file(file, path, text.clone(), Extent::Whole));
            }
            Content::Patch(patch) => {
                work.files.push(match known.get(&file.path) {
                    Some(text) => changed(file, patch, text),
                    None => patched(file, patch, &mut names),
                });
            }
            Content::Deleted => work.deleted.push(file.path.clone()),
            Content::Renamed { from } => work.apart.push(SetApart {
                path: file.path.clone(),
                class: ReadingClass::Screened,
                reason: format!("it was renamed from `{from}` without a change"),
            }),
            Content::Metadata { what } => work.apart.push(SetApart {
                path: file.path.clone(),
                class: ReadingClass::Screened,
                reason: format!("only {what} changed"),
            }),
            Content::Unread(why) => work.apart.push(unread(file, why.to_string())),
            Content::Series(_) => work.apart.push(unread(
                file,
                "its diffs build on each other; send one diff, or the whole file".to_owned(),
            )),
            Content::Edits(_) => work.apart.push(unread(
                file,
                "the file that the edit changes is not known; send it whole".to_owned(),
            )),
        }
    }
    // A renamed file is gone under its old name only when all of it was seen under the new one.
    work.deleted.retain(|old| {
        !submission.files().iter().any(|file| match &file.content {
            Content::Patch(patch) => {
                patch.base() == Some(old) && is_fragment(&work.files, &file.path)
            }
            _ => false,
        })
    });
    work.files.sort_by(|a, b| a.path.cmp(&b.path));
    work.deleted.sort();
    work.apart.sort_by(|a, b| a.path.cmp(&b.path));
    work
}

fn unread(file: &SubmittedFile, reason: String) -> SetApart {
    SetApart {
        path: file.path.clone(),
        class: ReadingClass::Unread,
        reason,
    }
}

fn is_fragment(files: &[WorkFile], path: &str) -> bool {
    files
        .iter()
        .any(|file| file.path == path && matches!(file.extent, Extent::Fragment { .. }))
}

fn work_file(file: &SubmittedFile, path: String, text: String, extent: Extent) -> WorkFile {
    WorkFile {
        path,
        named: file.named,
        language: file.language.clone(),
        text,
        extent,
    }
}

/// A file whose text after the patch is known: what the patch added is judged.
fn changed(file: &SubmittedFile, patch: &Patch, text: &str) -> WorkFile {
    let added = patch
        .new_side()
        .filter(|line| line.added)
        .filter_map(|line| line.number)
        .collect();
    work_file(
        file,
        file.path.clone(),
        text.to_owned(),
        Extent::Changed(added),
    )
}

/// A patch whose base is known makes a whole file; any other is a fragment.
fn patched(file: &SubmittedFile, patch: &Patch, names: &mut Names<'_>) -> WorkFile {
    let base = patch.base().unwrap_or(&file.path);
    // An unnamed patch is about whichever file it applies to, as long as there is only one.
    let mut applied = names
        .latest
        .iter()
        .filter(|(path, _)| !file.named || *path == base)
        .filter_map(|(path, latest)| Some((path, apply(patch, latest.text.as_deref()?)?)));
    if let (Some((path, text)), None) = (applied.next(), applied.next()) {
        let path = if file.named {
            file.path.clone()
        } else {
            path.clone()
        };
        names.taken.insert(path.clone());
        return work_file(file, path, text, Extent::Whole);
    }
    // Sent again, as after an attempt that failed: the session has what comes of it already.
    let latest = names.latest.get(&file.path).filter(|_| file.named);
    if let Some(text) = latest.and_then(|latest| latest.text.as_deref())
        && is_applied(patch, text)
    {
        return work_file(file, file.path.clone(), text.to_owned(), Extent::Whole);
    }
    let mut text = String::new();
    let mut lines = Vec::new();
    for (position, line) in (1u32..).zip(patch.new_side()) {
        text.push_str(line.text.trim_end_matches('\n'));
        text.push('\n');
        // Where the diff does not say where it lies, the place in the diff is all there is to point at.
        lines.push(FragmentLine {
            number: line.number.unwrap_or(position),
            added: line.added,
        });
    }
    let removed = patch
        .removed()
        .map(|line| line.trim_end_matches('\n').to_owned())
        .collect();
    let path = if file.named {
        file.path.clone()
    } else {
        names.fresh(&file.path)
    };
    work_file(file, path, text, Extent::Fragment { lines, removed })
}

fn apply(patch: &Patch, base: &str) -> Option<String> {
    let rendered = patch.to_unified();
    let parsed = diffy::Patch::from_str(&rendered).ok()?;
    diffy::apply(base, &parsed).ok()
}

/// Taken back, the patch gives a text to which it applies.
fn is_applied(patch: &Patch, text: &str) -> bool {
    let rendered = patch.to_unified();
    diffy::Patch::from_str(&rendered)
        .is_ok_and(|parsed| diffy::apply(text, &parsed.reverse()).is_ok())
}

/// Hands out names for unnamed code.
struct Names<'a> {
    latest: &'a BTreeMap<String, LatestFile>,
    next: u32,
    taken: BTreeSet<String>,
}

impl Names<'_> {
    fn of_text(&mut self, file: &SubmittedFile, text: &str) -> String {
        if file.named {
            return file.path.clone();
        }
        let recognised = self
            .latest
            .iter()
            .filter(|(path, latest)| {
                !latest.named
                    && !self.taken.contains(*path)
                    && extension(path) == extension(&file.path)
            })
            .filter_map(|(path, latest)| {
                let share = identifiers_kept(latest.text.as_deref()?, text);
                (share >= RECOGNISED).then_some((share, path))
            })
            .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
            .map(|(_, path)| path.clone());
        match recognised {
            Some(path) => {
                self.taken.insert(path.clone());
                path
            }
            None => self.fresh(&file.path),
        }
    }

    /// A name no file of this session has had.
    fn fresh(&mut self, like: &str) -> String {
        loop {
            let path = format!("snippet-{}.{}", self.next, extension(like));
            self.next += 1;
            if !self.latest.contains_key(&path) && self.taken.insert(path.clone()) {
                return path;
            }
        }
    }
}

fn extension(path: &str) -> &str {
    path.rsplit_once('.')
        .map_or("txt", |(_, extension)| extension)
}

/// Share of the distinct identifiers of `earlier` that occur in `later`; 1 when there were none.
fn identifiers_kept(earlier: &str, later: &str) -> f64 {
    let (earlier, later) = (identifiers(earlier), identifiers(later));
    if earlier.is_empty() {
        return 1.0;
    }
    let kept = earlier.intersection(&later).count();
    // Lossless: a submission is bounded to a few MiB.
    kept as f64 / earlier.len() as f64
}

fn identifiers(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
        .collect()
}
