//! Which severity blocks at which loop.

use gansauditor_core::model::{Problem, Severity, Snapshot};
use serde::Deserialize;

/// From a loop on, findings of a severity or worse block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Entry {
    from_loop: u32,
    /// Absent for the operator's blocking severity.
    severity: Option<Severity>,
}

/// The schedule without settings: strict for three loops, then what the operator configured.
pub(crate) fn usual() -> Vec<Entry> {
    vec![
        Entry {
            from_loop: 1,
            severity: Some(Severity::Major),
        },
        Entry {
            from_loop: 4,
            severity: None,
        },
    ]
}

/// The entries are in ascending order.
pub(crate) fn check(schedule: &[Entry]) -> Result<(), Vec<Problem>> {
    let pairs = schedule.windows(2).enumerate();
    let problems: Vec<Problem> = pairs
        .filter(|(_, pair)| pair[0].from_loop >= pair[1].from_loop)
        .map(|(index, pair)| Problem {
            path: format!("/schedule/{}/from_loop", index + 1),
            message: format!("must be more than {}, the one before", pair[0].from_loop),
        })
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// The severity in force at the newest loop, or at the first when there was none yet.
pub(crate) fn in_force(schedule: &[Entry], snapshot: &Snapshot) -> Severity {
    let newest = snapshot.iterations.iter().rev();
    let number = newest
        .filter_map(|iteration| iteration.loop_number)
        .next()
        .unwrap_or(1);
    schedule
        .iter()
        .rev()
        .find(|entry| entry.from_loop <= number)
        .and_then(|entry| entry.severity)
        .unwrap_or(snapshot.criteria.blocking_severity)
}
