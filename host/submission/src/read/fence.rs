//! Fences: which of them hold work, of which file, and in what shape.

use super::Reader;
use crate::kind::{FileKind, file_kind};
use crate::language::{Language, is_silent_label, is_terminal_label, is_text_label};
use crate::layout::Fence;
use crate::note::Note;
use crate::shape::heredoc::is_glue;
use crate::shape::{self, Block, Out, Place, Scope, listing};
use crate::submission::Content;
use crate::unread::Unread;
use crate::{code, diff, naming};
use std::ops::Range;

/// How a fence says what it holds.
pub(super) struct Opening {
    line: usize,
    label: String,
    /// Its file, by the info string, the line before it or the heading above it.
    pub(super) name: Option<String>,
}

impl Reader<'_> {
    pub(super) fn opening(&self, fence: &Fence) -> Opening {
        let before = self.layout.before(fence.range.start);
        let info = naming::info(&fence.info);
        let language =
            Language::from_label(&info.label).filter(|language| language.name() != "diff");
        // A sentence about another file may stand before a fence: the label must not say otherwise.
        let fits = |name: &String| match (&language, Language::from_path(name)) {
            (Some(label), Some(path)) => alike(label.name(), path.name()),
            _ => true,
        };
        let line = naming::line_before(before);
        let name = info
            .name
            .or_else(|| line.and_then(naming::only_path).filter(fits));
        // What speaks of a file may as well introduce what it prints.
        let holds = |name: &String| fits(name) && holds_file(fence, &info.label, name);
        let name = name.or_else(|| naming::from_line_before(before).filter(holds));
        let name = name.or_else(|| naming::from_heading_above(before).filter(holds));
        Opening {
            line: self.layout.line_number(fence.range.start),
            label: info.label,
            name,
        }
    }

    pub(super) fn fence(&mut self, fence: &Fence) {
        let Opening { line, label, name } = self.opening(fence);
        if label.eq_ignore_ascii_case("gan-config") {
            return self.config(fence, line);
        }
        let language = Language::from_label(&label);
        let content = fence.content.as_str();
        if fence.cut {
            self.cut = true;
            self.notes.push(Note::CutByFence { line });
            let name = name.or_else(|| naming::from_first_line(content));
            return self
                .drafts
                .add(name, language, Content::Unread(Unread::CutByFence));
        }
        if !fence.closed {
            if self.cut && content.trim().is_empty() {
                return;
            }
            self.notes.push(Note::UnterminatedFence { line });
        }
        let lines: Vec<&str> = content.split_inclusive('\n').collect();
        let block = Block::new(
            &lines,
            name.as_deref(),
            Place::Alone,
            scope(language.as_ref(), &label, name.as_deref()),
        );
        let before = self.drafts.len();
        let rest = shape::read_block(
            &block,
            &mut Out {
                drafts: &mut self.drafts,
                notes: &mut self.notes,
            },
        );
        if self.drafts.len() > before {
            return self.rest(&block, &rest, language);
        }
        if language
            .as_ref()
            .is_some_and(|language| language.name() == "diff")
        {
            return diff::read_all(content, name.as_deref(), &mut self.drafts, &mut self.notes);
        }
        self.whole(content, Opening { line, label, name }, language);
    }

    /// A fence that holds one text, and none of the shapes.
    fn whole(&mut self, content: &str, opening: Opening, language: Option<Language>) {
        let Opening { line, label, name } = opening;
        if content.trim().is_empty() {
            return match name {
                None => self.notes.push(Note::EmptyFence { line }),
                Some(name) => self.empty(name, language),
            };
        }
        let mut text = content.to_owned();
        let numbers_are_data = language
            .as_ref()
            .is_some_and(|language| matches!(language.name(), "yaml" | "json" | "toml"));
        if let Some(bare) = listing::strip(content).filter(|_| !numbers_are_data) {
            self.notes.push(Note::LineNumbers { line });
            text = bare;
        } else if listing::is_escaped_code(content) {
            self.notes.push(Note::Unescaped { line });
            text = listing::unescape(content.trim());
        }
        let files = if name.is_none() {
            files_in(&text)
        } else {
            Vec::new()
        };
        if files.len() > 1 && files.iter().all(|(name, _)| name.is_some()) {
            for (name, text) in files {
                self.drafts
                    .add(name, language.clone(), Content::Whole { text });
            }
            return;
        }
        let name = name.or_else(|| naming::from_first_line(&text));
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let silent = is_silent_label(&label);
        if name.is_none()
            && is_text_label(&label)
            && !is_work(&text, &lines, is_terminal_label(&label))
        {
            return;
        }
        if name.is_none() && silent && code::is_output(&text) {
            return self.notes.push(Note::OutputFence { line });
        }
        let runs_only = language
            .as_ref()
            .is_some_and(|language| is_shell(language.name()))
            && lines.iter().all(|line| is_glue(line));
        if name.is_none() && runs_only {
            return self.notes.push(Note::CommandsLeftOut { line });
        }
        let guess = || code::guess_language(&lines[..lines.len().min(400)]);
        let language = language.or_else(guess);
        self.drafts.add(name, language, Content::Whole { text });
    }

    /// A named fence without content: some files are empty, of others the content was forgotten.
    fn empty(&mut self, name: String, language: Option<Language>) {
        let may_be = name.ends_with("__init__.py")
            || file_kind(&name, language.as_ref(), "") != FileKind::Code;
        let content = if may_be {
            Content::Metadata {
                what: "an empty file".to_owned(),
            }
        } else {
            Content::Unread(Unread::Shape {
                what: "an empty fence".to_owned(),
            })
        };
        self.drafts.add(Some(name), language, content);
    }

    /// What a fence holds beside the pieces that were read of it.
    fn rest(&mut self, block: &Block<'_>, rest: &[Range<usize>], language: Option<Language>) {
        let texts = || {
            rest.iter()
                .flat_map(|lines| block.lines[lines.clone()].iter().copied())
        };
        if block.scope == Scope::Shell {
            if texts().all(is_glue) {
                return;
            }
            let is_script = block.name.is_some_and(|name| {
                Language::from_path(name).is_some_and(|language| is_shell(language.name()))
            });
            // What a terminal printed beside the files it wrote is no work.
            if language.is_none() && !is_script {
                return;
            }
            let (name, text) = if is_script {
                (block.name.map(str::to_owned), block.lines.concat())
            } else {
                (None, texts().collect())
            };
            return self.drafts.add(name, language, Content::Whole { text });
        }
        let is_diff = language
            .as_ref()
            .is_some_and(|language| language.name() == "diff");
        for lines in rest {
            let lines = &block.lines[lines.clone()];
            if is_diff && diff::holds_bare_changes(lines) {
                diff::read_all(
                    &lines.concat(),
                    block.name,
                    &mut self.drafts,
                    &mut self.notes,
                );
                continue;
            }
            for region in code::regions(lines) {
                let text = lines[region.lines].concat();
                let language = region.language.or_else(|| language.clone());
                self.drafts.add(None, language, Content::Whole { text });
            }
        }
    }
}

