//! Several files in one text: `<file path="...">`, `<document><source>`, `==== File: a.py ====`, as tools that pack a
//! repository write them (repomix, gitingest, files-to-prompt and their like).

use super::{Block, Out, Place};
use crate::language::Language;
use crate::path::{self, Care};
use crate::submission::Content;

/// Elements that hold a file, with its path as an attribute.
const ELEMENTS: &[&str] = &[
    "<file ",
    "<source_file ",
    "<document ",
    "<file_content ",
    "<code_file ",
    "<artifact ",
];
const ATTRIBUTES: &[&str] = &[
    "path=",
    "name=",
    "file=",
    "filename=",
    "filepath=",
    "file_path=",
];
/// Characters that draw a rule.
const RULES: &[char] = &['=', '-', '#', '*', '/', '~', '+', '_'];

pub(super) fn read(block: &Block<'_>, at: usize, out: &mut Out<'_>) -> Option<usize> {
    element(block, at, out)
        .or_else(|| document(block, at, out))
        .or_else(|| ruled(block, at, out))
        .or_else(|| is_wrapper(block.line(at)).then_some(at + 1))
}

/// Whether a line is only a tag around packed files or calls.
fn is_wrapper(line: &str) -> bool {
    let tag = line
        .trim()
        .trim_start_matches(['<', '/'])
        .trim_end_matches('>');
    let name = tag.split(' ').next().unwrap_or_default();
    let name = name.strip_prefix("antml:").unwrap_or(name);
    line.trim().starts_with('<')
        && line.trim().ends_with('>')
        && !tag.contains(['<', '>'])
        && [
            "document",
            "documents",
            "files",
            "repository",
            "repo",
            "codebase",
            "function_calls",
            "tool_calls",
            "tool_call",
            "answer",
            "output",
            "changes",
        ]
        .contains(&name)
}

/// `<file path="a.py">` ... `</file>`.
fn element(block: &Block<'_>, at: usize, out: &mut Out<'_>) -> Option<usize> {
    let line = block.line(at).trim();
    let tag = ELEMENTS.iter().find(|tag| line.starts_with(**tag))?;
    let (opening, after) = line.split_once('>')?;
    let path = ATTRIBUTES.iter().find_map(|key| {
        let value = opening.split_once(&format!(" {key}"))?.1;
        let value = value
            .trim_start_matches(['"', '\''])
            .split(['"', '\''])
            .next()?;
        path::recognise(value, Care::Low)
    })?;
    let close = format!("</{}>", tag[1..].trim_end());
    if let Some(text) = after.strip_suffix(&close) {
        add(out, path, text.to_owned());
        return Some(at + 1);
    }
    let end = block.find(at + 1, usize::MAX, |line| {
        line.trim() == close || line.trim_start().starts_with(*tag)
    });
    let end = end.unwrap_or(block.lines.len());
    add(out, path, block.lines[at + 1..end].concat());
    Some(end + usize::from(block.line(end).trim() == close))
}

/// `<document><source>a.py</source><document_content>` ... `</document_content></document>`.
fn document(block: &Block<'_>, at: usize, out: &mut Out<'_>) -> Option<usize> {
    let value = |line: &str| {
        let line = line.trim();
        ["source", "path", "file_path", "filename", "name"]
            .iter()
            .find_map(|tag| {
                let value = line
                    .strip_prefix(&format!("<{tag}>"))?
                    .strip_suffix(&format!("</{tag}>"))?;
                path::recognise(value, Care::Low)
            })
    };
    let path = value(block.line(at))?;
    let opening = block.line(at + 1).trim();
    let tag = ["document_content", "content", "document_contents", "code"]
        .into_iter()
        .find(|tag| opening.starts_with(&format!("<{tag}>")))?;
    let close = format!("</{tag}>");
    let end = block.find(at + 1, usize::MAX, |line| {
        line.trim_end().ends_with(&close) || value(line).is_some_and(|next| next != path)
    });
    let end = end.unwrap_or(block.lines.len() - 1);
    let text = block.lines[at + 1..=end].concat();
    let text = text
        .trim_start()
        .strip_prefix(&format!("<{tag}>"))
        .unwrap_or(&text);
    let text = text.trim_start_matches('\n').trim_end();
    let text = text.strip_suffix(&close).unwrap_or(text);
    add(out, path, text.to_owned());
    Some(end + 1)
}

