//! What can be done with a file.

use super::grammar::Grammar;
use gansauditor_audit::domain::WorkFile;

/// What a file is to this judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// Code with rules.
    Code(Grammar),
    /// Data, markup, settings, prose: searched for secrets and conflict markers only, and not graded.
    Data,
    /// Not readable by this judge; why.
    Unknown(String),
}

/// Languages that are data or markup, or scripts of a few lines: covered without rules of their own.
const DATA: &[&str] = &[
    "awk",
    "bash",
    "batch",
    "cmake",
    "css",
    "diff",
    "dockerfile",
    "fish",
    "gitignore",
    "go-mod",
    "graphql",
    "hcl",
    "html",
    "ini",
    "json",
    "latex",
    "less",
    "makefile",
    "markdown",
    "nix",
    "properties",
    "protobuf",
    "sass",
    "scss",
    "sql",
    "toml",
    "wit",
    "xml",
    "yaml",
];

/// Extensions of text that is in no language.
const TEXT: &[&str] = &[
    "txt", "csv", "tsv", "log", "lock", "env", "rst", "adoc", "sum", "mod", "tmpl", "snap",
];

/// What a file is.
pub(crate) fn kind_of(file: &WorkFile) -> FileKind {
    let base = file.path.rsplit(['/', '\\']).next().unwrap_or_default();
    let extension = base
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    match &file.language {
        // Cython is not Python, though it goes by its name.
        Some(_) if matches!(extension.as_deref(), Some("pyx" | "pxd")) => {
            FileKind::Unknown("no rules for cython".into())
        }
        Some(language) => match Grammar::of(language) {
            Some(grammar) => FileKind::Code(grammar),
            None if DATA.contains(&language.name()) => FileKind::Data,
            None => FileKind::Unknown(format!("no rules for {language}")),
        },
        None if !file.named => {
            FileKind::Unknown("language unknown: name the file or label the fence".into())
        }
        // A name like LICENSE or .env, or an extension of plain text.
        None if extension
            .as_deref()
            .is_none_or(|extension| TEXT.contains(&extension)) =>
        {
            FileKind::Data
        }
        None => FileKind::Unknown("kind of file unknown".into()),
    }
}
