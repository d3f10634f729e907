//! Is the loop stuck?
//!
//! Looked at are the newest loops - not attempts - and their code, not their prose. A sign is excused while
//! the score rises by more than its noise, unless nothing was changed at all.

use crate::history::History;
use crate::model::{Error, Snapshot, SourceFile, StagnationReport, StagnationSign};
use crate::similarity::Prepared;
use crate::text::points;
use crate::view::{Loop, View};

/// Loops that two oscillations running take.
const OSCILLATION: usize = 4;

/// Looks at the newest loops, whatever the start loop. Without the texts of a pair of submissions only their
/// digests speak, and the ledger. Errors: settings or snapshot that break the contract.
pub fn assess_stagnation(snapshot: &Snapshot) -> Result<StagnationReport, Error> {
    Ok(assess(&View::of(snapshot)?))
}

pub(crate) fn assess(view: &View) -> StagnationReport {
    let length = view.settings.stagnation_window as usize;
    let window = newest(&view.loops, length);
    let texts = Texts::of(view, newest(&view.loops, length.max(OSCILLATION)));
    let consecutive = texts.consecutive(length.max(OSCILLATION - 1));
    let pairs = &consecutive[consecutive
        .len()
        .saturating_sub(window.len().saturating_sub(1))..];
    let similarities: Vec<f64> = pairs.iter().flatten().copied().collect();
    let mean_similarity = crate::model::mean(similarities.iter().copied());
    let open_blocking = open_blocking(view, window);
    let score_rise = score_rise(window);

    let threshold = view.snapshot.criteria.stagnation.threshold;
    let full = window.len() == length;
    let all_known = similarities.len() == pairs.len();
    let mut signs = Vec::new();
    if full && all_known && mean_similarity.is_some_and(|mean| mean >= threshold) {
        signs.push(StagnationSign::NearIdentical);
    }
    if texts.oscillate(&consecutive, threshold) {
        signs.push(StagnationSign::Oscillation);
    }
    if full && no_fewer(&open_blocking) {
        signs.push(StagnationSign::NoProgress);
    }
    if full && reopened(view, window) {
        signs.push(StagnationSign::ReopenedFindings);
    }

    let identical = all_known && similarities.iter().all(|&similarity| similarity == 1.0);
    let rose = score_rise.is_some_and(|rise| rise >= view.settings.excusing_rise);
    let excused = !signs.is_empty() && rose && !identical;
    let mut report = StagnationReport {
        stagnant: !signs.is_empty() && !excused,
        signs,
        similarities,
        mean_similarity,
        open_blocking,
        score_rise,
        excused,
        explanation: String::new(),
        alternatives: Vec::new(),
    };
    report.explanation = explanation(&report, window.len(), length, threshold);
    report.alternatives = alternatives(&report.signs);
    report
}

pub(crate) fn newest<'v, 'a>(loops: &'v [Loop<'a>], most: usize) -> &'v [Loop<'a>] {
    &loops[loops.len().saturating_sub(most)..]
}

/// Texts of the newest loops, as far as they are known.
struct Texts<'v, 'a> {
    loops: &'v [Loop<'a>],
    prepared: Vec<Option<Prepared>>,
}

