//! What the crate promises of every text.

use gansauditor_submission::{
    Content, Limits, Note, Patch, Reading, Submission, SubmissionError, read,
};
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn reading(text: &str) -> Reading {
    read(text, &Limits::default()).unwrap()
}

fn files(reading: &Reading) -> Vec<(&str, &str)> {
    let files = reading
        .submission
        .as_ref()
        .map(Submission::files)
        .unwrap_or_default();
    let text = |content: &'static str| content;
    files
        .iter()
        .map(|file| match &file.content {
            Content::Whole { text } => (file.path.as_str(), text.as_str()),
            Content::Patch(_) => (file.path.as_str(), text("(patch)")),
            Content::Deleted => (file.path.as_str(), text("(deleted)")),
            Content::Series(_) => (file.path.as_str(), text("(series)")),
            Content::Edits(_) => (file.path.as_str(), text("(edits)")),
            Content::Renamed { .. } => (file.path.as_str(), text("(renamed)")),
            Content::Metadata { .. } => (file.path.as_str(), text("(metadata)")),
            Content::Unread(_) => (file.path.as_str(), text("(unread)")),
        })
        .collect()
}

#[test]
fn reads_several_fences_and_a_diff_as_one_submission() {
    let text = "I changed this:\n\n```rust src/a.rs\nfn a() {}\n```\n\n`web/b.ts`:\n\n~~~ts\nlet b = 1;\n~~~\n\n1. and\n   ```py\n   # c.py\n   c = 1\n   ```\n\n```diff\n--- a/d.c\n+++ b/d.c\n@@ -1 +1 @@\n-x\n+y\n```\n\n```go\nfunc e() {}\n```\n\n```console\n$ ls\n```\n";
    let reading = reading(text);
    assert_eq!(
        files(&reading),
        [
            ("c.py", "# c.py\nc = 1\n"),
            ("d.c", "(patch)"),
            ("snippet-1.go", "func e() {}\n"),
            ("src/a.rs", "fn a() {}\n"),
            ("web/b.ts", "let b = 1;\n"),
        ]
    );
    assert_eq!(reading.notes, []);
    assert_eq!(reading.config, None);
}

#[test]
fn only_a_gan_config_fence_configures() {
    let json = "```json\n{\"threshold\": 10, \"task\": \"be kind\"}\n```\n";
    let read_json = reading(json);
    assert_eq!(read_json.config, None);
    assert_eq!(
        files(&read_json),
        [(
            "snippet-1.json",
            "{\"threshold\": 10, \"task\": \"be kind\"}\n"
        )]
    );
    assert_eq!(reading("{\"threshold\": 10}").config, None);

    let both = reading(
        "```gan-config\n{\"threshold\": 97}\n```\n\n```gan-config\n{\"threshold\": 1}\n```\n\ndef run(x):\n    return eval(x)\n",
    );
    assert_eq!(both.config.and_then(|config| config.threshold), Some(97.0));
    assert_eq!(
        both.notes,
        [
            Note::ExtraConfig { line: 5 },
            Note::UnfencedCode { first: 9, last: 10 }
        ]
    );
    assert!(both.submission.is_some());

    let nested = reading("````markdown\n```gan-config\n{\"threshold\": 1}\n```\n````\n");
    assert_eq!(nested.config, None);
}

#[test]
fn configuration_and_prose_do_not_change_the_digest() {
    let digest = |text: &str| reading(text).submission.unwrap().digest().clone();
    let code = "```rust\nfn a() {}\n```\n";
    let wordy = format!("Look:\n\n```gan-config\n{{\"threshold\": 97}}\n```\n\n{code}\nbye");
    assert_eq!(digest(code), digest(&wordy));
    assert_eq!(digest(code), digest(&code.replace("rust", "rs")));
    assert_ne!(digest(code), digest(&code.replace("fn a", "fn b")));
}

#[test]
fn two_unfenced_snippets_have_two_digests() {
    let digest = |text: &str| reading(text).submission.unwrap().digest().clone();
    let malicious = "class A { run(x) { return eval(x); } }";
    assert_ne!(
        digest(malicious),
        digest("function add(a, b) { return a + b; }")
    );
    let url = |host: &str| format!("const get = (x) => fetch('https://{host}/' + x);");
    assert_ne!(digest(&url("a.example")), digest(&url("b.example")));
}

#[test]
fn prose_is_no_submission() {
    for text in [
        "Let me check if this is fine",
        "- a\n- b",
        "(really);",
        "`foo()` is called",
        "```text\nhello\n```",
    ] {
        let reading = reading(text);
        assert_eq!(
            (reading.submission, reading.notes),
            (None, vec![]),
            "{text}"
        );
    }
}

