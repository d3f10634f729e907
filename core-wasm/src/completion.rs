//! Is the work complete?

use crate::bar::{self, Bar, BarRule};
use crate::left_out;
use crate::model::{
    CompleteReason, CompletionReport, Condition, Coverage, Error, Snapshot, UnmetCondition,
};
use crate::text::{counted, listed, points};
use crate::view::View;
use std::collections::BTreeSet;

/// Names in one condition's text.
const MOST_NAMES: usize = 5;

/// What there is to say about completion of the newest iteration, under the default reading of the tiers.
/// Errors: settings or snapshot that break the contract.
pub fn assess_completion(snapshot: &Snapshot) -> Result<CompletionReport, Error> {
    Ok(assess(&View::of(snapshot)?, bar::declining))
}

/// As [`assess_completion`], under any reading of the tiers.
pub(crate) fn assess(view: &View, rule: BarRule) -> CompletionReport {
    let loop_number = view.last_loop();
    let bar = bar::requested(
        rule(&view.snapshot.criteria.tiers, loop_number),
        &view.snapshot.request,
    );
    let score = view.newest.score();
    let mut unmet: Vec<UnmetCondition> = [
        partial_review(view),
        blocking_findings(view),
        score_below_bar(score, bar),
        uncovered_files(view),
        left_out::unmet(view, bar.score),
        too_little_assessed(view),
        too_early(loop_number, bar),
    ]
    .into_iter()
    .flatten()
    .collect();
    let doubt = score
        .filter(|_| unmet.is_empty())
        .and_then(|score| near_the_bar(view, score, bar));
    let near_the_bar = doubt.is_some();
    unmet.extend(doubt);
    CompletionReport {
        loop_number,
        bar: bar.score,
        tier: bar.tier,
        hard_stop: view.hard_stop(),
        score,
        complete: unmet.is_empty().then_some(CompleteReason::BarMet(bar.tier)),
        near_the_bar,
        unmet,
    }
}

/// The condition that only another review can meet.
pub(crate) fn doubt() -> Condition {
    Condition::Custom("near-the-bar".to_owned())
}

/// A condition of which `actual` falls short of `required`.
fn short(condition: Condition, required: f64, actual: f64, detail: String) -> UnmetCondition {
    UnmetCondition {
        condition,
        required,
        actual,
        margin: (required - actual).max(0.0),
        detail,
    }
}

/// The newest review read everything and scored it. Counted in reviews.
fn partial_review(view: &View) -> Option<UnmetCondition> {
    let detail = match view.newest.reviews.last() {
        Some(review) => match &review.coverage {
            Coverage::Whole if review.score.is_some() => return None,
            Coverage::Whole => "The review graded nothing; submit the work again.".to_owned(),
            Coverage::Partial(reason) => format!(
                "The review read only part of the submission ({}); submit the work again, in smaller parts if it is large.",
                crate::text::shortened(reason, 400)
            ),
            Coverage::Unscored(reason) => format!(
                "The review could not score the submission ({}); mend that and submit the work again.",
                crate::text::shortened(reason, 400)
            ),
        },
        None => "Judging failed, so nothing was reviewed; submit the work again.".to_owned(),
    };
    Some(short(Condition::PartialReview, 1.0, 0.0, detail))
}

/// No finding that counts. Counted in findings.
fn blocking_findings(view: &View) -> Option<UnmetCondition> {
    let standing: Vec<_> = view.blocking().collect();
    if standing.is_empty() {
        return None;
    }
    let count = standing.len() as f64;
    let files: BTreeSet<&str> = standing
        .iter()
        .filter_map(|finding| finding.path())
        .collect();
    let place = if files.is_empty() {
        String::new()
    } else {
        format!(" in {}", listed(files, MOST_NAMES))
    };
    let severity = view.blocking_severity;
    let kind = if standing.iter().all(|finding| finding.severity >= severity) {
        format!(" of severity {} or worse", severity.name())
    } else if standing.len() == 1 {
        " that forbids completion".to_owned()
    } else {
        " that forbid completion".to_owned()
    };
    Some(UnmetCondition {
        condition: Condition::BlockingFindings,
        required: 0.0,
        actual: count,
        margin: count,
        detail: format!("Fix {}{kind}{place}.", counted(standing.len(), "finding")),
    })
}

