//! Whether the policy can do what policies are for. The contract allows one that cannot.

use super::Check;
use crate::decision;
use crate::linked::Linked;
use crate::sample::session;
use gansauditor_audit::domain::{Criteria, Decision, Snapshot, Status};

/// Their names.
pub(super) const CHECKS: [&str; 2] = [COMPLETES, STOPS];
const COMPLETES: &str = "can-complete";
const STOPS: &str = "can-stop";

pub(super) fn checks(linked: &Linked, settings: &str) -> Vec<Check> {
    vec![completes(linked, settings), stops(linked, settings)]
}

fn decide(linked: &Linked, snapshot: &Snapshot) -> Option<Decision> {
    let given = linked.evaluate(snapshot).0.ok()?.ok()?;
    decision::accept(given, &linked.runtime.limits).ok()
}

/// Work that is perfect is complete at some loop.
fn completes(linked: &Linked, settings: &str) -> Check {
    let hard_stop = Criteria::default().hard_stop;
    let at = (1..=hard_stop).find(|loops| {
        let scores = vec![100.0; *loops as usize];
        decide(linked, &session(settings, &scores))
            .is_some_and(|d| matches!(d.status, Status::Complete(_)))
    });
    match at {
        Some(at) => Check::pass(COMPLETES, format!("perfect work completes at loop {at}")),
        None => Check::warn(
            COMPLETES,
            format!("perfect work does not complete within {hard_stop} loops"),
            "complete work with a perfect score and no finding; a policy may ask for evidence, which this example has none of",
        ),
    }
}

/// A session that gets nowhere comes to an end.
fn stops(linked: &Linked, settings: &str) -> Check {
    let hard_stop = Criteria::default().hard_stop as usize;
    let stops = |loops: usize| {
        decide(linked, &session(settings, &vec![10.0; loops]))
            .is_some_and(|d| matches!(d.status, Status::Stop(_)))
    };
    if stops(hard_stop) {
        Check::pass(
            STOPS,
            format!("hopeless work is stopped by loop {hard_stop}"),
        )
    } else {
        Check::warn(
            STOPS,
            format!("hopeless work is not stopped at loop {hard_stop}, the hard stop"),
            "stop at `criteria.hard-stop`, unless that loop completes",
        )
    }
}
