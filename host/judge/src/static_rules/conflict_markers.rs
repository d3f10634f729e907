//! What a merge left behind.

use super::collector::{Collector, Place, Verdict};
use gansauditor_audit::domain::{Category, Severity};

/// Reports each conflict that was not resolved: its three markers in order, at the beginning of their lines. Returns whether
/// there is one.
pub(crate) fn check(text: &str, collector: &mut Collector<'_>) -> bool {
    let verdict = Verdict {
        rule: "generic/merge-conflict",
        category: Category::Logic,
        severity: Severity::Blocker,
        cwe: None,
        advice: "Decide between the two sides and take the markers out.",
    };
    let mut found = false;
    let mut start: Option<(u32, &str)> = None;
    let mut divided = false;
    for (line, number) in text.lines().zip(1..) {
        if line.starts_with("<<<<<<< ") {
            (start, divided) = (Some((number, line)), false);
        } else if line == "=======" {
            divided = start.is_some();
        } else if line.starts_with(">>>>>>> ")
            && divided
            && let Some((first, marker)) = start.take()
        {
            found = true;
            collector.report(&verdict, (first, number), || {
                let message = "A merge conflict is not resolved here.".to_owned();
                (
                    message,
                    Place {
                        symbol: None,
                        anchor: marker.to_owned(),
                    },
                )
            });
        }
    }
    found
}
