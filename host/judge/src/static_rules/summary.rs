//! What a review says of itself.

use super::grammar::Grammar;
use crate::wording::{counts, left_out};
use gansauditor_audit::domain::{FileReading, Reported};

/// One or two sentences: what was read, what was found, what was not read.
pub(crate) fn summary(
    readings: &[FileReading],
    grammars: &[Grammar],
    findings: &[Reported],
    unparsed: &[(String, u32)],
) -> String {
    let mut languages: Vec<&str> = grammars.iter().map(|grammar| grammar.name()).collect();
    languages.sort_unstable();
    languages.dedup();
    let (read, unread): (Vec<&FileReading>, Vec<&FileReading>) =
        readings.iter().partition(|reading| reading.is_read());
    let mut text = format!(
        "Static rules read {} {}",
        read.len(),
        if read.len() == 1 { "file" } else { "files" }
    );
    if !languages.is_empty() {
        text.push_str(&format!(" ({})", languages.join(", ")));
    }
    text.push_str(&match counts(findings).as_str() {
        "" => " and found nothing.".to_owned(),
        counts => format!(" and found {counts}."),
    });
    if let Some((path, line)) = unparsed.first() {
        text.push_str(&format!(" The parser stumbled over {path} at line {line}"));
        if unparsed.len() > 1 {
            text.push_str(&format!(" and over {} more", unparsed.len() - 1));
        }
        text.push_str("; what it could read was judged.");
    }
    if !unread.is_empty() {
        let unread: Vec<(String, String)> = unread
            .into_iter()
            .map(|reading| (reading.path.clone(), reading.reason.clone()))
            .collect();
        text.push_str(&format!(" Not read: {}.", left_out(&unread)));
    }
    text
}
