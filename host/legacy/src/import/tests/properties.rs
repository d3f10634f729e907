//! What holds whatever stands in the file.

use super::sample::*;
use crate::import::MAX_ATTEMPTS;
use gansauditor_audit::domain::{Event, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

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
