//! Remarks: what an answer says beside findings and decision.

use crate::domain::{FindingState, Review};
use crate::session::Session;

/// Names the files whose findings stand because they were not shown again, and says what the findings that
/// concern no place are waiting for.
pub(crate) fn on_coverage(session: &Session) -> Vec<String> {
    let standing = || {
        session
            .ledger()
            .iter()
            .filter(|finding| finding.state.is_standing())
    };
    let mut remarks = Vec::new();
    let mut paths: Vec<&str> = standing()
        .filter(|finding| finding.state == FindingState::Unreviewed)
        .filter_map(|finding| finding.reported.location.as_ref())
        .map(|location| location.path.as_str())
        .collect();
    paths.sort_unstable();
    paths.dedup();
    if !paths.is_empty() {
        remarks.push(format!(
            "findings in {} stand unreviewed: submit the file again, under that name, or delete it in a diff",
            paths.join(", ")
        ));
    }
    let shown = session.iterations().last();
    let shows = |path: &str| {
        shown.is_some_and(|iteration| iteration.files.iter().any(|file| file.path == path))
    };
    let missing: Vec<&str> = session
        .shown()
        .into_iter()
        .filter(|path| !shows(path))
        .collect();
    let everywhere = standing()
        .filter(|finding| finding.reported.location.is_none())
        .count();
    if everywhere > 0 && !missing.is_empty() {
        remarks.push(format!(
            "{everywhere} findings concern the work as a whole and stand until one submission shows all of it; missing here: {}",
            missing.join(", ")
        ));
    }
    remarks
}

/// Names the judges that failed, where others made the review without them.
pub(crate) fn on_failed_judges(session: &Session) -> Vec<String> {
    let review = session
        .iterations()
        .last()
        .and_then(|iteration| iteration.reviews.last());
    review
        .into_iter()
        .flat_map(Review::failed)
        .map(|(judge, why)| format!("the review was made without {}: {why}", judge.name))
        .collect()
}
