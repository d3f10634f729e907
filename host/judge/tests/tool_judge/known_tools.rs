//! Logs that real tools wrote: ruff 0.17.6, bandit 1.9.4, semgrep 1.182.0, eslint 10.15.0. `@WORK@` was their folder.

use crate::support::*;
use gansauditor_audit::domain::{Category, Coverage, Severity, WorkFile};
use gansauditor_audit::ports::JudgeReport;
use serde_json::json;

const APP: &str = "import os\nimport subprocess\n\n\ndef run(cmd):\n    eval(cmd)  # nosec  # noqa\n    subprocess.call(cmd, shell=True)\n    return undefined_name\n";

fn review_by(log: &str, files: Vec<WorkFile>) -> JudgeReport {
    let script = Script::saying(log);
    review(&script.tool(json!({"files": ["*.py", "*.js"]})), files)
}

fn summary(report: &JudgeReport) -> Vec<(&str, u32, Severity, &Category, Option<u32>)> {
    report
        .findings
        .iter()
        .map(|f| {
            (
                f.rule.as_deref().unwrap(),
                f.location.as_ref().unwrap().line.unwrap(),
                f.severity,
                &f.category,
                f.cwe,
            )
        })
        .collect()
}

#[test]
fn ruff() {
    let report = review_by(
        include_str!("logs/ruff.sarif"),
        vec![file("app.py", APP), file("broken.py", "def f(:\n")],
    );
    use Severity::Major;
    assert_eq!(
        summary(&report),
        [
            ("tool/F401", 1, Major, &Category::Logic, None),
            ("tool/S307", 6, Major, &Category::Security, None),
            ("tool/S602", 7, Major, &Category::Security, None),
            ("tool/F821", 8, Major, &Category::Logic, None),
            ("tool/invalid-syntax", 1, Major, &Category::Logic, None),
            ("tool/invalid-syntax", 1, Major, &Category::Logic, None),
        ]
    );
    assert_eq!(report.findings[0].anchor, "import os");
    assert_eq!(
        report.findings[0].advice.as_deref(),
        Some("Remove unused import: `os`\nSee https://docs.astral.sh/ruff/rules/unused-import")
    );
    // Its help is the pattern of its messages, and its description begins with a heading.
    let undefined = report.findings[3].advice.as_deref().unwrap();
    assert!(
        undefined.starts_with("Checks for uses of undefined names."),
        "{undefined}"
    );
}

#[test]
fn bandit() {
    let report = review_by(
        include_str!("logs/bandit.sarif"),
        vec![file("app.py", APP), file("broken.py", "def f(:\n")],
    );
    let security = Category::Security;
    assert_eq!(
        summary(&report),
        [
            ("tool/B404", 2, Severity::Info, &security, Some(78)),
            ("tool/B307", 6, Severity::Minor, &security, Some(78)),
            ("tool/B602", 7, Severity::Major, &security, Some(78)),
        ]
    );
    assert_eq!(report.covered(), ["app.py"]);
    assert_eq!(
        unread(&report),
        "broken.py (syntax error while parsing AST from file)"
    );
}

#[test]
fn semgrep() {
    let app = APP.replace("# nosec  # noqa", "# nosem");
    let report = review_by(
        include_str!("logs/semgrep.sarif"),
        vec![file("app.py", &app)],
    );
    assert_eq!(
        summary(&report),
        [(
            "tool/eval-call",
            6,
            Severity::Major,
            &Category::Security,
            Some(95)
        )]
    );
    assert_eq!(report.coverage, Coverage::Whole);
}

#[test]
fn eslint() {
    let report = review_by(
        include_str!("logs/eslint.sarif"),
        vec![
            file(
                "app.js",
                "var a = 1;\nfunction f(x) { if (x == NaN) { debugger; } } // eslint-disable-line\n",
            ),
            file("broken.js", "function ( {\n"),
        ],
    );
    let logic = Category::Logic;
    assert_eq!(
        summary(&report),
        [
            ("tool/no-unused-vars", 1, Severity::Major, &logic, None),
            ("tool/no-debugger", 2, Severity::Minor, &logic, None),
            ("tool/no-unused-vars", 2, Severity::Major, &logic, None),
            ("tool/use-isnan", 2, Severity::Major, &logic, None),
        ]
    );
    assert_eq!(
        unread(&report),
        "broken.js (Parsing error: Unexpected token ()"
    );
    assert_eq!(
        report.findings[0].advice.as_deref(),
        Some("Disallow unused variables\nSee https://eslint.org/docs/latest/rules/no-unused-vars")
    );
}
