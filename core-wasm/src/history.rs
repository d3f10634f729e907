//! The ledger read backwards: which findings stood at an earlier loop.
//!
//! The ledger holds each finding as it is now. What it was follows from its loops - first seen, fixed in -
//! and, for one that came back in between, from what the loops' reviews reported and covered.

use crate::model::Finding;
use crate::view::{Loop, View};
use std::collections::BTreeSet;

/// What the ledger looked like, loop by loop.
pub(crate) struct History<'v, 'a> {
    view: &'v View<'a>,
    /// Fingerprints that each loop reported, in order of the loops.
    reported: Vec<BTreeSet<&'a str>>,
}

impl<'v, 'a> History<'v, 'a> {
    /// Reads the loops of a session.
    pub(crate) fn of(view: &'v View<'a>) -> Self {
        let reported = view
            .loops
            .iter()
            .map(|at| reported(&at.iteration.reviews))
            .collect();
        Self { view, reported }
    }

    /// Whether a finding counted against completion after loop `number`, severity apart. A waived finding
    /// never did.
    pub(crate) fn stood_at(&self, finding: &Finding, number: u32) -> bool {
        use crate::model::FindingState::{Fixed, Open, Unreviewed, Waived};
        if number >= self.view.current_loop() {
            return finding.state.is_standing();
        }
        match finding.state {
            Waived => false,
            _ if finding.reopened > 0 => self.retraced(finding, number),
            Open | Unreviewed => finding.first_seen <= number,
            Fixed => {
                finding.first_seen <= number && finding.fixed_in.is_none_or(|fixed| number < fixed)
            }
        }
    }

    /// Whether a finding came back at loop `number` after having been fixed.
    pub(crate) fn came_back_at(&self, finding: &Finding, number: u32) -> bool {
        finding.reopened > 0
            && finding.first_seen < number
            && self.stood_at(finding, number)
            && !number
                .checked_sub(1)
                .is_some_and(|before| self.stood_at(finding, before))
    }

    /// Follows a finding that came back at least once: it stands from a loop that reported it to one that
    /// read its file, or deleted it, without reporting it.
    fn retraced(&self, finding: &Finding, number: u32) -> bool {
        let loops = self.view.loops.iter().zip(&self.reported);
        loops.take_while(|(at, _)| at.number <= number).fold(
            finding.first_seen == 0,
            |stood, (at, reported)| {
                reported.contains(finding.fingerprint.as_str())
                    || stood && !could_see(at, finding.path())
            },
        )
    }
}

fn reported(reviews: &[crate::model::Review]) -> BTreeSet<&str> {
    reviews
        .iter()
        .flat_map(|review| &review.reported)
        .map(String::as_str)
        .collect()
}

/// Whether a loop read a file, or deleted it; for a finding without a place, whether it read all it held.
fn could_see(at: &Loop, path: Option<&str>) -> bool {
    let Some(path) = path else { return true };
    at.iteration
        .file(path)
        .is_some_and(|file| file.digest.is_none())
        || at
            .iteration
            .whole_reviews()
            .any(|(review, _)| review.covers(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FindingState, Severity, Snapshot};
    use crate::testing::{finding, review, session};

    /// Four loops over `a.rs`, of which the given ones report the finding `f`.
    fn reporting(loops: [bool; 4], finding: Finding) -> Snapshot {
        let mut snapshot = session().with_finding(finding);
        for reports in loops {
            let mut review = review(60.0, &["a.rs"]);
            review.reported.extend(reports.then(|| "f".to_owned()));
            snapshot = snapshot.submit(&[("a.rs", "x")], vec![review]);
        }
        snapshot
    }

    fn stood(snapshot: &Snapshot) -> [bool; 4] {
        let view = View::of(snapshot).unwrap();
        let history = History::of(&view);
        [1, 2, 3, 4].map(|number| history.stood_at(&snapshot.findings[0], number))
    }

    fn open() -> Finding {
        finding("f", Severity::Critical, "a.rs", 1)
    }

    #[test]
    fn a_finding_stands_from_first_seen_until_fixed() {
        let seen = |first_seen| Finding {
            first_seen,
            last_seen: 4,
            ..open()
        };
        assert_eq!(
            stood(&reporting([false, true, true, true], seen(2))),
            [false, true, true, true]
        );
        assert_eq!(stood(&reporting([true; 4], seen(0))), [true; 4]);
        let fixed = Finding {
            state: FindingState::Fixed,
            fixed_in: Some(3),
            ..open()
        };
        assert_eq!(
            stood(&reporting([true, true, false, false], fixed)),
            [true, true, false, false]
        );
    }

    #[test]
    fn a_finding_that_came_back_was_gone_in_between() {
        let back = Finding {
            reopened: 1,
            last_seen: 4,
            ..open()
        };
        let snapshot = reporting([true, false, true, true], back);
        assert_eq!(stood(&snapshot), [true, false, true, true]);
        let view = View::of(&snapshot).unwrap();
        let came_back = |number| History::of(&view).came_back_at(&snapshot.findings[0], number);
        assert_eq!([1, 2, 3, 4].map(came_back), [false, false, true, false]);
    }

    #[test]
    fn a_waived_finding_never_counted() {
        let waived = Finding {
            state: FindingState::Waived,
            ..open()
        };
        assert_eq!(stood(&reporting([true; 4], waived)), [false; 4]);
    }
}
