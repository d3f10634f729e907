//! What a trial is to show, and what it showed.

use serde::{Deserialize, Serialize};

/// Most decisions of one trial. Its ledger stays a few megabytes.
pub const MAX_DECISIONS: u32 = 10_000;

/// The terms of a trial, set when it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialRules {
    /// Percentage of the sessions on which the candidate decides, 0 to 100. With 0 it only watches.
    pub share: u8,
    /// Comparisons after which the trial has been passed, 1 to [`MAX_DECISIONS`].
    pub decisions: u32,
    /// Percentage of those in which the candidate may decide otherwise, 0 to 100. One more ends the trial.
    pub max_changed: u8,
    /// How many of those the candidate may fail to decide. One more ends the trial.
    pub max_failures: u32,
    /// A candidate that passed takes the live policy's place by itself.
    pub promote: bool,
}

impl Default for TrialRules {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The counts of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Comparisons with the same status for the same reason.
    pub same: u32,
    /// Comparisons with another status or reason.
    pub changed: u32,
    /// Comparisons in which the candidate did not decide.
    pub failed: u32,
}

impl Tally {
    /// All comparisons.
    pub fn decisions(&self) -> u32 {
        let others = self.changed.saturating_add(self.failed);
        self.same.saturating_add(others)
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            same,
            changed,
            failed,
        } = self;
        write!(f, "{same} the same, {changed} changed, {failed} failed")
    }
}

/// How a trial went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As many comparisons as wanted, within the bounds.
    Passed,
    /// The candidate failed to decide too often.
    TooManyFailures,
    /// The candidate decided otherwise too often.
    TooManyChanges,
}

impl TrialRules {
    /// The candidate watches a hundred decisions, may make five of them otherwise, and must make all.
    pub const DEFAULT: Self = Self {
        share: 0,
        decisions: 100,
        max_changed: 5,
        max_failures: 0,
        promote: false,
    };

    /// Whether the values are within their ranges; otherwise, which is not.
    pub fn check(&self) -> Result<(), &'static str> {
        if self.share > 100 {
            return Err("the share is a percentage, 0 to 100");
        }
        if self.decisions == 0 || self.decisions > MAX_DECISIONS {
            return Err("a trial has 1 to 10000 decisions");
        }
        if self.max_changed > 100 {
            return Err("the decisions that may change are a percentage, 0 to 100");
        }
        Ok(())
    }

    /// What these counts mean; absent while the trial is undecided. A bound that cannot be kept any more ends it at once.
    /// A trial that was passed and waits for a person goes on: the bounds grow with what is compared, and still hold.
    pub fn verdict(&self, tally: &Tally) -> Option<Verdict> {
        let wanted = u64::from(self.decisions.max(1));
        let compared = wanted.max(u64::from(tally.decisions()));
        let may_change = compared * u64::from(self.max_changed) / 100;
        let may_fail = compared * u64::from(self.max_failures) / wanted;
        if u64::from(tally.failed) > may_fail {
            Some(Verdict::TooManyFailures)
        } else if u64::from(tally.changed) > may_change {
            Some(Verdict::TooManyChanges)
        } else if tally.decisions() >= self.decisions {
            Some(Verdict::Passed)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tally(same: u32, changed: u32, failed: u32) -> Tally {
        Tally {
            same,
            changed,
            failed,
        }
    }

    #[test]
    fn a_trial_is_passed_with_the_last_decision_and_failed_with_the_first_that_is_too_much() {
        let rules = TrialRules {
            decisions: 20,
            max_changed: 10,
            max_failures: 1,
            ..TrialRules::default()
        };
        for (counts, verdict) in [
            (tally(0, 0, 0), None),
            (tally(16, 2, 1), None),
            (tally(17, 2, 1), Some(Verdict::Passed)),
            (tally(0, 3, 0), Some(Verdict::TooManyChanges)),
            (tally(0, 0, 2), Some(Verdict::TooManyFailures)),
        ] {
            assert_eq!(rules.verdict(&counts), verdict, "{counts:?}");
        }
    }

    #[test]
    fn after_it_is_passed_the_bounds_grow_with_what_is_compared() {
        let rules = TrialRules {
            decisions: 10,
            max_changed: 10,
            max_failures: 1,
            ..TrialRules::default()
        };
        for (counts, verdict) in [
            (tally(9, 1, 0), Verdict::Passed),
            (tally(17, 2, 0), Verdict::TooManyChanges),
            (tally(18, 2, 0), Verdict::Passed),
            (tally(17, 0, 2), Verdict::TooManyFailures),
            (tally(18, 0, 2), Verdict::Passed),
        ] {
            assert_eq!(rules.verdict(&counts), Some(verdict), "{counts:?}");
        }
    }

    proptest! {
        /// Whatever a trial that is passed just now had counted before, it had not been failed by it.
        #[test]
        fn until_it_is_passed_the_order_of_the_comparisons_does_not_matter(
            same in 0..50u32, changed in 0..50u32, failed in 0..5u32, max_changed in 0..=100u8, max_failures in 0..5u32,
        ) {
            let decisions = same + changed + failed;
            let rules = TrialRules { decisions, max_changed, max_failures, ..TrialRules::default() };
            if rules.verdict(&tally(same, changed, failed)) == Some(Verdict::Passed) {
                for fewer in [
                    tally(same.saturating_sub(1), changed, failed),
                    tally(same, changed.saturating_sub(1), failed),
                    tally(same, changed, failed.saturating_sub(1)),
                ] {
                    let before = rules.verdict(&fewer);
                    prop_assert!(matches!(before, None | Some(Verdict::Passed)));
                }
            }
        }
    }
}
