//! Collects what the checks find in one file: where it counts, bounded, in the terms of the domain.

use super::source::Source;
use crate::judged_lines::judged_lines;
use crate::wording::cut;
use gansauditor_audit::domain::{Category, Location, Reported, Severity, WorkFile};
use std::collections::HashMap;

/// Findings of one rule that are kept of one file; the rest is only counted.
pub(crate) const MAX_PER_RULE: usize = 20;
/// Longest anchor, in characters. What identifies a finding, not what explains it.
const ANCHOR_CHARS: usize = 200;
/// Longest message and longest advice, in characters: meta-variables may insert any amount of the text.
const MESSAGE_CHARS: usize = 400;

/// What a check always says about its findings.
#[derive(Debug, Clone)]
pub(crate) struct Verdict<'r> {
    /// Identifier of the rule.
    pub(crate) rule: &'r str,
    /// What it is about.
    pub(crate) category: Category,
    /// How bad it is.
    pub(crate) severity: Severity,
    /// Number in the Common Weakness Enumeration.
    pub(crate) cwe: Option<u32>,
    /// What to do.
    pub(crate) advice: &'r str,
}

/// Where in the text of a file.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Enclosing definition.
    pub(crate) symbol: Option<String>,
    /// The offending text.
    pub(crate) anchor: String,
}

impl Place {
    /// The place of a node: its anchor is its first line.
    pub(crate) fn of(node: tree_sitter::Node<'_>, source: &Source<'_>) -> Self {
        Self {
            symbol: super::symbol::enclosing(node, source),
            anchor: source
                .text_of(node)
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        }
    }
}

/// First and last line of a node, from 1. A node that ends at the beginning of a line does not reach into it.
pub(crate) fn lines_of(node: tree_sitter::Node<'_>) -> (u32, u32) {
    let number = |row: usize| u32::try_from(row).unwrap_or(u32::MAX - 1) + 1;
    let (start, end) = (node.start_position(), node.end_position());
    let last = if end.column == 0 && end.row > start.row {
        end.row - 1
    } else {
        end.row
    };
    (number(start.row), number(last))
}

/// The findings of one file.
pub(crate) struct Collector<'f> {
    file: &'f WorkFile,
    found: Vec<Reported>,
    counts: HashMap<String, Count>,
}

#[derive(Default)]
struct Count {
    all: usize,
    last: usize,
}

impl<'f> Collector<'f> {
    /// For one file.
    pub(crate) fn new(file: &'f WorkFile) -> Self {
        Self {
            file,
            found: Vec::new(),
            counts: HashMap::new(),
        }
    }

    /// The collector for another piece of the same file: limits hold for the file.
    pub(crate) fn on<'p>(self, piece: &'p WorkFile) -> Collector<'p> {
        Collector {
            file: piece,
            found: self.found,
            counts: self.counts,
        }
    }

    /// Whether lines of the text are among those to be judged.
    pub(crate) fn concerns(&self, lines: (u32, u32)) -> bool {
        self.lines_in_file(lines).is_some()
    }

    /// Whether another finding of a rule would be kept, and not only counted.
    pub(crate) fn keeps(&self, rule: &str) -> bool {
        self.counts
            .get(rule)
            .is_none_or(|count| count.all < MAX_PER_RULE)
    }

    /// Takes a finding if its lines are to be judged and its rule has not reported too much yet. `describe` gives the
    /// message and the place; it is called only for findings that are kept.
    pub(crate) fn report(
        &mut self,
        verdict: &Verdict<'_>,
        lines: (u32, u32),
        describe: impl FnOnce() -> (String, Place),
    ) {
        let Some((line, end_line)) = self.lines_in_file(lines) else {
            return;
        };
        let count = self.counts.entry(verdict.rule.to_owned()).or_default();
        count.all += 1;
        if count.all > MAX_PER_RULE {
            return;
        }
        count.last = self.found.len();
        let (message, place) = describe();
        self.found.push(Reported {
            rule: Some(verdict.rule.to_owned()),
            category: verdict.category.clone(),
            severity: verdict.severity,
            cwe: verdict.cwe,
            message: cut(message, MESSAGE_CHARS),
            advice: Some(cut(verdict.advice.trim().to_owned(), MESSAGE_CHARS)),
            location: Some(Location {
                path: self.file.path.clone(),
                line: Some(line),
                end_line: Some(end_line),
            }),
            symbol: place.symbol,
            anchor: cut(place.anchor.trim().to_owned(), ANCHOR_CHARS),
        });
    }

    /// The findings in the order of the text; the last kept one of a rule that was cut short says how many more there are.
    pub(crate) fn finish(mut self) -> Vec<Reported> {
        for count in self
            .counts
            .values()
            .filter(|count| count.all > MAX_PER_RULE)
        {
            if let Some(last) = self.found.get_mut(count.last) {
                let more = count.all - MAX_PER_RULE;
                last.message.push_str(&format!(
                    " ({more} more of this kind in the file are not listed.)"
                ));
            }
        }
        self.found
            .sort_by(|a, b| (&a.location, &a.rule).cmp(&(&b.location, &b.rule)));
        self.found
    }

    /// Lines of the file for lines of the text; `None` when none of them is to be judged.
    fn lines_in_file(&self, lines: (u32, u32)) -> Option<(u32, u32)> {
        judged_lines(&self.file.extent, lines)
    }
}
