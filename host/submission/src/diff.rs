//! Reading unified diffs, as git, GNU diff and Subversion write them and as language models nearly write them.
//!
//! One pass over the lines. A hunk's header says how many lines follow, but the lines themselves have the last word:
//! a wrong count costs a note, not the hunk.

mod header;
mod hunk;

use crate::draft::Drafts;
use crate::language::Language;
use crate::note::{Note, Notes, Unreadable, quote};
use crate::patch::{Change, Hunk, Patch};
use crate::submission::Content;
use header::FileHeader;

/// Whether the diff is the whole text, or stands in prose that must not be taken for it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Alone,
    InProse,
}

/// Reads a text that is meant to be a diff as a whole. `name` is the path for hunks without a file header.
pub(crate) fn read_all(text: &str, name: Option<&str>, drafts: &mut Drafts, notes: &mut Notes) {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let before = (drafts.len(), notes.as_slice().len());
    Reader {
        lines: &lines,
        next: 0,
        place: Place::Alone,
        name,
        drafts,
        notes,
    }
    .run();
    if before == (drafts.len(), notes.as_slice().len()) {
        notes.push(Note::EmptyDiff);
    }
}

/// Reads a diff that begins at `lines[start]` in prose; returns the index of the first line after it.
pub(crate) fn read_in_prose(
    lines: &[&str],
    start: usize,
    drafts: &mut Drafts,
    notes: &mut Notes,
) -> usize {
    Reader {
        lines,
        next: start,
        place: Place::InProse,
        name: None,
        drafts,
        notes,
    }
    .run()
}

/// Whether a diff begins at `lines[at]`, by signs that prose does not have.
pub(crate) fn begins(lines: &[&str], at: usize) -> bool {
    let line = |offset: usize| lines.get(at + offset).copied().unwrap_or_default();
    if line(0).starts_with("diff --git ") {
        return [
            "index ",
            "--- ",
            "old mode ",
            "new file ",
            "deleted file ",
            "similarity ",
            "rename ",
            "copy ",
            "Binary ",
        ]
        .iter()
        .any(|next| line(1).starts_with(next));
    }
    if line(0).starts_with("--- ") && line(1).starts_with("+++ ") {
        return line(2).starts_with("@@");
    }
    hunk::located(line(0)).is_some() && line(1).starts_with([' ', '+', '-', '\n', '\r'])
}

/// Whether the first line that is not blank begins a diff with file headers.
pub(crate) fn has_headers(text: &str) -> bool {
    let lines: Vec<&str> = text
        .lines()
        .skip_while(|line| line.trim().is_empty())
        .take(3)
        .collect();
    lines.first().is_some_and(|line| !line.starts_with("@@")) && begins(&lines, 0)
}

/// Whether the text reads as hunks without file headers.
pub(crate) fn has_bare_hunks(text: &str) -> bool {
    let lines: Vec<&str> = text
        .lines()
        .skip_while(|line| line.trim().is_empty())
        .take(2)
        .collect();
    lines.first().is_some_and(|line| line.starts_with("@@")) && begins(&lines, 0)
}

struct Reader<'a> {
    lines: &'a [&'a str],
    next: usize,
    place: Place,
    name: Option<&'a str>,
    drafts: &'a mut Drafts,
    notes: &'a mut Notes,
}

/// One file of the diff so far.
#[derive(Default)]
struct File {
    header: FileHeader,
    hunks: Vec<Hunk>,
    stray: bool,
}

