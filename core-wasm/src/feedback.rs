//! What is the agent told?
//!
//! The detail levels differ in this:
//!
//! | | basic | detailed | verbose |
//! |---|---|---|---|
//! | items | 5 | 10 | 200 |
//! | findings of severity `info` | no | yes | yes |
//! | impact of each item | no | yes | yes |
//! | rule, symbol and judge in the description | no | no | yes |
//! | next steps | 3 | 5 | 10 |
//!
//! A level shows all that the one before it shows, in the same order.

use crate::history::History;
use crate::impact::{impact, remedy};
use crate::model::{
    CompletionReport, DetailLevel, Error, Feedback, FeedbackItem, Finding, FindingState, Priority,
    Severity, Snapshot, StagnationReport, Status,
};
use crate::next_steps;
use crate::progress::progress;
use crate::text::{counted, points, shortened};
use crate::view::View;
use std::cmp::Ordering;

/// Longest text of an item, in bytes.
const MAX_TEXT: usize = 2 * 1024;
/// Most fingerprints in each of the lists of what changed.
const MAX_CHANGES: usize = 200;

/// Feedback on the newest iteration, under the status that was decided. Errors: settings or snapshot that
/// break the contract.
pub fn compose_feedback(
    snapshot: &Snapshot,
    completion: &CompletionReport,
    stagnation: &StagnationReport,
    status: &Status,
) -> Result<Feedback, Error> {
    Ok(compose(
        &View::of(snapshot)?,
        completion,
        stagnation,
        status,
    ))
}

pub(crate) fn compose(
    view: &View,
    completion: &CompletionReport,
    stagnation: &StagnationReport,
    status: &Status,
) -> Feedback {
    let level = view.snapshot.criteria.detail;
    let standing = standing(view);
    let items: Vec<FeedbackItem> = standing
        .iter()
        .filter(|finding| level > DetailLevel::Basic || finding.severity > Severity::Info)
        .take(most_items(level))
        .map(|finding| item(view, finding))
        .collect();
    let changes = Changes::of(view);
    let mut steps = next_steps::next_steps(view, completion, stagnation, status, &standing);
    steps.truncate(most_steps(level));
    Feedback {
        summary: summary(view, completion, status, &standing, &changes),
        omitted: (standing.len() - items.len()) as u32,
        items,
        fixed: changes.fixed,
        new: changes.new,
        reopened: changes.reopened,
        progress: progress(view),
        next_steps: steps,
    }
}

fn most_items(level: DetailLevel) -> usize {
    match level {
        DetailLevel::Basic => 5,
        DetailLevel::Detailed => 10,
        DetailLevel::Verbose => 200,
    }
}

/// Next steps that a level shows.
pub(crate) fn most_steps(level: DetailLevel) -> usize {
    match level {
        DetailLevel::Basic => 3,
        DetailLevel::Detailed => 5,
        DetailLevel::Verbose => 10,
    }
}

/// By severity, worst first, then path, then line; findings without a place come first among their severity.
pub(crate) fn worst_first(a: &Finding, b: &Finding) -> Ordering {
    let place = |finding: &Finding| finding.location.clone();
    b.severity
        .cmp(&a.severity)
        .then_with(|| place(a).cmp(&place(b)))
        .then_with(|| a.fingerprint.cmp(&b.fingerprint))
}

/// The findings that count, worst first. Waived and fixed ones are not listed.
fn standing<'a>(view: &View<'a>) -> Vec<&'a Finding> {
    let findings = view.snapshot.findings.iter();
    let mut standing: Vec<&Finding> = findings
        .filter(|finding| finding.state.is_standing())
        .collect();
    standing.sort_by(|a, b| worst_first(a, b));
    standing
}

fn item(view: &View, finding: &Finding) -> FeedbackItem {
    let level = view.snapshot.criteria.detail;
    FeedbackItem {
        finding: finding.fingerprint.clone(),
        category: finding.category.clone(),
        severity: finding.severity,
        priority: priority(view, finding),
        location: finding.location.clone(),
        description: description(finding, level),
        impact: impact(finding)
            .filter(|_| level > DetailLevel::Basic)
            .map(str::to_owned),
        action: action(finding),
    }
}

