//! What a text is, and what stands where in it.

use super::super::grammar::Grammar;
use super::super::source::Source;
use super::super::syntax_tree::{Descend, walk};
use gansauditor_audit::domain::WorkFile;

/// What kind of text is looked through.
pub(crate) enum Setting<'s, 't> {
    /// Code that was parsed.
    Code(&'s Source<'t>),
    /// A script or a recipe that was not.
    Script,
    /// Data that programs read.
    Data,
    /// Text for people.
    Prose,
}

/// Languages that are run or obeyed, though this judge has no rules for them.
const SCRIPTS: &[&str] = &[
    "awk",
    "bash",
    "batch",
    "cmake",
    "css",
    "dockerfile",
    "fish",
    "graphql",
    "hcl",
    "less",
    "makefile",
    "nix",
    "protobuf",
    "sass",
    "scss",
    "sql",
];

/// Languages of texts for people, and what quotes them.
const PROSE: &[&str] = &["markdown", "latex", "html", "xml", "diff"];

/// Extensions of texts for people, and of what tests record.
const PROSE_EXTENSIONS: &[&str] = &[
    "txt", "md", "rst", "adoc", "csv", "tsv", "log", "snap", "po", "srt",
];

impl Setting<'_, '_> {
    /// Of a file that is no code with rules.
    pub(crate) fn of(file: &WorkFile) -> Self {
        let base = file.path.rsplit(['/', '\\']).next().unwrap_or_default();
        let extension = base
            .rsplit_once('.')
            .map(|(_, extension)| extension.to_ascii_lowercase());
        let language = file.language.as_ref().map(|language| language.name());
        if language.is_some_and(|language| SCRIPTS.contains(&language)) {
            Self::Script
        } else if language.is_some_and(|language| PROSE.contains(&language))
            || extension
                .as_deref()
                .map_or(language.is_none(), |extension| {
                    PROSE_EXTENSIONS.contains(&extension)
                })
        {
            Self::Prose
        } else {
            Self::Data
        }
    }

    /// The language ends lines at U+2028 and U+2029.
    pub(super) fn breaks_at_separators(&self) -> bool {
        match self {
            Self::Code(source) => matches!(
                source.grammar,
                Grammar::JavaScript | Grammar::Tsx | Grammar::TypeScript
            ),
            Self::Script | Self::Data | Self::Prose => false,
        }
    }

    /// Where comments and texts stand.
    pub(super) fn parts(&self) -> Parts {
        let mut parts = Vec::new();
        if let Self::Code(source) = self {
            walk(source.root, |node| {
                let kind = node.kind();
                let part = if kind.contains("comment") {
                    Part::Comment
                } else if kind.contains("string") && node.is_named()
                    || matches!(
                        kind,
                        "char_literal"
                            | "character_literal"
                            | "rune_literal"
                            | "regex"
                            | "jsx_text"
                            | "text_block"
                    )
                {
                    Part::Text
                } else {
                    return Descend::Into;
                };
                parts.push((node.start_byte(), node.end_byte(), part));
                Descend::Over
            });
        }
        Parts(parts)
    }
}

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Code,
    Comment,
    Text,
}

/// Comments and texts of a file, in their order.
pub(super) struct Parts(Vec<(usize, usize, Part)>);

impl Parts {
    /// What stands at a byte.
    pub(super) fn at(&self, at: usize) -> Part {
        self.around(at).map_or(Part::Code, |(_, _, part)| part)
    }

    /// The comment or text around a byte.
    pub(super) fn around(&self, at: usize) -> Option<(usize, usize, Part)> {
        let after = self.0.partition_point(|(start, _, _)| *start <= at);
        let part = *self.0.get(after.checked_sub(1)?)?;
        (at < part.1).then_some(part)
    }
}
