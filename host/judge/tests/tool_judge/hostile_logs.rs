//! Logs that are wrong, huge, or written to mislead.

use crate::support::*;
use gansauditor_audit::domain::Coverage;
use gansauditor_audit::ports::{JudgeError, JudgeFailure};
use serde_json::json;
use std::time::{Duration, Instant};

fn failure(script: &Script) -> (JudgeFailure, String) {
    match try_review(&script.tool(json!({})), &request(vec![app()])) {
        Err(JudgeError::Failed { kind, reason, .. }) => (kind, reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_bad_result_loses_itself_alone() {
    let results = json!([
        at("good", 1), 7, null, "text", [at("inner", 1)], {},
        {"ruleId": {"deep": []}, "message": 3, "locations": "x"},
        with(at("odd", 2), "locations", json!([{"physicalLocation": {"artifactLocation": {"uri": "app.py"}, "region": {"startLine": "2", "endLine": -1}}}])),
        with(at("level", 3), "level", json!(["error"])),
        with(at("index", 4), "ruleIndex", json!(99999)),
    ]);
    let report = review_of(results, json!([3, {"id": 5}, null]));
    let rules: Vec<&str> = report
        .findings
        .iter()
        .map(|f| f.rule.as_deref().unwrap())
        .collect();
    assert_eq!(rules, ["tool/odd", "tool/good", "tool/level", "tool/index"]);
    assert_eq!(
        report.coverage,
        Coverage::Partial("6 results could not be understood".to_owned())
    );
}

#[test]
fn depth_where_nothing_is_read_does_no_harm() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let text = log(json!([at("good", 1)]), json!([])).to_string();
    for at in [
        "\"level\":",
        "\"properties\":{\"x\":",
        "\"locations\":[{\"id\":",
    ] {
        let close = "}".repeat(at.matches('{').count()) + &"]".repeat(at.matches('[').count());
        let result = format!(
            "{{{at}{deep}{}}}",
            if at.contains("[{") { "}]" } else { &close }
        );
        let text = text.replace("\"results\":[", &format!("\"results\":[{result},"));
        let report = review(&Script::saying(&text).tool(json!({})), vec![app()]);
        assert_eq!(found(&report), [("tool/good", "app.py", 1)], "{at}");
    }
}

#[test]
fn the_worst_of_too_many_results_are_kept_and_the_rest_is_counted() {
    let mut results = vec![at("many", 1); 12_000];
    results[9_000] = with(at("worst", 2), "level", json!("error"));
    let report = review_of(json!(results), json!([]));
    assert_eq!(report.findings.len(), 1000);
    assert!(
        report
            .findings
            .iter()
            .any(|f| f.rule.as_deref() == Some("tool/worst"))
    );
    assert_eq!(
        report.coverage,
        Coverage::Partial("11000 more results are not listed".to_owned())
    );
}

#[test]
fn a_long_rule_at_many_results_takes_no_long_time() {
    let long = "a/".repeat(400_000);
    let rules = json!([{"id": "R", "fullDescription": {"text": long}, "properties": {"tags": vec![long.as_str(); 3]}}]);
    let mut results = vec![
        json!({"ruleIndex": 0, "message": {"id": "x"}, "locations": place("app.py", 1)});
        9_999
    ];
    results.push(at(&long, 1));
    let began = Instant::now();
    let report = review_of(json!(results), rules);
    assert_eq!(report.findings.len(), 1000);
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn a_log_beyond_the_limit_is_refused() {
    let (kind, reason) = failure(&Script::new("exec cat /dev/zero"));
    assert_eq!(kind, JudgeFailure::Oversized);
    assert!(reason.contains("16 MiB"), "{reason}");
    let script = Script::new("head -c 17000000 /dev/zero > out.sarif");
    let judge = script.tool(json!({"output": {"file": "out.sarif"}}));
    let error = try_review(&judge, &request(vec![app()])).unwrap_err();
    assert!(
        matches!(
            error,
            JudgeError::Failed {
                kind: JudgeFailure::Oversized,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn what_is_no_log_is_told_with_the_exit_status_and_the_end_of_standard_error() {
    let (kind, reason) = failure(&Script::new(
        r#"echo "cannot read $(pwd)/app.py in $HOME" >&2; exit 2"#,
    ));
    assert_eq!(kind, JudgeFailure::Broken);
    assert!(reason.contains("exit status 2"), "{reason}");
    assert!(reason.contains("cannot read app.py in ./home"), "{reason}");
    let (kind, reason) = failure(&Script::new("echo '[1, 2'"));
    assert_eq!(kind, JudgeFailure::Malformed);
    assert!(reason.contains("no SARIF log"), "{reason}");
}

#[test]
fn logs_that_say_nothing_are_failures_and_no_clean_bill() {
    for text in [
        "",
        "{}",
        "[]",
        "null",
        "7",
        r#"{"runs": []}"#,
        r#"{"runs": {"results": []}}"#,
        r#"{"runs": [{}]}"#,
        r#"{"runs": [{"results": null}]}"#,
        r#"{"runs": [7]}"#,
        r#"{"version": "1.0.0", "runs": [{"results": []}]}"#,
        r#"{"runs": [{"results": [], "invocations": [{"executionSuccessful": false}]}]}"#,
    ] {
        let script = Script::saying(text);
        let error = try_review(&script.tool(json!({})), &request(vec![app()])).unwrap_err();
        assert!(
            matches!(error, JudgeError::Failed { .. }),
            "{text}: {error}"
        );
    }
}

#[test]
fn findings_of_a_failed_run_are_kept_and_not_graded() {
    let mut all = log(json!([at("R", 1)]), json!([]));
    all["runs"][0]["invocations"] = json!([{
        "executionSuccessful": false,
        "toolExecutionNotifications": [{"level": "error", "message": {"text": "out of memory"}}],
    }]);
    let report = review(
        &Script::saying(&all.to_string()).tool(json!({})),
        vec![app()],
    );
    assert_eq!(report.findings.len(), 1);
    assert_eq!(
        report.coverage,
        Coverage::Unscored("tool says that its run failed: out of memory".to_owned())
    );
    assert!(report.covered().is_empty() && report.scores.is_empty());
}

#[test]
fn places_outside_the_submission_are_dropped() {
    let outside = |uri: &str| with(at("R", 1), "locations", place(uri, 1));
    let report = review_of(
        json!([
            outside("/etc/passwd"),
            outside("file:///etc/passwd"),
            outside("../../etc/passwd"),
            outside("%2e%2e/app.py"),
            outside("file://@WORK@/../home/app.py"),
            outside("other.py"),
            outside("app.py\u{0}"),
            outside("https://example.org/app.py"),
        ]),
        json!([]),
    );
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!(report.coverage, Coverage::Whole);
}

#[test]
fn a_link_or_a_pipe_in_the_place_of_the_log_is_not_read() {
    let outside = log(json!([at("R", 1)]), json!([])).to_string();
    for script in [
        r#"ln -s "$W/log" out.sarif"#,
        r#"mkdir d; cp "$W/log" "$HOME/log"; ln -s ../home/log out.sarif"#,
        "mkfifo out.sarif",
        "mkdir out.sarif",
        "true",
    ] {
        let script_file = Script::new(script);
        script_file.leave("log", &outside);
        let judge = script_file.tool(json!({"output": {"file": "out.sarif"}}));
        let error = try_review(&judge, &request(vec![app()])).unwrap_err();
        assert!(
            error.to_string().contains("left no log"),
            "{script}: {error}"
        );
    }
}