/// The path of a header at `at`, and the line after it: `==== File: a.py ====`, or `FILE: a.py` between two rules.
fn header(block: &Block<'_>, at: usize) -> Option<(String, usize)> {
    let line = block.line(at);
    if !line.starts_with(RULES) || line.len() > 400 {
        return None;
    }
    if is_rule(line) {
        let path = titled(block.line(at + 1), true)?;
        return is_rule(block.line(at + 2)).then_some((path, at + 3));
    }
    let inner = line.trim_end().trim_matches(|c| RULES.contains(&c));
    let (before, after) = (leading(line), leading_reversed(line.trim_end()));
    let comment = matches!(before, "//" | "#" | "--");
    if before.len() < 3 && !comment {
        return None;
    }
    let inner = inner.trim().trim_matches(|c| RULES.contains(&c)).trim();
    // A heading is no header of a packed file, and `--- a.py` one of a diff.
    let closed = after >= 3;
    if before.starts_with('#') && !closed {
        return None;
    }
    titled(inner, !closed || comment && after < 3).map(|path| (path, at + 1))
}

fn is_rule(line: &str) -> bool {
    let line = line.trim_end();
    line.len() >= 8 && line.starts_with(RULES) && line.chars().all(|c| line.starts_with(c))
}

fn leading(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches(|c| RULES.contains(&c)).len()]
}

fn leading_reversed(line: &str) -> usize {
    line.len() - line.trim_end_matches(|c| RULES.contains(&c)).len()
}

/// A path behind `File:`; also alone where the line says nothing else.
fn titled(text: &str, needs_title: bool) -> Option<String> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let title = [
        "file:",
        "filename:",
        "file name:",
        "path:",
        "begin file:",
        "start of file:",
        "begin:",
        "start file:",
        "new file:",
    ];
    match title.iter().find(|title| lower.starts_with(**title)) {
        Some(title) => path::recognise(text[title.len()..].trim(), Care::Low),
        None if needs_title => None,
        None => path::recognise(text, Care::High),
    }
}

fn ends(line: &str) -> bool {
    let text = line
        .trim()
        .trim_matches(|c| RULES.contains(&c))
        .trim()
        .to_ascii_lowercase();
    line.starts_with(RULES)
        && (text.starts_with("end of file")
            || text.starts_with("end file")
            || text == "end"
            || text == "eof")
}

fn ruled(block: &Block<'_>, at: usize, out: &mut Out<'_>) -> Option<usize> {
    let (path, start) = header(block, at)?;
    let stop = (start..block.lines.len())
        .find(|index| header(block, *index).is_some() || ends(block.line(*index)))
        .unwrap_or(block.lines.len());
    let mut end = stop;
    if block.place == Place::InProse && stop == block.lines.len() {
        end = without_closing_words(block, start, stop);
    }
    let text = block.lines[start..end].concat();
    if text.trim().is_empty() {
        return None;
    }
    let text = text.trim_start_matches(['\n', '\r']);
    add(out, path, format!("{}\n", text.trim_end()));
    Some(
        if end == stop && stop < block.lines.len() && ends(block.line(stop)) {
            stop + 1
        } else {
            end
        },
    )
}

/// Where the last file of a message ends: a paragraph of prose may follow it.
fn without_closing_words(block: &Block<'_>, start: usize, stop: usize) -> usize {
    let blank = (start..stop)
        .rev()
        .skip_while(|at| block.line(*at).trim().is_empty())
        .find(|at| block.line(*at).trim().is_empty());
    let Some(blank) = blank else { return stop };
    let is_prose = |line: &str| {
        let line = line.trim();
        line.is_empty()
            || (line.starts_with(|c: char| c.is_ascii_uppercase())
                && line.ends_with(['.', '!', '?', ':'])
                && line.split(' ').count() > 2
                && !line.contains([';', '{', '}', '=', '(', '<']))
    };
    if (blank..stop).all(|at| is_prose(block.line(at))) {
        blank
    } else {
        stop
    }
}

fn add(out: &mut Out<'_>, path: String, text: String) {
    let language = Language::from_path(&path);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    // Packed files are often fenced each.
    let text = match lines.as_slice() {
        [first, inner @ .., last] if first.starts_with("```") && last.trim_end() == "```" => {
            inner.concat()
        }
        _ => text,
    };
    let text = super::listing::strip(&text).unwrap_or(text);
    out.drafts
        .add(Some(path), language, Content::Whole { text });
}