impl<'v, 'a> Texts<'v, 'a> {
    fn of(view: &View<'a>, loops: &'v [Loop<'a>]) -> Self {
        let prepared = loops.iter().map(|at| {
            let attempt = at.iteration.attempt;
            let source = view
                .snapshot
                .sources
                .iter()
                .find(|source| source.attempt == attempt)?;
            let mut files: Vec<&SourceFile> = source.files.iter().collect();
            files.sort_by(|a, b| (&a.path, &a.text).cmp(&(&b.path, &b.text)));
            Some(Prepared::new(
                files.into_iter().map(|file| file.text.as_str()),
            ))
        });
        Self {
            prepared: prepared.collect(),
            loops,
        }
    }

    /// Similarity of two of the loops by index: known from the digests or else from the texts.
    fn similarity(&self, a: usize, b: usize) -> Option<f64> {
        if self.loops.get(a)?.iteration.submission == self.loops.get(b)?.iteration.submission {
            return Some(1.0);
        }
        Some(
            self.prepared[a]
                .as_ref()?
                .similarity(self.prepared[b].as_ref()?),
        )
    }

    /// Similarities of the consecutive pairs among the newest `count` loops, oldest first.
    fn consecutive(&self, count: usize) -> Vec<Option<f64>> {
        let first = self.loops.len().saturating_sub(count);
        (first + 1..self.loops.len())
            .map(|at| self.similarity(at - 1, at))
            .collect()
    }

    /// Twice running a submission is like the last but one and unlike the last.
    fn oscillate(&self, consecutive: &[Option<f64>], threshold: f64) -> bool {
        let (Some(newest @ 3..), [.., before, last]) =
            (self.loops.len().checked_sub(1), consecutive)
        else {
            return false;
        };
        let unlike = |pair: &Option<f64>| pair.is_some_and(|similarity| similarity < threshold);
        let like = |a, b| {
            self.similarity(a, b)
                .is_some_and(|similarity| similarity >= threshold)
        };
        unlike(last) && unlike(before) && like(newest - 2, newest) && like(newest - 3, newest - 1)
    }
}

/// Number of blocking findings that stood at each loop.
pub(crate) fn open_blocking(view: &View, window: &[Loop]) -> Vec<u32> {
    let history = History::of(view);
    let count = |at: &Loop| {
        let findings = view.snapshot.findings.iter();
        findings
            .filter(|finding| view.would_block(finding) && history.stood_at(finding, at.number))
            .count()
    };
    window.iter().map(|at| count(at) as u32).collect()
}

/// There were some all the while, and the last loop has no fewer than the first.
fn no_fewer(counts: &[u32]) -> bool {
    counts.first() <= counts.last() && !counts.contains(&0)
}

/// A blocking finding that stands came back within the window.
fn reopened(view: &View, window: &[Loop]) -> bool {
    let history = History::of(view);
    view.blocking().any(|finding| {
        window
            .iter()
            .any(|at| history.came_back_at(finding, at.number))
    })
}

/// How far the score rose, when the same judges gave every score in question.
pub(crate) fn score_rise(window: &[Loop]) -> Option<f64> {
    let ([first, .., last], Some(judges)) = (window, window.first().and_then(judges)) else {
        return None;
    };
    (Some(judges) == self::judges(last)).then_some(last.score - first.score)
}

/// Names and versions of the judges of a loop, when all its reviews have the same.
pub(crate) fn judges<'a>(at: &Loop<'a>) -> Option<Vec<(&'a str, &'a str)>> {
    let mut all = at.iteration.whole_reviews().map(|(review, _)| {
        review
            .judges
            .iter()
            .map(|judge| (judge.name.as_str(), judge.version.as_str()))
            .collect::<Vec<_>>()
    });
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

fn explanation(report: &StagnationReport, seen: usize, length: usize, threshold: f64) -> String {
    if report.signs.is_empty() {
        return if seen < length {
            format!("Too early to say: {seen} of {length} loops.")
        } else {
            format!("No sign of stagnation over the last {length} loops.")
        };
    }
    let reasons: Vec<String> = report
        .signs
        .iter()
        .map(|sign| reason(sign, report, threshold))
        .collect();
    let rise = report
        .score_rise
        .map(|rise| format!("the score changed by {}", points(rise)));
    let ending = match (rise, report.excused) {
        (Some(rise), true) => format!(" Excused: {rise}."),
        (Some(rise), false) => format!(" Meanwhile {rise}."),
        (None, _) => String::new(),
    };
    format!(
        "Over the last {length} loops {}.{ending}",
        reasons.join(", and ")
    )
}

fn reason(sign: &StagnationSign, report: &StagnationReport, threshold: f64) -> String {
    match sign {
        StagnationSign::NearIdentical => format!(
            "submissions were near-identical (mean similarity {}, threshold {threshold})",
            report
                .mean_similarity
                .map(|mean| format!("{mean:.3}"))
                .unwrap_or_default()
        ),
        StagnationSign::Oscillation => {
            "submissions went back and forth between two versions".to_owned()
        }
        StagnationSign::NoProgress => {
            let counts: Vec<String> = report.open_blocking.iter().map(u32::to_string).collect();
            format!(
                "the open blocking findings did not get fewer ({})",
                counts.join(", ")
            )
        }
        StagnationSign::ReopenedFindings => {
            "blocking findings came back after having been fixed".to_owned()
        }
        StagnationSign::Custom(name) => name.clone(),
    }
}

fn alternatives(signs: &[StagnationSign]) -> Vec<String> {
    let advice = |sign: &StagnationSign| match sign {
        StagnationSign::NearIdentical => &[
            "Change the approach to the worst standing finding instead of retouching the same code.",
            "Replace the part that keeps its findings by a smaller design, written anew.",
        ][..],
        StagnationSign::Oscillation => &[
            "Write down what each of the two versions gets wrong, then look for a third that serves both.",
        ],
        StagnationSign::NoProgress => &[
            "Take one blocking finding at a time and prove each fix with a test before the next submission.",
        ],
        StagnationSign::ReopenedFindings => {
            &["Keep a regression test for every fixed finding: what was mended came back."]
        }
        StagnationSign::Custom(_) => &[],
    };
    let mut advice: Vec<String> = signs
        .iter()
        .flat_map(advice)
        .map(|&text| text.to_owned())
        .collect();
    if !advice.is_empty() {
        advice.push("Ask a person which requirement may give way.".to_owned());
    }
    advice
}
