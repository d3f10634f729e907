//! Files that are no session, or an odd one.

use super::sample::*;
use crate::import::file::MAX_FILE;
use gansauditor_audit::domain::{Event, Verdict};
use serde_json::json;

#[test]
fn numbers_out_of_range_are_moved_into_range() {
    let mut odd = gan(150, "perfect", -4);
    odd["dimensions"] =
        json!([{ "name": "a", "score": -5 }, { "name": "b", "score": 1e99 }, { "name": 3 }, 7]);
    let file = session(
        &[iteration(1, THOUGHT, odd)],
        &json!({ "createdAt": 1e300, "updatedAt": -1 }),
    );
    let events = import(&file).unwrap();
    let review = reviews(&events)[0];
    assert_eq!(review.score.map(|score| score.get()), Some(100.0));
    assert_eq!(review.verdict, Verdict::Revise);
    let scores: Vec<_> = review
        .dimensions
        .iter()
        .map(|d| (d.weight, d.score.unwrap().get()))
        .collect();
    assert_eq!(scores, [(0.5, 0.0), (0.5, 100.0)]);
    assert_eq!(review.findings[0].1.location.as_ref().unwrap().line, None);
    assert!(matches!(events[0], Event::Opened { at: NOW, .. }));
}

#[test]
fn a_file_that_is_no_session_is_refused() {
    let junk = json!({ "0": "a", "1": "b", "2": "c", "iterations": [], "currentLoop": 0, "isComplete": false });
    for file in [
        junk,
        json!([]),
        json!("x"),
        json!({}),
        json!({ "id": "x" }),
        json!({ "id": 3, "history": [] }),
        json!({ "name": "pkg", "version": "1.0.0" }),
    ] {
        assert!(import(&file).is_err(), "{file}");
    }
    for bytes in [&b""[..], b"{", b"\xff\xfe", &b"[".repeat(100_000)] {
        assert!(import_bytes(bytes).is_err());
    }
}

#[test]
fn a_file_beyond_the_limit_is_refused_unread() {
    let mut file = serde_json::to_vec(&session(&two_iterations(), &json!({}))).unwrap();
    assert!(import_bytes(&file).is_ok());
    file.resize(MAX_FILE + 1, b' ');
    let error = import_bytes(&file).unwrap_err();
    assert!(
        error.to_string().ends_with("the limit is 33554432"),
        "{error}"
    );
}
