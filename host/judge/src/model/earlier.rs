//! What became of earlier findings.
//!
//! A model words the same defect anew each time, so it is not asked to report it again but what became of it.
//! What is not said to be fixed is reported again exactly as it was, so that it stays the same finding.

use super::answer::{Asked, Place};
use super::prompt::id;
use super::schema::{Fate, FateName};
use gansauditor_audit::domain::{Extent, Finding, FindingState, Location, Reported};
use gansauditor_audit::fingerprint::normalised_anchor;

/// The earlier findings that still stand, or stand again. Silence about one whose file was read is no proof
/// that it is fixed.
pub(super) fn still_there(asked: &Asked<'_>, fates: &[Fate], covered: &[String]) -> Vec<Reported> {
    let fate_of = |finding: &Finding| {
        let shown = &asked.window.earlier;
        let index = shown
            .iter()
            .position(|other| other.fingerprint == finding.fingerprint)?;
        let id = id(index);
        let said: Vec<FateName> = fates
            .iter()
            .filter(|fate| fate.id.trim().eq_ignore_ascii_case(&id))
            .map(|fate| fate.state)
            .collect();
        // Contradicting itself proves nothing.
        match said.first() {
            Some(first) if said.iter().all(|fate| fate == first) => Some(*first),
            Some(_) => Some(FateName::Unclear),
            None => None,
        }
    };
    asked
        .earlier
        .iter()
        .filter(|finding| {
            let fate = fate_of(finding);
            match finding.state {
                FindingState::Open | FindingState::Unreviewed => fate != Some(FateName::Fixed),
                FindingState::Fixed => fate == Some(FateName::Open),
                FindingState::Waived => false,
            }
        })
        .filter(|finding| {
            let location = finding.reported.location.as_ref();
            location.is_none_or(|location| covered.contains(&location.path))
        })
        .map(|finding| moved(finding, asked))
        .collect()
}

/// The finding with the lines where its anchor stands now.
fn moved(finding: &Finding, asked: &Asked<'_>) -> Reported {
    let mut reported = finding.reported.clone();
    let Some(Location {
        path,
        line,
        end_line,
    }) = &mut reported.location
    else {
        return reported;
    };
    let file = asked.window.files.iter().find(|file| file.path == *path);
    // The lines of a fragment's text are not the file's.
    let whole = file.filter(|file| !matches!(file.extent, Extent::Fragment { .. }));
    if let Some(place) =
        whole.and_then(|file| Place::of_quote(file, &finding.reported.anchor, *line))
    {
        *line = Some(place.first);
        *end_line = Some(place.last);
    }
    reported
}

/// Both speak of the same defect: same category, in the same place.
pub(super) fn is_same(known: &Reported, new: &Reported) -> bool {
    let (Some(a), Some(b)) = (&known.location, &new.location) else {
        return known.location == new.location
            && known.category == new.category
            && known.message == new.message;
    };
    // Something worse in the same place is something else.
    if a.path != b.path || known.category != new.category || new.severity > known.severity {
        return false;
    }
    let same_text = !known.anchor.is_empty()
        && normalised_anchor(&known.anchor) == normalised_anchor(&new.anchor);
    let overlap = match (a.line, b.line) {
        (Some(first), Some(second)) => {
            first <= b.end_line.unwrap_or(second) && second <= a.end_line.unwrap_or(first)
        }
        _ => false,
    };
    same_text || overlap
}
