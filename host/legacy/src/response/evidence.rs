//! `checks`: how the checks of the newest review ended.

use super::{NAME, Notices, SENTENCE};
use crate::text::{bounded, fitting};
use gansauditor_audit::domain::{CheckResult, Evidence, Review};
use serde::Serialize;

/// A check, how it ended, and the beginning of why: what the program printed is in the journal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct CheckView {
    name: String,
    outcome: CheckResult,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
}

impl CheckView {
    /// Those that did not pass come first: they are what a cut list must not lose.
    pub(super) fn all(review: &Review, notices: &mut Notices) -> Vec<Self> {
        let mut evidence: Vec<&Evidence> = review.evidence.iter().collect();
        evidence.sort_by_key(|result| result.outcome == CheckResult::Passed);
        let views = evidence.into_iter().map(|result| Self {
            name: bounded(&result.check, NAME),
            outcome: result.outcome,
            detail: bounded(&result.detail, SENTENCE),
        });
        let views = fitting(views, 20, 2_000);
        notices.omitted(views.omitted, "checks");
        views.items
    }
}
