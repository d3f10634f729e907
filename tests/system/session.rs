//! `gansauditor session`.

use crate::process::{Place, demo_version};

#[test]
fn sessions_are_listed_and_shown() {
    let place = Place::new();
    assert_eq!(
        place
            .run(&["session", "list", "--json"])
            .exits(0)
            .json()
            .as_array()
            .unwrap()
            .len(),
        0
    );
    for id in ["one", "../../two"] {
        place.write("rates.py", &demo_version(1));
        place.run(&["audit", "--session", id, "rates.py"]).exits(1);
    }
    let list = place.run(&["session", "list"]).exits(0).stdout();
    assert!(list.contains("one") && list.contains("../../two"), "{list}");
    let show = place
        .run(&["session", "show", "../../two"])
        .exits(0)
        .stdout();
    assert!(show.contains("python/eval"), "{show}");
    let missing = place.run(&["session", "show", "three"]);
    assert_ne!(missing.code(), 0);
    assert!(missing.stderr().contains("three"), "{}", missing.stderr());
}

#[test]
fn a_stopped_session_goes_on_after_a_reset() {
    let place = Place::new();
    place.write("rates.py", &demo_version(1));
    let audit = || {
        let mut command =
            place.command(&["audit", "--session", "s", "--format", "json", "rates.py"]);
        let output = command
            .env("SYNC_AUDIT_STAGNATION_START_LOOP", "3")
            .output()
            .unwrap();
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    for _ in 0..2 {
        assert_eq!(audit()["decision"]["status"], "continue");
    }
    assert_eq!(audit()["decision"]["status"], "stop");
    assert_eq!(audit()["decision"]["repeated"], true);
    place.run(&["session", "reset", "s"]).exits(0);
    let on = audit();
    assert_eq!(on["decision"]["status"], "continue");
    assert_eq!(on["decision"]["cycle"], 2);
}
