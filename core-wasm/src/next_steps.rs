//! What to do next, most pressing first.

use crate::feedback::{action, priority, submit_again};
use crate::model::{
    CompletionReport, Condition, Finding, FindingState, NextStep, Priority, StagnationReport,
    Status, UnmetCondition,
};
use crate::text::{points, shortened};
use crate::view::View;
use std::collections::BTreeSet;

/// Findings and files that get a step of their own.
const MOST_OF_A_KIND: usize = 3;

/// Steps under the status that was decided; none when the work is complete. `standing` is worst first.
pub(crate) fn next_steps(
    view: &View,
    completion: &CompletionReport,
    stagnation: &StagnationReport,
    status: &Status,
    standing: &[&Finding],
) -> Vec<NextStep> {
    match status {
        Status::Complete(_) => Vec::new(),
        Status::ReviewAgain(_) => vec![NextStep {
            action: "Change nothing: the same submission is reviewed once more.".to_owned(),
            rationale: "The score completes, but only within the noise of its judge.".to_owned(),
            expected_outcome: "The mean of the reviews decides.".to_owned(),
            priority: Priority::Medium,
        }],
        Status::Stop(_) => {
            let person = NextStep {
                action: "Submit nothing more; show the report and the findings to a person."
                    .to_owned(),
                rationale: "The session has stopped and judges nothing until it is reset."
                    .to_owned(),
                expected_outcome: "A decision on how to go on.".to_owned(),
                priority: Priority::Critical,
            };
            std::iter::once(person)
                .chain(alternatives(stagnation))
                .collect()
        }
        Status::Continue => {
            let mut steps: Vec<NextStep> = Vec::new();
            if stagnation.stagnant {
                steps.extend(alternatives(stagnation));
            }
            steps.extend(missing_files(standing));
            steps.extend(worst_findings(view, standing));
            let listed = [Condition::BlockingFindings];
            let unmet = completion
                .unmet
                .iter()
                .filter(|unmet| !listed.contains(&unmet.condition));
            steps.extend(unmet.map(unmet_step));
            steps.extend(weakest_dimension(view, completion.bar));
            // The sort is stable: within a priority the order above stays.
            steps.sort_by_key(|step| step.priority);
            steps
        }
    }
}

fn alternatives(stagnation: &StagnationReport) -> impl Iterator<Item = NextStep> + '_ {
    stagnation
        .alternatives
        .iter()
        .take(2)
        .map(|alternative| NextStep {
            action: shortened(alternative, 1000),
            rationale: shortened(&stagnation.explanation, 1000),
            expected_outcome: "The loop moves again.".to_owned(),
            priority: Priority::Critical,
        })
}

/// Files with findings that nobody could look at.
fn missing_files(standing: &[&Finding]) -> Vec<NextStep> {
    let unreviewed = standing
        .iter()
        .filter(|finding| finding.state == FindingState::Unreviewed);
    let paths: BTreeSet<&str> = unreviewed.filter_map(|finding| finding.path()).collect();
    let step = |path| NextStep {
        action: submit_again(path),
        rationale: "Its findings stand until a review of the file no longer reports them."
            .to_owned(),
        expected_outcome: "They are confirmed or found fixed.".to_owned(),
        priority: Priority::High,
    };
    paths.into_iter().take(MOST_OF_A_KIND).map(step).collect()
}

fn worst_findings<'a>(
    view: &'a View,
    standing: &'a [&Finding],
) -> impl Iterator<Item = NextStep> + 'a {
    let pressing = standing
        .iter()
        .map(|finding| (priority(view, finding), finding));
    pressing
        .filter(|(priority, _)| *priority <= Priority::High)
        .take(MOST_OF_A_KIND)
        .map(|(priority, finding)| {
            let blocks = priority == Priority::Critical && view.blocks(finding);
            NextStep {
                action: action(finding),
                rationale: shortened(&finding.message, 1000),
                expected_outcome: if blocks {
                    "One reason less against completion."
                } else {
                    "A higher score."
                }
                .to_owned(),
                priority,
            }
        })
}

fn unmet_step(unmet: &UnmetCondition) -> NextStep {
    let (rationale, priority) = match &unmet.condition {
        Condition::PartialReview => ("Unread work never completes.", Priority::Critical),
        Condition::UncoveredFiles => (
            "Every file must be read in its latest version.",
            Priority::High,
        ),
        Condition::LeftOutFiles => (
            "Work is not complete while files are left out.",
            Priority::High,
        ),
        Condition::MissingEvidence => ("What is claimed must be shown.", Priority::High),
        Condition::BlockingFindings => ("Findings this bad forbid completion.", Priority::Critical),
        Condition::TooLittleAssessed => ("What was not assessed cannot pass.", Priority::Medium),
        Condition::ScoreBelowBar => ("The bar is not met.", Priority::Medium),
        Condition::Custom(_) => ("A condition of the policy does not hold.", Priority::Medium),
    };
    NextStep {
        action: shortened(&unmet.detail, 1000),
        rationale: rationale.to_owned(),
        expected_outcome: "The condition holds.".to_owned(),
        priority,
    }
}

/// The dimension in which there is most to gain: the one that costs most points.
fn weakest_dimension(view: &View, bar: f64) -> Option<NextStep> {
    let (review, _) = view.newest.whole_reviews().last()?;
    let lost = |(weight, score): (f64, f64)| weight * (100.0 - score);
    let (name, weight, score) = review
        .dimensions
        .iter()
        .filter_map(|dimension| Some((dimension.name.as_str(), dimension.weight, dimension.score?)))
        .filter(|&(_, _, score)| score < bar)
        .max_by(|a, b| lost((a.1, a.2)).total_cmp(&lost((b.1, b.2))))?;
    Some(NextStep {
        action: format!(
            "Work on {}: it scores {}.",
            shortened(name, 200),
            points(score)
        ),
        rationale: format!(
            "It costs {} of the points missing to 100.",
            points(lost((weight, score)))
        ),
        expected_outcome: "A higher score.".to_owned(),
        priority: Priority::Medium,
    })
}
