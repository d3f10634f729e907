use super::*;
use gansauditor_audit::domain::{
    CompleteReason, Coverage, DecidedBy, Extent, FindingState, Review, Status, StopReason, Verdict,
    Work,
};
use gansauditor_audit::session::{Session, Standing};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn import(file: &Value) -> Result<Vec<Event>, ImportError> {
    import_bytes(&serde_json::to_vec(file).unwrap())
}

fn import_bytes(bytes: &[u8]) -> Result<Vec<Event>, ImportError> {
    LegacyImporter.import(&id(), bytes, Digest::of(bytes), NOW)
}

fn id() -> SessionId {
    SessionId::new("any").unwrap()
}

fn fold(events: &[Event]) -> Session {
    let mut session = Session::new(id());
    events.iter().for_each(|event| session.apply(event));
    session
}

fn reviews(events: &[Event]) -> Vec<&Review> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Reviewed { review, .. } => Some(review),
            _ => None,
        })
        .collect()
}

fn works(events: &[Event]) -> Vec<&Work> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Submitted { work, .. } => Some(work),
            _ => None,
        })
        .collect()
}

/// A judge result in the order and with the members that the original writes.
fn gan(overall: i64, verdict: &str, line: i64) -> Value {
    json!({
        "overall": overall,
        "dimensions": [
            { "name": "accuracy", "score": 90 }, { "name": "completeness", "score": 40 },
            { "name": "clarity", "score": 90 }, { "name": "actionability", "score": 85 },
            { "name": "human_likeness", "score": 85 }
        ],
        "verdict": verdict,
        "review": {
            "summary": "No validation.",
            "inline": [{ "path": "code", "line": line, "comment": "Consider validating inputs." }],
            "citations": []
        },
        "proposed_diff": null,
        "iterations": 1,
        "judge_cards": [{ "model": "codex-cli", "score": overall, "notes": "fine" }]
    })
}

const THOUGHT: &str = "Here it is:\n\n```js\nfunction mul(a, b) {\n  return a * b;\n}\n```\n";

fn config(task: &str) -> Value {
    json!({
        "task": task, "scope": "diff", "threshold": 85, "maxCycles": 1, "candidates": 1, "judges": ["internal"],
        "applyFixes": false, "auditTimeout": 30000, "enableSystemPrompt": true
    })
}

fn iteration(number: u64, code: &str, result: Value) -> Value {
    json!({ "thoughtNumber": number, "code": code, "auditResult": result, "timestamp": 1_757_213_200_000u64 + number })
}

/// A session as the original leaves it after `iterations`.
fn session(iterations: &[Value], rest: &Value) -> Value {
    let history: Vec<Value> = iterations
        .iter()
        .map(|iteration| {
            json!({
                "timestamp": iteration["timestamp"], "thoughtNumber": iteration["thoughtNumber"],
                "review": iteration["auditResult"], "config": config("t")
            })
        })
        .collect();
    let mut file = json!({
        "id": "my-work", "config": config("Mend it"), "history": history, "createdAt": 1_757_213_149_312u64,
        "updatedAt": 1_757_213_149_999u64, "iterations": iterations, "currentLoop": iterations.len(),
        "isComplete": false, "codexContextActive": false,
        "lastGan": iterations.last().map(|iteration| iteration["auditResult"].clone())
    });
    for (key, value) in rest.as_object().unwrap() {
        file[key] = value.clone();
    }
    file
}

fn two_iterations() -> Vec<Value> {
    let better = THOUGHT.replace("return a * b;", "check(a); check(b); return a * b;");
    vec![
        iteration(1, THOUGHT, gan(78, "revise", 5)),
        iteration(2, &better, gan(88, "pass", 999)),
    ]
}

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
fn a_session_that_ended_has_the_originals_decision_at_its_end() {
    for (reason, status, standing) in [
        (
            "score_95_at_10",
            Status::Complete(CompleteReason::BarMet(1)),
            Standing::Complete,
        ),
        (
            "score_90_at_15",
            Status::Complete(CompleteReason::BarMet(2)),
            Standing::Complete,
        ),
        (
            "score_85_at_20",
            Status::Complete(CompleteReason::BarMet(3)),
            Standing::Complete,
        ),
        (
            "max_loops_reached",
            Status::Stop(StopReason::HardStop),
            Standing::Stopped,
        ),
        (
            "stagnation_detected",
            Status::Stop(StopReason::Stagnation),
            Standing::Stopped,
        ),
        (
            "because",
            Status::Complete(CompleteReason::Custom("imported".into())),
            Standing::Complete,
        ),
    ] {
        let file = session(
            &two_iterations(),
            &json!({ "isComplete": true, "completionReason": reason }),
        );
        let events = import(&file).unwrap();
        let Some(Event::Decided {
            attempt: 2,
            decision,
            by: DecidedBy::Original,
            ..
        }) = events.last()
        else {
            panic!("{reason}")
        };
        assert_eq!(decision.status, status);
        assert_eq!(
            decision.unmet.is_empty(),
            standing == Standing::Complete,
            "{reason}"
        );
        assert_eq!(
            decision.termination.is_some(),
            standing == Standing::Stopped,
            "{reason}"
        );
        assert_eq!(fold(&events).standing(), standing);
    }
}

#[test]
fn a_session_that_never_audited_is_an_empty_one() {
    let file = r#"{"id":"code-test-002","config":{"task":"Audit and improve the provided candidate","scope":"diff","threshold":85,"maxCycles":1,"candidates":1,"judges":["internal"],"applyFixes":false},"history":[],"createdAt":1757213149312,"updatedAt":1757213149312,"iterations":[],"currentLoop":0,"isComplete":false,"codexContextActive":false}"#;
    assert_eq!(import_bytes(file.as_bytes()).unwrap().len(), 1);
}

