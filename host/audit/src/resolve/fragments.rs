//! A change of a file that nobody knows: what it shows is all there is.

use super::bases::Change;
use crate::domain::{Extent, FragmentLine};
use gansauditor_submission::{Edit, Patch};

/// Why several diffs of one unknown file are not read.
pub(super) const UNJOINED: &str = "several diffs of it build on each other and the file itself is not known; send one diff of it, or the whole file";

/// The lines that the change shows, each with its number where that is known; `None` where they can't be had.
pub(super) fn of(change: Change<'_>) -> Option<(String, Extent)> {
    match change {
        Change::Patches([patch]) => Some(of_patch(patch)),
        Change::Patches(_) => None,
        Change::Edits(edits) => Some(of_edits(edits)),
    }
}

fn of_patch(patch: &Patch) -> (String, Extent) {
    let mut pieces = Pieces::default();
    for line in patch.new_side() {
        pieces.show(line.text, line.number, line.added);
    }
    for line in patch.removed() {
        pieces.remove(line);
    }
    pieces.finish()
}

/// What both sides of an edit begin and end with is context.
fn of_edits(edits: &[Edit]) -> (String, Extent) {
    let mut pieces = Pieces::default();
    for edit in edits {
        let old: Vec<&str> = edit.old.lines().collect();
        let new: Vec<&str> = edit.new.lines().collect();
        let same = |(old, new): &(&&str, &&str)| old.trim_end() == new.trim_end();
        let before = old.iter().zip(&new).take_while(same).count();
        let rest = old.len().min(new.len()) - before;
        let ends = old.iter().rev().zip(new.iter().rev()).take(rest);
        let after = ends.take_while(same).count();
        for (at, line) in new.iter().enumerate() {
            pieces.show(line, None, at >= before && at < new.len() - after);
        }
        for line in &old[before..old.len() - after] {
            pieces.remove(line);
        }
    }
    pieces.finish()
}

#[derive(Default)]
struct Pieces {
    text: String,
    lines: Vec<FragmentLine>,
    removed: Vec<String>,
}

impl Pieces {
    /// Where the change does not say where a line lies, the place in the change is all there is to point at.
    fn show(&mut self, line: &str, number: Option<u32>, added: bool) {
        self.text.push_str(line.trim_end_matches('\n'));
        self.text.push('\n');
        let position = u32::try_from(self.lines.len() + 1).unwrap_or(u32::MAX);
        let number = number.unwrap_or(position);
        self.lines.push(FragmentLine { number, added });
    }

    fn remove(&mut self, line: &str) {
        self.removed.push(line.trim_end_matches('\n').to_owned());
    }

    fn finish(self) -> (String, Extent) {
        let Self {
            text,
            lines,
            removed,
        } = self;
        (text, Extent::Fragment { lines, removed })
    }
}
