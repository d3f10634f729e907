//! The operator's configuration.

use crate::support::{Script, app, review};
use gansauditor_audit::domain::JudgeKind;
use gansauditor_audit::ports::Judge as _;
use gansauditor_judge::{ToolsConfig, ToolsError};
use serde_json::{Value, json};

fn tool(extra: Value) -> Value {
    let mut tool = json!({"command": ["sh"], "files": ["*.py"]});
    for (field, value) in extra.as_object().unwrap() {
        tool[field] = value.clone();
    }
    json!({"tools": {"ruff": tool}})
}

fn error(config: &Value) -> String {
    ToolsConfig::read(&config.to_string())
        .unwrap_err()
        .to_string()
}

#[test]
fn judges_are_found_by_kind_and_name() {
    let config = ToolsConfig::read(
        &json!({
            "tools": {"ruff": {"command": ["sh"], "files": ["*.py"], "output": {"file": "x.sarif"},
                "grades": ["security"], "time_seconds": 20, "severity": {"error": "major"},
                "environment": {"A": "b"}, "pass": ["PATH"], "category": "style", "output": "stdout"}},
            "checks": {"tests": {"command": ["sh", "-c", "true"], "severity": "critical", "time_seconds": 60}},
        })
        .to_string(),
    )
    .unwrap();
    let names: Vec<&str> = config.names().collect();
    assert_eq!(names, ["check:tests", "sarif:ruff"]);
    let judge = config.judge("sarif:ruff").unwrap();
    assert_eq!(judge.identity().name, "sarif:ruff");
    assert_eq!(judge.identity().kind, JudgeKind::Tool);
    assert!(judge.identity().deterministic);
    for unknown in ["ruff", "sarif:tests", "check:ruff", ""] {
        assert!(config.judge(unknown).is_none());
    }
    assert_eq!(ToolsConfig::read("{}").unwrap().names().count(), 0);
}

#[test]
fn errors_name_the_tool_and_the_field() {
    for (extra, words) in [
        (json!({"comand": []}), ["tools.ruff: `comand`", "`command`"]),
        (
            json!({"command": "ruff"}),
            ["tools.ruff: `command`", "string"],
        ),
        (json!({"command": []}), ["tools.ruff: `command`", "empty"]),
        (
            json!({"command": ["a\0"]}),
            ["tools.ruff: `command`", "NUL"],
        ),
        (json!({"files": []}), ["tools.ruff: `files`", "empty"]),
        (json!({"files": ["a["]}), ["tools.ruff: `files`", "a["]),
        (json!({"files": null}), ["tools.ruff: `files`", "null"]),
        (
            json!({"output": {"file": "../x"}}),
            ["tools.ruff: `output`", "`..`"],
        ),
        (
            json!({"output": {"file": "/x"}}),
            ["tools.ruff: `output`", "absolute"],
        ),
        (
            json!({"output": "stderr"}),
            ["tools.ruff: `output`", "stderr"],
        ),
        (
            json!({"grades": ["beauty"]}),
            ["tools.ruff: `grades`", "beauty"],
        ),
        (
            json!({"time_seconds": 0}),
            ["tools.ruff: `time_seconds`", "between 1 and"],
        ),
        (
            json!({"time_seconds": "20"}),
            ["tools.ruff: `time_seconds`", "string"],
        ),
        (
            json!({"severity": {"error": "bad"}}),
            ["tools.ruff: `severity`", "bad"],
        ),
        (
            json!({"severity": {"fatal": "major"}}),
            ["tools.ruff: `severity`", "fatal"],
        ),
        (json!({"pass": ["A=B"]}), ["tools.ruff: `pass`", "A=B"]),
        (
            json!({"environment": {"": "x"}}),
            ["tools.ruff: `environment`", "variable"],
        ),
        (json!({"version": []}), ["tools.ruff: `version`", "empty"]),
        (
            json!({"version": ["sh", "-c", "echo no >&2; exit 3"]}),
            ["tools.ruff: `version`", "exit status 3: no"],
        ),
        (
            json!({"version": ["sh", "-c", "true"]}),
            ["tools.ruff: `version`", "nothing"],
        ),
    ] {
        let error = error(&tool(extra));
        for word in words {
            assert!(error.contains(word), "{word:?} is not in: {error}");
        }
    }
    assert!(
        error(&json!({"tools": {"x": {"command": ["sh"]}}}))
            .contains("tools.x: `files` is missing")
    );
    assert!(error(&json!({"tool": {}})).contains("`tool`"));
    assert!(error(&json!({"tools": {"a b": {}}})).contains("`a b`"));
    assert!(
        error(&json!({"checks": {"t": {"command": ["sh"], "grades": []}}}))
            .contains("checks.t: `grades`")
    );
    assert!(error(&json!([])).contains("object"));
    assert!(
        ToolsConfig::read("{")
            .unwrap_err()
            .to_string()
            .contains("line 1")
    );
}

#[test]
fn a_missing_program_is_told_as_such() {
    for program in [
        "no-such-program-anywhere",
        "./sh",
        "bin/sh",
        "/no/such/program",
        "/etc",
    ] {
        let config = tool(json!({"command": [program]}));
        let error = ToolsConfig::read(&config.to_string()).unwrap_err();
        assert!(
            matches!(&error, ToolsError::MissingProgram { owner, program: named, .. } if owner == "tools.ruff" && named == program),
            "{error}"
        );
        assert!(error.to_string().contains("PATH"));
    }
}

#[test]
fn the_version_changes_with_the_configuration_and_the_program() {
    let version = |extra: Value| {
        let config = ToolsConfig::read(&tool(extra).to_string()).unwrap();
        config
            .judge("sarif:ruff")
            .unwrap()
            .identity()
            .version
            .clone()
    };
    assert_eq!(version(json!({})), version(json!({})));
    assert_ne!(version(json!({})), version(json!({"time_seconds": 7})));
    let told = version(json!({"version": ["sh", "-c", "echo; echo ruff 1.2.3; echo more"]}));
    assert!(told.ends_with(" (ruff 1.2.3)"), "{told}");
}

#[test]
fn a_configuration_can_be_read_inside_a_runtime() {
    crate::support::in_runtime(async {
        let config = tool(json!({"version": ["sh", "-c", "echo 1"]}));
        ToolsConfig::read(&config.to_string()).unwrap();
    });
}

#[test]
fn the_operators_path_is_that_of_the_programs() {
    let script = Script::new(r#"command -v inner > "$W/found""#);
    let bin = script.path("bin");
    std::fs::create_dir(&bin).unwrap();
    let inner = bin.join("inner");
    std::fs::copy("/bin/sh", &inner).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    review(
        &script.check(json!({"environment": {"PATH": path}})),
        vec![app()],
    );
    assert_eq!(script.left("found"), inner.display().to_string());
}

#[test]
fn the_configurations_of_the_guide_are_valid() {
    let guide = include_str!("../../TOOLS.md");
    let blocks: Vec<&str> = guide
        .split("```json\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let mut config: Value = serde_json::from_str(block).unwrap();
        for section in ["tools", "checks"] {
            for entry in config[section].as_object_mut().unwrap().values_mut() {
                // The programs are not on every machine.
                entry["command"][0] = json!("sh");
                entry.as_object_mut().unwrap().remove("version");
            }
        }
        let judges = ToolsConfig::read(&config.to_string()).unwrap();
        assert!(judges.names().count() >= 2);
    }
}
