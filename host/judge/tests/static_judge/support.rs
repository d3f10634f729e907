//! Requests in few words.

use gansauditor_audit::domain::{Extent, Language, Reported, WorkFile};
use gansauditor_audit::ports::{Judge, JudgeError, JudgeReport, JudgeRequest};
use gansauditor_audit::rubric::Rubric;
use gansauditor_judge::StaticJudge;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

pub(crate) fn file(path: &str, text: &str) -> WorkFile {
    WorkFile {
        path: path.to_owned(),
        named: true,
        language: Language::from_path(path),
        text: text.to_owned(),
        extent: Extent::Whole,
    }
}

pub(crate) fn request(files: Vec<WorkFile>) -> JudgeRequest {
    JudgeRequest {
        task: None,
        files: Arc::new(files),
        context: Arc::default(),
        earlier: Vec::new(),
        rubric: Rubric::default(),
        draw: 0,
        time: Duration::from_secs(120),
        cancel: CancellationToken::new(),
    }
}

pub(crate) fn try_review(request: &JudgeRequest) -> Result<JudgeReport, JudgeError> {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(StaticJudge::new().review(request))
}

pub(crate) fn review(files: Vec<WorkFile>) -> JudgeReport {
    try_review(&request(files)).unwrap()
}

/// Rule and first line of each finding, the hint that tests are missing left out.
pub(crate) fn found(report: &JudgeReport) -> Vec<(&str, u32)> {
    report
        .findings
        .iter()
        .filter_map(|finding| Some((finding.rule.as_deref()?, finding.location.as_ref()?.line?)))
        .collect()
}

pub(crate) fn of_rule<'r>(report: &'r JudgeReport, rule: &str) -> Vec<&'r Reported> {
    report
        .findings
        .iter()
        .filter(|finding| finding.rule.as_deref() == Some(rule))
        .collect()
}

pub(crate) fn score(report: &JudgeReport, dimension: &str) -> Option<f64> {
    report
        .scores
        .iter()
        .find(|(name, _)| name == dimension)
        .map(|(_, score)| score.get())
}
