//! Reading unified diffs, as git, GNU diff and Subversion write them and as language models nearly write them.
//!
//! One pass over the lines. A hunk's header says how many lines follow, but the lines themselves have the last word:
//! a wrong count costs a note, not the hunk.

mod header;
mod hunk;

use crate::code;
use crate::draft::Draft;
use crate::draft::Drafts;
use crate::language::Language;
use crate::note::{Note, Notes, quote};
use crate::patch::{Change, Hunk, HunkStart, Patch};
use crate::shape::Place;
use crate::submission::Content;
use crate::unread::Unread;
use header::{FileHeader, Special};

/// Reads a text that is meant to be a diff as a whole. `name` is the path for hunks without a file header.
pub(crate) fn read_all(text: &str, name: Option<&str>, drafts: &mut Drafts, notes: &mut Notes) {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let before = (drafts.len(), notes.as_slice().len());
    Reader {
        lines: &lines,
        next: 0,
        place: Place::Alone,
        partly: false,
        strays: String::new(),
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
        partly: true,
        strays: String::new(),
        name: None,
        drafts,
        notes,
    }
    .run()
}

/// Reads a diff that begins at `lines[start]` of a fence; returns the index of the first line after it. What follows it
/// may have another shape.
pub(crate) fn read_in_fence(
    lines: &[&str],
    start: usize,
    name: Option<&str>,
    drafts: &mut Drafts,
    notes: &mut Notes,
) -> usize {
    Reader {
        lines,
        next: start,
        place: Place::Alone,
        partly: true,
        strays: String::new(),
        name,
        drafts,
        notes,
    }
    .run()
}

/// What a hunk's header says: its place, where it has numbers, and its heading.
pub(crate) fn hunk_header(line: &str) -> (Option<HunkStart>, String) {
    hunk::header(line)
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
            "GIT binary patch",
            "+++ ",
            "@@ ",
        ]
        .iter()
        .any(|next| line(1).starts_with(next));
    }
    if line(0).starts_with("--- ") && line(1).starts_with("+++ ") {
        return line(2).starts_with("@@");
    }
    if line(0).starts_with("diff --cc ") || line(0).starts_with("diff --combined ") {
        return line(1).starts_with("index ")
            || line(1).starts_with("--- ")
            || line(1).starts_with("mode ");
    }
    if line(0).starts_with("Index: ") {
        return line(1).starts_with("=====") || line(1).starts_with("--- ");
    }
    if line(0).starts_with("--- ") || line(0).starts_with("+++ ") {
        return hunk::located(line(1)).is_some();
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

/// Whether lines beside a diff are changes without a header, and not the message of a commit or the end of a mail.
pub(crate) fn holds_bare_changes(lines: &[&str]) -> bool {
    let is_message = |line: &&str| {
        ["commit ", "From ", "From: ", "Subject: ", "Author: "]
            .iter()
            .any(|start| line.starts_with(start))
            || hunk::is_signature(line)
    };
    let is_change = |line: &&str| {
        line.starts_with(['+', '-']) && !line.starts_with("---") && !hunk::is_signature(line)
    };
    !lines.iter().any(is_message) && lines.iter().any(is_change)
}

struct Reader<'a> {
    lines: &'a [&'a str],
    next: usize,
    place: Place,
    /// The diff ends where something else begins.
    partly: bool,
    /// Lines that belong to no hunk.
    strays: String,
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
                if self.place == Place::InProse || (self.partly && !self.hunk_follows()) {
                    break;
                }
                self.skip(line, &mut file);
            }
        }
        self.finish(file);
        self.keep_strays();
        // A diff that `begins` recognised has at least its first line.
        self.next.max(first + 1)
    }

    /// Takes a hunk, or bare changed lines where no hunk was yet; says whether there was one.
    fn read_hunk(&mut self, line: &str, file: &mut File) -> bool {
        let header_line = self.next + 1;
        let read = if line.starts_with("@@@") {
            file.header.set_combined();
            self.next += 1;
            let body = self.lines[self.next..].iter();
            self.next += body
                .take_while(|line| line.starts_with([' ', '+', '-', '\\']))
                .count();
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
        self.strays.push_str(line);
        if !quiet && !file.stray {
            file.stray = true;
            self.notes.push(Note::StrayDiffLines {
                path: file.label(self.name),
                line: self.next + 1,
            });
        }
        self.next += 1;
    }

    /// Whether another hunk of the same file comes after some lines that belong to none.
    fn hunk_follows(&self) -> bool {
        let ahead = self.lines[self.next + 1..].iter().take(20);
        let mut ahead = ahead.take_while(|line| {
            !["diff ", "--- ", "+++ ", "Index: ", "*** ", "<<<<<"]
                .iter()
                .any(|start| line.starts_with(start))
        });
        ahead.any(|line| line.starts_with("@@"))
    }

    /// Code among the lines that belong to no hunk is work.
    fn keep_strays(&mut self) {
        let lines: Vec<&str> = self.strays.split_inclusive('\n').collect();
        for region in code::regions(&lines) {
            let text = lines[region.lines].concat();
            self.drafts
                .add(None, region.language, Content::Whole { text });
        }
    }

    fn finish(&mut self, file: File) {
        if !file.header.is_started() && file.hunks.is_empty() {
            return;
        }
        let File {
            header, mut hunks, ..
        } = file;
        let (old, new) = header.paths();
        let path = new
            .clone()
            .or_else(|| old.clone())
            .or_else(|| self.name.map(str::to_owned));
        let language = path.as_deref().and_then(Language::from_path);
        let base = header.base().map(|base| self.drafts.relative(&base));
        let path = if header.deletes() { old.or(path) } else { path };
        let content = if header.is_combined() {
            Content::Unread(Unread::Combined)
        } else if header.deletes() && path.is_some() {
            Content::Deleted
        } else if let Some(special) = header.special() {
            let what = match special {
                Special::Link => "where a link points",
                Special::Submodule => "the commit of a submodule",
            };
            Content::Metadata {
                what: what.to_owned(),
            }
        } else if header.is_binary() {
            match path.as_deref().and_then(media) {
                Some(what) => Content::Metadata {
                    what: what.to_owned(),
                },
                None => Content::Unread(Unread::Binary),
            }
        } else if header.creates() {
            created(&hunks, &header)
        } else {
            if hunks.iter().all(|hunk| hunk.at.is_some()) {
                hunks.sort_by_key(|hunk| hunk.at.map_or(0, |at| at.old));
            }
            changed(hunks, base.clone(), &header)
        };
        if let (Some(base), true, Content::Patch(_)) = (base, header.renames(), &content) {
            let mut gone = Draft::new(Some(base), language.clone(), Content::Deleted);
            gone.moved_to = path.clone();
            self.drafts.push(gone);
        }
        let mut draft = Draft::new(path, language, content);
        draft.ids = header.ids().cloned();
        self.drafts.push(draft);
    }
}

