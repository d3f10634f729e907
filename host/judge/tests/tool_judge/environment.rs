//! What a program gets of ours: nothing but what the operator passes on.

use crate::support::*;
use serde_json::json;
use std::collections::BTreeMap;

fn environment(script: &Script) -> BTreeMap<String, String> {
    script
        .left("env")
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn nothing_of_ours_is_in_the_environment() {
    // Set by cargo for every test: a stand-in for a secret.
    let ours = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let script = Script::new(r#"env > "$W/env"; wc -c > "$W/stdin""#);
    review(&script.check(json!({})), vec![app()]);
    let got = environment(&script);
    assert!(!script.left("env").contains(&ours));
    // The shell adds PWD and the like.
    let known = [
        "PATH", "LANG", "HOME", "TMPDIR", "W", "PWD", "OLDPWD", "SHLVL", "_",
    ];
    assert!(
        got.keys().all(|name| known.contains(&name.as_str())),
        "{got:?}"
    );
    assert_eq!(got["PATH"], std::env::var("PATH").unwrap());
    let scratch = got["PWD"].strip_suffix("/work").unwrap();
    assert_eq!(got["HOME"], format!("{scratch}/home"));
    assert_eq!(got["TMPDIR"], format!("{scratch}/tmp"));
    assert_eq!(script.left("stdin"), "0");
}

#[test]
fn the_operator_passes_and_sets_variables() {
    let script = Script::new(r#"env > "$W/env""#);
    let judge = script.check(json!({
        "pass": ["CARGO_MANIFEST_DIR", "NOT_SET_ANYWHERE"],
        "environment": {"TOKEN": "s3cret", "HOME": "/elsewhere"},
    }));
    review(&judge, vec![app()]);
    let got = environment(&script);
    assert_eq!(
        got["CARGO_MANIFEST_DIR"],
        std::env::var("CARGO_MANIFEST_DIR").unwrap()
    );
    assert_eq!(got["TOKEN"], "s3cret");
    assert_eq!(got["HOME"], "/elsewhere");
    assert!(!got.contains_key("NOT_SET_ANYWHERE"));
    assert!(!format!("{judge:?}").contains("s3cret"));
}

#[test]
fn the_folder_is_for_us_alone() {
    let script = Script::new(r#"stat -c '%a' .. > "$W/mode"; stat -c '%a' app.py >> "$W/mode""#);
    review(&script.check(json!({})), vec![app()]);
    assert_eq!(script.left("mode"), "700\n600");
}
