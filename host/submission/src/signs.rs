//! Signs that a text without a submission was meant as work.

use crate::note::Note;
use crate::shape::call;

/// Starts of lines that only diffs and edits have.
const STARTS: &[(&str, &str)] = &[
    ("@@ ", "a part of a diff"),
    ("diff --git ", "a part of a diff"),
    ("+++ b/", "a part of a diff"),
    ("--- a/", "a part of a diff"),
    ("Index: ", "a part of a diff"),
    ("*** Begin Patch", "a part of a patch"),
    ("*** Update File", "a part of a patch"),
    ("<<<<<<< SEARCH", "a part of an edit"),
    (">>>>>>> REPLACE", "a part of an edit"),
];

/// What a text looks like and what to send, as a sentence; `None` for prose.
pub(crate) fn of_work(text: &str, notes: &[Note]) -> Option<String> {
    let noted = notes.iter().find_map(|note| match note {
        Note::EmptyFence { line } => Some(format!("the fence on line {line} is empty")),
        Note::EmptyDiff => Some("the diff holds no change".to_owned()),
        Note::StrayDiffLines { line, .. } => {
            Some(format!("line {line} of the diff belongs to no hunk"))
        }
        Note::BeforeLeftOut { line } => Some(format!(
            "the fence on line {line} shows only the code before the change"
        )),
        _ => None,
    });
    let what = noted.or_else(|| {
        let start = text.lines().find_map(|line| {
            let found = STARTS.iter().find(|(start, _)| line.starts_with(start));
            found.map(|(_, what)| format!("it looks like {what}"))
        });
        let call = || {
            let found = call::SIGNS.iter().any(|sign| text.contains(sign));
            found.then(|| "it looks like an edit call".to_owned())
        };
        start.or_else(call)
    })?;
    Some(format!(
        "nothing of the text could be read as work, though {what}: send the whole file in a fence, or a unified diff"
    ))
}
