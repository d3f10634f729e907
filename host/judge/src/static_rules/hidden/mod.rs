//! Text that shows a person something else than it is to a program: characters that reorder, hide or imitate.
//!
//! Sources: Boucher and Anderson, "Trojan Source: Invisible Vulnerabilities" (CVE-2021-42574, CVE-2021-42694); Unicode Standard
//! Annex 9 (bidirectional text) and Technical Standard 39 (confusable characters). Text that is written from right to left,
//! emoji, and words of scripts that need joiners stay what they are.

mod direction;
mod lookalike;
mod setting;

pub(crate) use self::setting::Setting;
use super::collector::{Collector, Place, Verdict};
use super::symbol;
use gansauditor_audit::domain::{Category, Severity};
use std::collections::BTreeMap;

/// So many invisible characters one after the other carry a message.
const PAYLOAD: usize = 8;
/// So many variation selectors, of which one or two follow a character.
const SELECTORS: usize = 3;
/// Lines that are reported of a file; what is worse goes first.
const MAX_LINES: usize = 60;

/// What is hidden in a line.
struct Hidden {
    severity: Severity,
    rule: &'static str,
    message: String,
    at: usize,
}

/// Reports each line that hides something, once, by what is worst in it.
pub(crate) fn check(text: &str, setting: &Setting<'_, '_>, collector: &mut Collector<'_>) {
    if text.is_ascii() && !text.contains(['\r', '\u{8}', '\u{1b}', '\u{7f}']) {
        return;
    }
    let parts = setting.parts();
    let mut worst: BTreeMap<u32, Hidden> = BTreeMap::new();
    let mut note = |line: u32, hidden: Hidden| {
        let slot = worst.entry(line).or_insert_with(|| Hidden {
            severity: Severity::Info,
            rule: "",
            message: String::new(),
            at: 0,
        });
        if slot.rule.is_empty() || hidden.severity > slot.severity {
            *slot = hidden;
        }
    };
    let mut start = 0;
    for (line, number) in text.split_inclusive('\n').zip(1..) {
        if !line.is_ascii()
            || line.contains(['\u{8}', '\u{1b}', '\u{7f}'])
            || lone_return(line).is_some()
        {
            if let Some(hidden) = direction::check(line, start, setting, &parts) {
                note(number, hidden);
            }
            for hidden in invisible(line, start, setting, &parts) {
                note(number, hidden);
            }
            if let Some(hidden) = line_break(line, start, setting, &parts) {
                note(number, hidden);
            }
        }
        start += line.len();
    }
    for (line, hidden) in lookalike::check(text, setting) {
        note(line, hidden);
    }
    let mut found: Vec<(u32, Hidden)> = worst.into_iter().collect();
    found.sort_by_key(|(line, hidden)| (std::cmp::Reverse(hidden.severity), *line));
    found.truncate(MAX_LINES);
    found.sort_by_key(|(line, _)| *line);
    for (line, hidden) in found {
        let verdict = Verdict {
            rule: hidden.rule,
            category: Category::Security,
            severity: hidden.severity,
            cwe: Some(if hidden.rule == "generic/lookalike-name" {
                1007
            } else {
                451
            }),
            advice: "Take the characters out, or write them as escapes where the text needs them.",
        };
        collector.report(&verdict, (line, line), || {
            let row = usize::try_from(line).unwrap_or_default().saturating_sub(1);
            let anchor = text
                .split('\n')
                .nth(row)
                .unwrap_or_default()
                .trim()
                .to_owned();
            let symbol = match setting {
                Setting::Code(source) => source
                    .root
                    .descendant_for_byte_range(hidden.at, hidden.at)
                    .and_then(|node| symbol::enclosing(node, source)),
                Setting::Script | Setting::Data | Setting::Prose => None,
            };
            (hidden.message, Place { symbol, anchor })
        });
    }
}

/// Where a line holds a carriage return that does not end it.
fn lone_return(line: &str) -> Option<usize> {
    let body = line.trim_end_matches(['\r', '\n']);
    body.find('\r')
}

