//! Components in registries.

use super::super::credentials::Login;
use super::super::registry;
use super::stand_in::{Registry, USER, Wants};
use super::*;

/// As nobody, or as a user.
async fn pull(source: &str, login: Option<(&str, &str)>) -> anyhow::Result<Fetched> {
    let reference = Reference::from_str(source).map_err(anyhow::Error::msg)?;
    let login = login.map(|(user, password)| Login {
        user: user.to_owned(),
        password: password.to_owned(),
    });
    registry::pull(&reference, login, LIMIT).await
}

async fn refusal(source: &str, login: Option<(&str, &str)>) -> String {
    why(source, pull(source, login).await)
}

fn named(registry: &Registry, tag: &str) -> String {
    format!("oci://{}/team/policy:{tag}", registry.address)
}

#[tokio::test]
async fn a_registry_gives_the_component_by_tag_and_by_digest() {
    let registry = Registry::start(Wants::Token("token")).await;
    let tagged = named(&registry, "plain");
    let plain = pull(&tagged, None).await.unwrap();
    assert_eq!(plain.artifact.component, b"component");
    assert_eq!(plain.artifact.signature, None);
    let digest = plain.from.strip_prefix(&format!("{tagged}@sha256:"));
    assert!(digest.is_some(), "{}", plain.from);
    let again = pull(&plain.from, None).await.unwrap();
    assert_eq!(
        again.artifact, plain.artifact,
        "what the history says can be fetched"
    );
    let signed = pull(&named(&registry, "signed"), None).await.unwrap();
    assert_eq!(signed.artifact.signature.as_deref(), Some("c2ln"));
}

#[tokio::test]
async fn what_a_registry_does_not_give_is_told() {
    let registry = Registry::start(Wants::Token("token")).await;
    for (tag, says) in [
        ("absent", "no such artifact"),
        (
            "text",
            "no layer of type application/wasm, but [text/plain]",
        ),
        ("two", "several layers"),
        ("altered", "the digest of a layer is"),
        ("index", "index of artifacts"),
        ("huge", "more than 65536 bytes"),
        ("padded", "its manifest: it has more than 4194304 bytes"),
    ] {
        let why = refusal(&named(&registry, tag), None).await;
        assert!(why.contains(says), "{tag}: {why}");
    }
}

#[tokio::test]
async fn another_manifest_than_the_pinned_one_is_not_taken() {
    let registry = Registry::start(Wants::Nothing).await;
    let pinned = format!(
        "oci://{}/team/policy@sha256:{}",
        registry.address,
        "0".repeat(64)
    );
    let why = refusal(&pinned, None).await;
    assert!(why.contains("the digest of its manifest is"), "{why}");
    assert_eq!(registry.shown().len(), 1, "no layer of it is asked for");
}

#[tokio::test]
async fn a_registry_that_wants_a_password_is_shown_it_and_only_when_it_asks() {
    let registry = Registry::start(Wants::Password).await;
    let source = named(&registry, "plain");

    let nobody = refusal(&source, None).await;
    let advice = format!(
        "this machine has no login for it; log in with `docker login {}`",
        registry.address
    );
    assert!(nobody.contains(&advice), "{nobody}");
    let wrong = refusal(&source, Some(("me", "pa55word"))).await;
    assert!(wrong.contains("password that this machine has"), "{wrong}");
    assert!(!wrong.contains("pa55word"), "{wrong}");
    let before = registry.shown().len();

    let found = pull(&source, Some(USER)).await.unwrap();
    assert_eq!(found.artifact.component, b"component");
    let shown = registry.shown().split_off(before);
    let is_shown: Vec<bool> = shown.iter().map(Option::is_some).collect();
    assert_eq!(is_shown, [false, true, true]);
}

#[tokio::test]
async fn a_token_for_members_is_given_for_the_right_password_alone() {
    let registry = Registry::start(Wants::Token("members")).await;
    let source = named(&registry, "plain");
    let nobody = refusal(&source, None).await;
    assert!(
        nobody.contains("gives no token (401 Unauthorized): this machine has no login"),
        "{nobody}"
    );
    let wrong = refusal(&source, Some(("me", "pa55word"))).await;
    assert!(
        wrong.contains("gives no token (401 Unauthorized): the user name or password"),
        "{wrong}"
    );
    let found = pull(&source, Some(USER)).await.unwrap();
    assert_eq!(found.artifact.component, b"component");
}

#[tokio::test]
async fn what_a_registry_wants_and_cannot_have_is_told() {
    for (wants, says) in [
        (
            Wants::Token("broken"),
            "no token: it answers 502 Bad Gateway",
        ),
        (
            Wants::Other(r#"Bearer realm="http://host.example/token""#),
            "tokens come from an address without https",
        ),
        (Wants::Other("Bearer service=tests"), "who gives a token"),
        (Wants::Other(r#"Digest realm="tests""#), "not understood"),
        (Wants::Other("?!"), "cannot be read"),
        (Wants::Unsaid, "does not say what it wants"),
    ] {
        let registry = Registry::start(wants).await;
        let why = refusal(&named(&registry, "plain"), Some(USER)).await;
        assert!(why.contains(says), "{says}: {why}");
    }
}

#[tokio::test]
async fn another_server_that_has_the_blobs_is_shown_nothing() {
    let store = Registry::start(Wants::Nothing).await;
    let address = Some(store.address.clone());
    for wants in [Wants::Token("members"), Wants::Password] {
        let registry = Registry::with_store(wants, address.clone()).await;
        let found = pull(&named(&registry, "plain"), Some(USER)).await.unwrap();
        assert_eq!(found.artifact.component, b"component");
    }
    assert_eq!(store.shown(), [None, None]);
}

#[tokio::test]
async fn another_server_that_has_the_blobs_cannot_ask_for_the_registrys_password() {
    for wants in [Wants::Token("members"), Wants::Password] {
        let store = Registry::start(wants).await;
        let address = Some(store.address.clone());
        let registry = Registry::with_store(Wants::Nothing, address).await;
        let why = refusal(&named(&registry, "plain"), Some(USER)).await;
        assert!(store.shown().iter().all(Option::is_none), "{why}");
        assert!(why.contains("another server"), "{why}");
    }
}
