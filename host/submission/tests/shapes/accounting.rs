//! Every piece of work of a message is accounted for, in whatever mixture it comes.

use super::*;
use gansauditor_submission::Note;
use proptest::prelude::*;

/// A piece of a message around a token that only its added code holds; the token's number names its file.
type Piece = fn(&str) -> String;

fn diff(m: &str) -> String {
    format!(
        "diff --git a/d{m}.py b/d{m}.py\nindex 1111111..2222222 100644\n--- a/d{m}.py\n+++ b/d{m}.py\n@@ -1,2 +1,2 @@\n import os\n-x = 1\n+{m} = eval(x)\n"
    )
}

fn codex(m: &str) -> String {
    format!(
        "*** Begin Patch\n*** Update File: c{m}.py\n@@ def f():\n x = 1\n+{m} = eval(x)\n*** End Patch\n"
    )
}

fn search(m: &str) -> String {
    format!("s{m}.py\n<<<<<<< SEARCH\nx = 1\n=======\n{m} = eval(x)\n>>>>>>> REPLACE\n")
}

fn call(m: &str) -> String {
    format!(
        "{{\n  \"file_path\": \"j{m}.py\",\n  \"old_string\": \"x = 1\",\n  \"new_string\": \"{m} = eval(x)\"\n}}\n"
    )
}

fn invoke(m: &str) -> String {
    format!(
        "<invoke name=\"Write\">\n<parameter name=\"file_path\">x{m}.py</parameter>\n<parameter name=\"content\">{m} = eval(x)\n</parameter>\n</invoke>\n"
    )
}

fn heredoc(m: &str) -> String {
    format!("cat > h{m}.py <<'EOF'\nimport os\n{m} = eval(x)\nEOF\n")
}

fn packed(m: &str) -> String {
    format!("<file path=\"p{m}.py\">\nimport os\n{m} = eval(x)\n</file>\n")
}

fn code(m: &str) -> String {
    format!("def f(x):\n    {m} = eval(x)\n    return {m}\n")
}

fn notebook(m: &str) -> String {
    format!(
        "{{\n \"cells\": [\n  {{\"cell_type\": \"code\", \"source\": [\"{m} = eval(x)\\n\"]}}\n ],\n \"nbformat\": 4\n}}\n"
    )
}

fn fenced(label: &'static str, inner: Piece) -> impl Fn(&str) -> String {
    move |m| format!("```{label}\n{}```\n", inner(m))
}

/// Pieces with work, fenced and not.
fn piece() -> impl Strategy<Value = (usize, &'static str, bool)> {
    let labels = prop::sample::select(vec![
        "",
        "text",
        "diff",
        "python",
        "bash",
        "json",
        "code",
        "xml",
        "suggestion",
    ]);
    (0..10usize, labels, any::<bool>())
}

const PIECES: &[Piece] = &[
    diff, codex, search, call, invoke, heredoc, packed, code, notebook, broken,
];

/// Work that is cut off or has no mark of its own.
fn broken(m: &str) -> String {
    format!("--- a/b{m}.py\n+++ b/b{m}.py\n@@ -1,9 +1,9 @@\nx = 1\n+{m} = eval(x)\nrest()\n")
}

fn message() -> impl Strategy<Value = (String, Vec<String>)> {
    let words = prop::sample::select(vec![
        "I changed this.",
        "Here is the file:",
        "### Step",
        "- done",
        "All tests pass: 3 passed.",
        "",
        "```console\n$ pytest\n3 passed\n```",
    ]);
    prop::collection::vec((piece(), words), 1..7).prop_map(|pieces| {
        let mut text = String::new();
        let mut marks = Vec::new();
        for (number, ((kind, label, unfenced), words)) in pieces.into_iter().enumerate() {
            let mark = format!("mark{number}q");
            let piece = PIECES[kind];
            text.push_str(words);
            text.push_str("\n\n");
            if unfenced {
                text.push_str(&piece(&mark));
            } else {
                text.push_str(&fenced(label, piece)(&mark));
            }
            text.push('\n');
            marks.push(mark);
        }
        (text, marks)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn every_piece_of_work_is_read_or_said_to_be_unread((text, marks) in message()) {
        let reading = reading(&text);
        let files = reading.submission.as_ref().map(|submission| submission.files().to_vec()).unwrap_or_default();
        let unread = files.iter().any(|file| matches!(file.content, Content::Unread(_)));
        let left_out = reading.notes.iter().any(|note| matches!(note, Note::BeforeLeftOut { .. } | Note::OutputFence { .. }));
        let record = serde_json::to_string(&files).unwrap();
        for mark in marks {
            prop_assert!(record.contains(&mark) || unread || left_out, "{mark} is lost of:\n{text}\n{files:#?}");
        }
    }

    #[test]
    fn pieces_of_known_shapes_are_read_and_not_only_said_to_be_unread((kind, label, unfenced) in piece()) {
        let inner = PIECES[kind]("mark0q");
        let text = if unfenced { format!("Look:\n\n{inner}") } else { format!("Look:\n\n```{label}\n{inner}```\n") };
        let record = serde_json::to_string(&reading(&text)).unwrap();
        prop_assert!(record.contains("mark0q = eval(x)"), "{text}\n{record}");
        prop_assert!(!record.contains("\"kind\":\"unread\""), "{text}\n{record}");
    }
}
