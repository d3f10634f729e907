//! What the checks say about the newest submission.

use crate::Settings;
use gansauditor_core::model::{CheckResult, Condition, Evidence, Snapshot, UnmetCondition};
use gansauditor_core::text::shortened;
use std::collections::BTreeMap;

/// Checks without a name in the settings that get a condition of their own.
const MOST_OTHERS: usize = 16;

/// The evidence of a cycle, sorted by what it is about.
pub(crate) struct Verification<'a> {
    /// Newest result of each check on the newest submission.
    here: BTreeMap<&'a str, &'a Evidence>,
    /// Newest result of each check on any other submission.
    elsewhere: BTreeMap<&'a str, &'a Evidence>,
}

impl<'a> Verification<'a> {
    /// Sorts the evidence, which comes oldest first.
    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        let digest = snapshot.iterations.last().map(|newest| &newest.submission);
        let (mut here, mut elsewhere) = (BTreeMap::new(), BTreeMap::new());
        for evidence in &snapshot.evidence {
            let place = if Some(&evidence.submission) == digest {
                &mut here
            } else {
                &mut elsewhere
            };
            place.insert(evidence.check.as_str(), evidence);
        }
        Self { here, elsewhere }
    }

    /// A condition for each check that should have passed on the newest submission and did not; without those that
    /// could not be run where the default policy `waits` for such checks by itself.
    pub(crate) fn missing(&self, settings: &Settings, waits: bool) -> Vec<UnmetCondition> {
        let named = settings.checks.iter().map(String::as_str);
        let said = |check: &str| waits && self.errored(check);
        let mut missing: Vec<UnmetCondition> = named
            .filter(|check| !self.passed(check) && !said(check))
            .map(|check| unmet(self.shortcoming(check)))
            .collect();
        if settings.all_must_pass {
            let others = self.here.keys().filter(|&&check| {
                !self.passed(check)
                    && !said(check)
                    && !settings.checks.iter().any(|named| named == check)
            });
            missing.extend(
                others
                    .take(MOST_OTHERS)
                    .map(|check| unmet(self.shortcoming(check))),
            );
        }
        let any = settings.checks.is_empty() && missing.is_empty() && !waits;
        if any && !self.here.keys().any(|check| self.passed(check)) {
            missing.push(unmet(
                "No check passed on this submission; one must.".to_owned(),
            ));
        }
        missing
    }

    fn passed(&self, check: &str) -> bool {
        self.here
            .get(check)
            .is_some_and(|evidence| evidence.outcome == CheckResult::Passed)
    }

    fn errored(&self, check: &str) -> bool {
        self.here
            .get(check)
            .is_some_and(|evidence| evidence.outcome == CheckResult::Errored)
    }

    /// What to do about a check that did not pass here.
    fn shortcoming(&self, check: &str) -> String {
        let name = shortened(check, 200);
        let said = |evidence: &Evidence| match evidence.detail.trim() {
            "" => String::new(),
            detail => format!(": {}", shortened(detail, 400)),
        };
        match (self.here.get(check), self.elsewhere.get(check)) {
            (Some(evidence), _) if evidence.outcome == CheckResult::Errored => format!(
                "The check {name:?} could not be run on this submission and must pass{}",
                said(evidence)
            ),
            (Some(evidence), _) => format!(
                "The check {name:?} failed on this submission; make it pass{}",
                said(evidence)
            ),
            (None, Some(_)) => format!(
                "The check {name:?} ran on another submission only; it must pass on this one."
            ),
            (None, None) => {
                format!("The check {name:?} did not run; it must pass on this submission.")
            }
        }
    }
}

/// One check that has to pass. Counted in checks.
fn unmet(detail: String) -> UnmetCondition {
    UnmetCondition {
        condition: Condition::MissingEvidence,
        required: 1.0,
        actual: 0.0,
        margin: 1.0,
        detail,
    }
}
