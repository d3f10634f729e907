//! What the default policy sees in a snapshot, open to a policy that judges otherwise.
//!
//! A policy assesses, adds conditions or a reason to stop, and lets the rest be decided: the order of the
//! statuses, the feedback and the termination report are composed in one place, here.

use crate::history::History;
use crate::model::{
    CompleteReason, CompletionReport, Condition, Decision, Error, Finding, NextStep, ReviewReason,
    Snapshot, StagnationReport, Status, StopReason, UnmetCondition,
};
use crate::reading::Reading;
pub use crate::view::Loop;
use crate::view::View;
use crate::{completion, feedback, stagnation, termination};

/// Completion and stagnation of the newest iteration, not decided on yet.
pub struct Assessment<'a> {
    view: View<'a>,
    completion: CompletionReport,
    stagnation: StagnationReport,
    stop: Option<StopReason>,
    remarks: Vec<String>,
    steps: Vec<NextStep>,
}

impl<'a> Assessment<'a> {
    /// Assesses the newest iteration. Errors: a snapshot that breaks the contract.
    pub fn of(snapshot: &'a Snapshot, reading: &Reading<'a>) -> Result<Self, Error> {
        let view = View::with(snapshot, reading)?;
        Ok(Self {
            completion: completion::assess(&view, reading.bar),
            stagnation: stagnation::assess(&view),
            view,
            stop: None,
            remarks: Vec::new(),
            steps: Vec::new(),
        })
    }

    /// What there is to say about completion so far.
    pub fn completion(&self) -> &CompletionReport {
        &self.completion
    }

    /// Whether the loop moves.
    pub fn stagnation(&self) -> &StagnationReport {
        &self.stagnation
    }

    /// The cycle's loops, numbered 1, 2, 3, ...
    pub fn loops(&self) -> &[Loop<'a>] {
        &self.view.loops
    }

    /// Whether the newest iteration is a loop: reviewed whole and scored.
    pub fn is_loop(&self) -> bool {
        self.view.newest.loop_number.is_some()
    }

