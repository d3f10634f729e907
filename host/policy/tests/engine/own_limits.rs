//! Limits that the operator sets for one policy.

use crate::guest::{Guest, TRIGGER, named, snapshot};
use crate::{host, limits};
use gansauditor_audit::domain::Timestamp;
use gansauditor_audit::ports::{LivePolicy as _, PolicyError, SystemClock};
use gansauditor_policy::{LoadError, OwnLimits, PolicyHost, Setup};
use std::sync::Arc;
use std::time::Duration;

fn under(json: &str) -> Setup {
    Setup {
        settings: String::new(),
        limits: OwnLimits::parse(json).unwrap(),
    }
}

/// How a policy that was put in the place of a decent one fails at [`TRIGGER`].
async fn failure(component: Vec<u8>, setup: Setup) -> PolicyError {
    let host = host(&named("first"));
    host.activate(component, setup).await.unwrap();
    let answer = host.current().evaluate(Arc::new(snapshot(TRIGGER))).await;
    answer.expect_err("it is over its limits")
}

#[tokio::test]
async fn a_policy_has_its_own_deadline() {
    let endless = Guest::triggered("(loop $l (br $l))");
    let error = failure(endless, under(r#"{"deadline_ms": 20}"#)).await;
    assert_eq!(error, PolicyError::TimedOut(Duration::from_millis(20)));
}

#[tokio::test]
async fn a_policy_may_be_given_more_memory_than_the_host_gives_and_no_more_than_that() {
    // 8 MiB more than the mebibyte it begins with, where the host gives 4 in all.
    let growing = Guest::triggered("(drop (memory.grow (i32.const 128)))");
    let host = host(&named("first"));
    let setup = under(r#"{"memory_bytes": 16777216}"#);
    host.activate(growing.clone(), setup).await.unwrap();
    let answer = host.current().evaluate(Arc::new(snapshot(TRIGGER))).await;
    assert!(answer.is_ok(), "{answer:?}");
    let error = failure(growing, under(r#"{"memory_bytes": 8388608}"#)).await;
    assert!(
        matches!(&error, PolicyError::OverLimit(what) if what.starts_with("memory")),
        "{error}"
    );
}

#[tokio::test]
async fn fuel_ends_a_loop_by_count_and_not_by_the_clock() {
    let endless = Guest::triggered("(loop $l (br $l))");
    let error = failure(endless, under(r#"{"fuel": 1000000}"#)).await;
    assert_eq!(error, PolicyError::OverLimit("fuel (1000000)".into()));
}

#[tokio::test]
async fn the_core_decides_the_same_whether_its_fuel_is_counted_or_not() {
    let host = PolicyHost::with_core(limits(), "", Arc::new(SystemClock)).unwrap();
    let facts = Arc::new(snapshot(Timestamp(1)));
    let free = host.current().evaluate(Arc::clone(&facts)).await.unwrap();
    host.activate_core(under(r#"{"fuel": 100000000}"#))
        .await
        .unwrap();
    let counted = host.current().evaluate(Arc::clone(&facts)).await.unwrap();
    assert_eq!(free, counted);
    // What it takes is the same each time, so that a bound below it is never just met.
    let too_little = under(r#"{"fuel": 1000}"#);
    let error = host.activate_core(too_little).await.unwrap_err();
    let over = PolicyError::OverLimit("fuel (1000)".into());
    assert!(
        matches!(&error, LoadError::Describe(e) | LoadError::CheckSettings(e) | LoadError::SelfTest(e) if *e == over),
        "{error}"
    );
}

#[test]
fn limits_that_make_no_sense_are_refused_in_words() {
    for (json, said) in [
        (
            r#"{"deadline_ms": 5}"#,
            "deadline_ms is 5; it may be 10 to 60000",
        ),
        (
            r#"{"memory_bytes": 5000000000}"#,
            "memory_bytes is 5000000000",
        ),
        (r#"{"fuel": 0}"#, "fuel is 0"),
        (r#"{"feul": 1}"#, "unknown field `feul`"),
        ("nothing", "expected"),
    ] {
        let error = OwnLimits::parse(json).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}
