//! File names as labels. They are never opened here; they only have to be harmless and comparable.

use crate::kind;
use crate::language::{self, Language};

/// Longest path kept, in bytes.
const MAX_PATH: usize = 512;

/// Product names that read like file names when a line consists of one alone.
const NOT_FILES: &[&str] = &[
    "node.js",
    "vue.js",
    "next.js",
    "nuxt.js",
    "react.js",
    "express.js",
    "three.js",
    "d3.js",
    "angular.js",
    "nest.js",
    "ember.js",
    "backbone.js",
    "deno.js",
    "chart.js",
    "asp.net",
    "socket.io",
];

/// A path as a harmless relative label: forward slashes, no `.`, `..`, root or drive.
/// `None` when nothing is left, it is too long, or it holds characters that could deceive a reader.
pub(crate) fn normalise(path: &str) -> Option<String> {
    let path = path.trim();
    if path.len() > MAX_PATH || path.chars().any(deceptive) {
        return None;
    }
    let path = path.replace('\\', "/");
    let parts: Vec<&str> = path
        .split('/')
        .map(str::trim)
        .filter(|part| !nowhere(part))
        .collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// A path as [`normalise`] makes it, but with a `/` before it when it was absolute: the drafts take it off, and what the
/// path has in common with the workspace's root.
pub(crate) fn label(path: &str) -> Option<String> {
    let path = path.trim();
    let path = path.strip_prefix("file://").unwrap_or(path);
    let plain = normalise(path)?;
    let absolute = path.starts_with(['/', '\\'])
        || matches!(path.as_bytes(), [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic());
    Some(if absolute { format!("/{plain}") } else { plain })
}

/// A label without its root: below `root` it is the rest, elsewhere all of it without the leading `/`. Paths with a drive
/// are compared without regard to case, as their systems do.
pub(crate) fn below_root(label: &str, root: Option<&str>) -> String {
    let Some(absolute) = label.strip_prefix('/') else {
        return label.to_owned();
    };
    let root =
        root.and_then(|root| Some((normalise(root)?, root.contains(':') || root.contains('\\'))));
    let rest = root.and_then(|(root, loose)| {
        let head = absolute.get(..root.len())?;
        let same = head == root || (loose && head.eq_ignore_ascii_case(&root));
        absolute
            .get(root.len()..)
            .filter(|_| same)?
            .strip_prefix('/')
    });
    rest.unwrap_or(absolute).to_owned()
}

/// Parts that name no file below a root: none, this and the parent folder, a drive.
fn nowhere(part: &str) -> bool {
    matches!(part, "" | "." | "..")
        || matches!(part.as_bytes(), [drive, b':'] if drive.is_ascii_alphabetic())
}

/// Control characters, and format characters that hide or reorder text.
fn deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// How sure the place of a word makes it that the word is a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// The place is meant for a path: any extension will do.
    Low,
    /// The place is for prose as well: the extension must be a known one.
    High,
}

/// A word that is a path: normalised, or `None` when it does not look like one.
pub(crate) fn recognise(word: &str, care: Care) -> Option<String> {
    if word.contains("://")
        || word.ends_with(['/', '\\', '.', ','])
        || word.contains(['`', '"', '*', '<', '>', '|', '?', ';', '(', '{', '='])
    {
        return None;
    }
    let path = label(word)?;
    let base = path.rsplit('/').next().unwrap_or(&path);
    let known = Language::from_path(&path).is_some()
        || language::is_text_extension(extension(base).unwrap_or(""))
        || kind::is_known_name(base);
    let looks = match care {
        Care::Low if word.contains(char::is_whitespace) => known,
        Care::Low => known || path.contains('/') || extension(base).is_some(),
        Care::High => {
            known
                && !NOT_FILES.contains(&path.to_ascii_lowercase().as_str())
                && !word.contains(char::is_whitespace)
        }
    };
    looks.then_some(path)
}

/// The extension of a file name without its dot: 1 to 12 ASCII letters and digits, with at least one letter.
pub(crate) fn extension(base: &str) -> Option<&str> {
    let (_, extension) = base.rsplit_once('.')?;
    let valid = (1..=12).contains(&extension.len())
        && extension.bytes().all(|b| b.is_ascii_alphanumeric())
        && extension.bytes().any(|b| b.is_ascii_alphabetic());
    valid.then_some(extension)
}

/// The longest prefix of at most `max` bytes that ends at a character.
pub(crate) fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_every_path_a_harmless_relative_label() {
        for (given, label) in [
            ("src/main.rs", Some("src/main.rs")),
            ("./src//main.rs", Some("src/main.rs")),
            ("..\\..\\etc\\passwd", Some("etc/passwd")),
            ("/etc/passwd", Some("etc/passwd")),
            ("C:\\Users\\a.cs", Some("Users/a.cs")),
            ("a/../b.rs", Some("a/b.rs")),
            ("..", None),
            ("", None),
            ("a\u{202e}b.rs", None),
            ("a\nb.rs", None),
        ] {
            assert_eq!(normalise(given).as_deref(), label, "{given:?}");
        }
        assert_eq!(normalise(&"x".repeat(MAX_PATH + 1)), None);
    }

    #[test]
    fn normalising_twice_changes_nothing_more() {
        for given in [
            "C:/C:/x",
            " a / b ",
            "./C:/d.rs",
            "a/ /b",
            "\\\\server\\share\\x.c",
        ] {
            if let Some(once) = normalise(given) {
                assert_eq!(normalise(&once), Some(once.clone()), "{given:?}");
            }
        }
    }

    #[test]
    fn an_absolute_path_below_the_root_is_the_relative_one_and_elsewhere_has_one_name() {
        for (given, root, path) in [
            ("/w/p/src/a.rs", Some("/w/p"), "src/a.rs"),
            ("/w/p/src/a.rs", Some("/w/p/"), "src/a.rs"),
            ("/w/pq/a.rs", Some("/w/p"), "w/pq/a.rs"),
            ("w/p/a.rs", Some("/w/p"), "w/p/a.rs"),
            ("/w/p/a.rs", None, "w/p/a.rs"),
            ("C:\\Work\\p\\a.cs", Some("c:/work/p"), "a.cs"),
            ("c:/other/a.cs", Some("C:\\work"), "other/a.cs"),
            ("file:///w/p/a.rs", Some("/w/p"), "a.rs"),
            ("./a.rs", Some("/w"), "a.rs"),
        ] {
            let label = label(given).unwrap();
            assert_eq!(below_root(&label, root), path, "{given}");
        }
    }

    #[test]
    fn tells_paths_from_words() {
        for word in [
            "src/main.rs",
            "app.py",
            "Makefile",
            "web/Dockerfile",
            "config.yaml",
            "notes.md",
            "LICENSE",
            ".gitattributes",
            "CODEOWNERS",
        ] {
            assert!(recognise(word, Care::High).is_some(), "{word}");
        }
        for word in [
            "Node.js",
            "e.g",
            "1.5",
            "https://a.b/c.rs",
            "and/or",
            "foo()",
            "main.",
            "a b.rs",
            "hello",
            "License",
            "Build",
        ] {
            assert!(recognise(word, Care::High).is_none(), "{word}");
        }
        assert!(recognise("bin/tool", Care::Low).is_some());
        assert!(recognise("ignore", Care::Low).is_none());
    }
}
