//! `gansauditor audit`.

use crate::process::{Place, demo_version};

const EVIL: &str = "def total(text):\n    \"\"\"Adds up.\"\"\"\n    return eval(text)\n";

#[test]
fn the_exit_code_says_whether_the_work_is_complete() {
    let place = Place::new();
    place.write("rates.py", &demo_version(1));
    let ran = place.run(&["audit", "rates.py"]).exits(1);
    let report = ran.stdout();
    assert!(report.contains("rates.py:8"), "{report}");
    assert!(report.contains("REVISE"), "{report}");
    assert!(
        !report.contains('\u{1b}'),
        "colours only on a terminal: {report}"
    );
    place.write("rates.py", &demo_version(3));
    let report = place.run(&["audit", "rates.py"]).exits(0).stdout();
    assert!(report.contains("COMPLETE"), "{report}");
    assert!(
        !place.path().join("state").exists(),
        "without --session nothing is kept"
    );
}

#[test]
fn a_severity_can_be_what_fails() {
    let place = Place::new();
    place.write("rates.py", &demo_version(2));
    place
        .run(&["audit", "rates.py", "--fail-on", "critical"])
        .exits(1);
    place
        .run(&["audit", "rates.py", "--fail-on", "blocker"])
        .exits(0);
}

#[test]
fn a_session_goes_from_revise_to_complete() {
    let place = Place::new();
    for (version, code) in [(1, 1), (2, 1), (3, 0)] {
        place.write("rates.py", &demo_version(version));
        let ran = place.run(&[
            "audit",
            "--session",
            "rates",
            "--format",
            "json",
            "rates.py",
        ]);
        let answer = ran.exits(code).json();
        assert_eq!(answer["loopInfo"]["currentLoop"], version);
        assert_eq!(answer["sessionId"], "rates");
        assert!(
            answer["policy"]["digest"]
                .as_str()
                .unwrap()
                .starts_with("sha256:")
        );
    }
}

