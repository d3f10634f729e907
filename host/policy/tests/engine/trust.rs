//! What an operator asks of components.

use crate::guest::{Guest, TRIGGER, named, snapshot};
use crate::signer::Signer;
use crate::{later, limits};
use gansauditor_audit::domain::{Digest, Timestamp};
use gansauditor_audit::ports::{LivePolicy as _, PolicyError, SystemClock};
use gansauditor_policy::{
    Artifact, HostConfig, LoadError, PolicyHost, Trust, WatchOutcome, Watcher,
};
use std::sync::Arc;

/// A host with the core, that trusts these.
fn trusting(trust: Trust) -> PolicyHost {
    let config = HostConfig {
        trust,
        ..limits().into()
    };
    PolicyHost::with_core(config, "", Arc::new(SystemClock)).unwrap()
}

#[tokio::test]
async fn where_keys_are_set_only_signed_components_go_live() {
    let signer = Signer::new();
    let host = trusting(signer.trusted());
    let unsigned = host.activate(named("unsigned"), "").await;
    assert_eq!(unsigned.unwrap_err(), LoadError::Unsigned);
    let swapped = Artifact {
        component: named("other"),
        ..signer.sign(named("signed"))
    };
    let error = host.activate(swapped, "").await.unwrap_err();
    assert_eq!(error, LoadError::BadSignature);
    assert_eq!(host.status().live.name, "gansauditor-core");
    host.activate(signer.sign(named("signed")), "")
        .await
        .unwrap();
    assert_eq!(host.status().live.name, "signed");
}

#[tokio::test]
async fn where_digests_are_pinned_no_other_component_goes_live() {
    let host = trusting(Trust {
        pins: vec![Digest::of(&named("pinned"))],
        ..Trust::default()
    });
    let error = host.activate(named("other"), "").await.unwrap_err();
    assert_eq!(error, LoadError::NotPinned(Digest::of(&named("other"))));
    host.activate(named("pinned"), "").await.unwrap();
}

#[tokio::test]
async fn a_followed_file_goes_live_once_its_signature_is_beside_it() {
    let signer = Signer::new();
    let host = trusting(signer.trusted());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.wasm");
    std::fs::write(&file, named("signed")).unwrap();
    let mut watcher = Watcher::new(&file, "");
    let outcome = watcher.look(&host, later()).await;
    assert_eq!(outcome, WatchOutcome::Failed(LoadError::Unsigned));
    assert_eq!(watcher.look(&host, later()).await, WatchOutcome::Unchanged);
    let signature = signer.signature(&named("signed"));
    std::fs::write(folder.path().join("p.wasm.sig"), signature).unwrap();
    let outcome = watcher.look(&host, later()).await;
    assert!(matches!(outcome, WatchOutcome::Activated(_)), "{outcome:?}");
}

#[tokio::test]
async fn an_allowed_import_lets_a_policy_in_and_has_nothing_behind_it() {
    let component = Guest {
        asks_the_time: true,
        on_trigger: "(drop (call $now))",
        ..Guest::default()
    }
    .component();
    let strict = trusting(Trust::default());
    let error = strict.activate(component.clone(), "").await.unwrap_err();
    assert_eq!(error, LoadError::Imports(vec!["now".into()]));
    let host = trusting(Trust {
        imports: vec!["now".into()],
        ..Trust::default()
    });
    host.activate(component, "").await.unwrap();
    let decent = host
        .current()
        .evaluate(Arc::new(snapshot(Timestamp(1))))
        .await;
    assert!(decent.is_ok(), "{decent:?}");
    let asking = host.current().evaluate(Arc::new(snapshot(TRIGGER))).await;
    let error = asking.unwrap_err();
    assert!(
        matches!(&error, PolicyError::Trapped(why) if why.contains("now")),
        "{error:?}"
    );
}