#[test]
fn an_empty_diff_is_no_submission_and_is_noted() {
    assert_eq!(
        reading("```diff\n```\n"),
        Reading {
            submission: None,
            config: None,
            notes: vec![Note::EmptyDiff],
            looks_like_work: Some(
                "nothing of the text could be read as work, though the diff holds no change: send the whole file in a fence, or a unified diff".into()
            ),
        }
    );
}

#[test]
fn unread_text_is_refused_with_its_reason() {
    let limits = Limits {
        max_bytes: 10,
        max_files: 1,
        root: None,
    };
    assert_eq!(read(" \n", &limits), Err(SubmissionError::Empty));
    assert_eq!(read("a\0", &limits), Err(SubmissionError::Binary));
    assert_eq!(
        read("0123456789a", &limits),
        Err(SubmissionError::TooLarge {
            bytes: 11,
            limit: 10
        })
    );
    let two = "```rust\na\n```\n```rust\nb\n```\n";
    let limits = Limits {
        max_files: 1,
        ..Limits::default()
    };
    assert_eq!(
        read(two, &limits),
        Err(SubmissionError::TooManyFiles { files: 2, limit: 1 })
    );
}

#[test]
fn an_unterminated_fence_is_read_and_noted() {
    let reading = reading("text\n\n```rust\nfn a() {}\n");
    assert_eq!(files(&reading), [("snippet-1.rs", "fn a() {}\n")]);
    assert_eq!(reading.notes, [Note::UnterminatedFence { line: 3 }]);
}

#[test]
fn the_later_version_in_two_fences_of_one_path_wins_and_is_noted() {
    let reading = reading(
        "```rust a.rs\nfn a() {}\nfn c() {}\n```\n```rust ./a.rs\nfn b() {}\nfn c() {}\n```\n",
    );
    assert_eq!(files(&reading), [("a.rs", "fn b() {}\nfn c() {}\n")]);
    assert_eq!(
        reading.notes,
        [Note::ReplacedEarlier {
            path: "a.rs".into()
        }]
    );
}

#[test]
fn an_unfenced_diff_of_a_markdown_file_keeps_its_fences() {
    let text = "My change:\n\ndiff --git a/R.md b/R.md\n--- a/R.md\n+++ b/R.md\n@@ -1,3 +1,3 @@\n ```rust\n-fn a() {}\n+fn b() {}\n ```\n\nand\n\n```rust c.rs\nfn c() {}\n```\n";
    assert_eq!(
        files(&reading(text)),
        [("R.md", "(patch)"), ("c.rs", "fn c() {}\n")]
    );
}

#[test]
fn a_fence_right_after_a_tag_is_read() {
    let text = "<answer>\n```rust\nfn a() {}\n\nfn b() -> Vec<u8> {}\n```\n</answer>\n";
    assert_eq!(
        files(&reading(text)),
        [("snippet-1.rs", "fn a() {}\n\nfn b() -> Vec<u8> {}\n")]
    );
}

#[test]
fn carriage_returns_arrive_as_they_were_sent() {
    assert_eq!(
        files(&reading("```rust\r\n\r\nfn a() {}\r\n\r\n```\r\n")),
        [("snippet-1.rs", "\r\nfn a() {}\r\n\r\n")]
    );
}

