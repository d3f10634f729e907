//! The code of a session and where its comments stand.

use super::sample::*;
use crate::import::MAX_ATTEMPTS;
use gansauditor_audit::domain::{Coverage, Event, Extent, FindingState, Origin, Verdict};
use gansauditor_audit::session::Standing;
use serde_json::{Value, json};

#[test]
fn iterations_become_loops_with_code_scores_and_comments_in_their_place() {
    let events = import(&session(&two_iterations(), &json!({}))).unwrap();
    let [
        Event::Opened {
            at,
            origin: Origin::Imported { .. },
        },
        Event::Submitted {
            task,
            thought_number: 1,
            ..
        },
        ..,
    ] = events.as_slice()
    else {
        panic!("{events:#?}")
    };
    assert_eq!(
        (at.0, task.as_deref()),
        (1_757_213_149_312, Some("Mend it"))
    );

    let file = &works(&events)[0].files[0];
    assert_eq!(
        (file.path.as_str(), file.named, &file.extent),
        ("snippet-1.js", false, &Extent::Whole)
    );
    assert_eq!(file.text, "function mul(a, b) {\n  return a * b;\n}\n");

    let review = reviews(&events)[0];
    assert_eq!(review.score.map(|score| score.get()), Some(78.0));
    assert_eq!(
        (review.verdict, &review.coverage),
        (Verdict::Revise, &Coverage::Whole)
    );
    let weights: Vec<f64> = review
        .dimensions
        .iter()
        .map(|dimension| dimension.weight)
        .collect();
    assert_eq!(weights, [0.25, 0.2, 0.2, 0.2, 0.15]);
    assert_eq!(review.judges[0].name, "codex-cli");
    // Line 5 of the thought is line 2 of the code.
    let finding = &review.findings[0].1;
    let place = finding
        .location
        .as_ref()
        .map(|place| (place.path.as_str(), place.line));
    assert_eq!(place, Some(("snippet-1.js", Some(2))));
    assert_eq!(finding.anchor, "return a * b;");

    let session = fold(&events);
    assert_eq!(
        (session.loops(), session.attempts(), session.standing()),
        (2, 2, Standing::Open)
    );
    // The second review did not report the first one's comment on that line.
    assert_eq!(session.ledger()[0].state, FindingState::Fixed);
}

#[test]
fn a_line_beyond_the_thought_leaves_the_comment_on_the_only_file() {
    let events = import(&session(&two_iterations(), &json!({}))).unwrap();
    let place = reviews(&events)[1].findings[0].1.location.clone().unwrap();
    assert_eq!((place.path.as_str(), place.line), ("snippet-1.js", None));
}

#[test]
fn prose_diffs_and_deletions_are_work_too() {
    let diff = "```diff\n--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n a = 1\n-b = 2\n+b = 3\n```\n";
    let events = import(&session(
        &[
            iteration(1, "just words", gan(50, "reject", 1)),
            iteration(2, diff, gan(60, "revise", 1)),
        ],
        &json!({}),
    ))
    .unwrap();
    let works = works(&events);
    assert_eq!(
        (
            works[0].files[0].path.as_str(),
            works[0].files[0].text.as_str()
        ),
        ("snippet-1.txt", "just words")
    );
    let Extent::Fragment { lines, removed } = &works[1].files[0].extent else {
        panic!("{works:#?}")
    };
    assert_eq!(works[1].files[0].text, "a = 1\nb = 3\n");
    assert_eq!((lines.len(), lines[1].number, lines[1].added), (2, 2, true));
    assert_eq!(removed.len(), 1);
}

#[test]
fn only_the_newest_attempts_come_over() {
    let many: Vec<Value> = (1..=70)
        .map(|number| iteration(number, THOUGHT, gan(78, "revise", 5)))
        .collect();
    let events = import(&session(&many, &json!({}))).unwrap();
    assert_eq!(works(&events).len(), MAX_ATTEMPTS);
    assert!(matches!(
        events[1],
        Event::Submitted {
            attempt: 1,
            thought_number: 21,
            ..
        }
    ));
}
