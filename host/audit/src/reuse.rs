//! Reuse: the same work again needs no new review.

use crate::domain::{CardOutcome, Coverage, Digest, FileReading, JudgeIdentity, Review, Usage};
use crate::ports::JudgeReport;
use crate::session::{Iteration, Session, Standing};

impl Session {
    /// The whole, scored reviews of equal work by all of these judges, and the attempt they were made for: all
    /// of them, so that submitting the same work again is no new draw. Empty when there are none, when a check could not
    /// be run to its end, which it may be now, and when something was found in its files since: a review from before
    /// cannot say that it is mended.
    pub fn reviews_of(&self, work: &Digest, judges: &[JudgeIdentity]) -> (u32, Vec<Review>) {
        let by_these = |review: &&Review| {
            review.counts() && review.judges == judges && review.cut_off().next().is_none()
        };
        self.iterations()
            .iter()
            .rev()
            .filter(|iteration| iteration.digest == *work)
            .map(|iteration| {
                let by_all = iteration.reviews.iter().filter(by_these);
                let reviews: Vec<Review> = by_all.cloned().collect();
                (iteration, reviews)
            })
            .filter(|(iteration, reviews)| !self.found_since(iteration, reviews))
            .map(|(iteration, reviews)| (iteration.attempt, reviews))
            .find(|(_, reviews): &(u32, Vec<Review>)| !reviews.is_empty())
            .unwrap_or_default()
    }

    /// What this judge said of equal work in the current cycle, where its review could not be used again because
    /// another judge failed or a check was cut off: that one is asked once more, and this one does not get another draw. `draw` is the
    /// number of the review among several.
    pub(crate) fn answer_of(
        &self,
        judge: &JudgeIdentity,
        work: &Digest,
        draw: u32,
    ) -> Option<JudgeReport> {
        if judge.deterministic || self.standing() != Standing::Open {
            return None;
        }
        let iteration = self.iterations().iter().rev().find(|iteration| {
            iteration.digest == *work && !self.found_since(iteration, &iteration.reviews)
        })?;
        let mut whole = iteration.reviews.iter().filter_map(|review| {
            let card = review.cards.iter().find(|card| card.judge == *judge)?;
            match &card.outcome {
                CardOutcome::Answered {
                    coverage: Coverage::Whole,
                    covered,
                    grades,
                    ..
                } => Some(JudgeReport {
                    scores: grades.clone(),
                    findings: review
                        .findings
                        .iter()
                        .filter(|(print, _)| card.reports(print))
                        .map(|(_, finding)| finding.clone())
                        .collect(),
                    coverage: Coverage::Whole,
                    readings: covered.iter().map(FileReading::graded).collect(),
                    summary: String::new(),
                    usage: Usage::default(),
                    provenance: format!("as in attempt {}", iteration.attempt),
                    checks: Vec::new(),
                    remarks: card.remarks.clone(),
                }),
                _ => None,
            }
        });
        whole.nth(draw as usize)
    }

    /// Something stands in the files of this iteration that was last reported after it, and not by these reviews.
    fn found_since(&self, iteration: &Iteration, reviews: &[Review]) -> bool {
        let loop_number = iteration.loop_number.unwrap_or(0);
        let holds = |path: &str| iteration.files.iter().any(|file| file.path == path);
        let reported = |fingerprint: &str| {
            reviews
                .iter()
                .flat_map(|review| &review.findings)
                .any(|(known, _)| known == fingerprint)
        };
        self.ledger().iter().any(|finding| {
            let location = finding.reported.location.as_ref();
            finding.state.is_standing()
                && finding.last_seen > loop_number
                && location.is_none_or(|location| holds(&location.path))
                && !reported(&finding.fingerprint)
        })
    }
}