#[test]
fn audits_without_code_come_over_without_findings_and_do_not_count() {
    let mut file = session(&two_iterations(), &json!({}));
    file.as_object_mut().unwrap().remove("iterations");
    let mut failed = file["history"][0].clone();
    failed["review"]["judge_cards"][0]["model"] = json!("fallback");
    file["history"]
        .as_array_mut()
        .unwrap()
        .extend([failed, json!({ "review": null })]);
    let events = import(&file).unwrap();
    assert_eq!(events.len(), 5);
    for review in reviews(&events) {
        assert!(matches!(review.coverage, Coverage::Partial(_)));
        assert!(review.findings.is_empty() && review.score.is_some());
    }
    assert_eq!(fold(&events).loops(), 0);
}

#[test]
fn what_nobody_had_read_is_not_scored() {
    for model in ["fallback", "synchronous-audit-engine"] {
        let mut unread = gan(100, "pass", 1);
        unread["judge_cards"][0]["model"] = json!(model);
        let events = import(&session(&[iteration(1, THOUGHT, unread)], &json!({}))).unwrap();
        let review = reviews(&events)[0];
        assert!(matches!(review.coverage, Coverage::Unscored(_)));
        assert_eq!(review.score, None);
        assert!(review.findings.is_empty());
        assert_eq!(fold(&events).loops(), 0);
    }
}

#[test]
fn a_lost_result_is_a_failed_review() {
    let events = import(&session(&[iteration(1, THOUGHT, Value::Null)], &json!({}))).unwrap();
    assert!(matches!(
        events.as_slice(),
        [
            _,
            Event::Submitted { .. },
            Event::ReviewFailed { attempt: 1, .. }
        ]
    ));
}

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
    file.resize(file::MAX_FILE + 1, b' ');
    let error = import_bytes(&file).unwrap_err();
    assert!(
        error.to_string().ends_with("the limit is 33554432"),
        "{error}"
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,60}".prop_map(Value::from),
        Just(json!(THOUGHT)),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let key = prop_oneof![
            ".{0,6}",
            prop::sample::select(vec![
                "id",
                "history",
                "iterations",
                "review",
                "auditResult",
                "code",
                "overall",
                "dimensions",
                "inline",
                "line",
                "path",
                "comment",
                "judge_cards",
                "timestamp",
                "isComplete"
            ])
            .prop_map(str::to_owned),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Replaces what stands at a place chosen by `path`; or removes it.
fn mutate(value: &mut Value, path: &[usize], to: Option<Value>) {
    let Some((step, rest)) = path.split_first() else {
        *value = to.unwrap_or(Value::Null);
        return;
    };
    match value {
        Value::Array(items) if !items.is_empty() => {
            let index = step % items.len();
            if rest.is_empty() && to.is_none() {
                items.remove(index);
            } else {
                mutate(&mut items[index], rest, to);
            }
        }
        Value::Object(members) if !members.is_empty() => {
            let key = members.keys().nth(step % members.len()).cloned().unwrap();
            if rest.is_empty() && to.is_none() {
                members.remove(&key);
            } else {
                mutate(&mut members[&key], rest, to);
            }
        }
        _ => *value = to.unwrap_or(Value::Null),
    }
}

/// What every import keeps, whatever the file.
fn keeps_the_promises(events: &[Event]) -> Result<(), TestCaseError> {
    let opened = matches!(events[0], Event::Opened { .. });
    prop_assert!(opened);
    let session = fold(events);
    prop_assert!(session.attempts() as usize <= MAX_ATTEMPTS);
    prop_assert_eq!(session.events(), events.len() as u64);
    let mut last = Timestamp(0);
    for event in events {
        let (Event::Opened { at, .. }
        | Event::Submitted { at, .. }
        | Event::Reviewed { at, .. }
        | Event::ReviewFailed { at, .. }
        | Event::Decided { at, .. }) = event
        else {
            return Err(TestCaseError::fail("an event that no import makes"));
        };
        prop_assert!(last <= *at && *at <= NOW);
        last = *at;
    }
    for review in reviews(events) {
        prop_assert!(!review.judges.is_empty() && review.judges[0].name.len() <= 256);
        prop_assert!((0.0..=1.0 + 1e-9).contains(&review.assessed_weight));
        prop_assert!(review.summary.len() <= 8 * 1024);
        for (_, finding) in &review.findings {
            prop_assert!(finding.message.len() <= 4 * 1024 && finding.anchor.len() <= 400);
            prop_assert!(
                finding
                    .location
                    .as_ref()
                    .is_none_or(|place| review.covered.contains(&place.path))
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn importing_arbitrary_json_is_total(file in any_json()) {
        if let Ok(events) = import(&file) {
            keeps_the_promises(&events)?;
        }
    }

    #[test]
    fn importing_a_mutated_session_is_total(
        path in prop::collection::vec(0usize..20, 1..6), to in prop::option::of(any_json()), done in any::<bool>(),
    ) {
        let mut file = session(&two_iterations(), &json!({ "isComplete": done, "completionReason": "max_loops_reached" }));
        mutate(&mut file, &path, to);
        if let Ok(events) = import(&file) {
            keeps_the_promises(&events)?;
        }
    }

    #[test]
    fn importing_arbitrary_bytes_is_total(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let refused = import_bytes(&bytes).is_err();
        prop_assert!(refused || serde_json::from_slice::<Value>(&bytes).is_ok());
    }
}
