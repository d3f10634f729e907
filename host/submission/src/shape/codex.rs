//! Codex's own patch format: `*** Begin Patch` with sections for files, whose hunks say context in place of numbers.
//!
//! Source: the grammar in the instructions of Codex's `apply_patch` tool. Models leave out the first or the last line,
//! and the space before context; both are read.

use super::{Block, Out, Place};
use crate::diff;
use crate::draft::Draft;
use crate::language::Language;
use crate::patch::{Hunk, HunkStart, Patch};
use crate::path;
use crate::submission::Content;
use crate::unread::Unread;

/// How far ahead the end of a patch is looked for, in lines, before a line without a mark counts as the patch's.
const LOOK_AHEAD: usize = 400;

/// What a section does to its file.
enum Section {
    Add,
    Update,
}

pub(super) fn read(block: &Block<'_>, at: usize, out: &mut Out<'_>) -> Option<usize> {
    let begins = is_begin(block.line(at));
    if !begins && heading(block.line(at)).is_none() {
        return None;
    }
    let mut reader = Patcher {
        block,
        out,
        file: None,
        taken: false,
    };
    let end = reader.run(at + usize::from(begins));
    reader.finish_file();
    if !reader.taken {
        let unread = Content::Unread(Unread::IncompleteEdit);
        let name = block.name.map(str::to_owned);
        reader.out.drafts.add(name, None, unread);
    }
    Some(end)
}

fn is_begin(line: &str) -> bool {
    line.trim_end().ends_with("*** Begin Patch") && line.len() < 200
}

/// A section's first line: what it does (`None`: delete) and to which file.
fn heading(line: &str) -> Option<(Option<Section>, &str)> {
    let rest = line.strip_prefix("*** ")?;
    let (word, name) = rest.split_once(" File:")?;
    let section = match word {
        "Add" | "Create" => Some(Section::Add),
        "Update" | "Modify" => Some(Section::Update),
        "Delete" | "Remove" => None,
        _ => return None,
    };
    Some((section, name.trim()))
}

/// A file of the patch so far.
struct File {
    path: Option<String>,
    section: Section,
    target: Option<String>,
    text: String,
    hunks: Vec<Hunk>,
    at: Option<HunkStart>,
    place: String,
    body: String,
}

struct Patcher<'a, 'b, 'c> {
    block: &'a Block<'a>,
    out: &'b mut Out<'c>,
    file: Option<File>,
    taken: bool,
}

impl Patcher<'_, '_, '_> {
    fn run(&mut self, mut at: usize) -> usize {
        while at < self.block.lines.len() {
            let line = self.block.line(at);
            if line.trim_end() == "*** End Patch" {
                return at + 1;
            }
            if is_begin(line) {
                return at;
            }
            if let Some((section, name)) = heading(line) {
                self.begin_file(section, name);
            } else if let Some(to) = line.strip_prefix("*** Move to:") {
                if let Some(file) = &mut self.file {
                    file.target = path::label(to);
                }
            } else if line.starts_with("*** ") {
                // `*** End of File` and what else says nothing of the text.
            } else if !self.line(at, line) {
                return at;
            }
            at += 1;
        }
        at
    }

    /// Takes a line of the open section; says whether it belongs there.
    fn line(&mut self, at: usize, line: &str) -> bool {
        let is_mark = line.starts_with(['+', '-', ' ', '@']);
        let goes_on = is_mark || self.goes_on(at);
        let Some(file) = &mut self.file else {
            return line.trim().is_empty();
        };
        match file.section {
            Section::Add => {
                if let Some(added) = line.strip_prefix('+') {
                    file.text.push_str(added);
                } else if goes_on {
                    file.text.push_str(line);
                } else {
                    return false;
                }
                file.text.push('\n');
            }
            Section::Update if line.starts_with("@@") => file.begin_hunk(line),
            Section::Update => {
                if !goes_on {
                    return false;
                }
                let mark = if is_mark { "" } else { " " };
                file.body.push_str(&format!("{mark}{line}\n"));
            }
        }
        true
    }

    /// Whether a line without a mark is within the patch: its end comes later.
    fn goes_on(&self, at: usize) -> bool {
        let line = self.block.line(at).trim_end();
        // The word that ends the heredoc around a patch whose own end is missing.
        let word = line.len() > 1
            && line
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        let last = word
            && self.block.lines[at + 1..]
                .iter()
                .take(3)
                .all(|line| line.trim().len() < 3);
        let end = self.block.find(at + 1, LOOK_AHEAD, |line| {
            line.starts_with("*** End Patch") || is_begin(line)
        });
        match end {
            Some(end) => !is_begin(self.block.line(end)),
            None => self.block.place == Place::Alone && !last,
        }
    }

    fn begin_file(&mut self, section: Option<Section>, name: &str) {
        self.finish_file();
        self.taken = true;
        let path = path::label(name);
        match section {
            None => self
                .out
                .drafts
                .add(path, Language::from_path(name), Content::Deleted),
            Some(section) => {
                self.file = Some(File {
                    path,
                    section,
                    target: None,
                    text: String::new(),
                    hunks: Vec::new(),
                    at: None,
                    place: String::new(),
                    body: String::new(),
                });
            }
        }
    }

    fn finish_file(&mut self) {
        let Some(mut file) = self.file.take() else {
            return;
        };
        file.end_hunk();
        let path = file.target.clone().or_else(|| file.path.clone());
        let language = path.as_deref().and_then(Language::from_path);
        let from = file
            .path
            .filter(|_| file.target.is_some())
            .map(|from| self.out.drafts.relative(&from));
        let content = match (file.section, &from) {
            (Section::Add, _) => Content::Whole { text: file.text },
            (Section::Update, Some(from)) if file.hunks.is_empty() => {
                Content::Renamed { from: from.clone() }
            }
            (Section::Update, _) => Patch::new(file.hunks, from.clone())
                .map_or(Content::Unread(Unread::IncompleteEdit), Content::Patch),
        };
        if let (Some(from), Content::Patch(_)) = (from, &content) {
            let mut gone = Draft::new(Some(from), language.clone(), Content::Deleted);
            gone.moved_to = path.clone();
            self.out.drafts.push(gone);
        }
        self.out.drafts.add(path, language, content);
    }
}

impl File {
    fn begin_hunk(&mut self, line: &str) {
        self.end_hunk();
        let (at, place) = diff::hunk_header(line);
        self.at = at;
        // Several `@@` lines running name a place ever more closely.
        if !self.place.is_empty() && !place.is_empty() {
            self.place.push(' ');
        }
        self.place.push_str(&place);
    }

    fn end_hunk(&mut self) {
        if !self.body.is_empty() {
            let (place, body) = (
                std::mem::take(&mut self.place),
                std::mem::take(&mut self.body),
            );
            self.hunks.push(Hunk::new(self.at.take(), place, body));
        }
    }
}
