//! Nobody completes by submitting less: files that the newest submission left out still speak through the
//! review that last read them.

use crate::model::{Condition, Finding, FindingState, Severity, UnmetCondition};
use crate::text::{listed, points, shortened};
use crate::view::{Loop, View};
use std::collections::BTreeSet;

/// A file whose last review holds the score of the cycle below the bar.
struct Held<'a> {
    path: &'a str,
    by: Loop<'a>,
}

/// The files that were left out and are held below the bar, as one condition. In points.
pub(crate) fn unmet(view: &View, bar: f64) -> Option<UnmetCondition> {
    let held = held(view, bar);
    let lowest = held
        .iter()
        .min_by(|a, b| a.by.score.total_cmp(&b.by.score))?;
    let detail = format!(
        "Submit {} again: this submission left {} out, and loop {}, which read {} last, scored {} (the bar is {}).",
        listed(held.iter().map(|held| held.path), 5),
        if held.len() == 1 { "it" } else { "them" },
        lowest.by.number,
        shortened(lowest.path, 200),
        points(lowest.by.score),
        points(bar)
    );
    Some(UnmetCondition {
        condition: Condition::LeftOutFiles,
        required: bar,
        actual: lowest.by.score,
        margin: bar - lowest.by.score,
        detail,
    })
}

/// Files with findings that were open when a person reset the session, and that no submission has shown since. Counted
/// in files.
pub(crate) fn from_before_reset(view: &View) -> Option<UnmetCondition> {
    let waiting: BTreeSet<&str> = view
        .snapshot
        .findings
        .iter()
        .filter(|finding| {
            finding.state == FindingState::Unreviewed
                && finding.last_seen == 0
                && finding.severity >= Severity::Minor
        })
        .filter_map(Finding::path)
        .collect();
    let count = waiting.len() as f64;
    (count > 0.0).then(|| UnmetCondition {
        condition: Condition::LeftOutFiles,
        required: 0.0,
        actual: count,
        margin: count,
        detail: format!(
            "Submit {} again: findings from before the reset are open there.",
            listed(waiting, 5)
        ),
    })
}

/// Files of the cycle that the newest submission left out, whose last review scored below the bar and cannot
/// be discounted: a finding that it or a later one located in the file still stands, or it located none at
/// all, so that any file may be what lowered the score.
fn held<'a>(view: &View<'a>, bar: f64) -> Vec<Held<'a>> {
    let troubled: BTreeSet<&str> = view
        .snapshot
        .findings
        .iter()
        .filter(|finding| finding.state.is_standing() && finding.severity >= Severity::Minor)
        .filter_map(Finding::path)
        .collect();
    let located: BTreeSet<&str> = view
        .snapshot
        .findings
        .iter()
        .filter(|finding| finding.location.is_some())
        .map(|finding| finding.fingerprint.as_str())
        .collect();
    let locates = |by: &Loop| {
        let mut reported = by
            .iteration
            .whole_reviews()
            .flat_map(|(review, _)| &review.reported);
        reported.any(|fingerprint| located.contains(fingerprint.as_str()))
    };
    let submitted: BTreeSet<&str> = view
        .newest
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    view.latest_files()
        .into_keys()
        .filter(|path| !submitted.contains(path))
        .filter_map(|path| {
            Some(Held {
                path,
                by: *last_covering(view, path)?,
            })
        })
        .filter(|held| held.by.score < bar && (troubled.contains(held.path) || !locates(&held.by)))
        .collect()
}

/// The last loop with a review that read a file.
fn last_covering<'a, 'v>(view: &'v View<'a>, path: &str) -> Option<&'v Loop<'a>> {
    let read = |by: &&Loop| {
        by.iteration
            .whole_reviews()
            .any(|(review, _)| review.covers(path))
    };
    view.loops.iter().rev().find(read)
}