    /// The standing findings that forbid completion.
    pub fn blocking(&self) -> impl Iterator<Item = &'a Finding> {
        self.view.blocking()
    }

    /// Number of blocking findings that stood at each of the newest `count` loops, oldest first.
    pub fn open_blocking(&self, count: usize) -> Vec<u32> {
        stagnation::open_blocking(&self.view, stagnation::newest(&self.view.loops, count))
    }

    /// Number of blocking findings that were new, or back, at each of the newest `count` loops, oldest
    /// first. Those that were mended since count too.
    pub fn new_blocking(&self, count: usize) -> Vec<u32> {
        let history = History::of(&self.view);
        let arrived = |at: &Loop| {
            let findings = self.view.snapshot.findings.iter();
            findings
                .filter(|finding| self.view.would_block(finding))
                .filter(|finding| {
                    finding.first_seen == at.number || history.came_back_at(finding, at.number)
                })
                .count() as u32
        };
        stagnation::newest(&self.view.loops, count)
            .iter()
            .map(arrived)
            .collect()
    }

    /// How far the score rose over the newest `count` loops, when the same judges scored the first and the
    /// last of them.
    pub fn score_rise(&self, count: usize) -> Option<f64> {
        stagnation::score_rise(stagnation::newest(&self.view.loops, count))
    }

    /// Adds a condition that does not hold. No further review could complete the work then, so none is
    /// asked for.
    pub fn require(&mut self, unmet: UnmetCondition) {
        self.completion.unmet.retain(|met| !is_doubt(met));
        self.completion.unmet.push(unmet);
        self.completion.near_the_bar = false;
        self.completion.complete = None;
    }

    /// Drops the unmet conditions that the policy replaces by its own; where none is left the work is
    /// complete for this reason. What was not read cannot complete: a review that is not whole and files
    /// without a whole review stay conditions whatever a policy says.
    pub fn waive(&mut self, replaced: impl Fn(&UnmetCondition) -> bool, reason: CompleteReason) {
        self.completion
            .unmet
            .retain(|unmet| is_about_reading(unmet) || !replaced(unmet));
        self.completion.near_the_bar = self.completion.unmet.iter().any(is_doubt);
        if self.completion.unmet.is_empty() {
            self.completion.complete = Some(reason);
        }
    }

    /// Ends the session with a reason of the policy's own, a short lower-case name, unless the work is
    /// complete or the session ends anyway. The first reason counts.
    pub fn stop(&mut self, reason: &str) {
        self.stop
            .get_or_insert_with(|| StopReason::Custom(reason.to_owned()));
    }

    /// Adds a sentence to the summary of the feedback, and to the assessment of a session that stops.
    pub fn remark(&mut self, sentence: String) {
        self.remarks.push(sentence);
    }

    /// Adds a step to take next; shown where there is anything left to do.
    pub fn advise(&mut self, step: NextStep) {
        self.steps.push(step);
    }

    /// The decision and all that led to it.
    pub fn decide(self) -> Decision {
        let status = self.status();
        let Self {
            view,
            completion,
            stagnation,
            remarks,
            steps,
            ..
        } = self;
        let mut feedback = feedback::compose(&view, &completion, &stagnation, &status);
        let mut termination = matches!(status, Status::Stop(_))
            .then(|| termination::compose(&view, &completion, &stagnation));
        for remark in remarks {
            feedback.summary = format!("{} {remark}", feedback.summary);
            if let Some(report) = &mut termination {
                report.assessment = format!("{} {remark}", report.assessment);
            }
        }
        if matches!(status, Status::Continue | Status::Stop(_)) && !steps.is_empty() {
            // The sort is stable: within a priority the policy's own come first.
            feedback.next_steps.splice(0..0, steps);
            feedback.next_steps.sort_by_key(|step| step.priority);
            let most = feedback::most_steps(view.snapshot.criteria.detail);
            feedback.next_steps.truncate(most);
        }
        Decision {
            loop_number: completion.loop_number,
            bar: completion.bar,
            hard_stop: completion.hard_stop,
            score: completion.score,
            termination,
            feedback,
            unmet: completion.unmet,
            stagnation,
            status,
            memo: None,
            extensions: Vec::new(),
        }
    }

    /// A loop that completes never stops, and one that would but for a doubt only for a reason of the
    /// policy's own. An attempt that is no loop does not complete, and stops only for such a reason: the
    /// host's caps bound such attempts.
    fn status(&self) -> Status {
        let criteria = self.view.snapshot.criteria.stagnation;
        if let Some(reason) = &self.completion.complete {
            return Status::Complete(reason.clone());
        }
        let own = self.stop.clone().map(Status::Stop);
        let unmet = &self.completion.unmet;
        if unmet
            .iter()
            .all(|unmet| unmet.condition == completion::unreadable())
        {
            // All else is done, and nothing the agent could send changes what is left.
            let reason = StopReason::Custom("unreadable".to_owned());
            return own.unwrap_or(Status::Stop(reason));
        }
        if self.completion.near_the_bar {
            return own.unwrap_or(Status::ReviewAgain(ReviewReason::NearTheBar));
        }
        match self.view.newest.loop_number {
            Some(number) if number >= self.completion.hard_stop => {
                Status::Stop(StopReason::HardStop)
            }
            Some(number)
                if criteria.enabled
                    && number >= criteria.start_loop
                    && self.stagnation.stagnant =>
            {
                Status::Stop(StopReason::Stagnation)
            }
            _ => own.unwrap_or(Status::Continue),
        }
    }
}

impl std::fmt::Debug for Assessment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Assessment")
            .field("completion", &self.completion)
            .field("stagnation", &self.stagnation)
            .field("stop", &self.stop)
            .finish_non_exhaustive()
    }
}

/// The condition concerns what was not read.
fn is_about_reading(unmet: &UnmetCondition) -> bool {
    matches!(
        unmet.condition,
        Condition::PartialReview | Condition::UncoveredFiles
    ) || unmet.condition == completion::unreadable()
}

fn is_doubt(unmet: &UnmetCondition) -> bool {
    unmet.condition == completion::doubt()
}