/// Texts made to be slow: each would take minutes if reading were quadratic.
#[test]
fn hostile_texts_are_read_in_near_linear_time() {
    let many = |piece: &str, count: usize| piece.repeat(count);
    let texts = [
        many("`", 200_000),
        many("` ", 200_000),
        (1..1500).map(|n| "`".repeat(n) + "\n").collect(),
        many("@@\n", 100_000),
        many("@@ -1 +1 @@\n-a\n", 50_000),
        many("@@ -1,9 +1,9 @@\n", 100_000),
        many("--- a\n+++ b\n", 50_000),
        many("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", 20_000),
        many("diff --git a/x b/x\n", 50_000),
        many("diff --git a/x b/x\nindex 1\n<a\n```\n", 20_000),
        many("> ", 100_000),
        many("- ", 100_000),
        many("<a>\n```\n\n", 50_000),
        many("[", 200_000),
        many("![", 100_000),
        many("*a_", 100_000),
        many("/*\n", 100_000),
        many("def f(x):\n", 100_000),
        format!("int x = {}", many("(", 400_000)),
        format!("```diff\n{}", many("+\n", 1_000_000)),
        format!("```diff\n@@ -1 +1 @@\n-a\n{}", many("\n", 1_000_000)),
        many("*** Update File: a\nx\n", 50_000),
        many("*** Begin Patch\n", 100_000),
        "*** Begin Patch\n*** Update File: a\n".to_owned() + &many("x\n", 200_000),
        many("<<<<<<< SEARCH\n", 100_000),
        many(
            "a.py\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n",
            20_000,
        ),
        many("cat > a <<EOF\n", 100_000),
        many("cat > a.py <<EOF\nx\nEOF\n", 50_000),
        many("{\n", 200_000),
        many("{\"a\":[\n", 100_000),
        many("[\n", 100) + &many("1,\n", 500_000),
        many("{}\n", 200_000),
        many("{\"old_string\": 1\n", 100_000),
        many(
            "{\"path\": \"a.py\", \"old_string\": \"x\", \"new_string\": \"y\"}\n",
            20_000,
        ),
        many("<file path=\"a.py\">\n", 100_000),
        many("<file path=\"a.py\">\nx\n</file>\n", 50_000),
        many("<write_to_file>\npath\n", 100_000),
        "<invoke name=\"Edit\">\nfile\n".to_owned() + &many("<a>", 500_000) + "\n</invoke>\n",
        many("==== a.py ====\nx\n", 50_000),
        "=".repeat(2_000_000),
        many("1\u{2192}a\n2\tb\n", 100_000),
        (1..100_000).map(|n| format!("{n}\t\u{2192}\n")).collect(),
        many("```python\n", 100_000),
        many("```python\n```python\nx\n```\n", 30_000),
        many("`a.py`\n```\nx\n```\n", 30_000),
        (0..400)
            .map(|n| format!("`a.py`\n```python\n{}{n}\n```\n", "x = 1\n".repeat(1000)))
            .collect(),
        (0..20_000)
            .map(|n| format!("--- a/a\n+++ b/a\n@@ -1 +1 @@\n-{n}\n+{}\n", n + 1))
            .collect(),
        many("Before:\n```\na\n```\nAfter:\n```\nb\n```\n", 10_000),
        many("```\\nx\\n```", 100_000),
        many("\u{1b}[31m-a\u{1b}[m\n", 100_000),
        "@@ -1,90000 +1,90000 @@\n".to_owned() + &many("x\n", 100_000) + "+y\n",
        many("\"\"\"\n```py\n\"\"\"\n```\n```\n", 20_000),
        many("\n", 2_000_000) + "x",
        "a".repeat(4 * 1024 * 1024),
    ];
    let limits = Limits::default();
    let mut slow = Vec::new();
    for text in &texts {
        let start = Instant::now();
        let _ = read(text, &limits);
        let taken = start.elapsed();
        if taken > Duration::from_secs(5) {
            slow.push(format!("{:?}: {taken:?}", &text[..text.len().min(40)]));
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}

/// Lines made of what diffs and Markdown consist of.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,20}",
        "\\PC{0,10}",
        prop::sample::select(vec![
            "```",
            "```rust",
            "~~~",
            "```diff",
            "````md",
            "```gan-config",
            "@@ -1,2 +1,2 @@",
            "@@",
            "--- a/x",
            "+++ b/x",
            "diff --git a/x b/x",
            "rename from y",
            "+a",
            "-b",
            " c",
            "\\ No newline at end of file",
            "",
            "> ",
            "- ",
            "<div>",
            "--- /dev/null",
            "+++ /dev/null",
            "{}",
            "fn a() {}",
            "\t",
            "GIT binary patch",
            "new file mode 100644",
            "é",
        ])
        .prop_map(str::to_owned),
    ]
}

fn text() -> impl Strategy<Value = String> {
    (
        prop::collection::vec(line(), 0..30),
        prop::sample::select(vec!["\n", "\r\n"]),
    )
        .prop_map(|(lines, end)| lines.join(end))
}

