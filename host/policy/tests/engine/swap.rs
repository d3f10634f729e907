//! Policies that take each other's place.

use crate::guest::{named, snapshot};
use crate::{host, limits};
use gansauditor_audit::domain::Timestamp;
use gansauditor_audit::ports::{Clock, LivePolicy};
use gansauditor_policy::PolicyHost;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evaluations_go_on_while_policies_are_swapped() {
    let host = Arc::new(host(&named("first")));
    let done = Arc::new(AtomicBool::new(false));
    let evaluating: Vec<_> = (0..4)
        .map(|_| {
            let (host, done) = (Arc::clone(&host), Arc::clone(&done));
            tokio::spawn(async move {
                let mut decided = 0;
                while !done.load(Ordering::Relaxed) || decided == 0 {
                    host.current()
                        .evaluate(Arc::new(snapshot(Timestamp(1))))
                        .await
                        .expect("every evaluation decides");
                    decided += 1;
                }
                decided
            })
        })
        .collect();
    for round in 0..10 {
        let name = if round % 2 == 0 { "second" } else { "first" };
        let identity = host.activate(named(name), "").await.unwrap();
        assert_eq!(identity.name, name);
        assert_eq!(host.current().identity(), &identity);
    }
    done.store(true, Ordering::Relaxed);
    for evaluations in evaluating {
        assert!(evaluations.await.unwrap() > 0);
    }
}

#[tokio::test]
async fn a_policy_that_was_asked_for_before_the_swap_stays_the_one_it_was() {
    let host = host(&named("first"));
    let held = host.current();
    host.activate(named("second"), "{\"a\":1}").await.unwrap();
    assert_eq!(held.identity().name, "first");
    held.evaluate(Arc::new(snapshot(Timestamp(1))))
        .await
        .unwrap();
    assert_eq!(host.current().identity().name, "second");
    assert_eq!(host.current().settings(), "{\"a\":1}");
}

#[tokio::test]
async fn the_one_before_can_be_published_again() {
    let host = host(&named("first"));
    let before = host.current();
    host.activate(named("second"), "").await.unwrap();
    host.publish(before);
    assert_eq!(host.current().identity().name, "first");
}

#[tokio::test]
async fn loading_alone_puts_nothing_in_anyones_place() {
    let host = host(&named("first"));
    let candidate = host.load(named("second"), "").await.unwrap();
    candidate
        .evaluate(Arc::new(snapshot(Timestamp(1))))
        .await
        .unwrap();
    assert_eq!(host.status().live.name, "first");
    assert_eq!(host.status().failed, None);
}

struct Steps(AtomicU64);

impl Clock for Steps {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

#[tokio::test]
async fn the_status_tells_since_when_and_what_failed_since() {
    let clock = Arc::new(Steps(AtomicU64::new(100)));
    let host = PolicyHost::with_component(limits(), named("first"), "", clock).unwrap();
    assert_eq!(
        (host.status().since, host.status().failed),
        (Timestamp(100), None)
    );
    host.activate(b"nonsense".to_vec(), "").await.unwrap_err();
    assert_eq!(host.status().since, Timestamp(100));
    assert_eq!(
        host.status().failed.map(|failed| failed.at),
        Some(Timestamp(101))
    );
    host.activate(named("second"), "").await.unwrap();
    assert_eq!(
        (host.status().since, host.status().failed),
        (Timestamp(102), None)
    );
}
