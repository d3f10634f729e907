use super::*;
use crate::config::Variables;
use gansauditor_audit::domain::{Digest, PolicyIdentity, Timestamp};
use gansauditor_audit::ports::SystemClock;
use gansauditor_policy::revisions::{Change, Draft, Program};
use std::time::Duration;

/// With the key of histories in the state directory.
fn config(pairs: &[(&str, &str)]) -> Config {
    let mut variables: Variables = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    if let Some(state) = variables.get("SYNC_AUDIT_STATE_DIRECTORY") {
        let seal = format!("{state}/seal.key");
        variables.insert("AUDIT_POLICY_SEAL".to_owned(), seal);
    }
    Config::read(&variables).unwrap()
}

fn seal(state: &Path) -> SealFile {
    SealFile::new(Some(state.join("seal.key")))
}

fn started(config: &Config) -> Result<Policies, String> {
    Policies::start(config, Arc::new(SystemClock)).map_err(|error| format!("{error:#}"))
}

fn made(pairs: &[(&str, &str)]) -> Result<Policies, String> {
    let memory = [("ENABLE_SESSION_PERSISTENCE", "false")];
    started(&config(&[&memory, pairs].concat()))
}

/// A state directory whose active revision is the core under these settings, unchecked.
fn with_core_active(settings: &str) -> tempfile::TempDir {
    recorded(b"core", Program::Core, settings)
}

fn recorded(component: &[u8], program: Program, settings: &str) -> tempfile::TempDir {
    let state = tempfile::tempdir().unwrap();
    let policy = PolicyIdentity {
        name: "any".to_owned(),
        version: "1.0.0".to_owned(),
        digest: Digest::of(component),
    };
    let draft = Draft {
        at: Timestamp(1),
        by: "ana".to_owned(),
        reason: None,
        change: Change::Activate,
        policy,
        program,
        setup: settings.into(),
        signature: None,
        source: None,
    };
    let policies = directory(state.path(), seal(state.path()))
        .unwrap()
        .unwrap();
    policies
        .record(draft, Some(component), None, Duration::ZERO)
        .unwrap();
    state
}

fn named(state: &tempfile::TempDir) -> (&str, &str) {
    ("SYNC_AUDIT_STATE_DIRECTORY", state.path().to_str().unwrap())
}

#[test]
fn the_active_revision_is_live_from_the_start_with_its_own_settings() {
    let state = with_core_active("{ }");
    let policies = started(&config(&[
        named(&state),
        ("AUDIT_POLICY_SETTINGS", "{\"no_such_setting\": 1}"),
    ]))
    .unwrap();
    assert_eq!(
        policies.host().current().inspect().identity.name,
        "gansauditor-core"
    );
    assert_eq!(
        gansauditor_audit::ports::LivePolicy::settings(&policies.host().current()),
        "{ }"
    );
    assert!(matches!(policies.source(), Source::Directory(_)));
}

#[test]
fn a_policy_file_stands_above_the_active_revision() {
    let state = recorded(b"junk", Program::Component, "{}");
    let file = state.path().join("p.wasm");
    std::fs::write(&file, "not wasm either").unwrap();
    let error = started(&config(&[
        named(&state),
        ("AUDIT_POLICY", file.to_str().unwrap()),
    ]));
    assert!(error.err().unwrap().starts_with("AUDIT_POLICY="));
}

#[test]
fn an_active_revision_that_cannot_be_used_is_an_error_and_never_another_policy() {
    for state in [
        recorded(b"junk", Program::Component, "{}"),
        with_core_active("{\"no_such_setting\": 1}"),
    ] {
        let error = started(&config(&[named(&state)])).err().unwrap();
        assert!(
            error.contains("the active policy of the state directory"),
            "{error}"
        );
        assert!(error.contains("revision 1"), "{error}");
    }
    let damaged = with_core_active("{}");
    std::fs::write(damaged.path().join("policies/history.jsonl"), "junk\n").unwrap();
    let error = started(&config(&[named(&damaged)])).err().unwrap();
    assert!(error.contains("line 1 of the policy history"), "{error}");
    let foreign = with_core_active("{}");
    std::fs::write(foreign.path().join("seal.key"), "0".repeat(64)).unwrap();
    let error = started(&config(&[named(&foreign)])).err().unwrap();
    assert!(error.contains("AUDIT_POLICY_SEAL"), "{error}");
    std::fs::remove_file(foreign.path().join("seal.key")).unwrap();
    let error = started(&config(&[named(&foreign)])).err().unwrap();
    assert!(error.contains("not sealed with the key"), "{error}");
}

#[test]
fn without_persistence_there_is_no_policy_directory() {
    let state = recorded(b"junk", Program::Component, "{}");
    let policies = made(&[named(&state)]).unwrap();
    assert!(matches!(policies.source(), Source::Program));
}

#[test]
fn looking_for_the_active_revision_makes_no_directory() {
    let place = tempfile::tempdir().unwrap();
    let state = place.path().join("none");
    let pair = ("SYNC_AUDIT_STATE_DIRECTORY", state.to_str().unwrap());
    started(&config(&[pair])).unwrap();
    assert!(!state.exists());
}

#[test]
fn a_policy_that_cannot_be_used_is_an_error_and_never_another_policy() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, "not wasm").unwrap();
    let path = file.path().to_str().unwrap();
    for (policy, reason) in [
        (path, "not WebAssembly"),
        ("/nowhere/p.wasm", "cannot read /nowhere"),
    ] {
        let error = made(&[("AUDIT_POLICY", policy)]).err().unwrap();
        assert!(
            error.starts_with(&format!("AUDIT_POLICY={policy}")),
            "{error}"
        );
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn settings_that_the_policy_refuses_or_that_cannot_be_read_are_an_error() {
    let refused = made(&[("AUDIT_POLICY_SETTINGS", "{\"no_such_setting\": 1}")])
        .err()
        .unwrap();
    assert!(refused.contains("refuses its settings"), "{refused}");
    let missing = made(&[("AUDIT_POLICY_SETTINGS", "/nowhere/settings.json")])
        .err()
        .unwrap();
    assert!(missing.contains("/nowhere/settings.json"), "{missing}");
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(MAX_SETTINGS + 1).unwrap();
    let large = made(&[("AUDIT_POLICY_SETTINGS", file.path().to_str().unwrap())]);
    assert!(large.err().unwrap().contains("more than 1048576 bytes"));
}

#[test]
fn settings_in_a_file_are_the_policys() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, "{}").unwrap();
    let settings = PolicySettings::File(file.path().to_owned());
    assert_eq!(read_settings(Some(&settings)).unwrap(), "{}");
    assert_eq!(read_settings(None).unwrap(), "");
}