/// What blocks completion comes first, whatever its severity.
pub(crate) fn priority(view: &View, finding: &Finding) -> Priority {
    match finding.severity {
        _ if view.blocks(finding) => Priority::Critical,
        Severity::Blocker | Severity::Critical => Priority::Critical,
        Severity::Major => Priority::High,
        Severity::Minor => Priority::Medium,
        Severity::Info => Priority::Low,
    }
}

fn description(finding: &Finding, level: DetailLevel) -> String {
    let message = shortened(&finding.message, MAX_TEXT);
    if level < DetailLevel::Verbose {
        return message;
    }
    let rule = finding
        .rule
        .as_ref()
        .map(|rule| format!("rule {}", shortened(rule, 200)));
    let symbol = finding
        .symbol
        .as_ref()
        .map(|symbol| format!("in {}", shortened(symbol, 200)));
    let judge = Some(format!("raised by {}", shortened(&finding.judge, 200)));
    let card: Vec<String> = [rule, symbol, judge].into_iter().flatten().collect();
    format!("{message} ({})", card.join(", "))
}

/// The judge's advice; a file that was not reviewed again has to come back first.
pub(crate) fn action(finding: &Finding) -> String {
    let advice = finding
        .advice
        .as_deref()
        .filter(|advice| !advice.trim().is_empty());
    let advice = shortened(
        advice.unwrap_or_else(|| remedy(&finding.category)),
        MAX_TEXT,
    );
    match finding
        .path()
        .filter(|_| finding.state == FindingState::Unreviewed)
    {
        Some(path) => format!("{} {advice}", submit_again(path)),
        None => advice,
    }
}

pub(crate) fn submit_again(path: &str) -> String {
    format!(
        "Submit {} again, so that it can be reviewed.",
        shortened(path, 200)
    )
}

/// What the newest iteration changed in the ledger: fingerprints, worst first.
struct Changes {
    fixed: Vec<String>,
    new: Vec<String>,
    reopened: Vec<String>,
}

impl Changes {
    fn of(view: &View) -> Self {
        let current = view.current_loop();
        let history = History::of(view);
        let mut all: Vec<&Finding> = view.snapshot.findings.iter().collect();
        all.sort_by(|a, b| worst_first(a, b));
        let pick = |which: &dyn Fn(&Finding) -> bool| {
            let picked = all.iter().filter(|finding| which(finding));
            picked
                .take(MAX_CHANGES)
                .map(|finding| finding.fingerprint.clone())
                .collect()
        };
        Self {
            fixed: pick(&|finding| {
                finding.state == FindingState::Fixed && finding.fixed_in == Some(current)
            }),
            new: pick(&|finding| finding.state.is_standing() && finding.first_seen == current),
            reopened: pick(&|finding| history.came_back_at(finding, current)),
        }
    }
}

fn summary(
    view: &View,
    completion: &CompletionReport,
    status: &Status,
    standing: &[&Finding],
    changes: &Changes,
) -> String {
    let bar = points(completion.bar);
    let loop_number = completion.loop_number;
    let score = match completion.score {
        Some(score) => format!("Loop {loop_number}: score {}, bar {bar}.", points(score)),
        None => format!(
            "This attempt was not reviewed whole and does not count as a loop; the bar is {bar}."
        ),
    };
    let verdict = match status {
        Status::Complete(_) => "The work is complete.",
        Status::Stop(_) => "The loop stops here.",
        Status::ReviewAgain(_) => "The same submission is reviewed once more before the decision.",
        Status::Continue => "Revise and submit again.",
    };
    let blocking = view.blocking().count();
    let findings = match (standing.len(), blocking) {
        (0, _) => "No finding stands.".to_owned(),
        (all, 0) => format!("Standing: {}, none blocking.", counted(all, "finding")),
        (all, blocking) => format!(
            "Standing: {}, {blocking} blocking.",
            counted(all, "finding")
        ),
    };
    let changed = format!(
        "Fixed {}, new {}, back {}.",
        changes.fixed.len(),
        changes.new.len(),
        changes.reopened.len()
    );
    format!("{score} {verdict} {findings} {changed}")
}
