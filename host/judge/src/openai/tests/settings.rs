//! Settings that are refused, and what is shown of those that are not.

use super::*;
use crate::openai::SetupError;

fn refused(change: impl FnOnce(&mut HttpSettings)) -> SetupError {
    let mut settings = settings("https://models.example/v1");
    change(&mut settings);
    settings.check().map(|_| ()).unwrap_err()
}

fn header(name: &str, value: &str) -> SetupError {
    refused(|settings| settings.headers = vec![(name.to_owned(), value.to_owned())])
}

#[test]
fn a_base_url_must_be_https_or_trusted() {
    for (url, word) in [
        ("", "no URL"),
        ("models.example/v1", "no URL"),
        ("http://", "no URL"),
        ("ftp://models.example", "https"),
        ("file:///etc/passwd", "https"),
        (
            "https://user:hunter2@models.example/v1",
            "user name or password",
        ),
        ("http://models.example/v1", "unencrypted"),
        ("http://10.0.0.7:8080/v1", "unencrypted"),
        ("http://localhost.example/v1", "unencrypted"),
        ("http://127.0.0.1.example/v1", "unencrypted"),
    ] {
        let message = refused(|settings| settings.base_url = url.to_owned()).to_string();
        assert!(message.contains(word), "{url}: {message}");
        assert!(!message.contains("hunter2"));
    }
}

#[test]
fn plain_http_is_for_this_machine_for_those_who_allow_it_and_where_there_is_no_secret() {
    for url in [
        "http://127.0.0.1:1/v1",
        "http://localhost/v1",
        "http://[::1]:8080/v1",
        "http://127.9.9.9/v1",
    ] {
        settings(url).check().unwrap();
    }
    let far = settings("http://gpu.example:8000/v1");
    HttpSettings {
        allow_plain_http: true,
        ..far.clone()
    }
    .check()
    .unwrap();
    HttpSettings {
        key: None,
        ..far.clone()
    }
    .check()
    .unwrap();
    let with_header = HttpSettings {
        key: None,
        headers: vec![("api-key".to_owned(), "secret".to_owned())],
        ..far
    };
    assert!(matches!(
        with_header.check(),
        Err(SetupError::PlainHttp { .. })
    ));
}

#[test]
fn openai_is_not_asked_without_a_key() {
    let error = HttpSettings::default().check().map(|_| ()).unwrap_err();
    assert!(matches!(error, SetupError::NoKey { .. }), "{error}");
    HttpSettings {
        key: Some(Secret::new(KEY)),
        ..HttpSettings::default()
    }
    .check()
    .unwrap();
}

#[test]
fn nonsense_is_refused() {
    for key in ["", " ", "two words", "line\nbreak", "schlüssel"] {
        assert_eq!(
            refused(|settings| settings.key = Some(Secret::new(key))),
            SetupError::Key
        );
    }
    for model in ["", " ", "a\nb"] {
        assert_eq!(
            refused(|settings| settings.model = model.to_owned()),
            SetupError::Model
        );
    }
    for effort in ["", "very high", "high\""] {
        assert_eq!(
            refused(|settings| settings.effort = Some(effort.to_owned())),
            SetupError::Effort
        );
    }
    assert_eq!(
        refused(|settings| settings.max_output_tokens = Some(0)),
        SetupError::NoTokens
    );
    for (name, value) in [
        ("", "x"),
        ("two words", "x"),
        ("x-line", "a\r\nb: c"),
        ("Host", "elsewhere"),
        ("Content-Length", "3"),
        ("Authorization", "Bearer other"),
    ] {
        let error = header(name, value);
        assert!(
            matches!(error, SetupError::Header { .. }),
            "{name}: {error}"
        );
    }
}

#[test]
fn white_space_around_a_key_is_no_part_of_it() {
    assert_eq!(Secret::new(" sk-1\n"), Secret::new("sk-1"));
}

#[test]
fn nothing_shows_a_secret() {
    let mut settings = settings("http://localhost/v1");
    settings.headers = vec![("x-token".to_owned(), "tok-0123456789".to_owned())];
    let model = HttpModel::new(settings.clone()).unwrap();
    for shown in [
        format!("{settings:?}"),
        format!("{model:?}"),
        format!("{:?}", settings.key),
        model.version(),
    ] {
        assert!(!shown.contains("sk-test"), "{shown}");
        assert!(!shown.contains("tok-0123"), "{shown}");
    }
}

#[test]
fn the_version_names_what_decides_the_answer() {
    let mut settings = settings("http://localhost:8443/v1");
    let version = HttpModel::new(settings.clone()).unwrap().version();
    assert!(version.starts_with("m-1 at localhost:8443 "), "{version}");
    let mut elsewhere = settings.clone();
    elsewhere.base_url = "http://localhost:8443/other/v1".to_owned();
    assert_ne!(HttpModel::new(elsewhere).unwrap().version(), version);
    settings.effort = Some("high".to_owned());
    let model = HttpModel::new(settings).unwrap();
    assert!(model.version().starts_with("m-1 (high) at localhost:8443 "));
    assert_eq!(model.name(), "codex-http");
}
