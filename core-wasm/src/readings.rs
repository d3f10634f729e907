//! What the host says became of the pieces of a submission, beside those that a judge graded.

use crate::model::Iteration;
use serde::Deserialize;
use std::borrow::Cow;

/// Name of the addition to a review that lists them: a JSON array of objects with `path`, `class` (`screened`, `unread`,
/// `unreadable`) and `reason`.
const EXTENSION: &str = "readings";

/// A piece that no judge graded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Reading<'a> {
    #[serde(borrow)]
    pub(crate) path: Cow<'a, str>,
    #[serde(borrow)]
    class: Cow<'a, str>,
}

impl Reading<'_> {
    /// Code in a language that no judge of the host reads: nothing the agent does changes that.
    pub(crate) fn is_unreadable(&self) -> bool {
        self.class == "unreadable"
    }
}

/// Of the newest review of an iteration; empty for hosts that say nothing.
pub(crate) fn of(iteration: &Iteration) -> Vec<Reading<'_>> {
    iteration
        .reviews
        .last()
        .and_then(|review| {
            let mut additions = review.extensions.iter();
            let (_, json) = additions.find(|(name, _)| name == EXTENSION)?;
            serde_json::from_str(json).ok()
        })
        .unwrap_or_default()
}
