//! What this judge can do with a file.

use super::grammar::Grammar;
use gansauditor_audit::domain::{FileKind, WorkFile, file_kind};

/// What a file is to this judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Readable {
    /// Code with rules.
    Code(Grammar),
    /// Documentation, configuration, data: searched by the rules for text, and not graded; what it is.
    Text(&'static str),
    /// Code without rules; which.
    Nothing(String),
}

impl Readable {
    /// What a file is.
    pub(crate) fn of(file: &WorkFile) -> Self {
        let path = file.path.to_ascii_lowercase();
        // Cython is not Python, though it goes by its name.
        if path.ends_with(".pyx") || path.ends_with(".pxd") {
            return Self::Nothing("no judge here reads cython".to_owned());
        }
        if let Some(grammar) = file.language.as_ref().and_then(Grammar::of) {
            return Self::Code(grammar);
        }
        match file_kind(&file.path, file.language.as_ref(), &file.text) {
            FileKind::Documentation => Self::Text("documentation is searched and not graded"),
            FileKind::Configuration => Self::Text("configuration is searched and not graded"),
            FileKind::Data => Self::Text("data is searched and not graded"),
            FileKind::Code => Self::Nothing(match &file.language {
                Some(language) => format!("no judge here reads {language}"),
                None if !file.named => {
                    "its language is unknown; name the file or label the fence".to_owned()
                }
                None => "it looks like code in a language that no judge here knows".to_owned(),
            }),
        }
    }
}
