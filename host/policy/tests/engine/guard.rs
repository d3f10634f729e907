//! What happens while the live policy fails.

use crate::guest::{Guest, TRIGGER, named, refusal, snapshot};
use crate::limits;
use gansauditor_audit::domain::{SessionId, Timestamp};
use gansauditor_audit::ports::{Clock, LivePolicy, PolicyEngine, PolicyError};
use gansauditor_policy::{Guard, HostConfig, OnFailure, PolicyHost};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const WELL: Timestamp = Timestamp(1);

/// A clock that stands still until it is moved.
#[derive(Default)]
struct Hands(AtomicU64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// A policy that traps at [`TRIGGER`].
fn trapping(name: &str) -> Vec<u8> {
    Guest {
        name,
        on_trigger: "unreachable",
        ..Guest::default()
    }
    .component()
}

fn guarded(on_failure: OnFailure, failures: u32) -> (PolicyHost, Arc<Hands>) {
    let clock = Arc::new(Hands::default());
    let guard = Guard {
        on_failure,
        failures,
        pause: Duration::from_secs(60),
    };
    let config = HostConfig {
        guard,
        ..limits().into()
    };
    let host = PolicyHost::with_component(config, trapping("first"), "", clock.clone()).unwrap();
    (host, clock)
}

/// Whether the live policy decides at a time, or how it fails; for one session after the other.
async fn evaluate(host: &PolicyHost, at: Timestamp) -> Result<(), PolicyError> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let session = format!("s-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    evaluate_for(host, &session, at).await
}

async fn evaluate_for(host: &PolicyHost, session: &str, at: Timestamp) -> Result<(), PolicyError> {
    let live = guarded_policy(host, session);
    live.evaluate(Arc::new(snapshot(at))).await.map(|_| ())
}

/// The live policy as an audit of this session gets it.
fn guarded_policy(host: &PolicyHost, session: &str) -> Arc<dyn LivePolicy> {
    host.in_force(&SessionId::new(session).unwrap()).live
}

/// Name of the policy that stands in for the live one.
fn fallback(host: &PolicyHost) -> Option<String> {
    let fallback = host.fallback(&host.current())?;
    Some(fallback.identity().name.clone())
}

#[tokio::test]
async fn too_many_failures_in_a_row_suspend_a_policy_until_one_trial_succeeds() {
    let (host, clock) = guarded(OnFailure::Closed, 2);
    for _ in 0..2 {
        let error = evaluate(&host, TRIGGER).await.unwrap_err();
        assert!(matches!(error, PolicyError::Trapped(_)), "{error}");
    }
    let suspended = |failures, seconds| {
        Err(PolicyError::Suspended {
            failures,
            retry_after: Duration::from_secs(seconds),
        })
    };
    assert_eq!(evaluate(&host, WELL).await, suspended(2, 60));
    let trouble = host.status().trouble.unwrap();
    assert_eq!(trouble.failures, 2);
    assert_eq!(trouble.suspended_until, Some(Timestamp(60_000)));

    clock.0.store(60_000, Ordering::SeqCst);
    let trial = evaluate(&host, TRIGGER).await.unwrap_err();
    assert!(matches!(trial, PolicyError::Trapped(_)), "{trial}");
    assert_eq!(evaluate(&host, WELL).await, suspended(3, 60));

    clock.0.store(120_000, Ordering::SeqCst);
    assert_eq!(evaluate(&host, WELL).await, Ok(()));
    assert_eq!(evaluate(&host, WELL).await, Ok(()));
    assert_eq!(host.status().trouble, None);
}

#[tokio::test]
async fn while_one_trial_runs_no_other_is_let_through() {
    let (host, clock) = guarded(OnFailure::Closed, 1);
    evaluate(&host, TRIGGER).await.unwrap_err();
    clock.0.store(60_000, Ordering::SeqCst);
    let live = guarded_policy(&host, "one");
    let trial = live.evaluate(Arc::new(snapshot(WELL)));
    let second = evaluate(&host, WELL);
    let (trial, second) = tokio::join!(trial, second);
    assert!(trial.is_ok());
    assert!(matches!(second, Err(PolicyError::Suspended { .. })));
}

#[tokio::test]
async fn one_session_takes_the_policy_from_nobody() {
    let (host, _) = guarded(OnFailure::Closed, 2);
    for failures in 1..=5 {
        evaluate_for(&host, "one", TRIGGER).await.unwrap_err();
        let trouble = host.status().trouble.unwrap();
        assert_eq!(trouble.failures, failures);
        assert_eq!(trouble.suspended_until, None);
    }
    let error = evaluate_for(&host, "another", TRIGGER).await.unwrap_err();
    assert!(matches!(error, PolicyError::Trapped(_)), "{error}");
    let error = evaluate_for(&host, "third", WELL).await.unwrap_err();
    assert!(matches!(error, PolicyError::Suspended { .. }), "{error}");
}

#[tokio::test]
async fn a_policy_that_says_why_it_does_not_decide_has_not_failed() {
    let on_trigger = refusal();
    let refusing = Guest {
        name: "refusing",
        on_trigger: &on_trigger,
        ..Guest::default()
    };
    let (host, _) = guarded(OnFailure::Closed, 2);
    host.activate(refusing.component(), "").await.unwrap();
    for _ in 0..3 {
        let error = evaluate(&host, TRIGGER).await.unwrap_err();
        assert!(matches!(error, PolicyError::Refused(_)), "{error}");
    }
    assert_eq!(host.status().trouble, None);
}

#[tokio::test]
async fn a_decision_between_failures_begins_the_count_anew() {
    let (host, _) = guarded(OnFailure::Closed, 2);
    for _ in 0..5 {
        evaluate(&host, TRIGGER).await.unwrap_err();
        evaluate(&host, WELL).await.unwrap();
    }
}

#[tokio::test]
async fn another_policy_begins_without_the_failures_of_the_one_before() {
    let (host, _) = guarded(OnFailure::Closed, 1);
    evaluate(&host, TRIGGER).await.unwrap_err();
    host.activate(named("second"), "").await.unwrap();
    assert_eq!(evaluate(&host, TRIGGER).await, Ok(()));
}

#[tokio::test]
async fn who_stands_in_is_the_operators_choice() {
    let (closed, _) = guarded(OnFailure::Closed, 5);
    assert_eq!(fallback(&closed), None);
    let (core, _) = guarded(OnFailure::Core, 5);
    assert_eq!(fallback(&core).as_deref(), Some("gansauditor-core"));
}

#[tokio::test]
async fn the_last_good_policy_is_the_newest_that_decided_and_did_not_fail_last() {
    let (host, _) = guarded(OnFailure::LastGood, 5);
    assert_eq!(
        fallback(&host).as_deref(),
        Some("gansauditor-core"),
        "none yet"
    );
    evaluate(&host, WELL).await.unwrap();
    host.activate(trapping("second"), "").await.unwrap();
    assert_eq!(fallback(&host).as_deref(), Some("first"));
    evaluate(&host, TRIGGER).await.unwrap_err();
    host.activate(trapping("third"), "").await.unwrap();
    assert_eq!(fallback(&host).as_deref(), Some("first"), "not the second");
}

#[tokio::test]
async fn a_policy_does_not_stand_in_for_itself() {
    let clock = Arc::new(Hands::default());
    let guard = Guard {
        on_failure: OnFailure::Core,
        ..Guard::default()
    };
    let config = HostConfig {
        guard,
        ..limits().into()
    };
    let host = PolicyHost::with_core(config, "", clock).unwrap();
    assert_eq!(fallback(&host), None);
}
