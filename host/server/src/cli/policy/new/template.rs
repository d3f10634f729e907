//! What `policy new` writes, by language.

use clap::ValueEnum;

/// The generator that templates ask for: the release that this program's contract is built with.
const WIT_BINDGEN: &str = "0.60";

/// A path in the new folder, and the text with blanks for the policy's name.
pub(super) type File = (&'static str, &'static str);

/// A file of the repository, as it was when the program was built.
macro_rules! embedded {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $path))
    };
}

/// The language a policy is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Language {
    Rust,
    /// JavaScript, with an interpreter in the component
    Js,
    /// Python, with an interpreter in the component
    Python,
    /// C, with a compiler of 410 MB
    C,
}

impl Language {
    /// All files of a new policy but the contract.
    pub(super) fn files(self) -> impl Iterator<Item = File> {
        let own: &[File] = match self {
            Self::Rust => &RUST,
            Self::Js => &JS,
            Self::Python => &PYTHON,
            Self::C => &C,
        };
        own.iter().chain(&FIXTURES).copied()
    }
}

/// The contract, for every language.
pub(super) const CONTRACT: [File; 6] = [
    ("wit/completion.wit", embedded!("../../wit/completion.wit")),
    ("wit/feedback.wit", embedded!("../../wit/feedback.wit")),
    ("wit/policy.wit", embedded!("../../wit/policy.wit")),
    ("wit/stagnation.wit", embedded!("../../wit/stagnation.wit")),
    ("wit/types.wit", embedded!("../../wit/types.wit")),
    ("wit/world.wit", embedded!("../../wit/world.wit")),
];

/// The decisions that are expected, whatever the language.
const FIXTURES: [File; 4] = [
    (
        "fixtures/completes.json",
        embedded!("templates/rust/fixtures/completes.json"),
    ),
    (
        "fixtures/blocking-finding.json",
        embedded!("templates/rust/fixtures/blocking-finding.json"),
    ),
    (
        "fixtures/hard-stop.json",
        embedded!("templates/rust/fixtures/hard-stop.json"),
    ),
    (
        "fixtures/partial-review.json",
        embedded!("templates/rust/fixtures/partial-review.json"),
    ),
];

const RUST: [File; 5] = [
    ("Cargo.toml", embedded!("templates/rust/Cargo.toml.in")),
    ("README.md", embedded!("templates/rust/README.md.in")),
    (".gitignore", embedded!("templates/rust/gitignore")),
    ("src/lib.rs", embedded!("templates/rust/lib.rs.in")),
    (
        "src/feedback.rs",
        embedded!("templates/rust/feedback.rs.in"),
    ),
];

/// With the parts of a sample policy that are not its own: what is tried there is what others begin with.
const JS: [File; 7] = [
    ("package.json", embedded!("templates/js/package.json.in")),
    ("README.md", embedded!("templates/js/README.md.in")),
    (".gitignore", embedded!("templates/js/gitignore")),
    ("policy.js", embedded!("templates/js/policy.js.in")),
    (
        "policy.test.js",
        embedded!("templates/js/policy.test.js.in"),
    ),
    ("reading.js", embedded!("../../plugins/ratchet/reading.js")),
    (
        "feedback.js",
        embedded!("../../plugins/ratchet/feedback.js"),
    ),
];

/// As for JavaScript.
const PYTHON: [File; 7] = [
    (
        "requirements.txt",
        embedded!("../../plugins/dimension-floors/requirements.txt"),
    ),
    ("README.md", embedded!("templates/python/README.md.in")),
    (".gitignore", embedded!("templates/python/gitignore")),
    ("policy.py", embedded!("templates/python/policy.py.in")),
    (
        "test_policy.py",
        embedded!("templates/python/test_policy.py.in"),
    ),
    (
        "reading.py",
        embedded!("../../plugins/dimension-floors/reading.py"),
    ),
    (
        "feedback.py",
        embedded!("../../plugins/dimension-floors/feedback.py"),
    ),
];

/// As for JavaScript.
const C: [File; 16] = [
    ("Makefile", embedded!("templates/c/Makefile.in")),
    ("README.md", embedded!("templates/c/README.md.in")),
    (".gitignore", embedded!("templates/c/gitignore")),
    ("policy.c", embedded!("templates/c/policy.c.in")),
    (
        "requirements.txt",
        embedded!("../../plugins/strict-gate/requirements.txt"),
    ),
    (
        "conditions.c",
        embedded!("../../plugins/strict-gate/conditions.c"),
    ),
    (
        "conditions.h",
        embedded!("../../plugins/strict-gate/conditions.h"),
    ),
    (
        "feedback.c",
        embedded!("../../plugins/strict-gate/feedback.c"),
    ),
    (
        "feedback.h",
        embedded!("../../plugins/strict-gate/feedback.h"),
    ),
    ("files.c", embedded!("../../plugins/strict-gate/files.c")),
    ("files.h", embedded!("../../plugins/strict-gate/files.h")),
    ("memory.c", embedded!("../../plugins/strict-gate/memory.c")),
    (
        "reading.c",
        embedded!("../../plugins/strict-gate/reading.c"),
    ),
    (
        "reading.h",
        embedded!("../../plugins/strict-gate/reading.h"),
    ),
    ("text.c", embedded!("../../plugins/strict-gate/text.c")),
    ("text.h", embedded!("../../plugins/strict-gate/text.h")),
];

/// A text of a template, for a policy of this name.
pub(super) fn filled(template: &str, name: &str) -> String {
    template
        .replace("{{name}}", name)
        .replace("{{module}}", &name.replace('-', "_"))
        .replace("{{wit_bindgen}}", WIT_BINDGEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_open_in_any_language() {
        for language in Language::value_variants() {
            for (path, text) in language.files() {
                assert!(!filled(text, "my-policy").contains("{{"), "{path}");
            }
        }
    }
}
