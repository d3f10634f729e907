//! Which files a tool is given, and where.

use crate::support::*;
use gansauditor_audit::domain::{Coverage, Extent, FragmentLine, ReadingClass, WorkFile};
use serde_json::json;

fn silent(script: &str) -> Script {
    let script = Script::new(&format!("{script}\ncat \"$W/log\""));
    script.leave("log", &log(json!([]), json!([])).to_string());
    script
}

#[test]
fn files_are_written_at_their_paths_and_named_on_the_command_line() {
    let script = silent(
        r#"find . -type f | sort > "$W/tree"; printf '%s\n' "$@" > "$W/arguments"; cat -- './--x.py' > "$W/text"; pwd > "$W/pwd""#,
    );
    let report = review(
        &script.tool(json!({})),
        vec![
            file("src/a b.py", "1\n"),
            file("--x.py", "text\n"),
            file("./y//z.py", ""),
        ],
    );
    assert_eq!(script.left("tree"), "./--x.py\n./src/a b.py\n./y/z.py");
    assert_eq!(script.left("arguments"), "./src/a b.py\n./--x.py\n./y/z.py");
    assert_eq!(script.left("text"), "text");
    assert_eq!(report.covered(), ["src/a b.py", "--x.py", "./y//z.py"]);
    assert_eq!(report.coverage, Coverage::Whole);
    assert!(!std::path::Path::new(&script.left("pwd")).exists());
}

