//! The tool's answer: the original's members in the original's order, then what is new.

mod decision;
mod evidence;
mod feedback;
mod files;
mod gan;
mod ledger;
mod progress;
mod session;
#[cfg(test)]
pub(crate) mod tests;

use crate::arguments::ToolCall;
use crate::text::{bounded, fitting};
use decision::{DecisionView, Policy};
use evidence::CheckView;
use feedback::Feedback;
use files::FileView;
use gan::Gan;
use gansauditor_audit::AuditReport;
use gansauditor_audit::domain::{Coverage, DetailLevel};
use gansauditor_audit::session::Standing;
use ledger::Ledger;
use progress::{CompletionStatus, LoopInfo, TerminationInfo};
use serde::Serialize;
use session::SessionMetadata;

/// Most bytes of one sentence or two: a message, an action, a notice.
const SENTENCE: usize = 320;
/// Most bytes of a summary or an assessment.
const PARAGRAPH: usize = 1_000;
/// Most bytes of a name or a path.
const NAME: usize = 256;

/// What the connection remembers of the calls before: the answer shows it, nothing depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ThoughtLog {
    /// Ids of branches registered so far by calls that carried branchFromThought and branchId, oldest first.
    pub branches: Vec<String>,
    /// Number of calls so far, this one included.
    pub thought_history_length: u64,
}

/// The tool's answer. Serialises to one JSON object without nulls whose lists and texts are all bounded; what
/// was left out is counted in `notices`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    thought_number: u64,
    total_thoughts: u64,
    next_thought_needed: bool,
    branches: Vec<String>,
    thought_history_length: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gan: Option<Gan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feedback: Option<Feedback>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_status: Option<CompletionStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    loop_info: Option<LoopInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    termination_info: Option<TerminationInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_metadata: Option<SessionMetadata>,
    // From here on: what the original did not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    audited: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Policy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<DecisionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<Ledger>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<CheckView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<FileView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<String>,
}

impl Answer {
    /// Of an audit that was waited for.
    pub fn audited(report: &AuditReport, call: &ToolCall, log: &ThoughtLog) -> Self {
        let mut notices = Notices(report.notes.clone());
        notices.of_review(report);
        let scored = report
            .review
            .as_ref()
            .and_then(|review| Some((review, review.score?)));
        let gan = scored.map(|(review, score)| Gan::new(review, score, report, &mut notices));
        let answer = Self {
            next_thought_needed: report.standing == Standing::Open,
            session_id: Some(report.session.to_string()),
            gan,
            feedback: Some(Feedback::new(report, &mut notices)),
            completion_status: Some(CompletionStatus::new(report)),
            loop_info: Some(LoopInfo::new(report)),
            termination_info: TerminationInfo::new(report),
            session_metadata: Some(SessionMetadata::new(report, call)),
            policy: Some(Policy::new(&report.decided_by)),
            decision: Some(DecisionView::new(report, &mut notices)),
            ledger: Some(Ledger::new(report, &mut notices)),
            files: files::files(report, &mut notices),
            checks: report
                .review
                .as_ref()
                .map(|review| CheckView::all(review, &mut notices))
                .unwrap_or_default(),
            ..Self::bare(call, log, &mut notices)
        };
        answer.with(notices)
    }

    /// Of a call that looks like work and could not be read: the notices say why and what to send, and the loop goes on.
    pub fn unread(call: &ToolCall, log: &ThoughtLog, notices: Vec<String>) -> Self {
        Self {
            next_thought_needed: true,
            ..Self::prose(call, log, notices)
        }
    }

    /// Of a call that held nothing to audit while its session is open: what is, and that more work is expected.
    pub fn reminded(report: &AuditReport, call: &ToolCall, log: &ThoughtLog) -> Self {
        let mut answer = Self {
            audited: Some(false),
            ..Self::audited(report, call, log)
        };
        answer.notices.insert(
            0,
            "this call holds no work, and the session is open: fix what `decision` and `ledger` list, and submit the work"
                .to_owned(),
        );
        answer
    }

