//! A snapshot whose promises hold, with its settings read: what every part of the policy works on.

use crate::model::{
    Coverage, Criteria, Error, Finding, FindingState, Iteration, Review, Severity, Snapshot,
    StopRequest,
};
use crate::reading::Reading;
use crate::settings::Settings;
use std::collections::{BTreeMap, BTreeSet};

/// A loop: an iteration that counts.
#[derive(Debug, Clone, Copy)]
pub struct Loop<'a> {
    /// Its number, from 1.
    pub number: u32,
    /// Mean over its whole reviews.
    pub score: f64,
    /// The iteration itself.
    pub iteration: &'a Iteration,
}

/// A snapshot that was checked once; nothing that reads it has to doubt it again.
pub(crate) struct View<'a> {
    /// The snapshot itself.
    pub(crate) snapshot: &'a Snapshot,
    /// Its settings.
    pub(crate) settings: Settings,
    /// The iteration to decide on.
    pub(crate) newest: &'a Iteration,
    /// The cycle's loops, numbered 1, 2, 3, ...
    pub(crate) loops: Vec<Loop<'a>>,
    /// Findings of this severity or worse count against completion.
    pub(crate) blocking_severity: Severity,
    /// So do these, whatever their severity.
    also_blocking: &'a dyn Fn(&Finding) -> bool,
}

impl<'a> View<'a> {
    /// Reads a snapshot as the default policy does.
    pub(crate) fn of(snapshot: &'a Snapshot) -> Result<Self, Error> {
        let settings = Settings::parse(&snapshot.settings).map_err(Error::InvalidSettings)?;
        Self::with(
            snapshot,
            &Reading {
                settings,
                ..Reading::default()
            },
        )
    }

    /// Checks every promise of the contract that the policy relies on.
    pub(crate) fn with(snapshot: &'a Snapshot, reading: &Reading<'a>) -> Result<Self, Error> {
        let (newest, loops) = checked(snapshot).map_err(Error::InvalidSnapshot)?;
        Ok(Self {
            snapshot,
            settings: reading.settings,
            newest,
            loops,
            blocking_severity: reading
                .blocking_severity
                .unwrap_or(snapshot.criteria.blocking_severity),
            also_blocking: reading.also_blocking,
        })
    }

    /// Number of the last loop; 0 when there was none yet.
    pub(crate) fn last_loop(&self) -> u32 {
        self.loops.last().map_or(0, |last| last.number)
    }

    /// Number under which the ledger books what the newest iteration reported: its loop, or the next one
    /// when it was none.
    pub(crate) fn current_loop(&self) -> u32 {
        self.newest
            .loop_number
            .unwrap_or(self.last_loop().saturating_add(1))
    }

    /// Loop at which the session stops unless that loop completes.
    pub(crate) fn hard_stop(&self) -> u32 {
        match self.snapshot.request.stop {
            None => self.snapshot.criteria.hard_stop,
            Some(StopRequest::AtMost(stop)) => self.snapshot.criteria.hard_stop.min(stop),
            Some(StopRequest::Exactly(stop)) => stop,
        }
    }

    /// Findings that count against completion.
    pub(crate) fn blocking(&self) -> impl Iterator<Item = &'a Finding> {
        self.snapshot
            .findings
            .iter()
            .filter(|finding| self.blocks(finding))
    }

    /// Whether a finding counts against completion.
    pub(crate) fn blocks(&self, finding: &Finding) -> bool {
        finding.state.is_standing() && self.would_block(finding)
    }

    /// Whether a finding counts against completion while it stands.
    pub(crate) fn would_block(&self, finding: &Finding) -> bool {
        finding.severity >= self.blocking_severity
            || self.settings.blocking.holds(finding)
            || (self.also_blocking)(finding)
    }

    /// The files of the cycle in their latest version, deleted ones left out: path and digest, by path.
    pub(crate) fn latest_files(&self) -> BTreeMap<&'a str, &'a str> {
        let mut latest = BTreeMap::new();
        for file in self
            .snapshot
            .iterations
            .iter()
            .flat_map(|iteration| &iteration.files)
        {
            match &file.digest {
                Some(digest) => latest.insert(file.path.as_str(), digest.as_str()),
                None => latest.remove(file.path.as_str()),
            };
        }
        latest
    }
}

/// Turns a promise that does not hold into the text that says so.
fn ensure(holds: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(broken()) }
}

fn is_score(value: f64) -> bool {
    (0.0..=100.0).contains(&value)
}

fn is_share(value: f64) -> bool {
    (0.0..=1.0).contains(&value)
}

