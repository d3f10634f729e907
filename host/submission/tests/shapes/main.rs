//! The shapes in which agents send work, each fenced and unfenced.

mod accounting;
mod diffs;
mod edits;
mod fences;
mod files;
mod series;

use gansauditor_submission::{Content, Limits, Reading, SubmittedFile, Unread, read};

fn reading(text: &str) -> Reading {
    read(text, &Limits::default()).unwrap()
}

fn files(text: &str) -> Vec<SubmittedFile> {
    let reading = reading(text);
    let submission = reading.submission;
    submission
        .map(|submission| submission.files().to_vec())
        .unwrap_or_default()
}

/// The only file of a text: its path and content.
fn only(text: &str) -> (String, Content) {
    match files(text).as_slice() {
        [file] => (file.path.clone(), file.content.clone()),
        files => panic!("{text}\n{files:#?}"),
    }
}

fn whole(text: &str) -> (String, String) {
    match only(text) {
        (path, Content::Whole { text }) => (path, text),
        other => panic!("{text}\n{other:?}"),
    }
}

/// The path of the only file, and the lines that its patch shows of the new text.
fn new_side(text: &str) -> (String, String) {
    match only(text) {
        (path, Content::Patch(patch)) => (path, patch.new_side().map(|line| line.text).collect()),
        other => panic!("{text}\n{other:?}"),
    }
}

fn edits(text: &str) -> (String, Vec<(String, String)>) {
    match only(text) {
        (path, Content::Edits(edits)) => (
            path,
            edits.into_iter().map(|edit| (edit.old, edit.new)).collect(),
        ),
        other => panic!("{text}\n{other:?}"),
    }
}

fn unread(text: &str) -> (String, Unread) {
    match only(text) {
        (path, Content::Unread(why)) => (path, why),
        other => panic!("{text}\n{other:?}"),
    }
}

/// The text as it is, in prose, and in fences of several labels.
fn dressed(text: &str, labels: &[&str]) -> Vec<String> {
    let mut all = vec![
        text.to_owned(),
        format!("I did this:\n\n{text}\nPlease have a look.\n"),
    ];
    all.extend(
        labels.iter().map(|label| {
            format!("I did this:\n\n````{label}\n{text}````\n\nPlease have a look.\n")
        }),
    );
    all
}

const LABELS: &[&str] = &[
    "",
    "text",
    "diff",
    "patch",
    "code",
    "plaintext",
    "suggestion",
];
