//! `gan`: the review, in the shape of the original's judge result.

use super::{NAME, Notices, PARAGRAPH, SENTENCE, room};
use crate::text::{Number, bounded, fitting};
use gansauditor_audit::AuditReport;
use gansauditor_audit::domain::{
    Card, CardOutcome, Coverage, Dimension, JudgeIdentity, Reported, Review, Score, Verdict,
};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Gan {
    overall: Number,
    dimensions: Vec<DimensionScore>,
    verdict: Verdict,
    review: ReviewText,
    iterations: u32,
    judge_cards: Vec<JudgeCard>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct DimensionScore {
    name: String,
    score: Number,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct ReviewText {
    summary: String,
    inline: Vec<InlineComment>,
    citations: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct InlineComment {
    path: String,
    line: u32,
    comment: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct JudgeCard {
    model: String,
    score: Number,
    notes: String,
}

impl Gan {
    pub(super) fn new(
        review: &Review,
        score: Score,
        report: &AuditReport,
        notices: &mut Notices,
    ) -> Self {
        let overall = rounded(score);
        let dimensions = fitting(review.dimensions.iter().filter_map(dimension), 20, 1_200);
        let comments = review
            .findings
            .iter()
            .filter_map(|(_, finding)| inline_comment(finding));
        let inline = fitting(comments, 20, room(report, 3_000));
        let cards = if review.cards.is_empty() {
            let imported = review.judges.iter();
            fitting(
                imported.map(|judge| imported_card(judge, overall)),
                10,
                1_200,
            )
        } else {
            fitting(review.cards.iter().map(card), 10, 1_200)
        };
        let cwes: BTreeSet<u32> = review
            .findings
            .iter()
            .filter_map(|(_, finding)| finding.cwe)
            .collect();
        notices.omitted(dimensions.omitted, "gan.dimensions");
        notices.omitted(inline.omitted, "gan.review.inline");
        notices.omitted(cards.omitted, "gan.judge_cards");
        Self {
            overall,
            dimensions: dimensions.items,
            verdict: review.verdict,
            review: ReviewText {
                summary: bounded(&review.summary, PARAGRAPH),
                inline: inline.items,
                citations: cwes
                    .iter()
                    .take(20)
                    .map(|cwe| format!("CWE-{cwe}"))
                    .collect(),
            },
            iterations: report.decision.loop_number.max(1),
            judge_cards: cards.items,
        }
    }
}

fn rounded(score: Score) -> Number {
    Number(score.get().round())
}

/// What was not assessed is left out: the original has no word for it.
fn dimension(dimension: &Dimension) -> Option<DimensionScore> {
    Some(DimensionScore {
        name: bounded(&dimension.name, NAME),
        score: rounded(dimension.score?),
    })
}

/// A comment needs a file; one on a whole file stands on its first line.
fn inline_comment(finding: &Reported) -> Option<InlineComment> {
    let location = finding.location.as_ref()?;
    Some(InlineComment {
        path: bounded(&location.path, NAME),
        line: location.line.unwrap_or(1),
        comment: bounded(&finding.message, SENTENCE),
    })
}

/// Most bytes of a judge's notes: where its review came from, what it cost, and why it is not whole.
const NOTES: usize = 480;

/// The original knows no judge without a score: one that gave none shows 0, and its notes say why.
fn card(card: &Card) -> JudgeCard {
    let mut notes = vec![format!("version {}", card.judge.version)];
    // What the review cost is short and goes first: reasons may be long, and are cut.
    if !card.provenance.is_empty() {
        notes.push(card.provenance.clone());
    }
    let score = match &card.outcome {
        CardOutcome::Answered {
            score, coverage, ..
        } => {
            match coverage {
                Coverage::Partial(why) => notes.push(format!("read in part: {why}")),
                Coverage::Unscored(why) => notes.push(format!("no score: {why}")),
                Coverage::Whole => {}
            }
            *score
        }
        CardOutcome::Failed(why) => {
            notes.push(format!("failed: {why}"));
            None
        }
    };
    JudgeCard {
        model: bounded(&card.judge.name, NAME),
        score: rounded(score.unwrap_or(Score::MIN)),
        notes: bounded(&notes.join("; "), NOTES),
    }
}

/// Of a review of the original server, which kept no cards.
fn imported_card(judge: &JudgeIdentity, overall: Number) -> JudgeCard {
    JudgeCard {
        model: bounded(&judge.name, NAME),
        score: overall,
        notes: bounded(&format!("version {}", judge.version), SENTENCE),
    }
}
