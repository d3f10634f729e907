//! Checks: evidence from an exit status.

use crate::support::*;
use gansauditor_audit::domain::{Category, CheckResult, Coverage, Extent, FragmentLine, Severity};
use gansauditor_audit::fingerprint::fingerprints;
use gansauditor_audit::ports::{Judge as _, JudgeReport};
use serde_json::json;
use std::time::{Duration, Instant};

fn outcome(report: &JudgeReport) -> (CheckResult, &str) {
    assert_eq!(report.checks.len(), 1);
    (report.checks[0].outcome, &report.checks[0].detail)
}

#[test]
fn a_check_that_passes_is_evidence_and_nothing_else() {
    let script = Script::new("echo '3 passed'");
    let report = review(&script.check(json!({})), vec![app()]);
    assert_eq!(outcome(&report), (CheckResult::Passed, "3 passed"));
    assert_eq!(report.checks[0].check, "tests");
    assert!(report.checks[0].provenance.starts_with("`sh "));
    assert!(report.findings.is_empty() && report.scores.is_empty() && !report.covered().is_empty());
    assert!(matches!(report.coverage, Coverage::Unscored(_)));
}

#[test]
fn a_check_that_fails_is_a_finding_too_always_the_same_one() {
    let script = Script::new(
        r#"printf '\033[31mFAILED\033[0m %s/app.py\r\n' "$(pwd)"; echo "took $$" >&2; exit 3"#,
    );
    let judge = script.check(json!({"severity": "blocker"}));
    let reports = [review(&judge, vec![app()]), review(&judge, vec![app()])];
    for report in &reports {
        let (result, detail) = outcome(report);
        assert_eq!(result, CheckResult::Failed);
        assert!(detail.starts_with("FAILED app.py\n"), "{detail}");
        let finding = only(report);
        assert_eq!(finding.rule.as_deref(), Some("check/tests"));
        assert_eq!(finding.message, "check `tests` failed with exit status 3");
        assert_eq!(finding.severity, Severity::Blocker);
        assert_eq!(finding.category, Category::Testing);
        assert_eq!(finding.advice.as_deref(), Some(detail));
        assert_eq!((&finding.location, finding.anchor.as_str()), (&None, ""));
    }
    let [one, other] = reports.map(|report| fingerprints(report.findings)[0].0.clone());
    assert_eq!(one, other);
}

#[test]
fn a_check_that_does_not_end_or_is_killed_is_an_error_and_no_finding() {
    let script = Script::new("echo began; exec sleep 1000");
    let report = review(&script.check(json!({"time_seconds": 1})), vec![app()]);
    let (result, detail) = outcome(&report);
    assert_eq!(result, CheckResult::Errored);
    assert!(
        detail.starts_with("did not end within 1.0 s") && detail.ends_with("began"),
        "{detail}"
    );
    assert!(detail.contains("`time_seconds`"), "{detail}");
    assert!(report.findings.is_empty());

    let script = Script::new("kill -9 $$");
    let report = review(&script.check(json!({})), vec![app()]);
    let (result, detail) = outcome(&report);
    assert_eq!(result, CheckResult::Errored);
    assert!(detail.starts_with("was ended by signal 9"), "{detail}");
    assert!(report.findings.is_empty());
}

#[test]
fn a_program_that_is_gone_is_an_error() {
    let script = Script::new("true");
    let program = script.path("program");
    std::fs::copy("/bin/sh", &program).unwrap();
    let judge = script.check(json!({"command": [program]}));
    std::fs::remove_file(program).unwrap();
    let report = review(&judge, vec![app()]);
    let (result, detail) = outcome(&report);
    assert_eq!(result, CheckResult::Errored);
    assert!(detail.starts_with("did not start"), "{detail}");
}

#[test]
fn a_program_that_may_not_be_run_or_is_none_is_an_error() {
    use std::os::unix::fs::PermissionsExt as _;
    let script = Script::new("true");
    for (text, mode) in [
        ("#!/bin/sh\n", 0o600),
        ("#!/no/such/shell\n", 0o700),
        ("no program\n", 0o700),
    ] {
        let program = script.path("program");
        let _ = std::fs::remove_file(&program);
        std::fs::copy("/bin/sh", &program).unwrap();
        let judge = script.check(json!({"command": [program]}));
        std::fs::write(&program, text).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(mode)).unwrap();
        let report = review(&judge, vec![app()]);
        let (result, detail) = outcome(&report);
        assert_eq!(result, CheckResult::Errored, "{text}");
        assert!(detail.starts_with("did not start"), "{detail}");
    }
}

#[test]
fn the_time_of_the_audit_ends_a_check_before_it_is_up_whatever_its_own_time_is() {
    // It hears no SIGTERM, and a child of it holds the output.
    let script = Script::new(r#"trap "" TERM; sleep 1000 & echo began; while :; do wait; done"#);
    let mut request = request(vec![app()]);
    request.time = Duration::from_secs(2);
    let judge = script.check(json!({"time_seconds": 600}));
    let began = Instant::now();
    let report = try_review(&judge, &request).unwrap();
    assert!(began.elapsed() < request.time, "{:?}", began.elapsed());
    let (result, detail) = outcome(&report);
    assert_eq!(result, CheckResult::Errored);
    assert!(
        detail.starts_with("did not end within 1.") && detail.contains("AUDIT_TIMEOUT_SECONDS"),
        "{detail}"
    );
    assert!(detail.ends_with("began"), "{detail}");
}

#[test]
fn a_check_says_that_it_is_one_and_a_tool_does_not() {
    let script = Script::new("true");
    assert_eq!(script.check(json!({})).check(), Some("tests"));
    assert_eq!(script.tool(json!({})).check(), None);
}

#[test]
fn the_end_of_a_long_output_is_shown() {
    let script = Script::new("yes | head -c 3000000; echo the end; exit 1");
    let report = review(&script.check(json!({})), vec![app()]);
    let (_, detail) = outcome(&report);
    assert!(detail.starts_with('…') && detail.ends_with("the end"));
    assert!(detail.chars().count() <= 4001);
    assert!(only(&report).advice.as_deref().unwrap().chars().count() <= 801);
}

#[test]
fn a_check_of_half_the_work_is_not_run() {
    let script = Script::new(r#"touch "$W/ran""#);
    let mut part = file("part.py", "x\n");
    part.extent = Extent::Fragment {
        lines: vec![FragmentLine {
            number: 1,
            added: true,
        }],
        removed: Vec::new(),
    };
    let report = review(&script.check(json!({})), vec![app(), part]);
    assert_eq!(
        outcome(&report),
        (
            CheckResult::Errored,
            "was not run: it was not given part.py (a part of a file): submit the whole file, or have the operator name the folder it is in (AUDIT_WORKSPACE)"
        )
    );
    assert!(!script.path("ran").exists());
}

#[test]
fn a_check_without_files_is_not_run_and_says_nothing() {
    let script = Script::new(r#"touch "$W/ran""#);
    let report = review(&script.check(json!({})), vec![file("a.rs", "")]);
    assert!(report.checks.is_empty() && report.findings.is_empty());
    assert_eq!(
        report.coverage,
        Coverage::Unscored("no files for tests".to_owned())
    );
    assert!(!script.path("ran").exists());
}
