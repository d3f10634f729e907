//! What failures mean.

use super::*;
use crate::secret::Secret;
use JudgeFailure::*;
use proptest::prelude::*;
use serde_json::json;

/// Texts of the CLI 0.169.0, as it said them.
const SAID: [(&str, JudgeFailure); 27] = [
    (
        "unexpected status 401 Unauthorized: no such key, url: http://127.0.0.1:1/responses",
        Unauthorized,
    ),
    (
        "unexpected status 403 Forbidden: quota exceeded, url: http://127.0.0.1:1/responses",
        Forbidden,
    ),
    (
        "unexpected status 404 Not Found: no such model, url: http://127.0.0.1:1/responses",
        Rejected,
    ),
    (
        "unexpected status 503 Service Unavailable: later, url: http://127.0.0.1:1/responses",
        Unavailable,
    ),
    (
        "unexpected status 502 Bad Gateway: <html>, url: http://127.0.0.1:1/responses",
        Unavailable,
    ),
    (
        "exceeded retry limit, last status: 429 Too Many Requests",
        RateLimited,
    ),
    (
        "Quota exceeded. Check your plan and billing details.",
        QuotaExhausted,
    ),
    (
        "You've hit your usage limit. Upgrade to Pro",
        QuotaExhausted,
    ),
    (
        "{\"error\": {\"message\": \"unknown parameter\", \"type\": \"x\", \"code\": null}}",
        Rejected,
    ),
    (
        "Codex ran out of room in the model's context window. Start a new thread",
        TooLong,
    ),
    (
        "Input exceeds the maximum length of 1048576 characters.",
        TooLong,
    ),
    (
        "We\u{2019}re currently experiencing high demand, which may cause temporary errors.",
        Unavailable,
    ),
    (
        "stream disconnected before completion: error sending request",
        Interrupted,
    ),
    (
        "stream disconnected before completion: stream closed before response.completed",
        Interrupted,
    ),
    (
        "stream disconnected before completion: Transport error: network error: error decoding response body",
        Interrupted,
    ),
    (
        "stream disconnected before completion: it broke",
        Interrupted,
    ),
    ("rate limit exceeded: slow down", RateLimited),
    (
        "Incomplete response returned, reason: max_output_tokens",
        Incomplete,
    ),
    (
        "stream disconnected before completion: Incomplete response returned, reason: content_filter",
        Refused,
    ),
    (
        "stream disconnected before completion: idle timeout waiting for SSE",
        Interrupted,
    ),
    ("Connection failed: error sending request", Unreachable),
    ("Reconnecting... waiting for network", Unreachable),
    (
        "Missing environment variable: `GANSAUDITOR_CODEX_KEY`.",
        Misconfigured,
    ),
    (
        "/h/config.toml:1:1: unknown configuration field `bogus`",
        Misconfigured,
    ),
    (
        "error sending request for url (https://auth.openai.com/oauth/token)",
        Unauthorized,
    ),
    ("workspace routing discovery failed", Unreachable),
    (
        "Not inside a trusted directory and --skip-git-repo-check was not specified.",
        Misconfigured,
    ),
];

fn key() -> Provider {
    Provider::Key {
        base_url: None,
        key: Secret::new("k-secret"),
    }
}

#[test]
fn every_text_of_codex_has_its_kind() {
    for (text, kind) in SAID {
        assert_eq!(of_words(text), Some(kind), "{text}");
    }
    assert_eq!(of_words("the moon is full"), None);
}

#[test]
fn every_word_of_the_table_can_be_reached() {
    for (words, kind) in WORDS {
        assert_eq!(words, words.to_lowercase());
        assert_eq!(
            of_words(words),
            Some(kind),
            "{words} stands behind a shorter one"
        );
    }
}

#[test]
fn codes_of_the_app_server_have_their_kind() {
    let http = |name: &str, status: Value| json!({ name: { "httpStatusCode": status } });
    let cases = [
        (http("httpConnectionFailed", json!(401)), Some(Unauthorized)),
        (http("httpConnectionFailed", json!(503)), Some(Unavailable)),
        (http("httpConnectionFailed", json!(null)), Some(Unreachable)),
        (
            http("responseStreamDisconnected", json!(null)),
            Some(Interrupted),
        ),
        (
            http("responseTooManyFailedAttempts", json!(429)),
            Some(RateLimited),
        ),
        (json!("usageLimitExceeded"), Some(QuotaExhausted)),
        (json!("contextWindowExceeded"), Some(TooLong)),
        (json!("internalServerError"), Some(Unavailable)),
        (json!("other"), None),
        (json!({ "anythingNew": {} }), None),
        (json!(null), None),
    ];
    for (code, kind) in cases {
        assert_eq!(of_code(&code), kind, "{code}");
    }
}

#[test]
fn the_message_keeps_the_words_says_what_to_do_and_hides_the_key() {
    let error = reported(
        "unexpected status 401 Unauthorized: bad key k-secret",
        Some(&json!("other")),
        Broken,
        Usage::default(),
        &key(),
    );
    let ModelError::Failed { kind, message, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(kind, Unauthorized);
    assert_eq!(
        message,
        "Codex says: unexpected status 401 Unauthorized: bad key [key]; check the key"
    );
}

#[test]
fn a_wait_that_is_asked_for_is_passed_on() {
    let wait = |text| asked_wait(text).map(|wait| wait.as_millis());
    assert_eq!(
        wait("rate limit exceeded: Please try again in 1.5s."),
        Some(1500)
    );
    assert_eq!(wait("Try again in 20ms"), Some(20));
    assert_eq!(wait("try again in 2 minutes."), Some(120_000));
    assert_eq!(wait("try again in 9999999999999s"), None);
    assert_eq!(wait("try again in a moment"), None);
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in any::<String>()) {
        let _ = reported(&text, None, Broken, Usage::default(), &key());
        let _ = reported(&format!("unexpected status {text} try again in {text}"), None, Broken, Usage::default(), &key());
    }
}
