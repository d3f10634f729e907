//! Reports of an audit for people and for programs that read SARIF.

mod sarif;
mod text;

pub(crate) use sarif::{sarif, sarif_of_nothing};
pub(crate) use text::text;

use gansauditor_audit::domain::{Extent, Work};
use std::collections::BTreeMap;

/// The text under review, to show findings in.
#[derive(Debug, Default)]
pub(crate) struct Sources(BTreeMap<String, Source>);

/// A file's lines, each with its number in the file.
#[derive(Debug)]
struct Source {
    text: String,
    /// Numbers of the lines of `text`, where it is not the whole file.
    numbers: Option<Vec<u32>>,
}

impl Sources {
    /// The files of the newest submission of a session.
    pub(crate) fn of(work: Option<&Work>) -> Self {
        let files = work.into_iter().flat_map(|work| &work.files).map(|file| {
            let numbers = match &file.extent {
                Extent::Fragment { lines, .. } => {
                    Some(lines.iter().map(|line| line.number).collect())
                }
                Extent::Whole | Extent::Changed(_) => None,
            };
            (
                file.path.clone(),
                Source {
                    text: file.text.clone(),
                    numbers,
                },
            )
        });
        Self(files.collect())
    }

    /// The lines `first..=last` (from 1) of a file, as far as they are there, joined by line feeds.
    fn lines(&self, path: &str, first: u32, last: u32) -> Option<String> {
        let source = self.0.get(path)?;
        let wanted = first..=last;
        let lines: Vec<&str> = match &source.numbers {
            None => {
                let skip = first.saturating_sub(1) as usize;
                let count = (last.saturating_sub(first) as usize).saturating_add(1);
                source.text.lines().skip(skip).take(count).collect()
            }
            Some(numbers) => numbers
                .iter()
                .zip(source.text.lines())
                .filter(|(number, _)| wanted.contains(number))
                .map(|(_, line)| line)
                .collect(),
        };
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}