/// The score that counts meets the bar. In points.
fn score_below_bar(score: Option<f64>, bar: Bar) -> Option<UnmetCondition> {
    let score = score.filter(|&score| score < bar.score)?;
    let detail = format!(
        "Raise the score from {} to {}, by {}.",
        points(score),
        points(bar.score),
        counted_points(bar.score - score)
    );
    Some(short(Condition::ScoreBelowBar, bar.score, score, detail))
}

fn counted_points(value: f64) -> String {
    let value = points(value);
    if value == "1" {
        "1 point".to_owned()
    } else {
        format!("{value} points")
    }
}

/// Every file of the cycle was read in its latest version by a whole review. Counted in files.
fn uncovered_files(view: &View) -> Option<UnmetCondition> {
    let latest = view.latest_files();
    let mut covered = BTreeSet::new();
    for iteration in &view.snapshot.iterations {
        for (review, _) in iteration.whole_reviews() {
            let read: BTreeSet<&str> = review.covered.iter().map(String::as_str).collect();
            covered.extend(iteration.files.iter().filter_map(|file| {
                let digest = file.digest.as_deref()?;
                read.contains(file.path.as_str())
                    .then_some((file.path.as_str(), digest))
            }));
        }
    }
    let missing: Vec<&str> = latest
        .iter()
        .filter(|(path, digest)| !covered.contains(&(**path, **digest)))
        .map(|(path, _)| *path)
        .collect();
    if missing.is_empty() {
        return None;
    }
    let (required, actual) = (latest.len() as f64, (latest.len() - missing.len()) as f64);
    let detail = format!(
        "Submit {} again: no whole review read the latest version.",
        listed(missing, MOST_NAMES)
    );
    Some(short(Condition::UncoveredFiles, required, actual, detail))
}

/// Enough of the rubric was assessed, by every review that counts. A share of the rubric.
fn too_little_assessed(view: &View) -> Option<UnmetCondition> {
    let required = view.settings.minimum_assessed_weight;
    let least = view
        .newest
        .whole_reviews()
        .map(|(review, _)| review.assessed_weight)
        .reduce(f64::min)?;
    (least < required).then(|| {
        let detail = format!(
            "The review assessed {} % of the rubric and must assess {} %; submit what it could not judge, tests and documentation included.",
            points(least * 100.0),
            points(required * 100.0)
        );
        short(Condition::TooLittleAssessed, required, least, detail)
    })
}

/// The tiers' reading lets the loop complete at all. Counted in loops.
fn too_early(loop_number: u32, bar: Bar) -> Option<UnmetCondition> {
    // Before the first loop it is not the tiers that keep the work from completing.
    (loop_number.max(1) < bar.from_loop).then(|| {
        let detail = format!(
            "No score completes before loop {}; submit again.",
            bar.from_loop
        );
        let condition = Condition::Custom("too-early".to_owned());
        short(
            condition,
            f64::from(bar.from_loop),
            f64::from(loop_number),
            detail,
        )
    })
}

/// A score that completes is beyond doubt: beyond the noise of its judges, given by judges that have none,
/// or the mean of as many reviews as are asked for or granted. In points.
fn near_the_bar(view: &View, score: f64, bar: Bar) -> Option<UnmetCondition> {
    let required = bar.score + view.settings.noise_band;
    let noisy = view
        .newest
        .whole_reviews()
        .any(|(review, _)| review.judges.iter().any(|judge| !judge.deterministic));
    let asked = view
        .settings
        .reviews_near_bar
        .min(view.snapshot.limits.max_reviews) as usize;
    (score < required && noisy && view.newest.reviews.len() < asked).then(|| {
        let detail = format!(
            "The score {} is within the judge's noise of the bar {}: nothing to do, the same submission is reviewed once more.",
            points(score),
            points(bar.score)
        );
        short(doubt(), required.min(100.0), score, detail)
    })
}
