//! Files and directories.

use super::{read, variables};
use crate::config::*;

#[test]
fn the_state_directory_may_be_absolute_relative_or_at_home() {
    for (text, directory) in [
        ("/var/lib/sessions", "/var/lib/sessions"),
        ("state", "state"),
        ("~/state", "/home/a/state"),
        ("~", "/home/a"),
        ("~other/state", "~other/state"),
    ] {
        let config = read(&[("SYNC_AUDIT_STATE_DIRECTORY", text), ("HOME", "/home/a")]);
        assert_eq!(config.state, State::Directory(directory.into()), "{text}");
    }
    let homeless = variables(&[("SYNC_AUDIT_STATE_DIRECTORY", "~/state")]);
    assert_eq!(
        Config::read(&homeless).map(|_| ()),
        Err(ConfigError::NoHome("~/state".to_owned()))
    );
}

#[test]
fn policy_settings_are_json_or_a_file() {
    let settings = |text| read(&[("AUDIT_POLICY_SETTINGS", text)]).policy_settings;
    assert_eq!(
        settings(" {\"a\":1}"),
        Some(PolicySettings::Json(" {\"a\":1}".to_owned()))
    );
    assert_eq!(
        settings("policy.json"),
        Some(PolicySettings::File("policy.json".into()))
    );
}
