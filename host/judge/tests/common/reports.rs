//! What tests look up in a report.

use gansauditor_audit::ports::JudgeReport;

/// The score of a dimension, if the judge gave one.
pub(crate) fn score(report: &JudgeReport, dimension: &str) -> Option<f64> {
    report
        .scores
        .iter()
        .find(|(name, _)| name == dimension)
        .map(|(_, score)| score.get())
}