/// A line break or a control that one program obeys and another does not show.
fn line_break(
    line: &str,
    start: usize,
    setting: &Setting<'_, '_>,
    parts: &setting::Parts,
) -> Option<Hidden> {
    let hidden = |severity, at, message: String| {
        Some(Hidden {
            severity,
            rule: "generic/hidden-text",
            message,
            at,
        })
    };
    if matches!(setting, Setting::Prose) {
        return None;
    }
    if let Some(at) = lone_return(line) {
        let in_comment = match setting {
            Setting::Code(_) => parts.at(start + at) == setting::Part::Comment,
            _ => ["#", "//", "--"]
                .iter()
                .any(|mark| line[..at].contains(mark)),
        };
        if in_comment {
            let severity = if matches!(setting, Setting::Data) {
                Severity::Major
            } else {
                Severity::Critical
            };
            return hidden(
                severity,
                start + at,
                "A carriage return alone (U+000D) follows a comment: some programs begin a new line there and run what stands behind it, others take it for the comment.".to_owned(),
            );
        }
    }
    if let Some(at) = line
        .find(['\u{2028}', '\u{2029}'])
        .filter(|_| setting.breaks_at_separators())
    {
        let rest = line[at..].trim_start_matches(['\u{2028}', '\u{2029}']);
        if parts.at(start + at) != setting::Part::Text && !rest.trim().is_empty() {
            return hidden(
                Severity::Critical,
                start + at,
                "A line separator (U+2028 or U+2029) begins a new line for the program, and for hardly any editor: what stands behind it is run.".to_owned(),
            );
        }
    }
    let control = line.char_indices().find(|&(at, c)| {
        matches!(c, '\u{8}' | '\u{1b}' | '\u{7f}' | '\u{9b}')
            && parts.at(start + at) != setting::Part::Text
    });
    match control {
        Some((at, c)) if !matches!(setting, Setting::Data) => hidden(
            Severity::Critical,
            start + at,
            format!(
                "A control character ({}) stands in the code: a terminal obeys it and may not show what stands here.",
                point(c)
            ),
        ),
        _ => None,
    }
}

/// Characters that are not seen.
fn invisible(
    line: &str,
    start: usize,
    setting: &Setting<'_, '_>,
    parts: &setting::Parts,
) -> Vec<Hidden> {
    let mut found = Vec::new();
    let chars: Vec<(usize, char)> = line.char_indices().collect();
    let mut index = 0;
    while index < chars.len() {
        let (at, c) = chars[index];
        if !is_invisible(c) || start + at == 0 && c == '\u{feff}' {
            index += 1;
            continue;
        }
        let run = chars[index..]
            .iter()
            .take_while(|(_, c)| is_invisible(*c))
            .count();
        let before = index.checked_sub(1).map(|index| chars[index].1);
        let after = chars.get(index + run).map(|(_, c)| *c);
        let all = || chars[index..index + run].iter().map(|(_, c)| *c);
        let hidden = |severity, message| Hidden {
            severity,
            rule: "generic/hidden-text",
            message,
            at: start + at,
        };
        let tags = all().filter(|c| is_tag(*c)).count();
        let selectors = all().filter(|c| is_selector(*c)).count();
        if tags > 0 && !is_flag(before, all()) {
            found.push(hidden(
                Severity::Critical,
                format!("{tags} tag characters (U+E0000 to U+E007F) hide a text that nobody sees and a model reads."),
            ));
        } else if tags == 0 && (selectors >= SELECTORS || run >= PAYLOAD) {
            found.push(hidden(
                Severity::Critical,
                format!("{run} invisible characters follow one another ({} first): they carry data that nobody sees.", point(c)),
            ));
        } else if tags == 0 {
            found.extend(
                within(c, before, after, setting, parts.at(start + at))
                    .map(|(severity, message)| hidden(severity, message)),
            );
        }
        index += run;
    }
    found
}

/// An invisible character or a few of them, by where they stand.
fn within(
    c: char,
    before: Option<char>,
    after: Option<char>,
    setting: &Setting<'_, '_>,
    part: setting::Part,
) -> Option<(Severity, String)> {
    let in_code =
        part == setting::Part::Code && matches!(setting, Setting::Code(_) | Setting::Script);
    if in_code && is_filler(c) {
        return Some((
            Severity::Critical,
            format!(
                "A letter that is not seen ({}) stands in the code: it is a name, or part of one.",
                point(c)
            ),
        ));
    }
    let is_plain =
        |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$'));
    if !is_zero_width(c) {
        return None;
    }
    if in_code && (is_plain(before) || is_plain(after)) {
        Some((
            Severity::Major,
            format!(
                "A character without width ({}) stands in or beside a name: two names that look the same are not.",
                point(c)
            ),
        ))
    } else if in_code {
        Some((
            Severity::Minor,
            format!(
                "A character without width ({}) stands in the code.",
                point(c)
            ),
        ))
    } else if matches!(setting, Setting::Data) && is_plain(before) && is_plain(after) {
        Some((
            Severity::Minor,
            format!(
                "A character without width ({}) stands within a word: it compares unequal to the one that is seen.",
                point(c)
            ),
        ))
    } else {
        None
    }
}

/// The tags of a flag of a region: a black flag before them and an end behind.
fn is_flag(before: Option<char>, run: impl Iterator<Item = char>) -> bool {
    let tags: Vec<char> = run.collect();
    before == Some('\u{1f3f4}')
        && (3..=8).contains(&tags.len())
        && tags.last() == Some(&'\u{e007f}')
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0000}'..='\u{e007f}')
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' | '\u{180e}' | '\u{34f}')
}

/// Letters without a shape, which may be names.
fn is_filler(c: char) -> bool {
    matches!(c, '\u{3164}' | '\u{ffa0}' | '\u{115f}' | '\u{1160}')
}

fn is_invisible(c: char) -> bool {
    is_zero_width(c) || is_selector(c) || is_tag(c) || is_filler(c)
}

fn point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

#[cfg(test)]
mod tests;