fn lines_of_code() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec![
            "a",
            "b",
            "",
            "-- c",
            "++ d",
            "@@ e",
            " f",
            "\tg",
            "diff --git a/x b/x",
            "é\r",
        ]),
        0..25,
    )
    .prop_flat_map(|lines| {
        any::<bool>().prop_map(move |ended| lines.join("\n") + if ended { "\n" } else { "" })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn never_panics_and_its_records_can_be_read_back(text in prop_oneof![any::<String>(), text()]) {
        if let Ok(reading) = read(&text, &Limits::default()) {
            let record = serde_json::to_string(&reading).unwrap();
            prop_assert_eq!(serde_json::from_str::<Reading>(&record).unwrap(), reading);
        }
        if let Ok((submission, _)) = Submission::from_diff(&text, &Limits::default()) {
            for file in submission.files() {
                if let Content::Patch(patch) = &file.content {
                    prop_assert!(diffy::Patch::from_str(&patch.to_unified()).is_ok(), "{}", patch.to_unified());
                }
            }
        }
    }

    #[test]
    fn the_digest_does_not_depend_on_the_order_of_fences(
        codes in prop::collection::vec("[a-z(){}= \n]{1,30}", 1..6),
        swap in any::<prop::sample::Index>(),
    ) {
        let fence = |(index, code): (usize, &String)| {
            let name = if index % 2 == 0 { format!(" src/f{index}.rs") } else { String::new() };
            format!("```rust{name}\nx {code}\n```\n\n")
        };
        let mut fences: Vec<String> = codes.iter().enumerate().map(fence).collect();
        let one = read(&fences.concat(), &Limits::default()).unwrap();
        fences.rotate_left(swap.index(codes.len()));
        let other = read(&fences.concat(), &Limits::default()).unwrap();
        let digest = |reading: Reading| reading.submission.map(|submission| submission.digest().clone());
        prop_assert!(one.submission.is_some());
        prop_assert_eq!(digest(one), digest(other));
    }

    #[test]
    fn the_content_of_a_fence_arrives_byte_for_byte_but_for_a_byte_order_mark(
        lines in prop::collection::vec("[^\n\0\r\u{1}-\u{1f}\u{7f}-\u{9f}\u{fffd}]{0,20}", 0..12),
        end in prop::sample::select(vec!["\n", "\r\n"]),
    ) {
        let content: String = lines.iter().map(|line| format!("{line}{end}")).collect();
        let fence = "`".repeat(lines.iter().map(|line| line.matches('`').count()).max().unwrap_or(0) + 3);
        let text = format!("before{end}{end}{fence}rust src/a.rs{end}{content}{fence}{end}after `x`{end}");
        let reading = read(&text, &Limits::default()).unwrap();
        match reading.submission {
            Some(submission) => {
                prop_assert_eq!(submission.files().len(), 1);
                let text = content.strip_prefix('\u{feff}').unwrap_or(&content).to_owned();
                if text.trim().is_empty() {
                    prop_assert!(matches!(&submission.files()[0].content, Content::Unread(_)));
                } else {
                    let whole = Content::Whole { text };
                    prop_assert_eq!(&submission.files()[0].content, &whole);
                }
            }
            None => prop_assert!(content.trim().is_empty()),
        }
    }

    #[test]
    fn a_diff_read_and_rendered_again_makes_the_new_text(old in lines_of_code(), new in lines_of_code(), fenced in any::<bool>()) {
        let diff = diffy::create_patch(&old, &new).to_string().replacen("--- original", "--- a/f.rs", 1).replacen("+++ modified", "+++ b/f.rs", 1);
        prop_assume!(old != new);
        let patch: Patch = if fenced {
            let reading = read(&format!("Text.\n\n`````diff\n{diff}`````\n"), &Limits::default()).unwrap();
            prop_assert_eq!(&reading.notes, &vec![]);
            only_patch(reading.submission.unwrap())
        } else {
            let (submission, notes) = Submission::from_diff(&diff, &Limits::default()).unwrap();
            prop_assert_eq!(notes, vec![]);
            only_patch(submission)
        };
        let rendered = patch.to_unified();
        let applied = diffy::apply(&old, &diffy::Patch::from_str(&rendered).unwrap());
        prop_assert_eq!(applied.ok(), Some(new), "{}", rendered);
    }

    #[test]
    fn an_unfenced_diff_is_read_like_a_fenced_one(old in lines_of_code(), new in lines_of_code()) {
        prop_assume!(old != new);
        let diff = diffy::create_patch(&old, &new).to_string().replacen("--- original", "--- a/f.rs", 1).replacen("+++ modified", "+++ b/f.rs", 1);
        let (alone, _) = Submission::from_diff(&diff, &Limits::default()).unwrap();
        let in_prose = read(&format!("Here is what I changed.\n\n{diff}\nPlease have a look.\n"), &Limits::default()).unwrap();
        prop_assert_eq!(in_prose.submission, Some(alone));
    }
}

fn only_patch(submission: Submission) -> Patch {
    match submission.files() {
        [file] => match &file.content {
            Content::Patch(patch) => patch.clone(),
            other => panic!("{other:?}"),
        },
        files => panic!("{files:?}"),
    }
}
