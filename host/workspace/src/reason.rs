//! Why something is left out, in words.

/// Why a file or folder is left out. In the order in which they are said: what was asked for by name comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// An absolute path, or one with `..`.
    Outside,
    /// A link that leads out of the root, or nowhere.
    LinkOut,
    /// There is no such thing.
    Missing,
    /// `.git`.
    GitFolder,
    /// Likely a secret, by its name.
    Secret,
    /// Ignored, and asked for by name.
    Ignored,
    /// More paths were asked for than are looked at.
    TooManyAsked,
    /// Only the beginning is shown.
    Begun,
    /// It does not fit any more.
    NoRoom,
    /// It is too large to be read.
    TooLarge,
    /// It is not text.
    NotText,
    /// A link met on the way.
    Link,
    /// A repository inside.
    Nested,
    /// A pipe, a device, a socket.
    NotPlain,
    /// Its name is not text.
    BadName,
    /// Hidden, and not one that is known to matter.
    Hidden,
    /// The system refuses.
    Unreadable,
    /// A folder with more than is looked at, or met after that much was.
    TooMany,
    /// A folder whose ignore files are too large to be followed.
    Rules,
    /// There was no time left.
    NoTime,
}

impl Reason {
    /// What is said of one, and of many; after its name or "And 7 more".
    fn says(self) -> (&'static str, &'static str) {
        match self {
            Self::Outside => (
                "is outside the repository: only relative paths without `..` are read",
                "are outside the repository",
            ),
            Self::LinkOut => (
                "passes a symbolic link that leads out of the repository or nowhere",
                "pass symbolic links that lead out of the repository or nowhere",
            ),
            Self::Missing => ("does not exist", "do not exist"),
            Self::GitFolder => ("belongs to git and is never shown", "belong to git"),
            Self::Secret => (
                "may hold secrets, by its name, and is never shown",
                "may hold secrets, by their names",
            ),
            Self::Ignored => (
                "is ignored by .gitignore or .ignore",
                "are ignored by .gitignore or .ignore",
            ),
            Self::TooManyAsked => (
                "was not looked at: too many paths were asked for",
                "were not looked at: too many paths were asked for",
            ),
            Self::Begun => (
                "is shown in part: only its beginning",
                "are shown in part: only their beginnings",
            ),
            Self::NoRoom => (
                "does not fit in the room for context",
                "do not fit in the room for context",
            ),
            Self::TooLarge => ("is too large to be shown", "are too large to be shown"),
            Self::NotText => ("is not text (UTF-8)", "are not text (UTF-8)"),
            Self::Link => (
                "is a symbolic link, which is not followed",
                "are symbolic links, which are not followed",
            ),
            Self::Nested => (
                "is a repository of its own",
                "are repositories of their own",
            ),
            Self::NotPlain => ("is no plain file", "are no plain files"),
            Self::BadName => (
                "has a name that is not text (UTF-8)",
                "have names that are not text (UTF-8)",
            ),
            Self::Hidden => ("is hidden", "are hidden"),
            Self::Unreadable => ("cannot be read", "cannot be read"),
            Self::TooMany => (
                "was not looked into: there is more than is looked at",
                "were not looked into: there is more than is looked at",
            ),
            Self::Rules => (
                "was not looked into: its ignore files are too large to be followed",
                "were not looked into: their ignore files are too large to be followed",
            ),
            Self::NoTime => (
                "was not looked at: the time was up",
                "were not looked at: the time was up",
            ),
        }
    }

    /// Sentences for these paths: the first `named` by name, the others by number.
    pub(crate) fn sentences(self, paths: &[String], named: usize) -> Vec<String> {
        let (one, many) = self.says();
        let mut sentences: Vec<String> = paths
            .iter()
            .take(named)
            .map(|path| format!("{} {one}.", quote(path)))
            .collect();
        match paths.len().saturating_sub(named) {
            0 => {}
            1 => sentences.push(format!("And one more {one}.")),
            more => sentences.push(format!("And {more} more {many}.")),
        }
        sentences
    }
}

/// Longest name in a sentence, in characters.
const LONGEST_NAME: usize = 160;

/// A name within a sentence: on one line, of bounded length, unable to end its quotation.
fn quote(path: &str) -> String {
    let mut name = String::new();
    for (place, c) in path.chars().enumerate() {
        if place == LONGEST_NAME {
            name.push('…');
            break;
        }
        match c {
            '`' => name.push('\''),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                name.extend(c.escape_default());
            }
            c => name.push(c),
        }
    }
    format!("`{name}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_counted() {
        let paths: Vec<String> = (0..4).map(|n| format!("f{n}")).collect();
        assert_eq!(
            Reason::Missing.sentences(&paths, 2),
            [
                "`f0` does not exist.",
                "`f1` does not exist.",
                "And 2 more do not exist."
            ]
        );
        assert_eq!(
            Reason::Missing.sentences(&paths[..3], 2)[2],
            "And one more does not exist."
        );
    }

    #[test]
    fn a_name_cannot_leave_its_quotation() {
        assert_eq!(quote("a`\n`b"), "`a'\\n'b`");
        assert!(quote(&"x".repeat(5000)).chars().count() <= LONGEST_NAME + 3);
    }
}
