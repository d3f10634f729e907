//! What a review says of itself.

use super::grammar::Grammar;
use gansauditor_audit::domain::{Reported, Severity};

/// Files that are named of those left out.
const MAX_NAMED: usize = 10;

/// One or two sentences: what was read, what was found, what was not read.
pub(crate) fn summary(
    covered: usize,
    grammars: &[Grammar],
    findings: &[Reported],
    unread: &[(String, String)],
) -> String {
    let mut languages: Vec<&str> = grammars.iter().map(|grammar| grammar.name()).collect();
    languages.sort_unstable();
    languages.dedup();
    let mut text = format!(
        "Static rules read {covered} {}",
        if covered == 1 { "file" } else { "files" }
    );
    if !languages.is_empty() {
        text.push_str(&format!(" ({})", languages.join(", ")));
    }
    let counts: Vec<String> = [
        (Severity::Blocker, "blocker"),
        (Severity::Critical, "critical"),
        (Severity::Major, "major"),
        (Severity::Minor, "minor"),
        (Severity::Info, "info"),
    ]
    .into_iter()
    .filter_map(|(severity, name)| {
        let count = findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count();
        (count > 0).then(|| format!("{count} {name}"))
    })
    .collect();
    text.push_str(&match counts.as_slice() {
        [] => " and found nothing.".to_owned(),
        counts => format!(" and found {}.", counts.join(", ")),
    });
    if !unread.is_empty() {
        text.push_str(&format!(" Not read: {}.", left_out(unread)));
    }
    text
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