#[test]
fn sarif_follows_findings_from_run_to_run() {
    let place = Place::new();
    let audit = |version| {
        place.write("a b/rates.py", &demo_version(version));
        place
            .run(&[
                "audit",
                "--session",
                "s",
                "--format",
                "sarif",
                "a b/rates.py",
            ])
            .json()
    };
    let states = |log: &serde_json::Value, rule: &str| -> Vec<String> {
        log["runs"][0]["results"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|result| result["ruleId"] == rule)
            .map(|result| result["baselineState"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = audit(1);
    assert_eq!(first["version"], "2.1.0");
    assert_eq!(states(&first, "python/eval"), ["new"]);
    let place_of = &first["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place_of["artifactLocation"]["uri"], "a%20b/rates.py");
    let second = audit(2);
    assert_eq!(states(&second, "python/eval"), ["absent"]);
    assert_eq!(states(&second, "python/sql-text"), ["unchanged"]);
}

#[test]
fn stdin_takes_code_a_diff_and_what_an_agent_would_send() {
    let place = Place::new();
    place.feed(&["audit", "-"], EVIL.as_bytes()).exits(1);
    place
        .feed(
            &["audit", "-"],
            format!("Here:\n\n```python a.py\n{EVIL}```\n").as_bytes(),
        )
        .exits(1);
    let diff = "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n def total(text):\n-    return 1\n+    return eval(text)\n";
    let report = place
        .feed(&["audit", "-"], diff.as_bytes())
        .exits(1)
        .stdout();
    assert!(report.contains("a.py:2"), "{report}");
}

#[test]
fn a_diff_of_the_repository_judges_only_what_was_added() {
    let place = Place::new();
    place.git(&["init", "-q"]);
    place.write("old.py", EVIL);
    place.git(&["add", "."]);
    place.git(&["commit", "-q", "-m", "one"]);
    let nothing = place.run(&["audit", "--diff"]).exits(2);
    assert!(
        nothing.stderr().contains("nothing changed since HEAD"),
        "{}",
        nothing.stderr()
    );

    place.write(
        "old.py",
        &format!("{EVIL}\n\ndef one():\n    \"\"\"Is one.\"\"\"\n    return 1\n"),
    );
    let report = place.run(&["audit", "--diff"]).exits(0).stdout();
    assert!(
        !report.contains("python/eval"),
        "what was there before is not judged: {report}"
    );

    place.write("new.py", EVIL);
    place.write("ignored.py", EVIL);
    place.write(".gitignore", "ignored.py\nstate\n");
    let report = place.run(&["audit", "--diff"]).exits(1).stdout();
    assert!(
        report.contains("new.py:3"),
        "untracked files are new: {report}"
    );
    assert!(!report.contains("ignored.py"), "{report}");
    let wrong = place.run(&["audit", "--diff", "no-such-branch"]).exits(2);
    assert!(
        wrong.stderr().contains("no-such-branch"),
        "{}",
        wrong.stderr()
    );
}

#[test]
fn a_repository_cannot_make_git_run_or_read_what_it_likes() {
    let place = Place::new();
    place.git(&["init", "-q"]);
    place.write("seed.py", "x = 1\n");
    place.git(&["add", "."]);
    place.git(&["commit", "-q", "-m", "one"]);
    place.git(&["config", "core.fsmonitor", "touch ran; false"]);
    place.git(&["config", "diff.external", "touch ran; false"]);
    place.git(&["config", "diff.evil.textconv", "touch ran; cat"]);
    place.write(".gitattributes", "*.py diff=evil\n");
    std::os::unix::fs::symlink("/etc/passwd", place.path().join("link.py")).unwrap();
    place.write("seed.py", "x = 2\n");
    let _ = std::fs::remove_file(place.path().join("ran"));
    let report = place.run(&["audit", "--diff", "--format", "json"]);
    assert!(!place.path().join("ran").exists());
    assert!(!report.stdout().contains("root:"), "{}", report.stdout());
}

#[test]
fn what_cannot_be_audited_is_told_apart_from_bad_work() {
    let place = Place::new();
    place.write("latin.py", "");
    std::fs::write(place.path().join("latin.py"), b"x = '\xe9\xff'\n").unwrap();
    place.write("empty.py", "");
    place.write("big.py", &"x = 1\n".repeat(1_000_000));
    for arguments in [
        &["audit", "missing.py"][..],
        &["audit", "."],
        &["audit", "latin.py"],
        &["audit", "big.py"],
        &["audit"],
        &["audit", "--diff", "latin.py", "x"],
    ] {
        let ran = place.run(arguments).exits(2);
        assert!(!ran.stderr().trim().is_empty());
        assert!(!ran.stderr().contains("panicked"), "{}", ran.stderr());
    }
    place.feed(&["audit", "-"], b"only words, no code").exits(2);
    place.feed(&["audit", "-"], b"").exits(2);
    place.feed(&["audit", "-"], b"\x00\x01\x02\x00").exits(2);
    assert_ne!(
        place.run(&["audit", "empty.py"]).code(),
        0,
        "nothing is not complete"
    );
}

#[test]
fn nothing_under_audit_reaches_the_terminal_as_a_command() {
    let place = Place::new();
    place.write(
        "a.py",
        "def f(x):\n    \"\"\"F.\"\"\"\n    return eval('\u{1b}[2J\u{1b}]0;owned\u{7}' + x)\n",
    );
    let report = place.run(&["audit", "a.py"]).exits(1).stdout();
    assert!(
        !report.contains('\u{1b}') && !report.contains('\u{7}'),
        "{report:?}"
    );
}

#[test]
fn help_shows_examples_and_exit_codes() {
    let place = Place::new();
    let help = place.run(&["audit", "--help"]).exits(0).stdout();
    for text in [
        "--diff",
        "--session",
        "--format",
        "Examples:",
        "Exit codes:",
    ] {
        assert!(help.contains(text), "{text} is missing:\n{help}");
    }
    let help = place.run(&["--help"]).exits(0).stdout();
    for command in ["serve", "audit", "session", "policy"] {
        assert!(help.contains(command), "{command} is missing:\n{help}");
    }
}

#[test]
fn what_a_repository_configures_for_its_files_is_not_run() {
    let place = Place::new();
    place.git(&["init", "-q"]);
    place.write("seed.py", "x = 1\n");
    place.git(&["add", "."]);
    place.git(&["commit", "-q", "-m", "one"]);
    place.git(&["config", "filter.evil.clean", "touch ran; cat"]);
    place.write(".gitattributes", "*.py filter=evil\n");
    place.write("seed.py", "x = 2\n");
    place.git(&["diff"]);
    assert!(place.path().join("ran").exists(), "the filter works");
    std::fs::remove_file(place.path().join("ran")).unwrap();
    place.run(&["audit", "--diff", "--format", "json"]);
    assert!(!place.path().join("ran").exists());
}

#[test]
fn a_repository_of_another_user_is_read_only_when_it_is_trusted() {
    let place = Place::new();
    place.git(&["init", "-q"]);
    place.write("new.py", EVIL);
    // Only root can give a folder away; for others there is nothing to try.
    let given = [place.path().to_owned(), place.path().join(".git")]
        .iter()
        .all(|path| std::os::unix::fs::chown(path, Some(54_321), None).is_ok());
    if !given {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let audit = || {
        let mut command = place.command(&["audit", "--diff"]);
        let output = command.env("HOME", home.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said)
    };
    let (code, said) = audit();
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("safe.directory"), "{said}");
    let trusted = format!("[safe]\n\tdirectory = {}\n", place.path().display());
    std::fs::write(home.path().join(".gitconfig"), trusted).unwrap();
    let (code, said) = audit();
    assert_eq!(code, Some(1), "{said}");
}
