//! The ledger: every finding of a session, followed through its loops.
//!
//! A finding is *fixed* only when a whole review covered its file and did not report it - by a judge of at
//! least the rank of the one that raised it - or when its file was deleted on purpose. Work that leaves the
//! file out leaves the finding *unreviewed*: nobody completes by submitting less.

use crate::domain::{Extent, Finding, FindingState, Rename, Reported, Review, Work, WorkFile};
use crate::fingerprint::{moved_to, normalised_anchor};
use std::collections::BTreeSet;

/// Brings the ledger up to date with a review of `work` at loop `loop_number` (the next one, when the review
/// does not count as a loop). `known_paths` are all files of the cycle in their latest version: a finding
/// without a place is only fixed by a review that covered them all.
pub(crate) fn update(
    ledger: &mut Vec<Finding>,
    work: &Work,
    review: &Review,
    loop_number: u32,
    known_paths: &BTreeSet<&str>,
) {
    for finding in ledger
        .iter_mut()
        .filter(|finding| finding.state.is_standing())
    {
        if review
            .findings
            .iter()
            .any(|(fingerprint, _)| *fingerprint == finding.fingerprint)
        {
            continue;
        }
        finding.state = unreported_state(finding, work, review, known_paths);
        if finding.state == FindingState::Fixed {
            finding.fixed_in = Some(loop_number);
        }
    }
    for (fingerprint, reported) in &review.findings {
        record(ledger, fingerprint, reported, review, loop_number);
    }
}

/// At the start of a new cycle: what stands is carried over as seen before loop 1, and what was fixed stays
/// on record, so that it is recognised should it come back.
pub(crate) fn carry_over(ledger: &mut [Finding]) {
    for finding in ledger {
        finding.first_seen = 0;
        finding.last_seen = 0;
        finding.fixed_in = finding.fixed_in.map(|_| 0);
    }
}

/// After a person reset a stopped session: what is open counts until a submission shows its file again.
pub(crate) fn await_review(ledger: &mut [Finding]) {
    for finding in ledger
        .iter_mut()
        .filter(|finding| finding.state.is_standing())
    {
        finding.state = FindingState::Unreviewed;
    }
}

/// Findings go where their files went. One that meets itself there is one: what stands goes before what was fixed.
pub(crate) fn follow(ledger: &mut Vec<Finding>, renamed: &[Rename]) {
    if renamed.is_empty() {
        return;
    }
    let mut moved = BTreeSet::new();
    for finding in ledger.iter_mut() {
        let Some(location) = &finding.reported.location else {
            continue;
        };
        let Some(rename) = renamed.iter().find(|rename| rename.from == location.path) else {
            continue;
        };
        let to = moved_to(&finding.fingerprint, &finding.reported, &rename.to);
        (finding.fingerprint, finding.reported) = to;
        moved.insert(finding.fingerprint.clone());
    }
    let standing: BTreeSet<String> = ledger
        .iter()
        .filter(|finding| finding.state.is_standing() && moved.contains(&finding.fingerprint))
        .map(|finding| finding.fingerprint.clone())
        .collect();
    let mut seen = BTreeSet::new();
    ledger.retain(|finding| {
        let print = &finding.fingerprint;
        !moved.contains(print)
            || (finding.state.is_standing() || !standing.contains(print))
                && seen.insert(print.clone())
    });
}

/// What a standing finding becomes when a review does not report it.
fn unreported_state(
    finding: &Finding,
    work: &Work,
    review: &Review,
    known_paths: &BTreeSet<&str>,
) -> FindingState {
    let overruled = |path: &str| review.is_whole() && overrules(review, finding, path);
    let Some(location) = &finding.reported.location else {
        return if known_paths.iter().all(|path| overruled(path)) {
            FindingState::Fixed
        } else {
            finding.state
        };
    };
    if work.deleted.contains(&location.path) {
        return FindingState::Fixed;
    }
    match work.files.iter().find(|file| file.path == location.path) {
        None => FindingState::Unreviewed,
        Some(file) if overruled(&file.path) && shows(file, finding) => FindingState::Fixed,
        Some(file) if !shows(file, finding) => FindingState::Unreviewed,
        Some(_) => finding.state,
    }
}

/// May the silence of this review about a file take a finding back? That of the judge that raised it; and of any of at
/// least its rank where that one is not on the panel. A judge that is and could not speak keeps its findings.
fn overrules(review: &Review, finding: &Finding, path: &str) -> bool {
    if review.cards.is_empty() {
        return review.rank() >= finding.judge_rank && review.covered.iter().any(|c| c == path);
    }
    let on_panel = review
        .cards
        .iter()
        .any(|card| card.judge.name == finding.judge);
    review
        .cards
        .iter()
        .filter(|card| card.covers(path))
        .any(|card| {
            card.judge.kind.rank() >= finding.judge_rank
                && (card.judge.name == finding.judge || !on_panel)
        })
}

/// Does what was sent of a file let a reviewer see whether the finding is still there? A whole file does. Of
/// a file of which only some lines were judged, one whose anchor is among those lines or nowhere; of a
/// fragment, one whose anchor was taken away.
fn shows(file: &WorkFile, finding: &Finding) -> bool {
    let first_line = finding
        .reported
        .anchor
        .lines()
        .map(normalised_anchor)
        .find(|line| !line.is_empty());
    let Some(anchor) = first_line else {
        return file.extent == Extent::Whole;
    };
    let has_anchor = |line: &str| normalised_anchor(line).contains(&anchor);
    match &file.extent {
        Extent::Whole => true,
        Extent::Changed(new) => {
            let mut lines = (1u32..)
                .zip(file.text.lines())
                .filter(|(_, line)| has_anchor(line))
                .peekable();
            lines.peek().is_none() || lines.any(|(number, _)| new.binary_search(&number).is_ok())
        }
        Extent::Fragment { removed, .. } => removed.iter().any(|line| has_anchor(line)),
    }
}

fn record(
    ledger: &mut Vec<Finding>,
    fingerprint: &str,
    reported: &Reported,
    review: &Review,
    loop_number: u32,
) {
    let raiser = review.raiser(fingerprint);
    let judge = raiser.map(|judge| judge.name.clone()).unwrap_or_default();
    let rank = raiser.map_or(0, |judge| judge.kind.rank());
    match ledger
        .iter_mut()
        .find(|finding| finding.fingerprint == fingerprint)
    {
        Some(finding) => {
            if finding.state == FindingState::Fixed {
                finding.reopened += 1;
                finding.fixed_in = None;
            }
            if finding.state != FindingState::Waived {
                finding.state = FindingState::Open;
            }
            finding.last_seen = loop_number;
            finding.reported = reported.clone();
            if rank >= finding.judge_rank {
                finding.judge = judge;
                finding.judge_rank = rank;
            }
        }
        None => ledger.push(Finding {
            fingerprint: fingerprint.to_owned(),
            reported: reported.clone(),
            judge,
            judge_rank: rank,
            state: FindingState::Open,
            first_seen: loop_number,
            last_seen: loop_number,
            fixed_in: None,
            reopened: 0,
        }),
    }
}
