//! Which files are read, and what is said of the others.

use crate::support::{file, found, of_rule, review};
use gansauditor_audit::domain::{Coverage, ReadingClass, WorkFile};
use gansauditor_audit::ports::JudgeReport;

/// How far a file was read, and why no further.
fn class<'r>(report: &'r JudgeReport, path: &str) -> (ReadingClass, &'r str) {
    let reading = report.readings.iter().find(|reading| reading.path == path);
    let reading = reading.expect("the judge says what it made of every file");
    (reading.class, reading.reason.as_str())
}

#[test]
fn a_language_without_rules_is_unreadable_and_not_scored() {
    let report = review(vec![file("app.rb", "puts 1\n")]);
    let (class, reason) = class(&report, "app.rb");
    assert_eq!(class, ReadingClass::Unreadable);
    assert!(reason.contains("ruby"), "{reason}");
    assert!(report.scores.is_empty());
}

#[test]
fn beside_code_with_rules_it_is_named_and_the_code_is_graded() {
    let report = review(vec![
        file("app.rb", "puts 1\n"),
        file("app.py", "print(1)\n"),
    ]);
    assert_eq!(class(&report, "app.rb").0, ReadingClass::Unreadable);
    assert_eq!(class(&report, "app.py").0, ReadingClass::Graded);
    assert!(!report.scores.is_empty());
    assert!(report.summary.contains("Not read: app.rb"));
}

#[test]
fn settings_alone_are_screened_and_not_scored() {
    let report = review(vec![file("config.toml", "a = 1\n")]);
    assert_eq!(class(&report, "config.toml").0, ReadingClass::Screened);
    assert!(report.scores.is_empty());
}

#[test]
fn comments_alone_are_not_scored_and_do_no_harm_beside_code() {
    for (path, text) in [
        ("a.py", ""),
        ("a.py", "# nothing\n"),
        ("a.py", "\"\"\"Nothing.\"\"\"\n"),
        ("a.rs", "//! Nothing.\n/* at all */\n"),
        ("a.js", "// nothing\n"),
        ("a.c", "/* nothing */\n"),
    ] {
        let report = review(vec![file(path, text)]);
        assert_eq!(class(&report, path).0, ReadingClass::Screened, "{text:?}");
        assert!(report.scores.is_empty(), "{path}: {text:?}");
    }
    let report = review(vec![file("__init__.py", ""), file("b.py", "print(1)\n")]);
    assert_eq!(class(&report, "__init__.py").0, ReadingClass::Screened);
    assert_eq!(class(&report, "b.py").0, ReadingClass::Graded);
}

#[test]
fn settings_beside_code_are_covered_and_searched_for_secrets() {
    let report = review(vec![
        file("app.py", "print(1)\n"),
        file(".env", "DB_PASSWORD=tr0ub4dor3x\n"),
    ]);
    assert_eq!(report.coverage, Coverage::Whole);
    assert_eq!(report.covered().len(), 2);
    let secrets = of_rule(&report, "generic/secret");
    assert_eq!(secrets.len(), 1);
    assert!(
        !format!("{:?}", report.findings).contains("tr0ub4dor3x"),
        "a finding must not repeat the secret"
    );
}

#[test]
fn an_unnamed_snippet_of_an_unknown_language_is_not_guessed() {
    let snippet = WorkFile {
        named: false,
        language: None,
        ..file("snippet-1", "function f(a) { return eval(a); }\n")
    };
    let report = review(vec![snippet]);
    let (class, reason) = class(&report, "snippet-1");
    assert_eq!(class, ReadingClass::Unreadable);
    assert!(reason.contains("label the fence"), "{reason}");
}

#[test]
fn a_name_with_an_unknown_extension_that_holds_code_is_not_taken_for_text() {
    let code = "function f(a) {\n    return eval(a);\n}\n";
    let report = review(vec![file("app.xyz", code), file("app.abc", "some words\n")]);
    assert_eq!(class(&report, "app.xyz").0, ReadingClass::Unreadable);
    assert_eq!(class(&report, "app.abc").0, ReadingClass::Screened);
}

#[test]
fn a_header_that_is_not_c_is_read_as_cpp() {
    let header = "namespace shapes {\nclass Circle {\n public:\n  double area() const;\n};\n}\n";
    let report = review(vec![file("circle.h", header)]);
    assert!(
        of_rule(&report, "generic/syntax-error").is_empty(),
        "{:?}",
        found(&report)
    );
    assert!(report.summary.contains("(cpp)"));
}

#[test]
fn a_merge_conflict_blocks_and_is_told_once() {
    let text = "fn a() {\n<<<<<<< HEAD\n    b();\n=======\n    c();\n>>>>>>> topic\n}\n";
    let report = review(vec![file("a.rs", text)]);
    assert_eq!(of_rule(&report, "generic/merge-conflict").len(), 1);
    assert!(of_rule(&report, "generic/syntax-error").is_empty());
}

#[test]
fn the_hint_about_tests_is_given_once_and_only_without_tests() {
    let code = file("a.py", "def add(a, b):\n    return a + b\n");
    let report = review(vec![code.clone(), file("b.py", "x = 1\n")]);
    assert_eq!(of_rule(&report, "generic/no-tests").len(), 1);
    let tests = file(
        "tests/test_a.py",
        "def test_add():\n    assert add(1, 2) == 3\n",
    );
    assert!(of_rule(&review(vec![code, tests]), "generic/no-tests").is_empty());
}
