//! Names that look like others: letters of another script, or styled ones, in place of the plain ones.

use super::super::collector::lines_of;
use super::super::syntax_tree::{Descend, walk};
use super::Hidden;
use super::setting::Setting;
use gansauditor_audit::domain::Severity;
use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization as _;

/// Longest name that is looked at, in bytes.
const MAX_NAME: usize = 200;

/// Letters that in common typefaces cannot be told from a plain one. Of Greek only those that no formula needs.
const LOOKALIKES: &[(&str, &str)] = &[
    (
        "аеорсухіјѕԁһԛԝӏѵАВЕКМНОРСТХІЈЅҮ",
        "aeopcyxijsdhqwlvABEKMHOPCTXIJSY",
    ),
    ("οΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oABEZHIKMNOPTYX"),
    ("օոսհց", "onuhg"),
    ("ıɑɡǃ", "iag!"),
];

/// Names that imitate, by line.
pub(super) fn check(text: &str, setting: &Setting<'_, '_>) -> Vec<(u32, Hidden)> {
    match setting {
        Setting::Code(source) => {
            let mut plain = HashSet::new();
            let mut odd = Vec::new();
            walk(source.root, |node| {
                let kind = node.kind();
                if kind.contains("comment")
                    || kind.contains("string") && kind != "string" && kind != "template_string"
                {
                    return Descend::Over;
                }
                if node.child_count() == 0 && kind.contains("identifier") {
                    let name = source.text_of(node);
                    if name.is_ascii() {
                        plain.insert(name);
                    } else if name.len() <= MAX_NAME {
                        odd.push((lines_of(node).0, node.start_byte(), name));
                    }
                }
                Descend::Into
            });
            odd.into_iter()
                .filter_map(|(line, at, name)| {
                    let imitated = imitated(name)?;
                    let twin = plain.contains(imitated.name.as_str());
                    let severity = match (twin, imitated.mixed) {
                        (true, _) => Severity::Critical,
                        (false, true) => Severity::Major,
                        (false, false) => return None,
                    };
                    Some((line, hidden(severity, at, &imitated.name)))
                })
                .collect()
        }
        Setting::Script | Setting::Data => {
            let mut found = Vec::new();
            let mut start = 0;
            for (line, number) in text.split_inclusive('\n').zip(1..) {
                if !line.is_ascii() {
                    let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
                    let odd = words
                        .filter(|word| !word.is_ascii() && word.len() <= MAX_NAME)
                        .filter(|word| {
                            word.chars().filter(char::is_ascii_alphabetic).count() * 2
                                > word.chars().count()
                        })
                        .find_map(imitated);
                    if let Some(imitated) = odd.filter(|imitated| imitated.mixed) {
                        found.push((number, hidden(Severity::Minor, start, &imitated.name)));
                    }
                }
                start += line.len();
            }
            found
        }
        Setting::Prose => Vec::new(),
    }
}

fn hidden(severity: Severity, at: usize, name: &str) -> Hidden {
    Hidden {
        severity,
        rule: "generic/lookalike-name",
        message: format!(
            "This name looks like `{name}` and is another: letters in it are of another script or style."
        ),
        at,
    }
}

struct Imitated {
    /// What the name looks like.
    name: String,
    /// Plain letters stand beside those that imitate, or all are styled: nobody writes so by accident.
    mixed: bool,
}

/// What plain name a name imitates: every letter of it is plain or looks like a plain one.
fn imitated(name: &str) -> Option<Imitated> {
    let mut looks = String::with_capacity(name.len());
    let (mut latin, mut foreign, mut styled) = (0, 0, 0);
    for c in name.chars() {
        if c.is_ascii() {
            latin += usize::from(c.is_ascii_alphabetic());
            looks.push(c);
        } else if let Some(plain) = styled_letter(c) {
            styled += 1;
            looks.push(plain);
        } else {
            foreign += 1;
            looks.push(lookalike(c)?);
        }
    }
    (foreign + styled > 0).then(|| Imitated {
        name: looks,
        mixed: foreign > 0 && latin > 0 && is_mixed_word(name) || styled > 1,
    })
}

/// One word of the name holds both: `user_о` of two words may be two languages.
fn is_mixed_word(name: &str) -> bool {
    name.split(['_', '$']).any(|word| {
        word.contains(|c: char| c.is_ascii_alphabetic())
            && word.contains(|c: char| lookalike(c).is_some())
    })
}

fn lookalike(c: char) -> Option<char> {
    LOOKALIKES.iter().find_map(|(odd, plain)| {
        odd.chars()
            .position(|other| other == c)
            .and_then(|index| plain.chars().nth(index))
    })
}

/// A full-width or mathematical form of a plain letter or digit.
fn styled_letter(c: char) -> Option<char> {
    if !matches!(c, '\u{ff10}'..='\u{ff5a}' | '\u{1d400}'..='\u{1d7ff}') {
        return None;
    }
    let mut plain = std::iter::once(c).nfkc();
    plain
        .next()
        .filter(char::is_ascii_alphanumeric)
        .filter(|_| plain.next().is_none())
}
