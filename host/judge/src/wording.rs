//! What judges say in the same words.

use crate::names::SEVERITIES;
use gansauditor_audit::domain::Reported;

/// Files that are named of those left out.
const MAX_NAMED: usize = 10;

/// The beginning of a text, at most so many characters and an ellipsis.
pub(crate) fn cut(mut text: String, chars: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(chars) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// How many findings there are of each severity, worst first, e.g. `1 critical, 3 minor`; empty for none.
pub(crate) fn counts(findings: &[Reported]) -> String {
    let counts: Vec<String> = SEVERITIES
        .into_iter()
        .filter_map(|severity| {
            let count = findings
                .iter()
                .filter(|finding| finding.severity == severity)
                .count();
            (count > 0).then(|| format!("{count} {}", severity.name()))
        })
        .collect();
    counts.join(", ")
}

/// The files that were not read, with the reason of each.
pub(crate) fn left_out(unread: &[(String, String)]) -> String {
    let mut parts: Vec<String> = unread
        .iter()
        .take(MAX_NAMED)
        .map(|(path, reason)| format!("{path} ({reason})"))
        .collect();
    if unread.len() > MAX_NAMED {
        parts.push(format!("and {} more", unread.len() - MAX_NAMED));
    }
    parts.join(", ")
}
