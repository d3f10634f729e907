//! `sessionMetadata`: the session and what it is run with.

use super::{NAME, PARAGRAPH};
use crate::arguments::ToolCall;
use crate::text::{Number, bounded};
use gansauditor_audit::AuditReport;
use serde::Serialize;

/// Times are milliseconds, points in time since the Unix epoch, as the original has them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionMetadata {
    session_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    loop_id: Option<String>,
    session_start_time: u64,
    current_iteration_time: u64,
    total_session_time: u64,
    session_config: SessionConfig,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionConfig {
    threshold: Number,
    max_cycles: u32,
    judges: Vec<String>,
    scope: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<String>,
}

impl SessionMetadata {
    pub(super) fn new(report: &AuditReport, call: &ToolCall) -> Self {
        let judges = report
            .review
            .iter()
            .flat_map(|review| &review.judges)
            .take(10);
        Self {
            session_id: report.session.to_string(),
            loop_id: call.loop_id.as_ref().map(ToString::to_string),
            session_start_time: report.session_opened_at.0,
            current_iteration_time: report.started_at.0,
            total_session_time: report.ended_at.since(report.session_opened_at),
            session_config: SessionConfig {
                threshold: Number(report.decision.bar.get()),
                max_cycles: report.decision.hard_stop,
                judges: judges.map(|judge| bounded(&judge.name, NAME)).collect(),
                // What is judged is what was submitted, whatever a gan-config asks.
                scope: "submission",
                task: report.task.as_deref().map(|task| bounded(task, PARAGRAPH)),
            },
        }
    }
}
