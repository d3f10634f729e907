//! Random sessions, and the promises that every decision on them keeps.

use super::{finding, review, session};
use crate::model::*;
use proptest::prelude::*;
use proptest::sample::select;

/// The files of a random session.
pub const FILES: [&str; 3] = ["a.rs", "b.rs", "c.rs"];
/// All severities, mildest first.
pub const SEVERITIES: [Severity; 5] = [
    Severity::Info,
    Severity::Minor,
    Severity::Major,
    Severity::Critical,
    Severity::Blocker,
];

/// One submission: which version of each file (0 deletes it), how it was judged, what was reported.
#[derive(Debug, Clone)]
pub struct Step {
    /// Of each of [`FILES`]: `None` leaves it out, 0 deletes it.
    pub versions: [Option<u8>; 3],
    /// How much of it was read.
    pub judged: Judged,
    /// What the review gives, 0..=100.
    pub score: f64,
    /// Index of the file and severity of each finding.
    pub reported: Vec<(usize, Severity)>,
}

/// How a submission was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// A whole review.
    Whole,
    /// A review of a part.
    Partly,
    /// Judging failed.
    Not,
}

/// Any submission.
pub fn step() -> impl Strategy<Value = Step> {
    let version = || prop::option::weighted(0.7, 0u8..4);
    let judged =
        prop_oneof![6 => Just(Judged::Whole), 1 => Just(Judged::Partly), 1 => Just(Judged::Not)];
    let reported = prop::collection::vec((0..3usize, select(&SEVERITIES[..])), 0..4);
    (
        ([version(), version(), version()]),
        judged,
        (0..=20u32).prop_map(|n| f64::from(n * 5)),
        reported,
    )
        .prop_map(|(versions, judged, score, reported)| Step {
            versions,
            judged,
            score,
            reported,
        })
}

/// Any session.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..30)
}

/// Plays the steps as the host would, ledger included.
pub fn play(steps: &[Step]) -> Snapshot {
    steps.iter().fold(session(), submit)
}

/// Plays one step more.
pub fn submit(snapshot: Snapshot, step: &Step) -> Snapshot {
    let text = |version: u8| {
        if version == 0 {
            "-".to_owned()
        } else {
            format!("version {version}")
        }
    };
    let held = FILES
        .iter()
        .zip(step.versions)
        .filter_map(|(&path, version)| Some((path, text(version?))));
    let held: Vec<(&str, String)> = held.collect();
    let files: Vec<(&str, &str)> = held
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    let covered: Vec<&str> = files
        .iter()
        .filter(|(_, text)| *text != "-")
        .map(|(path, _)| *path)
        .collect();
    let mut review = review(step.score, &covered);
    if step.judged == Judged::Partly {
        review.coverage = Coverage::Partial("out of time".into());
    }
    let mut reported: Vec<Finding> = step
        .reported
        .iter()
        .filter(|(file, _)| covered.contains(&FILES[*file]))
        .map(|&(file, severity)| finding(&format!("{file} {severity:?}"), severity, FILES[file], 1))
        .collect();
    reported.dedup_by(|a, b| a.fingerprint == b.fingerprint);
    review.reported = reported
        .iter()
        .map(|finding| finding.fingerprint.clone())
        .collect();
    let reviews = if step.judged == Judged::Not {
        vec![]
    } else {
        vec![review]
    };
    let mut snapshot = snapshot.submit(&files, reviews);
    if step.judged != Judged::Not {
        keep_ledger(
            &mut snapshot,
            reported,
            step.judged == Judged::Whole,
            &covered,
        );
    }
    snapshot
}

fn keep_ledger(snapshot: &mut Snapshot, reported: Vec<Finding>, whole: bool, covered: &[&str]) {
    let loops = snapshot
        .iterations
        .iter()
        .filter(|i| i.loop_number.is_some())
        .count() as u32;
    let number = loops + u32::from(!whole);
    let newest = &snapshot.iterations[snapshot.iterations.len() - 1];
    for finding in snapshot
        .findings
        .iter_mut()
        .filter(|finding| finding.state.is_standing())
    {
        let path = finding.path().unwrap_or_default();
        if newest.file(path).is_some_and(|file| file.digest.is_none())
            || whole && covered.contains(&path)
        {
            (finding.state, finding.fixed_in) = (FindingState::Fixed, Some(number));
        } else if newest.file(path).is_none() {
            finding.state = FindingState::Unreviewed;
        }
    }
    for new in reported {
        match snapshot
            .findings
            .iter_mut()
            .find(|finding| finding.fingerprint == new.fingerprint)
        {
            Some(known) => {
                // What was reported again just now was never gone.
                let back = known.state == FindingState::Fixed && known.fixed_in != Some(number);
                known.reopened += u32::from(back);
                (known.state, known.fixed_in, known.last_seen) = (FindingState::Open, None, number);
            }
            None => snapshot.findings.push(Finding {
                first_seen: number,
                last_seen: number,
                ..new
            }),
        }
    }
}

/// The promises that the contract makes of every decision.
pub fn keeps_the_contract(decision: &Decision) {
    let is_score = |value: f64| (0.0..=100.0).contains(&value);
    let is_share = |value: f64| (0.0..=1.0).contains(&value);
    assert_eq!(
        matches!(decision.status, Status::Complete(_)),
        decision.unmet.is_empty()
    );
    assert_eq!(
        matches!(decision.status, Status::Stop(_)),
        decision.termination.is_some()
    );
    assert!(is_score(decision.bar) && decision.score.is_none_or(is_score));
    for unmet in &decision.unmet {
        assert!(unmet.required.is_finite() && unmet.actual.is_finite() && !unmet.detail.is_empty());
        assert!(unmet.margin >= 0.0 && unmet.margin.is_finite());
    }
    let stagnation = &decision.stagnation;
    assert!(stagnation.similarities.iter().copied().all(is_share));
    assert!(stagnation.mean_similarity.is_none_or(is_share));
    assert!(!(stagnation.stagnant && stagnation.excused));
    assert!(
        !stagnation.stagnant || !stagnation.signs.is_empty() && !stagnation.alternatives.is_empty()
    );
    let progress = &decision.feedback.progress;
    assert!(is_share(progress.confidence) && progress.scores.iter().copied().all(is_score));
    let termination = decision.termination.as_ref();
    assert!(termination.is_none_or(|report| is_share(report.failure_rate)));
    assert!(
        decision
            .feedback
            .items
            .is_sorted_by(|a, b| a.severity >= b.severity)
    );
}
