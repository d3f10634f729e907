//! The default policy, sentence by sentence, and properties of all decisions.

mod completion;
mod feedback;
mod properties;
mod snapshots;
mod stagnation;
mod stopping;

use crate::model::*;
use crate::{Core, Policy};

/// The decision on a snapshot that keeps the contract.
fn decide(snapshot: &Snapshot) -> Decision {
    Core::evaluate(snapshot).expect("the snapshot keeps the contract")
}

fn conditions(decision: &Decision) -> Vec<Condition> {
    decision
        .unmet
        .iter()
        .map(|unmet| unmet.condition.clone())
        .collect()
}

fn is_complete(decision: &Decision) -> bool {
    matches!(decision.status, Status::Complete(_))
}
