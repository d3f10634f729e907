//! `plugins/second-opinion`, composed with the core: the core's decision, untouched, wherever its rule does not apply.

use crate::corpus::{Stranger, canonical, lines};
use gansauditor_policy::Limits;
use gansauditor_policy::conformance::examine;
use serde_json::Value;
use wasmtime::component::Val;

fn component() -> Vec<u8> {
    let built = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../target/plugins/second-opinion.wasm"
    );
    std::fs::read(built).expect("`make plugins` was run")
}

/// A member of a record.
fn member<'a>(record: &'a Val, name: &str) -> &'a Val {
    let Val::Record(members) = record else {
        panic!("{record:?} is no record")
    };
    let found = members.iter().find(|(member, _)| member == name);
    &found.unwrap_or_else(|| panic!("no {name}")).1
}

/// The decision, where there is one.
fn decision(answer: &Val) -> Option<&Val> {
    match answer {
        Val::Result(Ok(decision)) => decision.as_deref(),
        _ => None,
    }
}

/// The case of a variant, and that of its payload.
fn case(variant: &Val) -> (&str, &str) {
    match variant {
        Val::Variant(tag, Some(payload)) => match payload.as_ref() {
            Val::Variant(reason, _) => (tag, reason),
            _ => (tag, ""),
        },
        Val::Variant(tag, None) => (tag, ""),
        other => panic!("{other:?} is no variant"),
    }
}

/// One review of the newest submission, which another could contradict and the host would grant.
fn can_be_reviewed_again(snapshot: &Value) -> bool {
    let reviews = snapshot["iterations"].as_array().and_then(|i| i.last());
    let reviews = reviews.and_then(|newest| newest["reviews"].as_array());
    let whole = |review: &&Value| review["coverage"]["tag"] == "whole";
    let noisy = |review: &Value| {
        let mut judges = review["judges"].as_array().into_iter().flatten();
        judges.any(|judge| judge["deterministic"] == false)
    };
    reviews.is_some_and(|reviews| {
        reviews.len() == 1
            && snapshot["limits"]["max-reviews"].as_u64() >= Some(2)
            && reviews.iter().filter(whole).any(noisy)
    })
}

#[test]
fn second_opinion_asks_before_the_core_ends_and_is_the_core_otherwise() {
    let (core, composed) = (Stranger::core(), Stranger::new(&component()));
    let (mut alike, mut asked) = (0, Vec::new());
    for line in lines() {
        let (by_core, _) = core.evaluate(&line.snapshot);
        let (by_both, _) = composed.evaluate(&line.snapshot);
        let ending = decision(&by_core).map(|decision| case(member(decision, "status")));
        let ends = matches!(ending, Some(("complete", _) | ("stop", "stagnation")));
        if !(ends && can_be_reviewed_again(&line.snapshot)) {
            assert_eq!(canonical(&by_both), canonical(&by_core), "{}", line.name);
            alike += 1;
            continue;
        }
        let (before, after) = (decision(&by_core).unwrap(), decision(&by_both).unwrap());
        assert_eq!(case(member(after, "status")), ("review-again", "custom"));
        assert_eq!(member(after, "termination"), &Val::Option(None));
        for same in ["loop", "bar", "hard-stop", "score", "stagnation", "memo"] {
            assert_eq!(member(after, same), member(before, same), "{same}");
        }
        let (Val::List(before), Val::List(after)) =
            (member(before, "unmet"), member(after, "unmet"))
        else {
            panic!("unmet conditions are a list");
        };
        assert_eq!(after.len(), before.len() + 1);
        asked.push(ending.unwrap().0.to_owned());
    }
    assert!(alike >= 40, "{alike}");
    for ending in ["complete", "stop"] {
        assert!(asked.iter().any(|asked| asked == ending), "{asked:?}");
    }
}

#[test]
fn the_composed_component_keeps_every_promise_of_the_contract() {
    let found = examine(Limits::default(), Some(&component()), "").unwrap();
    assert!(found.conforms(), "{found:#?}");
}
