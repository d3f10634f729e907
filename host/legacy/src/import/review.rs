//! From the original's judge result to a review.

use super::file::{Comment, Gan};
use gansauditor_audit::domain::{
    Category, Coverage, Dimension, Extent, JudgeIdentity, JudgeKind, Location, Reported, Review,
    Score, Severity, Usage, Work, WorkFile,
};
use gansauditor_audit::fingerprint::fingerprints;

/// The original's live rubric.
const RUBRIC: &[(&str, f64)] = &[
    ("accuracy", 0.25),
    ("completeness", 0.20),
    ("clarity", 0.20),
    ("actionability", 0.20),
    ("human_likeness", 0.15),
];

/// Longest anchor of a finding, in bytes.
const MAX_ANCHOR: usize = 400;
/// Most files that are looked for in a thought.
const MAX_SOUGHT: usize = 50;

/// The review in the original's result. The score is the judge's own, because the original graded that way.
pub(super) fn review(gan: &Gan, work: &Work, thought: Option<&str>) -> Review {
    let dimensions = dimensions(gan);
    let assessed = |d: &Dimension| d.score.map(|score| score.get() * d.weight);
    let mean: f64 = dimensions.iter().filter_map(assessed).sum();
    let score = gan.overall.or((!dimensions.is_empty()).then_some(mean));
    let unread = gan.is_unread();
    let coverage = match (score, thought) {
        _ if unread => Coverage::Unscored("no judge of the original server had read it".to_owned()),
        (None, _) => Coverage::Unscored("the original server recorded no score".to_owned()),
        (Some(_), None) => Coverage::Partial("the original server kept no code of it".to_owned()),
        (Some(_), Some(_)) => Coverage::Whole,
    };
    let read = coverage == Coverage::Whole;
    let comments: &[Comment] = if read { &gan.comments } else { &[] };
    let layout = Layout::of(
        work,
        thought.filter(|_| !comments.is_empty()).unwrap_or_default(),
    );
    let findings = comments.iter().map(|comment| reported(comment, &layout));
    Review {
        cards: Vec::new(),
        evidence: Vec::new(),
        judges: vec![JudgeIdentity {
            name: gan.model.clone(),
            version: "imported".to_owned(),
            kind: JudgeKind::Model,
            deterministic: false,
        }],
        score: score
            .filter(|_| !unread)
            .map(|score| Score::clamped(score.round())),
        verdict: gan.verdict,
        assessed_weight: if unread || dimensions.is_empty() {
            0.0
        } else {
            1.0
        },
        dimensions: if unread { Vec::new() } else { dimensions },
        coverage,
        covered: work
            .files
            .iter()
            .filter(|_| read)
            .map(|file| file.path.clone())
            .collect(),
        readings: Vec::new(),
        findings: fingerprints(findings.collect()),
        summary: gan.summary.clone(),
        usage: Usage::default(),
        millis: 0,
    }
}

/// With the weights of the original's rubric when they are its dimensions, else all of one weight.
fn dimensions(gan: &Gan) -> Vec<Dimension> {
    let of_rubric = |name: &str| {
        RUBRIC
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, weight)| *weight)
    };
    let weights: Option<Vec<f64>> = gan
        .dimensions
        .iter()
        .map(|(name, _)| of_rubric(name))
        .collect();
    let whole = weights.filter(|weights| (weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    let equal = 1.0 / gan.dimensions.len().max(1) as f64;
    gan.dimensions
        .iter()
        .enumerate()
        .map(|(index, (name, score))| Dimension {
            name: name.clone(),
            weight: whole.as_ref().map_or(equal, |weights| weights[index]),
            score: Some(Score::clamped(*score)),
        })
        .collect()
}

/// A comment has neither severity nor category in the original. Major, below what blocks by default, keeps it
/// before the agent's eyes without holding up a session for a remark of unknown weight.
fn reported(comment: &Comment, layout: &Layout<'_>) -> Reported {
    let (location, anchor) = layout.place(comment);
    Reported {
        rule: None,
        category: category(&comment.text),
        severity: Severity::Major,
        cwe: None,
        message: comment.text.clone(),
        advice: None,
        location,
        symbol: None,
        anchor,
    }
}

/// Where the work's files lie in the thought that the original's judge saw.
struct Layout<'a> {
    files: &'a [WorkFile],
    /// Files whose whole text stands in the thought, and how many lines stand before it.
    found: Vec<(&'a WorkFile, usize)>,
}

impl<'a> Layout<'a> {
    fn of(work: &'a Work, thought: &str) -> Self {
        let whole = |file: &&WorkFile| file.extent == Extent::Whole && !file.text.is_empty();
        let found = work
            .files
            .iter()
            .filter(whole)
            .take(MAX_SOUGHT)
            .filter_map(|file| {
                let start = thought.find(&file.text)?;
                Some((file, thought[..start].matches('\n').count()))
            });
        Self {
            files: &work.files,
            found: found.collect(),
        }
    }

    /// Where a comment belongs, and the text of that line. The original's judge saw the whole thought as one
    /// file named `code` and counted its lines; only a comment on a file that the thought names counts that
    /// file's.
    fn place(&self, comment: &Comment) -> (Option<Location>, String) {
        let at = |file: &WorkFile, line| Location {
            path: file.path.clone(),
            line,
            end_line: None,
        };
        if let Some(file) = self.files.iter().find(|file| file.path == comment.path) {
            let text = comment.line.and_then(|line| nth_line(&file.text, line));
            return (
                Some(at(file, comment.line.filter(|_| text.is_some()))),
                anchor(text.unwrap_or_default()),
            );
        }
        let own_line = self.found.iter().find_map(|(file, before)| {
            let own = comment.line?.checked_sub(u32::try_from(*before).ok()?)?;
            Some((*file, own, nth_line(&file.text, own)?))
        });
        match (own_line, self.files) {
            (Some((file, own, text)), _) => (Some(at(file, Some(own))), anchor(text)),
            (None, [only]) => (Some(at(only, None)), String::new()),
            (None, _) => (None, String::new()),
        }
    }
}

fn anchor(line: &str) -> String {
    let line = line.trim();
    line[..line.floor_char_boundary(MAX_ANCHOR)].to_owned()
}

/// Lines count from 1.
fn nth_line(text: &str, number: u32) -> Option<&str> {
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    text.lines().nth(index)
}

/// By the first telling word, in the way of the original; what tells nothing is logic.
fn category(comment: &str) -> Category {
    let comment = comment.to_lowercase();
    let words: [(&[&str], Category); 6] = [
        (
            &["security", "vulnerab", "injection", "xss", "secret"],
            Category::Security,
        ),
        (
            &["performance", "slow", "memory", "latency"],
            Category::Performance,
        ),
        (
            &["error handling", "exception", "unhandled"],
            Category::ErrorHandling,
        ),
        (&["test"], Category::Testing),
        (&["jsdoc", "docstring", "document"], Category::Documentation),
        (
            &["style", "naming", "formatting", "indent"],
            Category::Style,
        ),
    ];
    words
        .into_iter()
        .find(|(words, _)| words.iter().any(|word| comment.contains(word)))
        .map_or(Category::Logic, |(_, category)| category)
}
