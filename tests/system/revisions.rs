//! `gansauditor policy activate`, `rollback`, `history` and `list`.

use crate::process::{Place, Ran, demo_version, root};
use serde_json::Value;

fn core() -> String {
    path("target/core/core.wasm")
}

fn legacy() -> String {
    path("target/plugins/legacy-tiers.wasm")
}

fn path(name: &str) -> String {
    root().join(name).to_str().unwrap().to_owned()
}

fn policy(place: &Place, arguments: &[&str]) -> Ran {
    place.run(&[&["policy"], arguments].concat())
}

fn history(place: &Place) -> Vec<Value> {
    let shown = policy(place, &["history", "--json"]).exits(0).json();
    shown.as_array().unwrap().clone()
}

/// Which policy decides on a perfect file.
fn decider(place: &Place) -> String {
    place.write("rates.py", &demo_version(3));
    let answer = place.run(&["audit", "--format", "json", "rates.py"]).json();
    answer["policy"]["name"].as_str().unwrap().to_owned()
}

#[test]
fn an_activated_policy_decides_and_a_rollback_takes_it_back() {
    let place = Place::new();
    assert_eq!(decider(&place), "gansauditor-core");
    policy(&place, &["activate", "--core", "--by", "ana"]).exits(0);
    let stored = policy(
        &place,
        &["activate", &legacy(), "--reason", "as before", "--json"],
    )
    .exits(0)
    .json();
    assert_eq!(stored["stored"]["revision"], 2);
    assert_eq!(stored["stored"]["policy"]["name"], "legacy-tiers");
    assert_eq!(decider(&place), "legacy-tiers");
    policy(&place, &["rollback", "--reason", "too strict"]).exits(0);
    assert_eq!(decider(&place), "gansauditor-core");
    policy(&place, &["rollback", "2"]).exits(0);
    assert_eq!(decider(&place), "legacy-tiers");

    let history = history(&place);
    let numbers: Vec<_> = history.iter().map(|r| r["revision"].clone()).collect();
    assert_eq!(numbers, [4, 3, 2, 1], "the newest first");
    assert_eq!(history[0]["active"], true);
    assert_eq!(history[1]["action"], "rollback");
    assert_eq!(history[1]["to"], 1);
    assert_eq!(history[2]["reason"], "as before");
    assert_eq!(history[3]["by"], "ana");
    let text = policy(&place, &["history"]).exits(0).stdout();
    assert!(text.contains("too strict"), "{text}");

    let list = policy(&place, &["list", "--json"]).exits(0).json();
    assert_eq!(list.as_array().unwrap().len(), 1, "the core is not stored");
    assert_eq!(list[0]["name"], "legacy-tiers");
    assert_eq!(list[0]["active"], true);
}

#[test]
fn a_candidate_that_fails_a_check_changes_nothing() {
    let place = Place::new();
    place.write("junk.wasm", "junk");
    let refused = policy(&place, &["activate", "junk.wasm"]).exits(2);
    assert!(refused.stderr().contains("junk.wasm is not usable"));
    let settings = ["activate", "--core", "--settings", "{\"no_such\": 1}"];
    let refused = policy(&place, &settings).exits(2);
    assert!(refused.stderr().contains("refuses its settings"));
    policy(&place, &["activate", "/nowhere/p.wasm"]).exits(2);
    assert!(!place.path().join("state").exists());
    assert_eq!(history(&place), [] as [Value; 0]);
}

#[test]
fn a_rollback_needs_something_to_go_back_to() {
    let place = Place::new();
    let none = policy(&place, &["rollback"]).exits(2);
    assert!(none.stderr().contains("no policy was ever activated"));
    policy(&place, &["activate", &core()]).exits(0);
    let first = policy(&place, &["rollback"]).exits(2);
    assert!(first.stderr().contains("activate --core"));
    let unknown = policy(&place, &["rollback", "7"]).exits(2);
    assert!(unknown.stderr().contains("no readable revision 7"));
    assert_eq!(history(&place).len(), 1);
}

#[test]
fn a_component_that_was_altered_is_not_put_in_force_and_stops_who_would_use_it() {
    let place = Place::new();
    policy(&place, &["activate", &legacy()]).exits(0);
    let stored = std::fs::read_dir(place.path().join("state/policies/components"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    std::fs::copy(core(), stored.path()).unwrap();
    place.write("rates.py", &demo_version(3));
    let refused = place.run(&["audit", "rates.py"]).exits(2);
    assert!(
        refused.stderr().contains("changed after it was stored"),
        "{}",
        refused.stderr()
    );
    policy(&place, &["rollback", "1"]).exits(2);
    policy(&place, &["activate", "--core"]).exits(0);
    assert_eq!(decider(&place), "gansauditor-core");
}

#[test]
fn a_damaged_history_is_told_and_mended_by_naming_a_revision() {
    let place = Place::new();
    policy(&place, &["activate", &legacy()]).exits(0);
    let path = place.path().join("state/policies/history.jsonl");
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{whole}junk\n")).unwrap();
    let shown = policy(&place, &["history"]).exits(0);
    assert!(shown.stderr().contains("line 2"), "{}", shown.stderr());
    place.write("rates.py", &demo_version(3));
    place.run(&["audit", "rates.py"]).exits(2);
    policy(&place, &["rollback"]).exits(0);
    assert_eq!(decider(&place), "legacy-tiers");
}

#[test]
fn without_persistence_there_is_nowhere_to_store_a_policy() {
    let place = Place::new();
    let mut command = place.command(&["policy", "activate", "--core"]);
    let ran = command
        .env("ENABLE_SESSION_PERSISTENCE", "false")
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("ENABLE_SESSION_PERSISTENCE"));
}
