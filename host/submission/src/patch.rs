//! A unified diff of one file. The base is not known here.

use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// The marker after a line that has no line feed, as GNU diff and git write it.
pub(crate) const NO_NEWLINE: &str = "\\ No newline at end of file\n";

/// The change of one file: at least one hunk, and at least one added or removed line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawPatch")]
pub struct Patch {
    hunks: Vec<Hunk>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<String>,
}

/// One hunk: a run of lines with what happens to each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    /// Where the hunk lies; `None` when the diff did not say.
    pub at: Option<HunkStart>,
    /// The text after the second `@@`: usually the enclosing function.
    pub heading: String,
    /// Lines in diff form: each starts with a space, `+` or `-` and ends in a line feed.
    body: String,
}

/// First lines of a hunk, counted from 1 (0 for the side of an empty file).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HunkStart {
    /// Line in the old file.
    pub old: u32,
    /// Line in the new file.
    pub new: u32,
}

/// What a patch does to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It stays.
    Context,
    /// It is new.
    Added,
    /// It goes.
    Removed,
}

/// One line of a hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatchLine<'a> {
    /// What happens to it.
    pub change: Change,
    /// Its text with its line feed, if it has one.
    pub text: &'a str,
}

/// One line of the new file that the patch shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FragmentLine<'a> {
    /// Index of the hunk, from 0: each hunk is a fragment of its own.
    pub hunk: usize,
    /// Line number in the new file, from 1; `None` when the diff did not say where the hunk lies.
    pub number: Option<u32>,
    /// Whether the patch adds the line, or only shows it as context.
    pub added: bool,
    /// The text with its line feed, if it has one.
    pub text: &'a str,
}

/// The parts do not make a patch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a patch needs hunks whose lines start with a space, `+` or `-`, and at least one changed line"
)]
pub struct PatchError;

impl Patch {
    /// A patch of these hunks, in file order. `base` is the path of the old file where it has another name.
    pub fn new(hunks: Vec<Hunk>, base: Option<String>) -> Result<Self, PatchError> {
        let changed = hunks
            .iter()
            .flat_map(Hunk::lines)
            .any(|line| line.change != Change::Context);
        let based = base
            .as_deref()
            .is_none_or(|base| crate::path::normalise(base).as_deref() == Some(base));
        if changed && based && hunks.iter().all(Hunk::is_valid) {
            Ok(Self { hunks, base })
        } else {
            Err(PatchError)
        }
    }

    /// The hunks in file order.
    pub fn hunks(&self) -> &[Hunk] {
        &self.hunks
    }

    /// The path of the old file where the patch renames or copies it. Findings on that path move with it.
    pub fn base(&self) -> Option<&str> {
        self.base.as_deref()
    }

    /// Bytes of its lines.
    pub fn bytes(&self) -> usize {
        self.hunks.iter().map(|hunk| hunk.body.len()).sum()
    }

    /// The diff as text with a neutral header, for a program that applies diffs. Counts are those of the lines, and
    /// starts are moved down where hunks would overlap, so that the text is well-formed whatever was sent.
    pub fn to_unified(&self) -> String {
        let size: usize = self
            .hunks
            .iter()
            .map(|hunk| hunk.body.len() + hunk.heading.len() + 48)
            .sum();
        let mut out = String::with_capacity(size + 32);
        out.push_str("--- original\n+++ modified\n");
        let (mut old_end, mut new_end) = (0u64, 0u64);
        for hunk in &self.hunks {
            let (old_count, new_count) = hunk.counts();
            let at = hunk
                .at
                .map_or((1, 1), |at| (u64::from(at.old), u64::from(at.new)));
            let (old, new) = (at.0.max(old_end), at.1.max(new_end));
            (old_end, new_end) = (old + old_count, new + new_count);
            // Writing to a String cannot fail.
            let _ = write!(out, "@@ -{old},{old_count} +{new},{new_count} @@");
            if !hunk.heading.is_empty() {
                out.push(' ');
                out.push_str(&hunk.heading);
            }
            out.push('\n');
            out.push_str(&hunk.body);
        }
        out
    }

    /// The lines of the new file that the patch shows, hunk by hunk.
    pub fn new_side(&self) -> impl Iterator<Item = FragmentLine<'_>> {
        self.hunks.iter().enumerate().flat_map(|(index, hunk)| {
            let start = hunk.at.map(|at| at.new.max(1));
            let shown = hunk.lines().filter(|line| line.change != Change::Removed);
            (0u32..).zip(shown).map(move |(offset, line)| FragmentLine {
                hunk: index,
                number: start.map(|start| start.saturating_add(offset)),
                added: line.change == Change::Added,
                text: line.text,
            })
        })
    }

    /// The lines that the patch removes, with their line feeds.
    pub fn removed(&self) -> impl Iterator<Item = &str> {
        self.hunks
            .iter()
            .flat_map(Hunk::lines)
            .filter(|line| line.change == Change::Removed)
            .map(|line| line.text)
    }
}

impl Hunk {
    /// A hunk of lines in diff form. A marker that a line has no line feed is dropped where more lines of the same
    /// side follow: the line cannot be the last one.
    pub(crate) fn new(at: Option<HunkStart>, heading: String, body: String) -> Self {
        let body = without_early_markers(body);
        Self { at, heading, body }
    }

