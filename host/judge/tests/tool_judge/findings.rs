//! From results to findings.

use crate::support::*;
use gansauditor_audit::domain::{Category, Coverage, Extent, Severity};
use serde_json::{Value, json};

#[test]
fn a_result_becomes_a_finding_whatever_the_exit_status() {
    let report = review_of(json!([at("R1", 3)]), json!([]));
    let finding = only(&report);
    assert_eq!(finding.rule.as_deref(), Some("tool/R1"));
    assert_eq!(finding.message, "about R1");
    assert_eq!(finding.severity, Severity::Minor);
    assert_eq!(finding.category, Category::Logic);
    assert_eq!(finding.anchor, "eval(x)");
    assert_eq!(found(&report), [("tool/R1", "app.py", 3)]);
    assert_eq!(report.coverage, Coverage::Whole);
    assert_eq!(report.covered(), ["app.py"]);
    assert_eq!(report.summary, "tool read 1 file and found 1 minor.");
}

#[test]
fn a_log_in_a_file_is_read_and_the_noise_beside_it_is_not() {
    let script = Script::new(r#"echo noise; mkdir -p out; cp "$W/log" out/log.sarif"#);
    script.leave("log", &log(json!([at("R1", 1)]), json!([])).to_string());
    let judge = script.tool(json!({"output": {"file": "out/log.sarif"}}));
    let report = review(&judge, vec![app()]);
    assert_eq!(found(&report), [("tool/R1", "app.py", 1)]);
}

#[test]
fn results_at_paths_of_windows_are_findings_in_the_files() {
    let uris = [
        r"C:\work\src\a.py",
        "file:///c:/work/src/a.py",
        "file:///C%3A/Work/src/a.py",
        r"src\a.py",
    ];
    for uri in uris {
        let result = with(at("R", 1), "locations", place(uri, 1));
        let script = Script::saying(&log(json!([result]), json!([])).to_string());
        let report = review(&script.tool(json!({})), vec![file("src/a.py", "x = 1\n")]);
        assert_eq!(found(&report), [("tool/R", "src/a.py", 1)], "{uri}");
        assert_eq!(report.remarks, [""; 0]);
    }
}

#[test]
fn a_result_that_could_be_in_several_files_is_left_out_with_a_remark() {
    let doubtful = with(at("R", 1), "locations", place(r"C:\work\src\a.py", 1));
    let outside = with(at("R", 1), "locations", place(r"C:\work\other.py", 1));
    let log = log(json!([doubtful, outside, at("S", 1)]), json!([]));
    let script = Script::saying(&log.to_string());
    let files = ["a.py", "src/a.py", "app.py"].map(|path| file(path, "x = 1\n"));
    let report = review(&script.tool(json!({})), files.to_vec());
    assert_eq!(found(&report), [("tool/S", "app.py", 1)]);
    assert_eq!(report.remarks.len(), 1);
    let remark = &report.remarks[0];
    assert!(
        remark.starts_with("left out 1 of its results") && remark.contains(r"`C:\work\src\a.py`"),
        "{remark}"
    );
    assert!(matches!(&report.coverage, Coverage::Partial(why) if why.contains("left out")));
}

#[test]
fn several_runs_and_a_byte_order_mark_are_read() {
    let mut both = log(json!([at("A", 1)]), json!([]));
    let other = log(json!([at("B", 2)]), json!([]))["runs"][0].clone();
    both["runs"].as_array_mut().unwrap().push(other);
    let script = Script::saying(&format!("\u{feff}{both}"));
    let report = review(&script.tool(json!({})), vec![app()]);
    assert_eq!(
        found(&report),
        [("tool/A", "app.py", 1), ("tool/B", "app.py", 2)]
    );
}

#[test]
fn severity_comes_from_the_security_score_then_the_level_then_the_rule() {
    let severity = |result: Value, rule: Value| {
        let rule = with(rule, "id", json!("R"));
        let mut all = at("R", 1);
        for (field, value) in result.as_object().unwrap() {
            all[field] = value.clone();
        }
        only(&review_of(json!([all]), json!([rule]))).severity
    };
    let plain = json!({});
    assert_eq!(
        severity(json!({"level": "error"}), plain.clone()),
        Severity::Major
    );
    assert_eq!(
        severity(json!({"level": "note"}), plain.clone()),
        Severity::Info
    );
    assert_eq!(
        severity(json!({"level": "none"}), plain.clone()),
        Severity::Info
    );
    assert_eq!(
        severity(json!({"kind": "review"}), plain.clone()),
        Severity::Info
    );
    let error = json!({"defaultConfiguration": {"level": "error"}});
    assert_eq!(severity(plain.clone(), error.clone()), Severity::Major);
    assert_eq!(severity(json!({"level": "note"}), error), Severity::Info);
    let score = |score: Value| json!({"properties": {"security-severity": score}});
    assert_eq!(
        severity(plain.clone(), score(json!("9.8"))),
        Severity::Critical
    );
    assert_eq!(
        severity(plain.clone(), score(json!(7.0))),
        Severity::Critical
    );
    assert_eq!(severity(plain.clone(), score(json!("5"))), Severity::Major);
    assert_eq!(
        severity(plain.clone(), score(json!("0.1"))),
        Severity::Minor
    );
    assert_eq!(
        severity(plain.clone(), score(json!("NaN"))),
        Severity::Minor
    );
    assert_eq!(
        severity(score(json!("9")), score(json!("1"))),
        Severity::Critical
    );
}

#[test]
fn the_operator_says_what_levels_weigh() {
    let script = Script::saying(
        &log(
            json!([with(at("R", 1), "level", json!("error"))]),
            json!([]),
        )
        .to_string(),
    );
    let judge = script.tool(json!({"severity": {"error": "blocker"}, "category": "style"}));
    let report = review(&judge, vec![app()]);
    assert_eq!(only(&report).severity, Severity::Blocker);
    assert_eq!(only(&report).category, Category::Style);
}

#[test]
fn category_and_weakness_come_from_tags_and_taxonomies() {
    let rules = json!([
        {"id": "A", "properties": {"tags": ["security", "external/cwe/cwe-079"]}},
        {"id": "B", "properties": {"kind": "pycodestyle"}},
        {"id": "C", "relationships": [{"target": {"id": "78", "toolComponent": {"name": "CWE"}}}]},
        {"id": "D", "relationships": [{"target": {"id": "78", "toolComponent": {"name": "OTHER"}}}]},
    ]);
    let taxa = with(
        at("E", 1),
        "taxa",
        json!([{"id": "22", "toolComponent": {"index": 0}}]),
    );
    let mut all = log(
        json!([at("A", 1), at("B", 1), at("C", 1), at("D", 1), taxa]),
        rules,
    );
    all["runs"][0]["taxonomies"] = json!([{"name": "CWE"}]);
    let report = review(
        &Script::saying(&all.to_string()).tool(json!({})),
        vec![app()],
    );
    let of = |rule: &str| {
        let finding = report
            .findings
            .iter()
            .find(|f| f.rule.as_deref() == Some(rule));
        let finding = finding.unwrap();
        (finding.category.clone(), finding.cwe)
    };
    assert_eq!(of("tool/A"), (Category::Security, Some(79)));
    assert_eq!(of("tool/B"), (Category::Style, None));
    assert_eq!(of("tool/C"), (Category::Security, Some(78)));
    assert_eq!(of("tool/D"), (Category::Logic, None));
    assert_eq!(of("tool/E"), (Category::Security, Some(22)));
}

#[test]
fn messages_are_filled_in_from_the_rule() {
    let rules = json!([{
        "id": "A", "shortDescription": {"text": "short"},
        "messageStrings": {"default": {"text": "'{0}' hides '{1}'"}},
    }]);
    let message = |message: Value| {
        let report = review_of(json!([with(at("A", 1), "message", message)]), rules.clone());
        only(&report).message.clone()
    };
    assert_eq!(
        message(json!({"id": "default", "arguments": ["a", "b"], "markdown": "**no**"})),
        "'a' hides 'b'"
    );
    assert_eq!(message(json!({"text": "see [that](1)"})), "see that");
    assert_eq!(message(json!({"id": "unknown"})), "short");
    assert_eq!(
        message(json!({"text": "\u{1b}[31mred\u{1b}[0m\u{7}"})),
        "red"
    );
    assert_eq!(
        message(json!({"text": "x".repeat(9000)})).chars().count(),
        401
    );
}

#[test]
fn rules_are_found_by_index_and_in_extensions() {
    let mut all = log(
        json!([
            {"ruleIndex": 0, "message": {"text": "m"}, "locations": place("app.py", 1)},
            {"rule": {"index": 0, "toolComponent": {"index": 0}}, "message": {"text": "m"}, "locations": place("app.py", 2)},
            with(at("OWN/1", 4), "message", json!({})),
        ]),
        json!([{"id": "OWN", "shortDescription": {"text": "own"}}]),
    );
    all["runs"][0]["tool"]["extensions"] = json!([{"rules": [{"id": "EXT"}]}]);
    let report = review(
        &Script::saying(&all.to_string()).tool(json!({})),
        vec![app()],
    );
    assert_eq!(
        found(&report),
        [
            ("tool/OWN", "app.py", 1),
            ("tool/EXT", "app.py", 2),
            ("tool/OWN/1", "app.py", 4)
        ]
    );
    assert_eq!(report.findings[2].message, "own");
}

#[test]
fn advice_is_the_fix_or_what_the_rule_says_and_where_to_read_on() {
    let rules = json!([
        {"id": "A", "help": {"text": "help"}, "helpUri": "https://example.org/a"},
        {"id": "B", "help": {"text": "about B"}, "fullDescription": {"text": "full"}, "helpUri": "javascript:x"},
    ]);
    let fixed = with(
        at("A", 2),
        "fixes",
        json!([{"description": {"text": "Remove it"}}]),
    );
    let report = review_of(json!([at("A", 1), fixed, at("B", 3), at("C", 4)]), rules);
    let advice: Vec<Option<&str>> = report
        .findings
        .iter()
        .map(|f| f.advice.as_deref())
        .collect();
    assert_eq!(
        advice,
        [
            Some("help\nSee https://example.org/a"),
            Some("Remove it\nSee https://example.org/a"),
            Some("full"),
            None,
        ]
    );
}

#[test]
fn the_code_silences_nothing_and_the_operators_baseline_does() {
    let silenced =
        |rule: &str, suppression: Value| with(at(rule, 1), "suppressions", json!([suppression]));
    let report = review_of(
        json!([
            silenced("source", json!({"kind": "inSource", "status": "accepted"})),
            silenced("baseline", json!({"kind": "external"})),
            silenced(
                "accepted",
                json!({"kind": "external", "status": "accepted"})
            ),
            silenced(
                "rejected",
                json!({"kind": "external", "status": "rejected"})
            ),
        ]),
        json!([]),
    );
    assert_eq!(
        found(&report),
        [("tool/rejected", "app.py", 1), ("tool/source", "app.py", 1)]
    );
}

#[test]
fn what_is_no_defect_is_no_finding() {
    let report = review_of(
        json!([
            with(at("A", 1), "kind", json!("pass")),
            with(at("B", 1), "kind", json!("notApplicable")),
            with(at("C", 1), "baselineState", json!("absent")),
        ]),
        json!([]),
    );
    assert!(report.findings.is_empty());
    assert_eq!(report.summary, "tool read 1 file and found nothing.");
}

#[test]
fn only_lines_under_review_are_reported() {
    let mut changed = app();
    changed.extent = Extent::Changed(vec![3]);
    let over = json!([{"physicalLocation": {"artifactLocation": {"uri": "app.py"}, "region": {"startLine": 2, "endLine": 4}}}]);
    let before = json!([{"physicalLocation": {"artifactLocation": {"uri": "app.py"}, "region": {"startLine": 2, "endLine": 3, "endColumn": 1}}}]);
    let whole = json!([{"physicalLocation": {"artifactLocation": {"uri": "app.py"}}}]);
    let results = json!([
        at("old", 1),
        at("new", 3),
        at("after", 4),
        with(at("over", 2), "locations", over),
        with(at("before", 2), "locations", before),
        with(at("whole", 2), "locations", whole),
    ]);
    let script = Script::saying(&log(results, json!([])).to_string());
    let report = review(&script.tool(json!({})), vec![changed]);
    assert_eq!(
        found(&report),
        [("tool/over", "app.py", 2), ("tool/new", "app.py", 3)]
    );
    let whole = review(&script.tool(json!({})), vec![app()]);
    assert_eq!(whole.findings.len(), 6);
}

#[test]
fn a_line_that_is_not_there_leaves_the_file() {
    let report = review_of(json!([at("A", 99), at("B", 0)]), json!([]));
    for finding in &report.findings {
        let location = finding.location.as_ref().unwrap();
        assert_eq!((location.line, location.end_line), (None, None));
        assert_eq!(finding.anchor, "");
    }
    assert_eq!(report.findings.len(), 2);
}

#[test]
fn a_result_without_a_place_is_about_the_work() {
    let report = review_of(json!([with(at("A", 1), "locations", json!([]))]), json!([]));
    assert_eq!(only(&report).location, None);
}

#[test]
fn the_first_place_in_the_submission_counts() {
    let mut places = place("/usr/lib/x.py", 1);
    let own = place("file://@WORK@/app.py", 2)[0].clone();
    places.as_array_mut().unwrap().push(own);
    let report = review_of(json!([with(at("A", 1), "locations", places)]), json!([]));
    assert_eq!(found(&report), [("tool/A", "app.py", 2)]);
}

#[test]
fn our_folders_are_in_no_text() {
    let text = json!({"text": "@WORK@/app.py imports @WORK@"});
    let result = with(at("@WORK@.R", 1), "message", text.clone());
    let report = review_of(json!([result]), json!([{"id": "@WORK@.R", "help": text}]));
    let finding = only(&report);
    assert_eq!(finding.message, "app.py imports .");
    assert_eq!(finding.rule.as_deref(), Some("tool/..R"));
    assert!(!format!("{report:?}").contains("gansauditor-"));
}
