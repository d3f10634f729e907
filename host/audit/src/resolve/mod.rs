//! From submission to work: what was sent meets what is known.
//!
//! Findings are followed by file name, so what a file is called decides what is considered fixed. A change gets its
//! base, unnamed code the name it had before, a renamed file takes its findings along. Where nothing certain can be said
//! the piece is unread, and says what to send instead: nothing that was found is taken back by it.
//!
//! All of it is near-linear in what was sent and what is known; a caller may cancel it between two steps.

mod bases;
mod fragments;
mod identity;
mod likeness;
mod parts;
mod unnamed;

use crate::domain::{Extent, ReadingClass, Rename, SetApart, Work, WorkFile};
use crate::ports::OnDisk;
use crate::session::{LatestFile, Session};
use bases::{Base, Bases};
use gansauditor_submission::{Applier, Content, Submission, SubmittedFile};
use std::collections::{BTreeMap, BTreeSet};
use tokio_util::sync::CancellationToken;

/// Most files of the session of which the workspace is asked whether they are still there.
const MAX_ASKED: usize = 500;

/// What a session has seen so far, as far as it matters for what comes next.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    latest: BTreeMap<String, LatestFile>,
    unnamed: u32,
    /// The loop of each attempt of the cycle that was one.
    loops: BTreeMap<u32, u32>,
}

impl Known {
    /// Of this session. Texts are shared with it.
    pub(crate) fn of(session: &Session) -> Self {
        let loops = session.iterations().iter();
        Self {
            latest: session.latest().clone(),
            unnamed: session.unnamed(),
            loops: loops
                .filter_map(|iteration| Some((iteration.attempt, iteration.loop_number?)))
                .collect(),
        }
    }

    /// Bytes of text.
    pub(crate) fn bytes(&self) -> usize {
        let texts = self.latest.values().filter_map(|file| file.text.as_ref());
        texts.map(|text| text.len()).sum()
    }

    /// Which version of a file this is, in words.
    fn version(&self, file: &LatestFile) -> String {
        match self.loops.get(&file.attempt) {
            Some(number) => format!("as of loop {number}"),
            None => format!("as of attempt {}", file.attempt),
        }
    }
}

/// A submission, and all that it is resolved against.
#[derive(Debug)]
pub(crate) struct Inputs {
    pub(crate) submission: Submission,
    /// Texts that patched files have after their patch, by path, where the caller has them.
    pub(crate) patched: BTreeMap<String, String>,
    pub(crate) known: Known,
    /// Cancelled when nobody waits any more.
    pub(crate) stop: CancellationToken,
}

/// Nobody waits any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stopped;

impl Inputs {
    fn check(&self) -> Result<(), Stopped> {
        if self.stop.is_cancelled() {
            Err(Stopped)
        } else {
            Ok(())
        }
    }
}

/// Files of which the workspace, where there is one, should be asked: those to which a change may belong, those that
/// are said to be gone, those that may have been renamed, and those of which less came than was known.
pub(crate) fn questions(inputs: &Inputs) -> BTreeSet<String> {
    let mut asked = BTreeSet::new();
    let mut has_new = false;
    for file in inputs.submission.files().iter().filter(|file| file.named) {
        let known = inputs.known.latest.get(&file.path);
        has_new |= known.is_none();
        match &file.content {
            Content::Patch(patch) if !inputs.patched.contains_key(&file.path) => {
                asked.insert(file.path.clone());
                asked.extend(patch.base().map(str::to_owned));
            }
            Content::Series(patches) => {
                asked.insert(file.path.clone());
                let bases = patches.iter().filter_map(|patch| patch.base());
                asked.extend(bases.map(str::to_owned));
            }
            Content::Edits(_) | Content::Deleted => {
                asked.insert(file.path.clone());
            }
            Content::Whole { text } if parts::is_part(known, text) => {
                asked.insert(file.path.clone());
            }
            _ => {}
        }
    }
    if has_new {
        let left_out = inputs.known.latest.iter().filter(|(_, file)| file.named);
        asked.extend(left_out.take(MAX_ASKED).map(|(path, _)| path.clone()));
    }
    asked
}

/// Resolves a submission. `disk` holds what the workspace said to [`questions`].
pub(crate) fn resolve(inputs: &Inputs, disk: &BTreeMap<String, OnDisk>) -> Result<Work, Stopped> {
    let mut making = Making {
        inputs,
        disk,
        applier: Applier::default(),
        pieces: BTreeMap::new(),
        renamed: BTreeMap::new(),
        deleted: BTreeSet::new(),
    };
    for file in inputs.submission.files().iter().filter(|file| file.named) {
        inputs.check()?;
        making.named(file);
    }
    unnamed::resolve(&mut making)?;
    identity::follow(&mut making)?;
    Ok(making.finish())
}

/// What became of one path.
enum Piece {
    File(WorkFile),
    Apart(ReadingClass, String),
}

/// Work in the making. Each path is once among the pieces, whatever was sent.
struct Making<'a> {
    inputs: &'a Inputs,
    disk: &'a BTreeMap<String, OnDisk>,
    applier: Applier,
    pieces: BTreeMap<String, Piece>,
    /// New paths to old ones.
    renamed: BTreeMap<String, String>,
    /// Said to be gone, and not found to be renamed yet.
    deleted: BTreeSet<String>,
}