impl Reader<'_> {
    fn run(mut self) -> usize {
        let first = self.next;
        let mut file = File::default();
        while let Some(line) = self.lines.get(self.next).copied() {
            let begins_file = header::begins_file(self.lines, self.next);
            let renews = line.starts_with("diff ")
                || line.starts_with("Index: ")
                || !file.hunks.is_empty()
                || file.header.has_sides();
            if begins_file && renews {
                self.finish(std::mem::take(&mut file));
            }
            let taken = if begins_file {
                file.header.read_names(self.lines, self.next)
            } else {
                0
            };
            if taken > 0 {
                self.next += taken;
            } else if file.header.is_started()
                && file.hunks.is_empty()
                && file.header.read_extended(line)
            {
                self.next += 1;
            } else if file.header.is_binary() && self.place == Place::Alone {
                // The rows of a binary patch.
                self.next += 1;
            } else if !self.read_hunk(line, &mut file) {
                if self.place == Place::InProse {
                    break;
                }
                self.skip(line, &mut file);
            }
        }
        self.finish(file);
        // A diff that `begins` recognised has at least its first line.
        self.next.max(first + 1)
    }

    /// Takes a hunk, or bare changed lines where no hunk was yet; says whether there was one.
    fn read_hunk(&mut self, line: &str, file: &mut File) -> bool {
        let header_line = self.next + 1;
        let read = if line.starts_with("@@@") {
            file.header.set_combined();
            self.next += 1;
            return true;
        } else if hunk::located(line).is_some()
            || (self.place == Place::Alone && line.starts_with("@@"))
        {
            hunk::read(self.lines, self.next, self.place)
        } else if self.place == Place::Alone
            && line.starts_with(['+', '-'])
            && file.hunks.is_empty()
        {
            hunk::read_bare(self.lines, self.next)
        } else {
            return false;
        };
        self.next = read.end;
        if read.miscounted {
            self.notes.push(Note::MiscountedHunk {
                path: file.label(self.name),
                line: header_line,
            });
        }
        file.hunks.extend(read.hunk);
        true
    }

    /// Leaves a line out: a preamble or blank line quietly, others with a note.
    fn skip(&mut self, line: &str, file: &mut File) {
        let quiet = line.trim().is_empty()
            || (file.hunks.is_empty() && !file.header.is_started())
            || hunk::is_signature(line);
        if !quiet && !file.stray {
            file.stray = true;
            self.notes.push(Note::StrayDiffLines {
                path: file.label(self.name),
                line: self.next + 1,
            });
        }
        self.next += 1;
    }

    fn finish(&mut self, file: File) {
        if !file.header.is_started() && file.hunks.is_empty() {
            return;
        }
        let label = file.label(self.name);
        let File {
            header, mut hunks, ..
        } = file;
        let (old, new) = header.paths();
        let path = new
            .clone()
            .or_else(|| old.clone())
            .or_else(|| self.name.map(str::to_owned));
        let language = path.as_deref().and_then(Language::from_path);
        let changed = hunks
            .iter()
            .flat_map(Hunk::lines)
            .any(|line| line.change != Change::Context);
        if let (true, Some(path)) = (header.deletes(), old.or_else(|| path.clone())) {
            self.drafts.add(Some(path), language, Content::Deleted);
            return;
        }
        let unreadable = if header.is_combined() {
            Some(Unreadable::Combined)
        } else if header.is_binary() {
            Some(Unreadable::Binary)
        } else if changed || header.creates() {
            None
        } else {
            Some(
                header
                    .base()
                    .map_or(Unreadable::NoHunks, |from| Unreadable::RenamedOnly {
                        from: quote(&from),
                    }),
            )
        };
        if let Some(why) = unreadable {
            self.notes.push(Note::NothingToRead { path: label, why });
            return;
        }
        if header.creates() {
            let shown = hunks
                .iter()
                .flat_map(Hunk::lines)
                .filter(|line| line.change != Change::Removed);
            let text = shown.map(|line| line.text).collect();
            self.drafts.add(path, language, Content::Whole { text });
            return;
        }
        if hunks.iter().all(|hunk| hunk.at.is_some()) {
            hunks.sort_by_key(|hunk| hunk.at.map_or(0, |at| at.old));
        }
        let base = header.base();
        if let (Some(base), true) = (&base, header.renames()) {
            self.drafts.add(
                Some(base.clone()),
                Language::from_path(base),
                Content::Deleted,
            );
        }
        if let Ok(patch) = Patch::new(hunks, base) {
            self.drafts.add(path, language, Content::Patch(patch));
        }
    }
}

impl File {
    fn label(&self, name: Option<&str>) -> String {
        let (old, new) = self.header.paths();
        new.or(old)
            .or_else(|| name.map(str::to_owned))
            .as_deref()
            .map_or_else(|| "an unnamed file".to_owned(), quote)
    }
}

#[cfg(test)]
mod tests;
