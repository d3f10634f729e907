//! Components of the policy directory.

use super::*;
use crate::policies::directory;
use gansauditor_audit::domain::{PolicyIdentity, Timestamp};
use gansauditor_policy::revisions::{Change, Draft, PolicyDirectory, Program, SealFile};

/// A state directory that revisions are put into.
struct State(tempfile::TempDir);

impl State {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn policies(&self) -> PolicyDirectory {
        directory(
            self.0.path(),
            SealFile::new(Some(self.0.path().join("seal.key"))),
        )
        .unwrap()
        .unwrap()
    }

    /// A revision with this component, or the built-in policy without one.
    fn record(&self, component: Option<&[u8]>, settings: &str, signature: Option<&str>) {
        let draft = Draft {
            at: Timestamp(1),
            by: "ana".to_owned(),
            reason: None,
            change: Change::Activate,
            policy: PolicyIdentity {
                name: "any".to_owned(),
                version: "1.0.0".to_owned(),
                digest: Digest::of(component.unwrap_or(b"core")),
            },
            program: match component {
                Some(_) => Program::Component,
                None => Program::Core,
            },
            setup: settings.into(),
            signature: signature.map(str::to_owned),
            source: None,
        };
        let recorded = self
            .policies()
            .record(draft, component, None, Duration::ZERO);
        recorded.unwrap();
    }

    async fn fetch(&self, source: &str) -> anyhow::Result<Fetched> {
        let state = self.0.path().to_str().unwrap();
        Source::from_str(source)
            .map_err(anyhow::Error::msg)?
            .fetch(
                &host(),
                &config(&[
                    ("SYNC_AUDIT_STATE_DIRECTORY", state),
                    ("AUDIT_POLICY_SEAL", &format!("{state}/seal.key")),
                ]),
            )
            .await
    }

    async fn refusal(&self, source: &str) -> String {
        why(source, self.fetch(source).await)
    }
}

/// The first digits of a component's digest.
fn start(component: &[u8], digits: usize) -> String {
    Digest::of(component).as_str()["sha256:".len()..][..digits].to_owned()
}

#[test]
fn a_stored_policy_is_named_by_its_revision_or_by_digits_of_its_digest() {
    let shown = |text: &str| Source::from_str(text).map(|source| source.to_string());
    for (text, name) in [
        ("revision:3", "revision:3"),
        ("sha256:0123ABCD", "sha256:0123abcd"),
        ("./revision:3", "./revision:3"),
    ] {
        assert_eq!(shown(text).as_deref(), Ok(name));
    }
    assert!(matches!(
        Source::from_str("./revision:3"),
        Ok(Source::File(_))
    ));
    let too_long = format!("sha256:{}", "0".repeat(65));
    for (wrong, says) in [
        ("revision:", "by its number"),
        ("revision:three", "by its number"),
        ("revision:-1", "by its number"),
        ("sha256:", "8 or more of the 64"),
        ("sha256:0123abc", "8 or more of the 64"),
        ("sha256:0123wxyz", "8 or more of the 64"),
        (&too_long, "8 or more of the 64"),
    ] {
        let error = shown(wrong).unwrap_err();
        assert!(error.contains(says), "{wrong}: {error}");
    }
}

#[tokio::test]
async fn a_revision_gives_its_component_with_its_signature_and_what_it_is_run_under() {
    let state = State::new();
    state.record(Some(b"one"), r#"{"a":1}"#, Some("signed"));
    state.record(Some(b"two"), "{}", None);
    let fetched = state.fetch("revision:1").await.unwrap();
    assert_eq!(fetched.artifact.component, b"one");
    assert_eq!(fetched.artifact.signature.as_deref(), Some("signed"));
    assert_eq!(fetched.from, "revision:1");
    assert_eq!(fetched.setup, Some(r#"{"a":1}"#.into()));
}

#[tokio::test]
async fn digits_give_the_component_alone_with_the_newest_signature_it_ever_had() {
    let state = State::new();
    state.record(Some(b"one"), r#"{"a":1}"#, Some("old"));
    state.record(Some(b"one"), "{}", Some("new"));
    state.record(Some(b"one"), "{}", None);
    state.record(Some(b"two"), "{}", Some("of another"));
    for digits in [8, 12, 64] {
        let name = format!("sha256:{}", start(b"one", digits));
        let fetched = state.fetch(&name).await.unwrap();
        assert_eq!(fetched.artifact.component, b"one");
        assert_eq!(fetched.artifact.signature.as_deref(), Some("new"));
        assert_eq!(fetched.from, Digest::of(b"one").to_string());
        assert_eq!(fetched.setup, None);
    }
}

#[tokio::test]
async fn what_is_not_stored_or_not_whole_is_no_component() {
    let state = State::new();
    let nothing = state.refusal("revision:1").await;
    assert!(nothing.contains("no readable revision 1"), "{nothing}");
    state.record(Some(b"one"), "{}", None);
    state.record(None, "{}", None);
    let digits = start(b"one", 64);
    let file = state.0.path().join("policies/components");
    let file = file.join(format!("{digits}.wasm"));
    for (name, says) in [
        ("revision:2", "--core"),
        ("revision:3", "no readable revision 3"),
        ("sha256:00000000", "no stored component begins so"),
    ] {
        let error = state.refusal(name).await;
        assert!(error.contains(says), "{name}: {error}");
    }
    // Another one that begins alike.
    let alike = format!("{}{}", &digits[..12], "0".repeat(52));
    let beside = file.with_file_name(format!("{alike}.wasm"));
    std::fs::write(&beside, b"alike").unwrap();
    let short = format!("sha256:{}", &digits[..12]);
    let error = state.refusal(&short).await;
    assert!(error.contains("2 stored components begin so"), "{error}");
    let error = state.refusal(&format!("sha256:{alike}")).await;
    assert!(error.contains("changed after it was stored"), "{error}");
    std::fs::remove_file(file).unwrap();
    let error = state.refusal("revision:1").await;
    assert!(error.contains("not in the policy directory"), "{error}");
}

#[tokio::test]
async fn without_a_state_directory_nothing_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("none");
    let none = ("SYNC_AUDIT_STATE_DIRECTORY", nowhere.to_str().unwrap());
    let off = ("ENABLE_SESSION_PERSISTENCE", "false");
    for (setting, says) in [(none, "ever stored"), (off, "no policy directory")] {
        let source = Source::from_str("revision:1").unwrap();
        let fetched = source.fetch(&host(), &config(&[setting])).await;
        let error = why("revision:1", fetched);
        assert!(error.contains(says), "{error}");
    }
    assert!(!nowhere.exists());
}
