//! Reviews by the static judge in few words.

use gansauditor_audit::domain::{Reported, WorkFile};
use gansauditor_audit::ports::{Judge, JudgeError, JudgeReport, JudgeRequest};
use gansauditor_judge::StaticJudge;

pub(crate) use crate::reports::score;
pub(crate) use crate::requests::{file, in_runtime, request};

pub(crate) fn try_review(request: &JudgeRequest) -> Result<JudgeReport, JudgeError> {
    in_runtime(StaticJudge::new().review(request))
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
