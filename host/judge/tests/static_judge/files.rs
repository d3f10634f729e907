//! Which files are read, and what is said of the others.

use crate::support::{file, found, of_rule, review};
use gansauditor_audit::domain::{Coverage, WorkFile};

#[test]
fn a_language_without_rules_is_not_scored() {
    let report = review(vec![file("app.rb", "puts 1\n")]);
    assert!(
        matches!(&report.coverage, Coverage::Unscored(reason) if reason.contains("no rules for ruby"))
    );
    assert!(report.scores.is_empty() && report.covered.is_empty());
}

#[test]
fn beside_code_with_rules_it_makes_the_review_partial() {
    let report = review(vec![
        file("app.rb", "puts 1\n"),
        file("app.py", "print(1)\n"),
    ]);
    assert!(
        matches!(&report.coverage, Coverage::Partial(reason) if reason.contains("app.rb (no rules for ruby)"))
    );
    assert_eq!(report.covered, ["app.py"]);
    assert!(report.summary.contains("Not read: app.rb"));
}

#[test]
fn settings_alone_are_not_scored() {
    let report = review(vec![file("config.toml", "a = 1\n")]);
    assert!(matches!(&report.coverage, Coverage::Unscored(reason) if reason.contains("no code")));
    assert_eq!(report.covered, ["config.toml"]);
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
        assert!(
            matches!(report.coverage, Coverage::Unscored(_)),
            "{path}: {text:?}"
        );
    }
    let report = review(vec![file("__init__.py", ""), file("b.py", "print(1)\n")]);
    assert_eq!(report.coverage, Coverage::Whole);
    assert_eq!(report.covered.len(), 2);
}

#[test]
fn settings_beside_code_are_covered_and_searched_for_secrets() {
    let report = review(vec![
        file("app.py", "print(1)\n"),
        file(".env", "DB_PASSWORD=tr0ub4dor3x\n"),
    ]);
    assert_eq!(report.coverage, Coverage::Whole);
    assert_eq!(report.covered.len(), 2);
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
        ..file("snippet-1", "eval(x)\n")
    };
    let report = review(vec![snippet]);
    assert!(
        matches!(&report.coverage, Coverage::Unscored(reason) if reason.contains("label the fence"))
    );
}

#[test]
fn a_name_with_an_unknown_extension_is_not_taken_for_text() {
    let report = review(vec![
        file("app.py", "print(1)\n"),
        file("app.xyz", "eval(x)\n"),
    ]);
    assert!(matches!(report.coverage, Coverage::Partial(_)));
}

#[test]
fn no_files_are_no_work() {
    assert!(matches!(review(vec![]).coverage, Coverage::Unscored(_)));
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
