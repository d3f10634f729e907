//! Whether a submission holds tests, and whether they can fail.

use super::collector::{Collector, Place, Verdict, lines_of};
use super::source::Source;
use super::syntax_tree::{Descend, walk};
use super::test_code;
use gansauditor_audit::domain::{Category, Reported, Severity};

/// Words one of which stands in any test that can fail: assertions of the usual frameworks, and what makes a test fail on
/// its own account.
const CHECKS: &[&str] = &[
    "assert", "expect", "should", "verify", "check", "fail", "panic", "raise", "throw", "error",
    "fatal", "unwrap", "?;", "must", "require", "snapshot", "property", "quick", "ensure",
    "matches", "proptest", "compare", "golden", "try_", "?\n",
];

/// Reports test functions in which nothing can fail. Returns whether the file holds any test.
pub(crate) fn check(source: &Source<'_>, collector: &mut Collector<'_>) -> bool {
    let mut found = source.is_test;
    walk(source.root, |node| {
        if !source.kinds().functions.contains(&node.kind())
            || !test_code::is_test_function(node, source)
        {
            return Descend::Into;
        }
        found = true;
        let body = source
            .field(node, "body")
            .unwrap_or_default()
            .to_ascii_lowercase();
        if source.is_complete(node) && !CHECKS.iter().any(|word| body.contains(word)) {
            let verdict = Verdict {
                rule: "generic/test-without-check",
                category: Category::Testing,
                severity: Severity::Minor,
                cwe: None,
                advice: "Assert what the code under test must return or change.",
            };
            collector.report(&verdict, lines_of(node), || {
                (
                    "This test asserts nothing: it passes whatever the code returns.".to_owned(),
                    Place::of(node, source),
                )
            });
        }
        Descend::Over
    });
    found
}

/// The hint for a submission of code without any test. It counts against nothing: the tests may be elsewhere.
pub(crate) fn missing() -> Reported {
    Reported {
        rule: Some("generic/no-tests".to_owned()),
        category: Category::Testing,
        severity: Severity::Info,
        cwe: None,
        message: "The submission holds no test, so its tests were not graded.".to_owned(),
        advice: Some("Submit the tests along with the code they test.".to_owned()),
        location: None,
        symbol: None,
        anchor: String::new(),
    }
}