    /// Of a call that held nothing to audit, or that came while auditing is off.
    pub fn prose(call: &ToolCall, log: &ThoughtLog, notices: Vec<String>) -> Self {
        let mut notices = Notices(notices);
        let answer = Self {
            audited: Some(false),
            ..Self::bare(call, log, &mut notices)
        };
        answer.with(notices)
    }

    /// Of an audit that runs while nobody waits for it: what the original's asynchronous mode answers.
    pub fn pending(call: &ToolCall, log: &ThoughtLog, notices: Vec<String>) -> Self {
        let mut notices = Notices(notices);
        let answer = Self {
            session_id: call.branch_id.as_ref().map(ToString::to_string),
            ..Self::bare(call, log, &mut notices)
        };
        answer.with(notices)
    }

    /// Whether more work is expected.
    pub fn next_thought_needed(&self) -> bool {
        self.next_thought_needed
    }

    /// The members that every answer has.
    fn bare(call: &ToolCall, log: &ThoughtLog, notices: &mut Notices) -> Self {
        // The newest branches are the ones a client may still follow.
        let newest = log
            .branches
            .iter()
            .rev()
            .map(|branch| bounded(branch, NAME));
        let mut branches = fitting(newest, 50, 1_500);
        branches.items.reverse();
        notices.omitted(branches.omitted, "branches");
        Self {
            thought_number: call.thought_number,
            total_thoughts: call.total_thoughts,
            next_thought_needed: call.next_thought_needed,
            branches: branches.items,
            thought_history_length: log.thought_history_length,
            session_id: None,
            gan: None,
            feedback: None,
            completion_status: None,
            loop_info: None,
            termination_info: None,
            session_metadata: None,
            audited: None,
            policy: None,
            decision: None,
            ledger: None,
            files: Vec::new(),
            checks: Vec::new(),
            notices: Vec::new(),
        }
    }

    fn with(mut self, notices: Notices) -> Self {
        self.notices = notices.finish();
        self
    }
}

/// Remarks on their way into the answer.
pub(crate) struct Notices(Vec<String>);

impl Notices {
    /// Says that a list was cut.
    fn omitted(&mut self, count: usize, list: &str) {
        if count > 0 {
            self.0.push(format!(
                "{count} more entries of `{list}` were left out of this answer"
            ));
        }
    }

    /// What a reader must know of the review before looking at its numbers.
    fn of_review(&mut self, report: &AuditReport) {
        match report.review.as_ref().map(|review| &review.coverage) {
            None => self
                .0
                .push("no review was made of this work: there is no `gan`".to_owned()),
            Some(Coverage::Unscored(why)) => {
                self.0.push(format!(
                    "nothing was scored, so there is no `gan` and no loop was counted: {why}"
                ));
            }
            Some(Coverage::Partial(why)) => {
                self.0.push(format!(
                    "the review is partial and was not counted as a loop: {why}"
                ));
            }
            Some(Coverage::Whole) if report.review.as_ref().is_some_and(|r| r.score.is_none()) => {
                self.0.push(
                    "the submission holds nothing to grade, so there is no `gan` and no loop was counted; `files` says what it holds"
                        .to_owned(),
                );
            }
            Some(Coverage::Whole) => {}
        }
        if report.unchanged {
            self.0.push(
                "the work is the same as in an earlier loop: its review was used again".to_owned(),
            );
        }
    }

    fn finish(self) -> Vec<String> {
        let mut shown = fitting(
            self.0.iter().map(|notice| bounded(notice, SENTENCE)),
            20,
            2_000,
        );
        if shown.omitted > 0 {
            shown.items.push(format!(
                "{} more notices were left out of this answer",
                shown.omitted
            ));
        }
        shown.items
    }
}

/// Bytes a part may take at a detail level, from what it may take at the ordinary one. Over all parts the
/// ordinary level comes to about 32 KiB when everything overflows at once, and to a quarter of that usually.
fn room(report: &AuditReport, ordinary: usize) -> usize {
    match report.criteria.detail {
        DetailLevel::Basic => ordinary / 2,
        DetailLevel::Detailed => ordinary,
        DetailLevel::Verbose => ordinary * 2,
    }
}
