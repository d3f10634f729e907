//! How brackets, quotes and comments are written in each language: as much as it takes to read past them without a
//! grammar.

use super::grammar::Grammar;

/// A text in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quote {
    /// What opens and what closes it.
    pub(crate) mark: &'static str,
    /// It ends before its line does.
    pub(crate) one_line: bool,
    /// A backslash takes the next letter's meaning away.
    pub(crate) escapes: bool,
}

const fn line(mark: &'static str) -> Quote {
    Quote {
        mark,
        one_line: true,
        escapes: true,
    }
}

const fn block(mark: &'static str, escapes: bool) -> Quote {
    Quote {
        mark,
        one_line: false,
        escapes,
    }
}

/// The marks of a language.
pub(crate) struct Lexis {
    /// Begins a comment that goes to the end of its line.
    pub(crate) line_comment: &'static str,
    /// There are comments between `/*` and `*/`.
    pub(crate) block_comments: bool,
    /// Block comments may hold block comments.
    pub(crate) nested_comments: bool,
    /// Longer marks first.
    pub(crate) quotes: &'static [Quote],
    /// `'` may be something other than a quote: a lifetime, a separator of digits.
    pub(crate) doubtful_apostrophe: bool,
    /// Lines that begin with `#` are for the preprocessor.
    pub(crate) directives: bool,
    /// `/` may begin a regular expression, and a template may hold code.
    pub(crate) script: bool,
}

const C: Lexis = Lexis {
    line_comment: "//",
    block_comments: true,
    nested_comments: false,
    quotes: &[line("\""), line("'")],
    doubtful_apostrophe: true,
    directives: true,
    script: false,
};

const GO: Lexis = Lexis {
    quotes: &[line("\""), line("'"), block("`", false)],
    doubtful_apostrophe: false,
    directives: false,
    ..C
};

const JAVA: Lexis = Lexis {
    quotes: &[block("\"\"\"", true), line("\""), line("'")],
    ..GO
};

const PYTHON: Lexis = Lexis {
    line_comment: "#",
    block_comments: false,
    quotes: &[
        block("\"\"\"", true),
        block("'''", true),
        line("\""),
        line("'"),
    ],
    ..GO
};

const RUST: Lexis = Lexis {
    nested_comments: true,
    quotes: &[block("\"", true), line("'")],
    doubtful_apostrophe: true,
    ..GO
};

const SCRIPT: Lexis = Lexis {
    quotes: &[line("\""), line("'")],
    script: true,
    ..GO
};

impl Grammar {
    /// The marks of this language.
    pub(crate) fn lexis(self) -> &'static Lexis {
        match self {
            Self::C | Self::Cpp => &C,
            Self::Go => &GO,
            Self::Java => &JAVA,
            Self::JavaScript | Self::Tsx | Self::TypeScript => &SCRIPT,
            Self::Python => &PYTHON,
            Self::Rust => &RUST,
        }
    }
}
