//! The answer where there is nothing to judge.

use super::Format;
use crate::cli::output;
use crate::report::sarif_of_nothing;
use crate::text::plain;
use serde::Serialize;
use std::io::{self, Write as _};

/// There is nothing to judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Nothing {
    audited: bool,
    nothing_to_judge: bool,
    /// Why.
    reason: String,
    /// Where there may be something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hint: Option<String>,
    /// What was left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) notes: Vec<String>,
    /// The session's earlier work is not complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session_is_open: Option<bool>,
}

impl Nothing {
    pub(super) fn because(reason: impl Into<String>) -> Self {
        Self {
            audited: false,
            nothing_to_judge: true,
            reason: reason.into(),
            hint: None,
            notes: Vec::new(),
            session_is_open: None,
        }
    }

    /// Says so on stderr, and on stdout in the form that was asked for.
    pub(super) fn print(&self, format: Format) -> anyhow::Result<()> {
        let mut to_person = io::stderr().lock();
        writeln!(to_person, "nothing to judge: {}", plain(&self.reason))?;
        if self.session_is_open == Some(true) {
            let open = "  the session is not complete: what was found before stands";
            writeln!(to_person, "{open}")?;
        }
        for note in self.hint.iter().chain(&self.notes) {
            writeln!(to_person, "  {}", plain(note))?;
        }
        drop(to_person);
        match format {
            Format::Text => Ok(()),
            Format::Json => output::json(self),
            Format::Sarif => output::json(&sarif_of_nothing()),
        }
    }
}