impl<'a> Making<'a> {
    fn named(&mut self, file: &'a SubmittedFile) {
        let path = &file.path;
        let known = self.inputs.known.latest.get(path);
        let piece = match &file.content {
            Content::Whole { text } => {
                let on_disk = self.disk.get(path);
                let is_all = matches!(on_disk, Some(OnDisk::Text(there)) if there == text);
                if !is_all && parts::is_part(known, text) {
                    Piece::unread(parts::REASON)
                } else {
                    Piece::file(file, path.clone(), text.clone(), Extent::Whole)
                }
            }
            Content::Patch(patch) => {
                self.comes_from(path, patch.base());
                match self.inputs.patched.get(path) {
                    Some(text) => {
                        let lines = patch.new_side().filter(|line| line.added);
                        let added = lines.filter_map(|line| line.number).collect();
                        Piece::file(file, path.clone(), text.clone(), Extent::Changed(added))
                    }
                    None => self.changed(file, patch.base()),
                }
            }
            Content::Series(patches) => {
                let base = patches.first().and_then(|patch| patch.base());
                self.comes_from(path, base);
                self.changed(file, base)
            }
            Content::Edits(_) => self.changed(file, None),
            Content::Deleted => {
                self.deleted.insert(path.clone());
                return;
            }
            Content::Renamed { from } => {
                self.comes_from(path, Some(from));
                self.moved(file, from)
            }
            Content::Metadata { what } => {
                Piece::Apart(ReadingClass::Screened, format!("only {what} changed"))
            }
            Content::Unread(why) => Piece::unread(&why.to_string()),
        };
        self.pieces.insert(path.clone(), piece);
    }

    /// A file whose old path the submission says is gone was renamed; any other was copied.
    fn comes_from(&mut self, path: &str, base: Option<&str>) {
        let Some(base) = base.filter(|base| *base != path) else {
            return;
        };
        let files = self.inputs.submission.files();
        let is_gone = files.iter().any(|file| match &file.content {
            Content::Deleted => file.path == base,
            Content::Renamed { from } => file.path == path && from == base,
            _ => false,
        });
        let is_taken = self.renamed.values().any(|from| from == base);
        if is_gone && !is_taken {
            self.renamed.insert(path.to_owned(), base.to_owned());
        }
    }

    /// A file that only has another name is read under it, where its text is known.
    fn moved(&self, file: &SubmittedFile, from: &str) -> Piece {
        let known = self.inputs.known.latest.get(from);
        let text = known.and_then(|known| Some((known, known.text.as_deref()?)));
        match text {
            Some((known, text)) => {
                let extent = match &known.changed {
                    Some(lines) => Extent::Changed(lines.clone()),
                    None => Extent::Whole,
                };
                Piece::file(file, file.path.clone(), text.to_owned(), extent)
            }
            None => Piece::Apart(
                ReadingClass::Screened,
                format!("it was renamed from `{from}` without a change"),
            ),
        }
    }

    fn changed(&mut self, file: &'a SubmittedFile, base: Option<&str>) -> Piece {
        let Some(change) = bases::Change::of(&file.content) else {
            return Piece::unread("it holds no change");
        };
        let mut bases = Bases {
            known: &self.inputs.known,
            disk: self.disk,
            applier: &mut self.applier,
        };
        let submitted = |path: &str| {
            let files = self.inputs.submission.files();
            let at = files.binary_search_by(|file| file.path.as_str().cmp(path));
            at.is_ok()
        };
        match bases.find(&file.path, base, change, submitted) {
            Base::Made(made, extent) => Piece::file(file, file.path.clone(), made.text, extent),
            Base::Alias(from, made, extent) => {
                self.renamed.insert(file.path.clone(), from);
                Piece::file(file, file.path.clone(), made.text, extent)
            }
            Base::Refused(reason) => Piece::unread(&reason),
            Base::Unknown => match fragments::of(change) {
                Some((text, extent)) => Piece::file(file, file.path.clone(), text, extent),
                None => Piece::unread(fragments::UNJOINED),
            },
        }
    }

    /// The path holds nothing known of this submission.
    fn is_free(&self, path: &str) -> bool {
        !self.pieces.contains_key(path)
    }

    fn finish(self) -> Work {
        let mut work = Work::default();
        for (path, piece) in self.pieces {
            match piece {
                Piece::File(file) => work.files.push(file),
                Piece::Apart(class, reason) => work.apart.push(SetApart {
                    path,
                    class,
                    reason,
                }),
            }
        }
        work.deleted = self.deleted.into_iter().collect();
        let known = &self.inputs.known.latest;
        let renamed = self.renamed.into_iter();
        work.renamed = renamed
            .filter(|(_, from)| known.contains_key(from))
            .map(|(to, from)| Rename { from, to })
            .collect();
        work
    }
}

impl Piece {
    fn file(file: &SubmittedFile, path: String, text: String, extent: Extent) -> Self {
        Self::File(WorkFile {
            path,
            named: file.named,
            language: file.language.clone(),
            text,
            extent,
        })
    }

    fn unread(reason: &str) -> Self {
        Self::Apart(ReadingClass::Unread, reason.to_owned())
    }
}
