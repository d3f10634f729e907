//! What is test code: rules for production code do not hold there.

use super::grammar::Grammar;
use super::source::Source;
use super::symbol;
use gansauditor_audit::domain::WorkFile;
use tree_sitter::Node;

/// Whether a file is test code as a whole: its name is one that test runners pick up. A name that was made up says nothing.
pub(crate) fn is_test_file(file: &WorkFile) -> bool {
    file.named && is_test_path(&file.path)
}

/// Folders of tests, and of what tests use.
const FOLDERS: &[&str] = &[
    "test",
    "tests",
    "__tests__",
    "__mocks__",
    "spec",
    "specs",
    "testdata",
    "testing",
    "testutil",
    "testutils",
    "test-utils",
    "test_utils",
    "test-helpers",
    "test_helpers",
    "testhelpers",
    "integration-tests",
    "integration_tests",
    "unit-tests",
    "unit_tests",
    "e2e",
    "cypress",
];

fn is_test_path(path: &str) -> bool {
    let path = path.replace('\\', "/");
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", &path));
    let stem = file.split('.').next().unwrap_or_default();
    let is_java = [".java", ".kt", ".scala"]
        .iter()
        .any(|end| file.ends_with(end));
    let is_cpp = [".cc", ".cpp", ".cxx"]
        .iter()
        .any(|end| file.ends_with(end));
    folders
        .split('/')
        .any(|folder| FOLDERS.contains(&folder.to_ascii_lowercase().as_str()))
        || [".test.", ".spec.", ".cy.", ".e2e.", "-test.", "-spec."]
            .iter()
            .any(|part| file.contains(part))
        || stem.starts_with("test_")
        || ["_test", "_tests", "_spec", "_unittest"]
            .iter()
            .any(|end| stem.ends_with(end))
        || [
            "conftest.py",
            "tests.py",
            "test.py",
            "tests.rs",
            "test.rs",
            "test.js",
            "test.ts",
        ]
        .contains(&file)
        || (is_java || is_cpp) && ["Test", "Tests"].iter().any(|end| stem.ends_with(end))
        || is_java
            && (["TestCase", "Spec"].iter().any(|end| stem.ends_with(end))
                || stem
                    .strip_suffix("IT")
                    .is_some_and(|name| name.ends_with(|c: char| c.is_ascii_lowercase())))
}

/// Whether a node stands in test code: a test file, or in Rust a test function or module.
pub(crate) fn contains(node: Node<'_>, source: &Source<'_>) -> bool {
    source.is_test_at(node.start_byte())
}

/// Whether a function is itself a test.
pub(crate) fn is_test_function(function: Node<'_>, source: &Source<'_>) -> bool {
    let name = || symbol::name(function, None, source).unwrap_or_default();
    match source.grammar {
        Grammar::Rust => source.tests.has_function(function.start_byte()),
        Grammar::Python => {
            source.is_test && name().starts_with("test_")
                || name().starts_with("test_")
                    && symbol::enclosing(function, source).is_some_and(|s| s.starts_with("Test"))
        }
        Grammar::Go => {
            name().starts_with("Test")
                && source
                    .field(function, "parameters")
                    .is_some_and(|p| p.contains("*testing.T"))
        }
        Grammar::Java => {
            let mut cursor = function.walk();
            function.children(&mut cursor).any(|child| {
                child.kind() == "modifiers"
                    && ["@Test", "@ParameterizedTest", "@RepeatedTest"]
                        .iter()
                        .any(|name| {
                            source
                                .text_of(child)
                                .split_whitespace()
                                .any(|word| word.starts_with(name))
                        })
            })
        }
        // Tests of these languages are calls, told apart by the file's name alone.
        Grammar::C | Grammar::Cpp | Grammar::JavaScript | Grammar::Tsx | Grammar::TypeScript => {
            false
        }
    }
}

/// The attribute compiles its item for tests only.
pub(super) fn is_test_attribute(attribute: &str) -> bool {
    let inner = inner(attribute);
    inner.starts_with("cfg(test)")
        || inner.starts_with("cfg(all(test,")
        || is_test_attribute_of_function(attribute)
}

/// The attribute makes its function a test.
pub(super) fn is_test_attribute_of_function(attribute: &str) -> bool {
    let inner = inner(attribute);
    let path = inner.split(['(', ',', '=']).next().unwrap_or_default();
    matches!(path, "test" | "bench" | "rstest" | "test_case") || path.ends_with("::test")
}

fn inner(attribute: &str) -> String {
    attribute
        .trim_start_matches("#[")
        .trim_end_matches(']')
        .replace(char::is_whitespace, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_names_that_test_runners_pick_up() {
        for path in [
            "tests/a.rs",
            "src/__tests__/x.js",
            "a.test.ts",
            "test_a.py",
            "a_test.go",
            "src/FooTest.java",
            "x/conftest.py",
            "app/tests.py",
            "src/server-test.js",
            "login.cy.ts",
            "internal/testutil/server.go",
            "src/ServerIT.java",
            "base/strings_unittest.cc",
            "src/parser/tests.rs",
        ] {
            assert!(is_test_path(path), "{path}");
        }
        for path in [
            "src/latest.rs",
            "contest.py",
            "src/attestation/a.go",
            "Protest.java.txt",
            "testing.rs",
            "src/AUDIT.java",
            "latest.js",
            "src/LIMIT.java",
        ] {
            assert!(!is_test_path(path), "{path}");
        }
    }

    #[test]
    fn knows_the_attributes_of_tests() {
        for attribute in [
            "#[test]",
            "#[tokio::test]",
            "#[cfg(test)]",
            "#[tokio::test(flavor = \"x\")]",
            "#[cfg(all(test, unix))]",
        ] {
            assert!(is_test_attribute(attribute), "{attribute}");
        }
        for attribute in [
            "#[cfg(not(test))]",
            "#[derive(Debug)]",
            "#[cfg(feature = \"test\")]",
        ] {
            assert!(!is_test_attribute(attribute), "{attribute}");
        }
    }
}
