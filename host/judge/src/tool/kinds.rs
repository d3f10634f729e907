//! Which files a program is for.

use globset::{Error, GlobBuilder, GlobSet, GlobSetBuilder};

/// The kinds of files of a program, by their paths.
#[derive(Debug, Clone)]
pub(crate) struct Kinds(GlobSet);

impl Kinds {
    /// Of patterns with `*`, `?`, `**`, `[…]` and `{a,b}`. As in `.gitignore`, one without a slash is about the name in
    /// whatever folder.
    pub(crate) fn new(patterns: &[String]) -> Result<Self, Error> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            let anywhere = if pattern.contains('/') {
                pattern.trim_start_matches('/').to_owned()
            } else {
                format!("**/{pattern}")
            };
            set.add(
                GlobBuilder::new(&anywhere)
                    .literal_separator(true)
                    .build()?,
            );
        }
        set.build().map(Self)
    }

    /// Whether a file is of one of the kinds.
    pub(crate) fn include(&self, path: &str) -> bool {
        self.0.is_match(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_without_a_slash_are_about_names() {
        let kinds = |patterns: &[&str]| {
            Kinds::new(&patterns.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>()).unwrap()
        };
        let python = kinds(&["*.py", "*.pyi"]);
        assert!(python.include("a.py") && python.include("x/y/a.pyi"));
        assert!(!python.include("a.pyc") && !python.include("a.py/b.txt"));
        let sources = kinds(&["src/*.rs"]);
        assert!(sources.include("src/a.rs"));
        assert!(!sources.include("src/b/a.rs") && !sources.include("x/src/a.rs"));
        assert!(kinds(&["*"]).include("x/.y/z"));
        assert!(Kinds::new(&["a[".to_owned()]).is_err());
    }
}
