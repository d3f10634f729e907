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

fn is_test_path(path: &str) -> bool {
    let path = path.replace('\\', "/");
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", &path));
    let stem = file.split('.').next().unwrap_or_default();
    folders.split('/').any(|folder| {
        matches!(
            folder.to_ascii_lowercase().as_str(),
            "test" | "tests" | "__tests__" | "spec" | "specs" | "testdata"
        )
    }) || file.contains(".test.")
        || file.contains(".spec.")
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_tests")
        || file == "conftest.py"
        || (file.ends_with(".java") && (stem.ends_with("Test") || stem.ends_with("Tests")))
}

/// Whether a node stands in test code: a test file, or in Rust a test function or module.
pub(crate) fn contains(node: Node<'_>, source: &Source<'_>) -> bool {
    if source.is_test {
        return true;
    }
    if source.grammar != Grammar::Rust {
        return false;
    }
    let mut at = Some(source.root);
    while let Some(outer) = at {
        if matches!(outer.kind(), "function_item" | "mod_item" | "impl_item")
            && has_test_attribute(outer, source)
        {
            return true;
        }
        at = if outer.id() == node.id() {
            None
        } else {
            outer.child_with_descendant(node)
        };
    }
    false
}

/// Whether a function is itself a test.
pub(crate) fn is_test_function(function: Node<'_>, source: &Source<'_>) -> bool {
    let name = || symbol::name(function, None, source).unwrap_or_default();
    match source.grammar {
        Grammar::Rust => attributes(function, source).any(is_test_attribute_of_function),
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

fn has_test_attribute(item: Node<'_>, source: &Source<'_>) -> bool {
    attributes(item, source).any(is_test_attribute)
}

/// The attributes before an item of Rust.
fn attributes<'t>(item: Node<'t>, source: &Source<'t>) -> impl Iterator<Item = &'t str> {
    std::iter::successors(item.prev_sibling(), |before| before.prev_sibling())
        .take_while(|node| {
            matches!(
                node.kind(),
                "attribute_item" | "line_comment" | "block_comment"
            )
        })
        .filter(|node| node.kind() == "attribute_item")
        .map(|node| source.text_of(node))
}

/// The attribute compiles its item for tests only.
fn is_test_attribute(attribute: &str) -> bool {
    let inner = inner(attribute);
    inner.starts_with("cfg(test)")
        || inner.starts_with("cfg(all(test,")
        || is_test_attribute_of_function(attribute)
}

/// The attribute makes its function a test.
fn is_test_attribute_of_function(attribute: &str) -> bool {
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
        ] {
            assert!(is_test_path(path), "{path}");
        }
        for path in [
            "src/latest.rs",
            "contest.py",
            "src/attestation/a.go",
            "Protest.java.txt",
            "testing.rs",
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
