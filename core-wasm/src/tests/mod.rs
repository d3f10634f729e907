//! The default policy, sentence by sentence, and properties of all decisions.

mod assessment;
mod completion;
mod evidence;
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
