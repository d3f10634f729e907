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
    let nothing = place.run(&["audit", "--diff"]).exits(0);
    assert!(
        nothing.stderr().contains("nothing is uncommitted"),
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
    place.write("binary.py", "x = '\0'\n");
    place.write("big.py", &"x = 1\n".repeat(1_000_000));
    for arguments in [
        &["audit", "missing.py"][..],
        &["audit", "."],
        &["audit", "binary.py"],
        &["audit", "big.py"],
        &["audit"],
        &["audit", "--diff", "HEAD", "x"],
        &["audit", "--staged", "x"],
        &["audit", "--json", "--format", "text", "big.py"],
        &["audit", "--diff"],
        &["audit", "--staged"],
    ] {
        let ran = place.run(arguments).exits(2);
        assert!(!ran.stderr().trim().is_empty());
        assert!(!ran.stderr().contains("panicked"), "{}", ran.stderr());
    }
    place.feed(&["audit", "-"], b"only words, no code").exits(2);
    place.feed(&["audit", "-"], b"\x00\x01\x02\x00").exits(2);
}

#[test]
fn nothing_to_judge_passes_with_a_note_and_completes_no_session() {
    let place = Place::new();
    place.write("empty.py", " \n");
    place.write("bad.py", EVIL);
    let nothing = place.run(&["audit", "empty.py"]).exits(0);
    assert_eq!(nothing.stdout(), "");
    assert!(
        nothing
            .stderr()
            .contains("nothing to judge: empty.py is empty")
    );
    let nothing = place.feed(&["audit", "-", "--json"], b"\n").exits(0).json();
    assert_eq!(nothing["nothingToJudge"], true);
    assert_eq!(nothing["audited"], false);
    assert_eq!(nothing["reason"], "stdin is empty");
    let log = place
        .feed(&["audit", "-", "--format", "sarif"], b"")
        .exits(0)
        .json();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 0);
    // Emptying the file does not end what was found in it.
    let session = ["audit", "--session", "s"];
    place.run(&[&session[..], &["empty.py"]].concat()).exits(0);
    place.run(&[&session[..], &["bad.py"]].concat()).exits(1);
    let left = place
        .run(&[&session[..], &["--json", "empty.py"]].concat())
        .exits(1);
    assert_eq!(left.json()["sessionIsOpen"], true);
    assert!(left.stderr().contains("the session is not complete"));
    let severe = |severity| [&session[..], &["--fail-on", severity, "empty.py"]].concat();
    place.run(&severe("major")).exits(1);
    place.run(&severe("blocker")).exits(0);
}

#[test]
fn committed_and_staged_work_is_found_and_the_way_to_it_is_said() {
    let place = Place::new();
    place.git(&["init", "-q", "-b", "main"]);
    place.write(".gitignore", "state\ncompiled\nseal.key\n");
    place.write("old.py", "X = 1\n");
    place.git(&["add", "."]);
    place.git(&["commit", "-q", "-m", "one"]);
    place.git(&["checkout", "-q", "-b", "work"]);
    place.write("new.py", EVIL);
    let staged = place.run(&["audit", "--staged"]).exits(0).stderr();
    assert!(
        staged.contains("nothing is staged") && staged.contains("audit --diff"),
        "{staged}"
    );
    place.git(&["add", "."]);
    let report = place.run(&["audit", "--staged"]).exits(1).stdout();
    assert!(report.contains("new.py:3"), "{report}");
    place.git(&["commit", "-q", "-m", "two"]);
    let ran = place.run(&["audit", "--diff", "--json"]).exits(0);
    let nothing = ran.json();
    let way = "work has 1 commit over main: gansauditor audit --diff main...HEAD";
    assert!(
        nothing["hint"].as_str().unwrap().starts_with(way),
        "{nothing}"
    );
    assert!(ran.stderr().contains(way), "{}", ran.stderr());
    for base in ["main", "main...HEAD", "main..", "HEAD~..HEAD"] {
        let report = place.run(&["audit", "--diff", base]).exits(1).stdout();
        assert!(report.contains("new.py:3"), "{base}: {report}");
    }
    place
        .run(&["audit", "--diff", "main..HEAD", "--staged"])
        .exits(2);
    let empty = place.run(&["audit", "--diff", ""]).exits(2).stderr();
    assert!(empty.contains("git stash create"), "{empty}");
}

#[test]
fn a_file_reads_the_same_by_every_way_in() {
    let text = "def total(text):\n    \"\"\"Adds up: caf\u{e9}.\"\"\"\n    return eval(text)\n";
    let utf16 = |order: fn(u16) -> [u8; 2]| {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(order).collect::<Vec<u8>>()
    };
    for bytes in [
        text.as_bytes().to_vec(),
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        text.chars().map(|c| u32::from(c) as u8).collect(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
    ] {
        let place = Place::new();
        place.git(&["init", "-q"]);
        place.write(".gitignore", "*\n!a.py\n");
        std::fs::write(place.path().join("a.py"), &bytes).unwrap();
        for ran in [
            place.run(&["audit", "a.py", "--json"]),
            place.feed(&["audit", "-", "--json"], &bytes),
            place.run(&["audit", "--diff", "--json"]),
        ] {
            let answer = ran.exits(1).json().to_string();
            assert!(answer.contains("python/eval"), "{bytes:?}: {answer}");
            assert!(!answer.contains("syntax-error"), "{bytes:?}: {answer}");
        }
    }
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
        "--staged",
        "git stash create",
        "nothing to judge",
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
