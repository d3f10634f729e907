//! Grades.

use crate::support::{file, of_rule, request, review, score, try_review};
use gansauditor_audit::domain::{Coverage, JudgeKind, Severity};
use gansauditor_audit::ports::{Judge, JudgeError};
use gansauditor_audit::rubric::{CORRECTNESS, SECURITY, TESTS};
use gansauditor_judge::StaticJudge;
use std::time::Duration;

const GOOD: &str = "\"\"\"Sums.\"\"\"\n\n\ndef total(prices):\n    \"\"\"The sum of the prices.\"\"\"\n    return sum(prices)\n";
const BAD: &str = "def run(source):\n    return eval(source)\n";

#[test]
fn good_code_gets_full_marks_and_no_finding_but_the_hint() {
    let report = review(vec![file("good.py", GOOD)]);
    assert_eq!(report.coverage, Coverage::Whole);
    assert!(
        report.scores.iter().all(|(_, score)| score.get() == 100.0),
        "{:?}",
        report.scores
    );
    assert!(
        report
            .findings
            .iter()
            .all(|finding| finding.severity == Severity::Info),
        "{:?}",
        report.findings
    );
    assert_eq!(score(&report, TESTS), None);
}

#[test]
fn same_input_same_report() {
    let files = || {
        vec![
            file("bad.py", BAD),
            file("good.py", GOOD),
            file("x.js", "if (a == b) { eval(c) }\n"),
        ]
    };
    let first = review(files());
    for _ in 0..5 {
        assert_eq!(review(files()), first);
    }
}

#[test]
fn clean_code_beside_bad_code_does_not_make_it_better() {
    let alone = score(&review(vec![file("bad.py", BAD)]), SECURITY);
    let mut padded = vec![file("bad.py", BAD)];
    padded.extend((0..20).map(|n| file(&format!("good_{n}.py"), GOOD)));
    assert_eq!(score(&review(padded), SECURITY), alone);
    assert_eq!(alone, Some(75.0));
}

#[test]
fn code_that_does_not_parse_scores_nothing() {
    let report = review(vec![
        file("a.py", "def f(:\n    return 1\n"),
        file("good.py", GOOD),
    ]);
    let errors = of_rule(&report, "generic/syntax-error");
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].severity, Severity::Blocker);
    assert_eq!(score(&report, CORRECTNESS), Some(0.0));
    assert_eq!(report.scores.len(), 1, "nothing else can be graded");
}

#[test]
fn tests_are_graded_when_there_are_some() {
    let hollow = "def test_nothing():\n    x = 1\n";
    let report = review(vec![file("tests/test_a.py", hollow)]);
    assert_eq!(score(&report, TESTS), Some(92.0));
    assert_eq!(of_rule(&report, "generic/test-without-check").len(), 1);
}

#[test]
fn a_flood_of_one_finding_is_cut_and_counted() {
    let report = review(vec![file("a.py", &"eval(x)\n".repeat(50))]);
    let evals = of_rule(&report, "python/eval");
    assert_eq!(evals.len(), 20);
    assert!(
        evals[19].message.contains("30 more"),
        "{}",
        evals[19].message
    );
}

#[test]
fn says_who_it_is() {
    let judge = StaticJudge::new();
    let identity = judge.identity();
    assert_eq!(
        (identity.name.as_str(), identity.kind),
        ("static", JudgeKind::Static)
    );
    assert!(identity.deterministic);
    assert!(
        identity
            .version
            .starts_with(concat!(env!("CARGO_PKG_VERSION"), "+rules."))
    );
}

#[test]
fn stops_when_cancelled_or_late() {
    let cancelled = request(vec![file("good.py", GOOD)]);
    cancelled.cancel.cancel();
    assert_eq!(try_review(&cancelled), Err(JudgeError::Cancelled));
    let late = gansauditor_audit::ports::JudgeRequest {
        time: Duration::ZERO,
        ..request(vec![file("good.py", GOOD)])
    };
    assert!(matches!(
        try_review(&late),
        Err(JudgeError::TimedOut { .. })
    ));
}
