//! `gansauditor policy`, and policies from files.

use crate::process::{Place, demo_version, root};

#[test]
fn a_policy_is_inspected_before_it_is_used() {
    let place = Place::new();
    let core = root().join("target/core/core.wasm");
    let shown = place
        .run(&["policy", "inspect", core.to_str().unwrap(), "--json"])
        .exits(0)
        .json();
    assert_eq!(shown["name"], "gansauditor-core");
    assert!(shown["digest"].as_str().unwrap().starts_with("sha256:"));
    let text = place
        .run(&["policy", "inspect", core.to_str().unwrap()])
        .exits(0)
        .stdout();
    assert!(
        text.contains("gansauditor-core") && text.contains("sha256:"),
        "{text}"
    );
    place.write("junk.wasm", "junk");
    let junk = place.run(&["policy", "inspect", "junk.wasm"]);
    assert_ne!(junk.code(), 0);
    assert!(!junk.stderr().contains("panicked"), "{}", junk.stderr());
}

#[test]
fn another_policy_decides_otherwise_on_the_same_work() {
    let place = Place::new();
    place.write("rates.py", &demo_version(3));
    place.run(&["audit", "rates.py"]).exits(0);
    let plugin = root().join("target/plugins/legacy-tiers.wasm");
    let legacy = plugin.to_str().unwrap();
    let answer = place
        .run(&["audit", "--policy", legacy, "--format", "json", "rates.py"])
        .exits(1)
        .json();
    assert_eq!(answer["policy"]["name"], "legacy-tiers");
    place.write("junk.wasm", "junk");
    let refused = place
        .run(&["audit", "--policy", "junk.wasm", "rates.py"])
        .exits(2);
    assert!(
        refused.stderr().contains("AUDIT_POLICY"),
        "{}",
        refused.stderr()
    );
}
