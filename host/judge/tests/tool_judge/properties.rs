//! What holds for every log.

use crate::support::*;
use gansauditor_audit::domain::{Coverage, Extent};
use gansauditor_audit::ports::JudgeError;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Names of the standard, so that values get to where they are read.
const NAMES: &[&str] = &[
    "version",
    "runs",
    "tool",
    "driver",
    "extensions",
    "rules",
    "id",
    "results",
    "ruleId",
    "ruleIndex",
    "rule",
    "index",
    "toolComponent",
    "message",
    "text",
    "arguments",
    "locations",
    "physicalLocation",
    "artifactLocation",
    "uri",
    "uriBaseId",
    "region",
    "startLine",
    "endLine",
    "endColumn",
    "level",
    "kind",
    "suppressions",
    "status",
    "taxa",
    "taxonomies",
    "name",
    "fixes",
    "description",
    "properties",
    "tags",
    "security-severity",
    "originalUriBaseIds",
    "artifacts",
    "location",
    "invocations",
    "executionSuccessful",
    "toolExecutionNotifications",
    "messageStrings",
    "help",
    "helpUri",
    "relationships",
    "target",
    "baselineState",
];

const TEXTS: &[&str] = &[
    "",
    "app.py",
    "./src/../app.py",
    "src/b.py",
    "../app.py",
    "/etc/passwd",
    "file://@WORK@/app.py",
    "file://@WORK@/../app.py",
    "%61pp.py",
    "%ff",
    "ROOT",
    "2.1.0",
    "error",
    "note",
    "none",
    "pass",
    "fail",
    "inSource",
    "external",
    "accepted",
    "security",
    "CWE-79",
    "cwe",
    "79",
    "7.5",
    "{0} {1} {{",
    "[a](1)",
    "a](",
    "\u{1b}[31m",
    "\u{0}",
    "é",
    "R1",
    "R1/2",
    "https://example.org",
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => prop::sample::select(TEXTS).prop_map(|text| json!(text)),
        2 => (0u32..8).prop_map(|number| json!(number)),
        1 => any::<i64>().prop_map(|number| json!(number)),
        1 => any::<f64>().prop_map(|number| json!(number)),
        1 => any::<bool>().prop_map(|flag| json!(flag)),
        1 => ".{0,12}".prop_map(|text| json!(text)),
        1 => Just(Value::Null),
    ]
}

/// JSON with the standard's names at any place.
fn anything() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec((prop::sample::select(NAMES), inner), 0..6).prop_map(|fields| {
                Value::Object(
                    fields
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

/// A result that is mostly right, with some of its fields anything.
fn result() -> impl Strategy<Value = Value> {
    (
        prop::sample::select(TEXTS),
        0u32..12,
        prop::collection::vec((prop::sample::select(NAMES), anything()), 0..4),
    )
        .prop_map(|(uri, line, fields)| {
            let mut result = with(at("R1", line), "locations", place(uri, line));
            for (name, value) in fields {
                result[name] = value;
            }
            result
        })
}

fn any_log() -> impl Strategy<Value = Value> {
    (
        prop::collection::vec(prop_oneof![3 => result(), 1 => anything()], 0..8),
        anything(),
        prop::collection::vec((prop::sample::select(NAMES), anything()), 0..3),
    )
        .prop_map(|(results, rules, fields)| {
            let mut all = log(json!(results), rules);
            for (name, value) in fields {
                all["runs"][0][name] = value;
            }
            all
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn findings_of_any_log_are_within_the_submission(
        log in prop_oneof![3 => any_log(), 1 => anything()],
        changed in any::<bool>(),
    ) {
        let script = Script::saying(&log.to_string());
        let mut first = app();
        if changed {
            first.extent = Extent::Changed(vec![2, 3]);
        }
        let files = vec![first, file("src/b.py", "one\n")];
        match try_review(&script.tool(json!({})), &request(files.clone())) {
            Ok(report) => {
                for finding in &report.findings {
                    prop_assert!(finding.rule.as_deref().is_some_and(|rule| rule.starts_with("tool/")));
                    prop_assert!(finding.message.chars().count() <= 401);
                    let shown = format!("{finding:?}");
                    prop_assert!(!shown.contains("/gansauditor-"), "{}", shown);
                    let Some(location) = &finding.location else { continue };
                    let named = files.iter().find(|file| file.path == location.path);
                    prop_assert!(named.is_some(), "{location:?}");
                    let lines: Vec<&str> = named.unwrap().text.lines().collect();
                    if let (Some(line), Some(end)) = (location.line, location.end_line) {
                        prop_assert!(1 <= line && line <= end && end as usize <= lines.len());
                        prop_assert_eq!(&finding.anchor, lines[line as usize - 1].trim());
                        prop_assert!(!changed || location.path != "app.py" || (line <= 3 && end >= 2));
                    }
                }
                for path in &report.covered() {
                    prop_assert!(files.iter().any(|file| file.path == *path));
                }
                if matches!(report.coverage, Coverage::Unscored(_)) {
                    prop_assert!(report.scores.is_empty());
                }
            }
            Err(error) => prop_assert!(matches!(error, JudgeError::Failed { .. }), "{error}"),
        }
    }

    #[test]
    fn any_path_is_written_in_the_folder_or_not_at_all(
        paths in prop::collection::hash_set("([a.]|\\.\\.|/|\\\\|C:|\u{0}|é| ){1,6}(\\.py)?", 1..6),
    ) {
        let script = Script::new(r#"find "$(pwd)/.." -type f | wc -l > "$W/count""#);
        let files: Vec<_> = paths.iter().map(|path| file(path, "x\n")).collect();
        let count = files.len();
        let report = review(&script.check(json!({"files": ["*"]})), files);
        prop_assert_eq!(report.checks.len(), 1);
        if script.path("count").exists() {
            prop_assert_eq!(script.left("count"), count.to_string());
        }
    }
}