/// Whether a fence may hold the text of a file of this name, by its label or its look.
fn holds_file(fence: &Fence, label: &str, name: &str) -> bool {
    if is_text_label(label) || is_silent_label(label) {
        let is_code = file_kind(name, None, "") == FileKind::Code;
        let lines: Vec<&str> = fence.content.split_inclusive('\n').collect();
        let is_change = [
            "<<<<<<<",
            "-- SEARCH",
            "@@",
            "*** ",
            "_string\"",
            "_str\"",
            "String\"",
        ]
        .iter()
        .any(|sign| fence.content.contains(sign));
        !code::is_output(&fence.content)
            && (is_change
                || !code::regions(&lines).is_empty()
                || (!is_code && !is_terminal_label(label)))
    } else {
        true
    }
}

/// The files of a fence, each after a comment with its path; one where there is no second.
fn files_in(text: &str) -> Vec<(Option<String>, String)> {
    let mut files: Vec<(Option<String>, String)> = Vec::new();
    let mut after_blank = true;
    for line in text.split_inclusive('\n') {
        let path = if after_blank && !line.starts_with([' ', '\t']) {
            naming::from_first_line(line)
        } else {
            None
        };
        after_blank = line.trim().is_empty();
        match (path, files.last_mut()) {
            (None, Some((_, text))) => text.push_str(line),
            (path, _) => files.push((path, line.to_owned())),
        }
    }
    files
}

/// Whether a text under a label that means text or output is work nevertheless.
fn is_work(text: &str, lines: &[&str], terminal: bool) -> bool {
    let prompted = |line: &&str| {
        let line = line.trim_start();
        ["$ ", "> ", ">>> ", "% ", "PS ", "In ["]
            .iter()
            .any(|prompt| line.starts_with(prompt))
    };
    if code::is_output(text) || (terminal && lines.iter().any(prompted)) {
        return false;
    }
    !code::regions(lines).is_empty()
}

fn is_shell(name: &str) -> bool {
    matches!(name, "bash" | "fish" | "powershell" | "batch" | "nushell")
}

/// Which shapes a fence may hold.
fn scope(language: Option<&Language>, label: &str, name: Option<&str>) -> Scope {
    let named = name.and_then(Language::from_path);
    let by_label = language.map(Language::name);
    match (by_label, named.as_ref().map(Language::name)) {
        (Some(label), _) if is_shell(label) => Scope::Shell,
        (None, Some(path)) if is_shell(path) => Scope::Shell,
        // A terminal shows commands and what they print.
        (None, _) if is_terminal_label(label) => Scope::Shell,
        (Some("diff"), _) | (None, None) => Scope::All,
        (Some(label), _) if !Language::is_listed(label) => Scope::All,
        (Some("json" | "xml" | "html" | "jsonc"), path) if path != by_label => Scope::All,
        (label, path) => {
            let is_code = path.or(label).is_some_and(|name| {
                file_kind("", Some(&Language::named(name)), "") == FileKind::Code
            });
            if is_code { Scope::Code } else { Scope::Whole }
        }
    }
}

/// Whether a label and a path may mean the same language.
fn alike(label: &str, path: &str) -> bool {
    const FAMILIES: &[&[&str]] = &[
        &[
            "javascript",
            "typescript",
            "tsx",
            "vue",
            "svelte",
            "html",
            "astro",
            "json",
            "css",
        ],
        &["c", "cpp", "cuda", "objective-c"],
        &["bash", "fish", "dockerfile", "makefile"],
        &["json", "jupyter", "xml", "yaml", "python"],
        &[
            "html",
            "xml",
            "jinja",
            "php",
            "erb",
            "handlebars",
            "ejs",
            "twig",
            "liquid",
            "razor",
            "gotemplate",
        ],
        &["groovy", "kotlin", "java"],
    ];
    label == path
        || !Language::is_listed(label)
        || FAMILIES.iter().any(|family| family.contains(&label) && family.contains(&path))
        // Edits are written as JSON or XML, and writing commands as a shell's, whatever the file.
        || matches!(label, "json" | "xml")
}
