//! The identity of a finding across loops.
//!
//! A fingerprint is made of path, rule (or category where no rule is named), enclosing symbol and normalised
//! anchor text - never of line number or message, so that it survives edits elsewhere and another wording.
//! The nth finding of equal parts gets its own fingerprint by its ordinal, so two equal lines are two findings.

use crate::domain::{Digest, Reported};
use std::collections::HashMap;

/// Longest anchor that takes part, in characters after normalisation; the rest is ignored.
const ANCHOR_CHARS: usize = 400;

/// Gives each finding its fingerprint: 32 lower-case hexadecimal digits. The order of `findings` decides the
/// ordinal among equals, so it should be the order in the file.
pub fn fingerprints(findings: Vec<Reported>) -> Vec<(String, Reported)> {
    let mut seen: HashMap<String, u32> = HashMap::new();
    findings
        .into_iter()
        .map(|finding| {
            let parts = parts(&finding);
            let ordinal = seen.entry(parts.clone()).or_default();
            *ordinal += 1;
            (nth(&parts, *ordinal), finding)
        })
        .collect()
}

/// Most equal findings of one file that keep separate identities when it is renamed: no judge reports more than 500.
const MAX_ORDINAL: u32 = 500;

/// A finding whose file has another path from here on, with the fingerprint that it has there. One that was not made
/// here keeps it.
pub(crate) fn moved_to(fingerprint: &str, finding: &Reported, path: &str) -> (String, Reported) {
    let mut moved = finding.clone();
    if let Some(location) = &mut moved.location {
        path.clone_into(&mut location.path);
    }
    let (old, new) = (parts(finding), parts(&moved));
    let ordinal = (1..=MAX_ORDINAL).find(|&ordinal| nth(&old, ordinal) == fingerprint);
    let print = ordinal.map_or_else(|| fingerprint.to_owned(), |ordinal| nth(&new, ordinal));
    (print, moved)
}

fn nth(parts: &str, ordinal: u32) -> String {
    let digest = Digest::of(format!("{parts}\u{1f}{ordinal}").as_bytes()).to_string();
    let hex = digest.strip_prefix("sha256:").unwrap_or(&digest);
    hex.chars().take(32).collect()
}

/// What makes two findings the same, before counting equals.
fn parts(finding: &Reported) -> String {
    // The unit separator cannot occur in the parts: paths and symbols hold no control characters and
    // normalisation replaces those of the anchor.
    [
        finding
            .location
            .as_ref()
            .map_or("", |location| location.path.as_str()),
        finding
            .rule
            .as_deref()
            .unwrap_or_else(|| finding.category.name()),
        finding.symbol.as_deref().unwrap_or_default(),
        &normalised_anchor(&finding.anchor),
    ]
    .map(|part| part.replace(char::is_control, " "))
    .join("\u{1f}")
}

/// The anchor without white space and control characters, but for one space where they part two words. Two
/// places in the source whose normal forms are equal are the same place, however they are laid out.
pub fn normalised_anchor(anchor: &str) -> String {
    let is_gap = |c: char| c.is_whitespace() || c.is_control();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut normal = String::with_capacity(anchor.len().min(ANCHOR_CHARS));
    for piece in anchor.split(is_gap).filter(|piece| !piece.is_empty()) {
        if normal.ends_with(is_word) && piece.starts_with(is_word) {
            normal.push(' ');
        }
        normal.push_str(piece);
    }
    match normal.char_indices().nth(ANCHOR_CHARS) {
        Some((end, _)) => normal[..end].to_owned(),
        None => normal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Category, Location, Severity};

    fn finding(path: &str, line: u32, anchor: &str, message: &str) -> Reported {
        Reported {
            rule: Some("python/eval".into()),
            category: Category::Security,
            severity: Severity::Critical,
            cwe: Some(95),
            message: message.into(),
            advice: None,
            location: Some(Location {
                path: path.into(),
                line: Some(line),
                end_line: None,
            }),
            symbol: Some("run".into()),
            anchor: anchor.into(),
        }
    }

    fn one(finding: Reported) -> String {
        fingerprints(vec![finding]).remove(0).0
    }

    #[test]
    fn line_message_and_white_space_do_not_matter() {
        let a = one(finding("a.py", 3, "eval( x )", "eval is evil"));
        let b = one(finding("a.py", 90, "eval(\n    x)", "do not use eval"));
        assert_eq!(a, b);
        assert_eq!(a.len(), 32);
    }

    #[test]
    fn path_and_anchor_matter() {
        let a = one(finding("a.py", 3, "eval(x)", "m"));
        assert_ne!(a, one(finding("b.py", 3, "eval(x)", "m")));
        assert_ne!(a, one(finding("a.py", 3, "eval(y)", "m")));
    }

    #[test]
    fn equal_findings_are_counted_apart() {
        let twice = fingerprints(vec![
            finding("a.py", 3, "eval(x)", "m"),
            finding("a.py", 9, "eval(x)", "m"),
        ]);
        assert_ne!(twice[0].0, twice[1].0);
        assert_eq!(twice[0].0, one(finding("a.py", 3, "eval(x)", "m")));
    }

    #[test]
    fn parts_cannot_run_into_each_other() {
        let mut left = finding("a.py", 1, "x", "m");
        left.symbol = Some("f\u{1f}x".into());
        left.anchor = String::new();
        let mut right = finding("a.py", 1, "x", "m");
        right.symbol = Some("f".into());
        assert_ne!(one(left), one(right));
    }
}