/// What a binary file holds that is meant for eyes and ears, by its extension: no judge can object to it. Other binary
/// files - programs, archives - are work that nobody read.
fn media(path: &str) -> Option<&'static str> {
    const PICTURES: &[&str] = &[
        "png", "jpg", "jpeg", "gif", "webp", "avif", "bmp", "ico", "icns", "tif", "tiff", "heic",
    ];
    const FONTS: &[&str] = &["ttf", "otf", "woff", "woff2", "eot"];
    const RECORDINGS: &[&str] = &["mp3", "ogg", "opus", "wav", "flac", "mp4", "webm", "mov"];
    let (_, extension) = path.rsplit_once('.')?;
    let extension = extension.to_ascii_lowercase();
    [
        (PICTURES, "a picture"),
        (FONTS, "a font"),
        (RECORDINGS, "a recording"),
    ]
    .into_iter()
    .find(|(extensions, _)| extensions.contains(&extension.as_str()))
    .map(|(_, what)| what)
}

/// A new file: the lines of the new side are all of it.
fn created(hunks: &[Hunk], header: &FileHeader) -> Content {
    let shown = hunks
        .iter()
        .flat_map(Hunk::lines)
        .filter(|line| line.change != Change::Removed);
    let text: String = shown.map(|line| line.text).collect();
    match hunks {
        [] if header.leaves_empty() => Content::Metadata {
            what: "an empty file".to_owned(),
        },
        [] => Content::Unread(Unread::IncompleteEdit),
        _ => Content::Whole { text },
    }
}

fn changed(hunks: Vec<Hunk>, base: Option<String>, header: &FileHeader) -> Content {
    let lines = || hunks.iter().flat_map(Hunk::lines);
    if lines().all(|line| line.change == Change::Context) {
        let words = |text: &str| {
            (text.contains("[-") && text.contains("-]"))
                || (text.contains("{+") && text.contains("+}"))
        };
        if lines().any(|line| words(line.text)) {
            return Content::Unread(Unread::WordDiff);
        }
        // The header alone says all there is only where the text stays what it was.
        if !hunks.is_empty() || header.changes_text() {
            return Content::Unread(Unread::IncompleteEdit);
        }
        return match base {
            Some(from) => Content::Renamed { from },
            None if header.changes_mode() => Content::Metadata {
                what: "its mode".to_owned(),
            },
            None => Content::Unread(Unread::IncompleteEdit),
        };
    }
    Patch::new(hunks, base).map_or(Content::Unread(Unread::IncompleteEdit), Content::Patch)
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