    /// The lines in diff order.
    pub fn lines(&self) -> impl Iterator<Item = PatchLine<'_>> {
        let mut lines = self.body.split_inclusive('\n').peekable();
        std::iter::from_fn(move || {
            let line = lines.next()?;
            let change = match line.as_bytes().first() {
                Some(b'+') => Change::Added,
                Some(b'-') => Change::Removed,
                _ => Change::Context,
            };
            let text = line.get(1..).unwrap_or_default();
            let unended = lines.next_if(|next| next.starts_with('\\')).is_some();
            let text = if unended {
                text.strip_suffix('\n').unwrap_or(text)
            } else {
                text
            };
            Some(PatchLine { change, text })
        })
    }

    /// Lines of the old and of the new side.
    pub(crate) fn counts(&self) -> (u64, u64) {
        self.lines()
            .fold((0, 0), |(old, new), line| match line.change {
                Change::Context => (old + 1, new + 1),
                Change::Added => (old, new + 1),
                Change::Removed => (old + 1, new),
            })
    }

    pub(crate) fn body(&self) -> &str {
        &self.body
    }

    fn is_valid(&self) -> bool {
        let mut after_line = false;
        let lines_valid = self.body.split_inclusive('\n').all(|line| {
            let marker = line == NO_NEWLINE;
            let fits = if marker {
                after_line
            } else {
                line.starts_with([' ', '+', '-'])
            };
            after_line = !marker;
            fits
        });
        let markers_valid = !self.body.contains(NO_NEWLINE)
            || without_early_markers(self.body.clone()) == self.body;
        lines_valid
            && markers_valid
            && self.body.ends_with('\n')
            && !self.heading.contains(['\n', '\r'])
    }
}

fn without_early_markers(body: String) -> String {
    if !body.contains(NO_NEWLINE) {
        return body;
    }
    let lines: Vec<&str> = body.split_inclusive('\n').collect();
    let mut kept = vec![true; lines.len()];
    let (mut old_follows, mut new_follows) = (false, false);
    for (index, line) in lines.iter().enumerate().rev() {
        if *line == NO_NEWLINE {
            continue;
        }
        let (old, new) = (!line.starts_with('+'), !line.starts_with('-'));
        if let Some(marker) = kept
            .get_mut(index + 1)
            .filter(|_| lines[index + 1] == NO_NEWLINE)
        {
            *marker = !(old && old_follows || new && new_follows);
        }
        old_follows |= old;
        new_follows |= new;
    }
    lines
        .into_iter()
        .zip(kept)
        .filter_map(|(line, kept)| kept.then_some(line))
        .collect()
}

#[derive(Deserialize)]
struct RawPatch {
    hunks: Vec<Hunk>,
    base: Option<String>,
}

impl TryFrom<RawPatch> for Patch {
    type Error = PatchError;

    fn try_from(raw: RawPatch) -> Result<Self, PatchError> {
        Self::new(raw.hunks, raw.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch() -> Patch {
        let body = " a\n-b\n+c\n+d\n\\ No newline at end of file\n".to_owned();
        let located = Hunk::new(Some(HunkStart { old: 10, new: 12 }), "fn f()".into(), body);
        Patch::new(
            vec![located, Hunk::new(None, String::new(), "+x\n".into())],
            None,
        )
        .unwrap()
    }

    #[test]
    fn shows_the_new_side_with_its_line_numbers() {
        let patch = patch();
        let lines: Vec<_> = patch
            .new_side()
            .map(|line| (line.hunk, line.number, line.added, line.text))
            .collect();
        assert_eq!(
            lines,
            [
                (0, Some(12), false, "a\n"),
                (0, Some(13), true, "c\n"),
                (0, Some(14), true, "d"),
                (1, None, true, "x\n")
            ]
        );
        assert_eq!(patch.removed().collect::<Vec<_>>(), ["b\n"]);
    }

    #[test]
    fn renders_what_a_strict_parser_takes() {
        let text = patch().to_unified();
        assert!(text.contains("@@ -10,2 +12,3 @@ fn f()\n a\n"));
        assert!(diffy::Patch::from_str(&text).is_ok(), "{text}");
    }

    #[test]
    fn only_the_last_line_of_a_side_can_lack_its_line_feed() {
        let body = format!("-a\n{NO_NEWLINE}+b\n{NO_NEWLINE}+c\n{NO_NEWLINE}");
        let hunk = Hunk::new(None, String::new(), body);
        assert_eq!(
            hunk.lines().map(|line| line.text).collect::<Vec<_>>(),
            ["a", "b\n", "c"]
        );
    }

    #[test]
    fn a_record_that_is_no_patch_is_refused() {
        let good = serde_json::to_string(&patch()).unwrap();
        assert_eq!(serde_json::from_str::<Patch>(&good).unwrap(), patch());
        for (from, to) in [
            ("+x", "x"),
            ("fn f()", "@@\\n+y"),
            ("+x\\n", ""),
            ("-b", "b"),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_ne!(bad, good);
            assert!(serde_json::from_str::<Patch>(&bad).is_err(), "{bad}");
        }
        assert_eq!(
            Patch::new(vec![Hunk::new(None, String::new(), " a\n".into())], None),
            Err(PatchError)
        );
    }
}
