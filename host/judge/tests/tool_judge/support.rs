//! Programs and reviews by them in few words.

use gansauditor_audit::domain::{Reported, WorkFile};
use gansauditor_audit::ports::{Judge, JudgeError, JudgeReport, JudgeRequest};
use gansauditor_judge::{ToolJudge, ToolsConfig};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(crate) use crate::reports::score;
pub(crate) use crate::requests::{file, in_runtime, request};

/// A tool or check that is a shell script, with a folder outside of its scratch where it may leave traces: `$W`.
pub(crate) struct Script {
    folder: TempDir,
}

impl Script {
    pub(crate) fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("script.sh"), script).unwrap();
        Self { folder }
    }

    /// A script that writes a log to its standard output and ends with status 1, as tools do that found something.
    /// `@WORK@` in the log is the folder it runs in.
    pub(crate) fn saying(log: &str) -> Self {
        let script = Self::new(r#"sed "s#@WORK@#$(pwd)#g" "$W/log"; exit 1"#);
        script.leave("log", log);
        script
    }

    pub(crate) fn leave(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the script left in a file of its folder.
    pub(crate) fn left(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name))
            .unwrap_or_default()
            .trim()
            .to_owned()
    }

    fn settings(&self, extra: Value) -> Value {
        let mut settings = json!({
            "command": ["sh", self.path("script.sh"), "{files}"],
            "environment": {"W": self.folder.path()},
            "files": ["*.py"],
        });
        for (field, value) in extra.as_object().unwrap() {
            match settings.get_mut(field).and_then(Value::as_object_mut) {
                Some(object) => object.extend(value.as_object().unwrap().clone()),
                None => settings[field] = value.clone(),
            }
        }
        settings
    }

    pub(crate) fn tool(&self, extra: Value) -> ToolJudge {
        let config = json!({"tools": {"tool": self.settings(extra)}});
        ToolsConfig::read(&config.to_string())
            .unwrap()
            .judge("sarif:tool")
            .unwrap()
    }

    pub(crate) fn check(&self, extra: Value) -> ToolJudge {
        let config = json!({"checks": {"tests": self.settings(extra)}});
        ToolsConfig::read(&config.to_string())
            .unwrap()
            .judge("check:tests")
            .unwrap()
    }
}

/// Four lines of code in `app.py`.
pub(crate) fn app() -> WorkFile {
    file("app.py", "import os\nimport sys\n  eval(x)\nlast = 1\n")
}

pub(crate) fn try_review(
    judge: &ToolJudge,
    request: &JudgeRequest,
) -> Result<JudgeReport, JudgeError> {
    in_runtime(judge.review(request))
}

pub(crate) fn review(judge: &ToolJudge, files: Vec<WorkFile>) -> JudgeReport {
    try_review(judge, &request(files)).unwrap()
}

/// The review of `app.py` by a tool that writes a log with these results and rules.
pub(crate) fn review_of(results: Value, rules: Value) -> JudgeReport {
    let script = Script::saying(&log(results, rules).to_string());
    review(&script.tool(json!({})), vec![app()])
}

pub(crate) fn log(results: Value, rules: Value) -> Value {
    json!({
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "T", "rules": rules}}, "results": results}],
    })
}

/// A result at a line of `app.py`.
pub(crate) fn at(rule: &str, line: u32) -> Value {
    json!({"ruleId": rule, "message": {"text": format!("about {rule}")}, "locations": place("app.py", line)})
}

pub(crate) fn place(uri: &str, line: u32) -> Value {
    json!([{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}}])
}

/// One field of an object replaced.
pub(crate) fn with(mut value: Value, field: &str, new: Value) -> Value {
    value[field] = new;
    value
}

pub(crate) fn only(report: &JudgeReport) -> &Reported {
    assert_eq!(report.findings.len(), 1, "{:#?}", report.findings);
    &report.findings[0]
}

/// Rule, path and first line of each finding.
pub(crate) fn found(report: &JudgeReport) -> Vec<(&str, &str, u32)> {
    report
        .findings
        .iter()
        .map(|finding| {
            let location = finding.location.as_ref();
            (
                finding.rule.as_deref().unwrap(),
                location.map_or("", |l| l.path.as_str()),
                location.and_then(|l| l.line).unwrap_or(0),
            )
        })
        .collect()
}

/// The files that were not read, each with the reason.
pub(crate) fn unread(report: &JudgeReport) -> String {
    let unread = report.readings.iter().filter(|reading| !reading.is_read());
    let unread: Vec<String> = unread
        .map(|reading| format!("{} ({})", reading.path, reading.reason))
        .collect();
    unread.join(", ")
}

/// Waits until something holds; fails when it does not within ten seconds.
pub(crate) fn eventually(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        std::thread::yield_now();
    }
}

/// A process is gone, or is only waiting to be noticed.
pub(crate) fn is_dead(pid: &str) -> bool {
    assert!(!pid.is_empty());
    match std::fs::read_to_string(Path::new("/proc").join(pid).join("stat")) {
        Ok(stat) => stat.rsplit(')').next().unwrap().trim().starts_with('Z'),
        Err(_) => true,
    }
}
