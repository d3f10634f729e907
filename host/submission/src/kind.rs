//! What kind of file a name means: code, or what no judge of code can object to.
//!
//! A judge grades code. Documentation, configuration and data are read and screened, and must never hold work up. So
//! the tables here are wide, and a name that none of them knows is code only when its text looks like code.

mod names;

use crate::code;
use crate::language::Language;
use names::{CONFIGURATION, DATA, DOCUMENTATION};

/// Most bytes of a text that are looked at for signs of code.
const MAX_LOOK: usize = 64 * 1024;

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// A program, a script, a query, or a page or template with logic in it: a defect in it is a defect of the program.
    Code,
    /// Text for people: prose, licences, plain pages.
    Documentation,
    /// Text that says how something is set up, built, styled or shaped: settings, build recipes, style sheets, schemas.
    Configuration,
    /// All else: lock files, tables, snapshots, translations, keys, drawings.
    Data,
}

/// Extensions of templates: they make another file, whose name is what stands before the extension.
const TEMPLATES: &[&str] = &[
    "erb", "j2", "jinja", "jinja2", "tmpl", "gotmpl", "tpl", "hbs", "mustache", "njk", "liquid",
    "twig", "ejs",
];

/// Endings of copies and patterns of a file: they say nothing of its kind.
const COPIES: &[&str] = &[
    "in", "example", "sample", "dist", "template", "default", "defaults", "bak", "orig", "old",
    "tmp", "local",
];

/// Documents whose names are followed by all kinds of endings: `LICENSE-MIT`, `README.fr`, `COPYING.LESSER`.
const DOCUMENT_STEMS: &[&str] = &[
    "license",
    "licence",
    "copying",
    "notice",
    "readme",
    "changelog",
    "changes",
    "history",
    "authors",
    "contributors",
    "contributing",
    "copyright",
    "unlicense",
    "patents",
    "third-party",
    "thirdparty",
    "release-notes",
];

/// The kind of a file by its name, else its language, else the look of its text.
///
/// `language` is what is known besides the name (a fence's label); `text` is as much of the file as is known, and may
/// be empty. A name that no table holds is `Data`, unless its text looks like code.
pub fn file_kind(path: &str, language: Option<&Language>, text: &str) -> FileKind {
    let path = path.replace('\\', "/").to_ascii_lowercase();
    let base = path.rsplit('/').next().unwrap_or(&path);
    by_name(base, text)
        .or_else(|| language.map(|language| of_language(language.name(), text)))
        .unwrap_or_else(|| by_look(base, text))
}

/// Whether a base name is in the tables by its whole name, in the case that it usually has; so a heading `Build` is no
/// `BUILD` file.
pub(crate) fn is_known_name(base: &str) -> bool {
    let lower = base.to_ascii_lowercase();
    let listed = whole_name(&lower).is_some();
    let (starts_upper, any_lower) = (
        base.starts_with(|c: char| c.is_ascii_uppercase()),
        base.contains(|c: char| c.is_ascii_lowercase()),
    );
    let plain_word = !lower.contains(['.', '-', '_', '/']);
    // Plain words are names of files in capitals (`LICENSE`), or as the maker of a tool writes them (`Makefile`).
    listed && (!plain_word || (starts_upper && (!any_lower || lower.ends_with("file"))))
}

fn by_name(base: &str, text: &str) -> Option<FileKind> {
    if let Some(kind) = whole_name(base) {
        return Some(kind);
    }
    let (stem, extension) = base.rsplit_once('.').unwrap_or((base, ""));
    if COPIES.contains(&extension) && !stem.is_empty() {
        return by_name(stem, text);
    }
    if TEMPLATES.contains(&extension) {
        let of_page = Language::from_path(stem).is_some_and(|language| language.name() == "html");
        return by_name(stem, text)
            .filter(|_| !of_page)
            .or(Some(FileKind::Code));
    }
    if let Some(language) = Language::from_path(base) {
        return Some(of_language(language.name(), text));
    }
    if !extension.is_empty() {
        let dotted = format!(".{extension}");
        for (kind, table) in [
            (FileKind::Documentation, DOCUMENTATION),
            (FileKind::Configuration, CONFIGURATION),
            (FileKind::Data, DATA),
        ] {
            if table.extensions.contains(&extension) {
                return Some(kind);
            }
        }
        // `a.prettierrc`, `b.gitignore`: a setting of another's name.
        if let Some(kind) = whole_name(&dotted) {
            return Some(kind);
        }
    }
    let is_document = DOCUMENT_STEMS.iter().any(|document| {
        base.strip_prefix(document)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
    });
    is_document.then_some(FileKind::Documentation)
}

fn whole_name(base: &str) -> Option<FileKind> {
    [
        (FileKind::Documentation, DOCUMENTATION),
        (FileKind::Configuration, CONFIGURATION),
        (FileKind::Data, DATA),
    ]
    .into_iter()
    .find_map(|(kind, table)| table.names.contains(&base).then_some(kind))
}

/// A name that says nothing: the text decides.
fn by_look(base: &str, text: &str) -> FileKind {
    let start = crate::path::cut(text, MAX_LOOK);
    let lines: Vec<&str> = start.split_inclusive('\n').collect();
    if start.starts_with("#!") || !code::regions(&lines).is_empty() {
        FileKind::Code
    } else if base.starts_with('.') {
        // Dot files without a known extension are settings of some tool.
        FileKind::Configuration
    } else {
        FileKind::Data
    }
}

fn of_language(name: &str, text: &str) -> FileKind {
    match name {
        "markdown" | "latex" => FileKind::Documentation,
        "html" if !runs(text) => FileKind::Documentation,
        "css" | "scss" | "sass" | "less" | "hcl" | "protobuf" | "graphql" | "wit"
        | "dockerfile" | "makefile" | "cmake" | "yaml" | "toml" | "ini" | "properties"
        | "gitignore" | "go-mod" | "nix" | "xml" => FileKind::Configuration,
        "json" | "diff" => FileKind::Data,
        _ => FileKind::Code,
    }
}

/// Whether a page has logic in it: a script, a handler, a template's directive, or server code.
fn runs(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    [
        "<script",
        "javascript:",
        "{{",
        "{%",
        "<%",
        "<?php",
        "<?=",
        "v-on:",
        "x-data",
        "hx-on",
        "ng-",
    ]
    .iter()
    .any(|sign| text.contains(sign))
        || has_handler(&text)
}

/// Whether an attribute `onclick="..."` or its like is in the text.
fn has_handler(text: &str) -> bool {
    text.match_indices(" on").any(|(at, _)| {
        let rest = &text[at + 3..];
        let name = rest
            .bytes()
            .take_while(u8::is_ascii_lowercase)
            .take(24)
            .count();
        name > 2 && rest[name..].starts_with("=\"") | rest[name..].starts_with("='")
    })
}

#[cfg(test)]
mod tests;
