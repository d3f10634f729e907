//! The grammars that rules are written against.

use ast_grep_core::Language as AstLanguage;
use ast_grep_core::matcher::{Pattern, PatternBuilder, PatternError};
use ast_grep_core::tree_sitter::{LanguageExt, StrDoc, TSLanguage};
use gansauditor_audit::domain::Language;
use serde::Deserialize;
use std::borrow::Cow;

/// A tree-sitter grammar with rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grammar {
    /// C.
    C,
    /// C++.
    Cpp,
    /// Go.
    Go,
    /// Java.
    Java,
    /// JavaScript, JSX included.
    JavaScript,
    /// Python 3.
    Python,
    /// Rust.
    Rust,
    /// TypeScript with JSX.
    Tsx,
    /// TypeScript.
    TypeScript,
}

impl Grammar {
    /// Every grammar.
    pub const ALL: [Self; 9] = [
        Self::C,
        Self::Cpp,
        Self::Go,
        Self::Java,
        Self::JavaScript,
        Self::Python,
        Self::Rust,
        Self::Tsx,
        Self::TypeScript,
    ];

    /// The grammar for files of a language, if there is one.
    pub fn of(language: &Language) -> Option<Self> {
        match language.name() {
            "jsx" => Some(Self::JavaScript),
            name => Self::ALL.into_iter().find(|grammar| grammar.name() == name),
        }
    }

    /// Lower-case name, as rule files write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::C => "c",
            Self::Cpp => "cpp",
            Self::Go => "go",
            Self::Java => "java",
            Self::JavaScript => "javascript",
            Self::Python => "python",
            Self::Rust => "rust",
            Self::Tsx => "tsx",
            Self::TypeScript => "typescript",
        }
    }

    /// Folders whose rules apply to this grammar: a language that extends another inherits its rules.
    pub fn folders(self) -> &'static [&'static str] {
        match self {
            Self::C => &["c"],
            Self::Cpp => &["c", "cpp"],
            Self::Go => &["go"],
            Self::Java => &["java"],
            Self::JavaScript => &["javascript"],
            Self::Python => &["python"],
            Self::Rust => &["rust"],
            Self::Tsx | Self::TypeScript => &["javascript", "typescript"],
        }
    }
}

impl AstLanguage for Grammar {
    fn pre_process_pattern<'q>(&self, query: &'q str) -> Cow<'q, str> {
        match self.expando_char() {
            '$' => Cow::Borrowed(query),
            expando => Cow::Owned(with_expando(expando, query)),
        }
    }

    /// The letter that stands for `$` in patterns of languages where `$` cannot begin a name. The choices
    /// are those of the ast-grep command, so that rules behave alike in both.
    fn expando_char(&self) -> char {
        match self {
            Self::C | Self::Cpp => '𐀀',
            Self::Go | Self::Python | Self::Rust => 'µ',
            Self::Java | Self::JavaScript | Self::Tsx | Self::TypeScript => '$',
        }
    }

    fn kind_to_id(&self, kind: &str) -> u16 {
        self.get_ts_language().id_for_node_kind(kind, true)
    }

    fn field_to_id(&self, field: &str) -> Option<u16> {
        self.get_ts_language()
            .field_id_for_name(field)
            .map(std::num::NonZero::get)
    }

    fn build_pattern(&self, builder: &PatternBuilder<'_>) -> Result<Pattern, PatternError> {
        builder.build(|text| StrDoc::try_new(text, *self))
    }
}

impl LanguageExt for Grammar {
    fn get_ts_language(&self) -> TSLanguage {
        match self {
            Self::C => tree_sitter_c::LANGUAGE,
            Self::Cpp => tree_sitter_cpp::LANGUAGE,
            Self::Go => tree_sitter_go::LANGUAGE,
            Self::Java => tree_sitter_java::LANGUAGE,
            Self::JavaScript => tree_sitter_javascript::LANGUAGE,
            Self::Python => tree_sitter_python::LANGUAGE,
            Self::Rust => tree_sitter_rust::LANGUAGE,
            Self::Tsx => tree_sitter_typescript::LANGUAGE_TSX,
            Self::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
        }
        .into()
    }
}

/// Puts `expando` for each `$` that begins a meta-variable (`$A`, `$$A`, `$$$A`, `$$$`).
fn with_expando(expando: char, query: &str) -> String {
    let mut text = String::with_capacity(query.len());
    let mut dollars = 0;
    for c in query.chars().map(Some).chain([None]) {
        if c == Some('$') {
            dollars += 1;
            continue;
        }
        let variable = dollars == 3 || c.is_some_and(|c| matches!(c, 'A'..='Z' | '_'));
        text.extend(std::iter::repeat_n(
            if variable { expando } else { '$' },
            dollars,
        ));
        text.extend(c);
        dollars = 0;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_meta_variables_get_the_expando() {
        assert_eq!(
            with_expando('µ', "f($A, $$$REST, $$$)"),
            "f(µA, µµµREST, µµµ)"
        );
        assert_eq!(with_expando('µ', "'$5' $x $_"), "'$5' $x µ_");
        assert_eq!(with_expando('µ', "$$$"), "µµµ");
    }

    #[test]
    fn every_grammar_loads_and_is_found_by_its_name() {
        for grammar in Grammar::ALL {
            assert!(grammar.get_ts_language().node_kind_count() > 0);
            let read: Grammar = ast_grep_config::from_str(grammar.name()).unwrap();
            assert_eq!(read, grammar);
        }
    }
}
