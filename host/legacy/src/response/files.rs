//! `files`: what became of each piece of the submission.

use super::{NAME, Notices, SENTENCE, room};
use crate::text::{bounded, fitting};
use gansauditor_audit::AuditReport;
use gansauditor_audit::domain::{FileReading, ReadingClass};
use serde::Serialize;

/// Most files that are listed.
const MAX_FILES: usize = 100;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct FileView {
    path: String,
    class: ReadingClass,
    #[serde(skip_serializing_if = "String::is_empty")]
    reason: String,
}

/// The files, those first that keep the work from completing.
pub(super) fn files(report: &AuditReport, notices: &mut Notices) -> Vec<FileView> {
    let mut readings: Vec<&FileReading> = report
        .review
        .iter()
        .flat_map(|review| &review.readings)
        .collect();
    readings.sort_by_key(|reading| std::cmp::Reverse(reading.class));
    let views = readings.into_iter().map(|reading| FileView {
        path: bounded(&reading.path, NAME),
        class: reading.class,
        reason: bounded(&reading.reason, SENTENCE),
    });
    let shown = fitting(views, MAX_FILES, room(report, 3_000));
    notices.omitted(shown.omitted, "files");
    shown.items
}