/// The newest iteration and the loops of a snapshot that keeps its promises.
fn checked(snapshot: &Snapshot) -> Result<(&Iteration, Vec<Loop<'_>>), String> {
    check_criteria(&snapshot.criteria)?;
    if let Some(crate::model::BarRequest::AtLeast(bar) | crate::model::BarRequest::Exactly(bar)) =
        snapshot.request.bar
    {
        ensure(is_score(bar), || {
            format!("the requested bar {bar} is no score within 0..=100")
        })?;
    }
    let newest = snapshot.iterations.last().ok_or("there is no iteration")?;
    let mut loops: Vec<Loop> = Vec::new();
    let mut previous: Option<u32> = None;
    for iteration in &snapshot.iterations {
        let attempt = iteration.attempt;
        ensure(
            attempt > 0 && previous.is_none_or(|previous| previous.checked_add(1) == Some(attempt)),
            || {
                format!(
                    "attempt {attempt} follows attempt {}",
                    previous.unwrap_or(0)
                )
            },
        )?;
        previous = Some(attempt);
        check_iteration(iteration).map_err(|broken| format!("attempt {attempt}: {broken}"))?;
        let next = loops.len() as u32 + 1;
        match (iteration.loop_number, iteration.score()) {
            (Some(number), Some(score)) if number == next => {
                loops.push(Loop {
                    number,
                    score,
                    iteration,
                });
            }
            (None, None) => {}
            (Some(number), Some(_)) => {
                return Err(format!(
                    "attempt {attempt} is loop {number}, but loop {next} is the next"
                ));
            }
            (Some(number), None) => {
                return Err(format!(
                    "attempt {attempt} is loop {number} without a whole, scored review"
                ));
            }
            (None, Some(_)) => {
                return Err(format!(
                    "attempt {attempt} has a whole, scored review but no loop number"
                ));
            }
        }
    }
    check_sources(snapshot)?;
    check_findings(&snapshot.findings)?;
    Ok((newest, loops))
}

fn check_criteria(criteria: &Criteria) -> Result<(), String> {
    ensure(!criteria.tiers.is_empty(), || "there is no tier".to_owned())?;
    for tier in &criteria.tiers {
        ensure(is_score(tier.score), || {
            format!("a tier's score is {}, not within 0..=100", tier.score)
        })?;
        ensure(tier.loops > 0, || "a tier ends before loop 1".to_owned())?;
    }
    ensure(criteria.tiers.is_sorted_by_key(|tier| tier.loops), || {
        "the tiers are not in ascending order of loops".to_owned()
    })?;
    let threshold = criteria.stagnation.threshold;
    ensure(is_share(threshold), || {
        format!("the stagnation threshold is {threshold}, not within 0..=1")
    })
}

fn check_iteration(iteration: &Iteration) -> Result<(), String> {
    let mut held = BTreeMap::new();
    for file in &iteration.files {
        ensure(
            held.insert(file.path.as_str(), file.digest.is_some())
                .is_none(),
            || format!("the file {:?} is there twice", file.path),
        )?;
    }
    for review in &iteration.reviews {
        check_review(review)?;
        for path in &review.covered {
            ensure(held.get(path.as_str()) == Some(&true), || {
                format!("a review covers {path:?}, which the submission does not hold")
            })?;
        }
    }
    Ok(())
}

fn check_review(review: &Review) -> Result<(), String> {
    ensure(!review.judges.is_empty(), || {
        "a review has no judge".to_owned()
    })?;
    let scores = review
        .score
        .iter()
        .chain(review.dimensions.iter().filter_map(|d| d.score.as_ref()));
    for &score in scores {
        ensure(is_score(score), || {
            format!("a review's score is {score}, not within 0..=100")
        })?;
    }
    let weights = review.dimensions.iter().map(|dimension| dimension.weight);
    for weight in weights.chain([review.assessed_weight]) {
        ensure(is_share(weight), || {
            format!("a review's weight is {weight}, not within 0..=1")
        })?;
    }
    let unscored = matches!(review.coverage, Coverage::Unscored(_));
    ensure(!(unscored && review.score.is_some()), || {
        "an unscored review has a score".to_owned()
    })
}

fn check_sources(snapshot: &Snapshot) -> Result<(), String> {
    let attempts: BTreeSet<u32> = snapshot
        .iterations
        .iter()
        .map(|iteration| iteration.attempt)
        .collect();
    let mut previous = 0;
    for source in &snapshot.sources {
        ensure(
            source.attempt > previous && attempts.contains(&source.attempt),
            || {
                format!(
                    "the text of attempt {} is out of order or of no iteration",
                    source.attempt
                )
            },
        )?;
        previous = source.attempt;
    }
    Ok(())
}

fn check_findings(findings: &[Finding]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for finding in findings {
        let name = &finding.fingerprint;
        ensure(seen.insert(name.as_str()), || {
            format!("the finding {name:?} is there twice")
        })?;
        ensure(finding.first_seen <= finding.last_seen, || {
            format!("the finding {name:?} was last seen before it was first seen")
        })?;
        ensure(
            (finding.state == FindingState::Fixed) <= finding.fixed_in.is_some(),
            || format!("the finding {name:?} is fixed, but not in any loop"),
        )?;
    }
    Ok(())
}
