//! The home of Codex.

use super::*;
use crate::secret::Secret;
use proptest::prelude::*;
use std::fs;

fn with_key() -> CodexSettings {
    CodexSettings {
        executable: None,
        model: Some("m\"1".to_owned()),
        effort: None,
        provider: Provider::Key {
            base_url: Some("http://127.0.0.1:1/v1".to_owned()),
            key: Secret::new("k-secret"),
        },
    }
}

fn with_login(codex_home: &Path) -> CodexSettings {
    CodexSettings {
        provider: Provider::Login {
            codex_home: codex_home.to_owned(),
            base_url: None,
        },
        ..with_key()
    }
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn nobody_else_can_read_it_and_nothing_is_left() {
    let home = Home::new(&with_key()).unwrap();
    let folder = home.folder.path().to_owned();
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("config.toml")), 0o600);
    assert_eq!(mode(&home.text("words").unwrap()), 0o600);
    drop(home);
    assert!(!folder.exists());
}

#[test]
fn the_key_is_in_the_environment_alone() {
    let home = Home::new(&with_key()).unwrap();
    let config = fs::read_to_string(home.folder.path().join("config.toml")).unwrap();
    assert!(!config.contains("k-secret"));
    assert!(config.contains(r#"model = "m\"1""#), "{config}");
    let environment = home.environment();
    let value = |name: &str| {
        environment
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value)
    };
    assert_eq!(value(KEY_VARIABLE).unwrap(), "k-secret");
    assert_eq!(value("CODEX_HOME").unwrap(), home.folder.path());
    assert_eq!(value("CARGO"), None);
}

#[test]
fn the_login_is_copied_without_what_can_be_used_once_only() {
    let theirs = tempfile::tempdir().unwrap();
    let path = auth_file(theirs.path());
    let login = r#"{"tokens":{"access_token":"a","refresh_token":"r"}}"#;
    fs::write(&path, login).unwrap();
    let home = Home::new(&with_login(theirs.path())).unwrap();
    let copy = auth_file(home.folder.path());
    assert_eq!(mode(&copy), 0o600);
    assert_eq!(
        fs::read_to_string(&copy).unwrap(),
        r#"{"tokens":{"access_token":"a","refresh_token":""}}"#
    );
    fs::write(&path, r#"{"OPENAI_API_KEY":"new"}"#).unwrap();
    home.log_in().unwrap();
    assert_eq!(
        fs::read_to_string(&copy).unwrap(),
        r#"{"OPENAI_API_KEY":"new"}"#
    );
    assert_eq!(fs::read_dir(theirs.path()).unwrap().count(), 1);
}

#[test]
fn a_login_that_is_none_is_said_without_its_words() {
    let theirs = tempfile::tempdir().unwrap();
    let error = |settings| Home::new(&settings).unwrap_err().to_string();
    assert!(error(with_login(theirs.path())).contains("codex login"));
    fs::write(auth_file(theirs.path()), "token-1").unwrap();
    assert!(!error(with_login(theirs.path())).contains("token-1"));
}

#[test]
fn a_text_is_written_once() {
    let home = Home::new(&with_key()).unwrap();
    let path = home.text("one").unwrap();
    assert_eq!(home.text("one").unwrap(), path);
    assert_ne!(home.text("two").unwrap(), path);
    assert_eq!(fs::read_to_string(path).unwrap(), "one");
    assert_eq!(fs::read_dir(home.texts()).unwrap().count(), 2);
}

proptest! {
    #[test]
    fn a_quoted_string_ends_where_it_should(text in any::<String>()) {
        let quoted = quoted(&text);
        prop_assert!(!quoted.contains(|letter: char| letter.is_control() && letter != '\t'));
        prop_assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), text);
    }
}
