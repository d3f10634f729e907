//! Remarks: what an answer says beside findings and decision.

use crate::domain::{CheckErrors, FileReading, FindingState, ReadingClass};
use crate::panel::Panel;
use crate::readings::Unreadable;
use crate::session::Session;

/// Most files that one remark names, and most remarks about files.
const MAX_NAMED: usize = 10;

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

/// Says what became of pieces of the newest submission that were not read, and what would have them read.
pub(crate) fn on_unread(session: &Session, unreadable: Unreadable) -> Vec<String> {
    let newest = session.iterations().last();
    let review = newest.and_then(|iteration| iteration.reviews.last());
    let of_class = |class: ReadingClass| -> Vec<&FileReading> {
        let readings = review.into_iter().flat_map(|review| &review.readings);
        readings.filter(|reading| reading.class == class).collect()
    };
    let mut remarks: Vec<String> = of_class(ReadingClass::Unread)
        .iter()
        .take(MAX_NAMED)
        .map(|reading| format!("`{}` was not read: {}", reading.path, reading.reason))
        .collect();
    let beyond = of_class(ReadingClass::Unreadable);
    if !beyond.is_empty() {
        let named: Vec<String> = beyond
            .iter()
            .take(MAX_NAMED)
            .map(|reading| format!("`{}` ({})", reading.path, reading.reason))
            .collect();
        let more = match beyond.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let what = format!("no judge read {}{more}", named.join(", "));
        remarks.push(match unreadable {
            Unreadable::Block => format!(
                "{what}: a person can add a model (OPENAI_API_KEY or a Codex login) or a linter for it (AUDIT_TOOLS), or let such files complete unread (AUDIT_UNREAD=note)"
            ),
            Unreadable::Note => format!("{what}; by AUDIT_UNREAD=note that does not keep the work from completing"),
        });
    }
    remarks
}

/// Names the judges that failed, where others made the review without them, the checks that could not be run to their
/// end, and what judges remark on.
pub(crate) fn on_judges(session: &Session, errors: CheckErrors) -> Vec<String> {
    let newest = session.iterations().last();
    let Some(review) = newest.and_then(|iteration| iteration.reviews.last()) else {
        return Vec::new();
    };
    let failed = review.failed();
    let without =
        failed.map(|(judge, why)| format!("the review was made without {}: {why}", judge.name));
    let cut_off = review.cut_off().map(|result| {
        let check = &result.check;
        // What the program printed follows in lines of its own.
        let why = result.detail.lines().next().unwrap_or_default();
        match errors {
            CheckErrors::Block => format!("the check `{check}` keeps the work from completing: {why}"),
            CheckErrors::Note => format!(
                "the check `{check}` was not run to its end, and counts for nothing (AUDIT_CHECK_ERRORS=note): {why}"
            ),
        }
    });
    let said = review.cards.iter().flat_map(|card| {
        let remarks = card.remarks.iter();
        remarks.map(|remark| format!("{}: {remark}", card.judge.name))
    });
    without.chain(cut_off).chain(said).collect()
}

/// Says that a panel of checks alone can complete nothing.
pub(crate) fn on_panel(panel: &Panel) -> Option<String> {
    let seats = panel.seats();
    seats.iter().all(|seat| seat.judge.check().is_some()).then(|| {
        format!(
            "no judge of the panel reads the work, so that nothing completes: a check runs it and grades nothing; seat a judge beside it, e.g. AUDIT_JUDGE=static,{}",
            seats[0].judge.identity().name
        )
    })
}
