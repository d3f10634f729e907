//! Stored components, for people and programs.

use super::view;
use crate::cli::output::BOLD;
use crate::text::plain;
use gansauditor_audit::domain::Digest;
use gansauditor_policy::revisions::{History, Program, Revision, StoredComponent};
use serde::Serialize;
use std::io::Write;

/// A stored component as JSON.
#[derive(Debug, Serialize)]
pub(super) struct StoredView<'a> {
    digest: &'a Digest,
    /// Absent when no revision names the component.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    bytes: u64,
    active: bool,
}

impl<'a> StoredView<'a> {
    /// Of a component. Names come from the history: loading every component to ask it would take seconds.
    pub(super) fn of(stored: &'a StoredComponent, history: &'a History) -> Self {
        let uses = |revision: &&Revision| {
            let record = &revision.record;
            record.program == Program::Component && record.policy.digest == stored.digest
        };
        let newest = history.revisions().iter().rfind(uses);
        let policy = newest.map(|revision| &revision.record.policy);
        // A damaged history has none, and the caller warns of it.
        let active = history.active().ok().flatten();
        Self {
            digest: &stored.digest,
            name: policy.map(|policy| policy.name.as_str()),
            version: policy.map(|policy| policy.version.as_str()),
            bytes: stored.bytes,
            active: active.as_ref().is_some_and(uses),
        }
    }

    /// On a line.
    pub(super) fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        writeln!(
            out,
            "{BOLD}{}{BOLD:#}  {} {}  {} bytes{}",
            view::digits(self.digest),
            plain(self.name.unwrap_or("unnamed")),
            plain(self.version.unwrap_or_default()),
            self.bytes,
            view::mark(self.active)
        )
    }
}
