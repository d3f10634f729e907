//! Is the work complete?

use crate::bar::{self, Bar, BarRule};
use crate::evidence;
use crate::left_out;
use crate::model::{
    CompleteReason, CompletionReport, Condition, Coverage, Error, Iteration, Snapshot,
    UnmetCondition,
};
use crate::readings;
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
    let [uncovered, unreadable] = uncovered_files(view);
    let mut unmet: Vec<UnmetCondition> = [partial_review(view), blocking_findings(view)]
        .into_iter()
        .flatten()
        .collect();
    unmet.extend(evidence::unmet(view));
    let others = [
        score_below_bar(score, bar),
        nothing_graded_since(view, bar),
        uncovered,
        left_out::unmet(view, bar.score).or_else(|| left_out::from_before_reset(view)),
        too_little_assessed(view),
        score.and_then(|_| too_early(loop_number, bar)),
        unreadable,
    ];
    unmet.extend(others.into_iter().flatten());
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
        complete: unmet.is_empty().then(|| match score {
            Some(_) => CompleteReason::BarMet(bar.tier),
            None => CompleteReason::Custom(NOTHING_TO_GRADE.to_owned()),
        }),
        near_the_bar,
        unmet,
    }
}

/// Why a submission completes that holds nothing a judge could grade.
const NOTHING_TO_GRADE: &str = "nothing-to-grade";

/// The condition that holds when every file is in a language that a judge reads: nothing the agent does meets it.
pub(crate) fn unreadable() -> Condition {
    Condition::Custom("unreadable-files".to_owned())
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

/// The newest review read everything that could be read. Counted in reviews.
fn partial_review(view: &View) -> Option<UnmetCondition> {
    let detail = match view.newest.reviews.last() {
        Some(review) => match &review.coverage {
            Coverage::Whole => return None,
            Coverage::Partial(reason) => format!(
                "The review is partial ({}); submit what was not read again.",
                crate::text::shortened(reason, 400)
            ),
            Coverage::Unscored(reason) => format!(
                "The review could not score the submission ({}); fix that and submit the work again.",
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

/// A submission without anything to grade - documentation, a deletion - does not lift a score below the bar, and does
/// not complete where it leaves nothing of what was graded. In points.
fn nothing_graded_since(view: &View, bar: Bar) -> Option<UnmetCondition> {
    let last = view.loops.last()?;
    let is_nothing_left = !holds_graded_work(view);
    if view.newest.score().is_some() || (last.score >= bar.score && !is_nothing_left) {
        return None;
    }
    if is_nothing_left {
        let detail =
            "Nothing is left of the work that was graded: submit what takes its place.".to_owned();
        return Some(short(Condition::ScoreBelowBar, bar.score, 0.0, detail));
    }
    let detail = format!(
        "This submission holds nothing to grade, and loop {} scored {} of {}: submit the code of that loop again, fixed.",
        last.number,
        points(last.score),
        points(bar.score)
    );
    Some(short(
        Condition::ScoreBelowBar,
        bar.score,
        last.score,
        detail,
    ))
}

/// Some file's latest version was graded. A host that says nothing of readings graded what its reviews covered.
fn holds_graded_work(view: &View) -> bool {
    let latest = view.latest_files();
    view.loops.iter().any(|at| {
        let apart = readings::of(at.iteration);
        let is_graded = |path: &str| {
            at.iteration
                .whole_reviews()
                .any(|(review, _)| review.covers(path))
                && !apart.iter().any(|reading| reading.path == path)
        };
        at.iteration.files.iter().any(|file| {
            let path = file.path.as_str();
            let is_latest =
                file.digest.is_some() && latest.get(path).copied() == file.digest.as_deref();
            is_latest && is_graded(path)
        })
    })
}

fn counted_points(value: f64) -> String {
    let value = points(value);
    if value == "1" {
        "1 point".to_owned()
    } else {
        format!("{value} points")
    }
}

/// Every file of the cycle was read in its latest version by a whole review: the files for which that does not hold,
/// and apart from them those that no judge here can read. Counted in files.
fn uncovered_files(view: &View) -> [Option<UnmetCondition>; 2] {
    let latest = view.latest_files();
    let mut covered = BTreeSet::new();
    let mut beyond = BTreeSet::new();
    for iteration in &view.snapshot.iterations {
        for review in iteration.reviews.iter().filter(|review| review.is_whole()) {
            let paths = review.covered.iter().map(String::as_str);
            covered.extend(versions(iteration, paths));
        }
        let readings = readings::of(iteration);
        let of_no_judge = readings.iter().filter(|reading| reading.is_unreadable());
        beyond.extend(versions(
            iteration,
            of_no_judge.map(|reading| reading.path.as_ref()),
        ));
    }
    let uncovered = latest
        .iter()
        .map(|(path, digest)| (*path, *digest))
        .filter(|version| !covered.contains(version));
    let (of_no_judge, missing): (Vec<_>, Vec<_>) =
        uncovered.partition(|version| beyond.contains(version));
    let condition = |condition, files: &[(&str, &str)], instruction: &dyn Fn(String) -> String| {
        (!files.is_empty()).then(|| {
            let total = latest.len() as f64;
            let names = listed(files.iter().map(|(path, _)| *path), MOST_NAMES);
            short(
                condition,
                total,
                total - files.len() as f64,
                instruction(names),
            )
        })
    };
    [
        condition(Condition::UncoveredFiles, &missing, &|names| {
            format!("Submit {names} again: no whole review read the latest version.")
        }),
        condition(unreadable(), &of_no_judge, &|names| {
            format!(
                "No judge here can read {names}: a person adds one that can, or lets the work complete without it."
            )
        }),
    ]
}

/// The versions that an iteration holds of these files: path and digest.
fn versions<'i, 'p>(
    iteration: &'i Iteration,
    paths: impl Iterator<Item = &'p str>,
) -> impl Iterator<Item = (&'i str, &'i str)> {
    let paths: BTreeSet<&str> = paths.collect();
    let held = iteration.files.iter();
    held.filter_map(move |file| {
        paths.contains(file.path.as_str()).then_some(())?;
        Some((file.path.as_str(), file.digest.as_deref()?))
    })
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
