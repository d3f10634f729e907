//! The engine against decent, hostile and broken policies.

mod compose;
mod composed;
mod conformance;
mod corpus;
mod equality;
mod fixtures;
mod follow;
mod guard;
mod guest;
mod hostile;
mod loading;
mod native;
mod native_corpus;
mod own_limits;
mod reference;
mod released;
mod signer;
mod swap;
mod trial;
mod trust;
mod watch;

use gansauditor_audit::ports::SystemClock;
use gansauditor_policy::{Limits, PolicyHost};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Bounds small enough that a test of them is quick.
fn limits() -> Limits {
    Limits {
        component_bytes: 1 << 20,
        deadline: Duration::from_millis(100),
        memory_bytes: 4 << 20,
        table_elements: 1000,
        output_bytes: 1 << 20,
        decision_bytes: 64 << 10,
        ..Limits::default()
    }
}

/// A host with this policy, under [`limits`].
fn host(component: &[u8]) -> PolicyHost {
    PolicyHost::with_component(limits(), component, "", Arc::new(SystemClock))
        .expect("the policy loads")
}

/// A time at which everything written so far has settled.
fn later() -> SystemTime {
    SystemTime::now() + Duration::from_secs(60)
}