#[test]
fn settings_in_the_submission_do_not_reach_the_tool() {
    let script = silent(r#"find . -type f > "$W/tree""#);
    let report = review(
        &script.tool(json!({})),
        vec![app(), file("ruff.toml", "select = []\n")],
    );
    assert_eq!(script.left("tree"), "./app.py");
    let class = |path: &str| {
        report
            .readings
            .iter()
            .find(|r| r.path == path)
            .unwrap()
            .class
    };
    assert_eq!(class("app.py"), ReadingClass::Graded);
    assert_eq!(class("ruff.toml"), ReadingClass::Screened);
}

#[test]
fn paths_that_lead_out_are_not_written() {
    let script = silent(r#"find "$(pwd)/.." -type f > "$W/tree""#);
    let outside = script.path("planted.py").display().to_string();
    let bad = [
        "../up.py",
        "a/../../up.py",
        outside.as_str(),
        "C:\\x.py",
        "C:/x.py",
        "a\\b.py",
        "n\0.py",
        ".git/h.py",
    ];
    let mut files: Vec<_> = bad.iter().map(|path| file(path, "bad\n")).collect();
    files.push(app());
    let report = review(&script.tool(json!({})), files);
    assert!(
        script
            .left("tree")
            .lines()
            .all(|line| line.ends_with("/work/../work/app.py")),
        "{}",
        script.left("tree")
    );
    assert_eq!(script.left("tree").lines().count(), 1);
    assert!(!script.path("planted.py").exists());
    assert_eq!(report.covered(), ["app.py"]);
    for path in bad {
        assert!(
            unread(&report).contains(path),
            "{path:?}: {:?}",
            report.readings
        );
    }
}

#[test]
fn a_file_where_another_needs_a_folder_is_left_out() {
    let script = silent("true");
    let report = review(
        &script.tool(json!({})),
        vec![
            file("a.py", "1\n"),
            file("a.py/b.py", "2\n"),
            file("./a.py", "3\n"),
            file(&format!("{}.py", "x".repeat(300)), "4\n"),
        ],
    );
    assert_eq!(report.covered(), ["a.py"]);
    let reason = unread(&report);
    assert!(reason.contains("a.py/b.py (cannot be written"), "{reason}");
    assert!(reason.contains("./a.py (cannot be written"), "{reason}");
}

#[test]
fn parts_of_files_are_not_given() {
    let script = silent(r#"find . -type f > "$W/tree""#);
    let mut part = file("part.py", "def f(:\n");
    part.extent = Extent::Fragment {
        lines: vec![FragmentLine {
            number: 7,
            added: true,
        }],
        removed: Vec::new(),
    };
    let report = review(&script.tool(json!({})), vec![app(), part.clone()]);
    assert_eq!(script.left("tree"), "./app.py");
    assert_eq!(unread(&report), "part.py (a part of a file)");
    let report = review(&script.tool(json!({})), vec![part]);
    assert_eq!(
        report.coverage,
        Coverage::Unscored("no files for tool: part.py (a part of a file)".to_owned())
    );
}

#[test]
fn files_of_its_kinds_that_a_tool_is_not_given_are_remarked_on_with_what_to_do() {
    let script = silent("true");
    let part = |path: &str| {
        let mut part = file(path, "x = 1\n");
        part.extent = Extent::Fragment {
            lines: vec![FragmentLine {
                number: 7,
                added: true,
            }],
            removed: Vec::new(),
        };
        part
    };
    let remarks = |files: Vec<WorkFile>| review(&script.tool(json!({})), files).remarks;
    assert_eq!(
        remarks(vec![
            app(),
            part("a.py"),
            file("/etc/x.py", ""),
            part("b.py")
        ]),
        [
            "was not given a.py, b.py (a part of a file): submit the whole file, or have the operator name the folder it is in (AUDIT_WORKSPACE)",
            "was not given /etc/x.py (absolute path): name the file by a path relative to the folder of the project",
        ]
    );
    assert_eq!(
        remarks(vec![part("a.py")]).len(),
        1,
        "also when it has nothing to read"
    );
    let many = (0..25).map(|n| part(&format!("{n}.py"))).collect();
    assert!(remarks(many)[0].contains("9.py, 15 more (a part"));
    // What it is not for is no gap, and neither is a whole file of which lines are new.
    let mut changed = file("c.py", "x = 1\ny = 2\n");
    changed.extent = Extent::Changed(vec![2]);
    assert_eq!(remarks(vec![changed, part("README.md")]), [""; 0]);
}

#[test]
fn a_submission_cannot_bring_the_log() {
    let script = Script::new("true");
    let clean = log(json!([]), json!([])).to_string();
    let judge = script.tool(json!({"files": ["*"], "output": {"file": "out/log.sarif"}}));
    for path in ["out/log.sarif", "./out//log.sarif", "OUT/LOG.sarif"] {
        let error = try_review(&judge, &request(vec![app(), file(path, &clean)])).unwrap_err();
        assert!(error.to_string().contains("left no log"), "{path}: {error}");
    }
}

#[test]
fn a_file_that_the_tool_could_not_read_is_not_covered() {
    let script = silent("true");
    let notice = |level: &str, text: &str, path: &str| json!({"level": level, "message": {"text": text}, "locations": place(path, 1)});
    let mut all = log(json!([]), json!([]));
    all["runs"][0]["invocations"] = json!([{
        "executionSuccessful": false,
        "toolExecutionNotifications": [notice("error", "syntax error", "app.py"), notice("note", "read", "b.py")],
        "toolConfigurationNotifications": [notice("warning", "ignored", "c.py"), notice("error", "x", "/etc/y"),
            {"message": {"text": "Syntax error at line d.py:2:\n odd; see bb.py"}}],
    }]);
    script.leave("log", &all.to_string());
    let files = ["b.py", "c.py", "d.py"].map(|path| file(path, "1\n"));
    let report = review(
        &script.tool(json!({})),
        [vec![app()], files.to_vec()].concat(),
    );
    assert_eq!(report.covered(), ["b.py"]);
    assert_eq!(
        unread(&report),
        "app.py (syntax error), c.py (ignored), d.py (Syntax error at line d.py:2:  odd; see bb.py)"
    );
    let report = review(&script.tool(json!({})), vec![app()]);
    assert_eq!(
        report.coverage,
        Coverage::Unscored("tool could read nothing: app.py (syntax error)".to_owned())
    );
    assert!(report.scores.is_empty());
}
