//! Applying patches and edits to a text.
//!
//! A hunk lies where its header says, moved by as much as the hunk before it was; else at the nearest place where all
//! lines of its old side are, as `git apply` does it. A hunk without line numbers (Codex) lies where its old side occurs
//! once, or first after the line its heading quotes. Only where nothing matches exactly, white space at the ends of
//! lines may differ, and then the place must be the only one. The kind of line ends never matters: what stays keeps its
//! own, what comes gets those of the file.
//!
//! Work is bounded by an effort that is near-linear in honest use. Past it the answer is [`DoesNotApply::TooLarge`].

mod index;
mod marked;
mod places;
mod replace;
#[cfg(test)]
mod tests;

use crate::edit::Edit;
use crate::patch::{Change, Hunk, Patch};
use index::{Index, content};
pub use marked::Marked;
use places::{Piece, Places};

/// Why a patch or an edit does not apply. Pieces (hunks, edits) are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DoesNotApply {
    /// The old lines of this piece are nowhere in the text.
    #[error("the old text of change {piece} is not in it")]
    Nowhere {
        /// Which piece.
        piece: usize,
    },
    /// The old lines of this piece are there more than once, and nothing says which are meant.
    #[error("the old text of change {piece} is in it more than once")]
    Ambiguous {
        /// Which piece.
        piece: usize,
    },
    /// Two pieces change the same lines.
    #[error("two of the changes are about the same lines")]
    Overlapping,
    /// To find the places would take too long.
    #[error("to find where its changes belong would take too long")]
    TooLarge,
}

/// The text after the patch.
///
/// # Errors
/// Where the patch does not apply; see [`DoesNotApply`].
pub fn apply_patch(base: &str, patch: &Patch) -> Result<String, DoesNotApply> {
    Applier::default().patch(base, patch)
}

/// The text after the edits, made one after the other.
///
/// # Errors
/// Where one of them does not apply; see [`DoesNotApply`].
pub fn apply_edits(base: &str, edits: &[Edit]) -> Result<String, DoesNotApply> {
    Applier::default()
        .edits(&Marked::unchanged(base), edits)
        .map(|made| made.text)
}

/// Whether `text` is what the patch makes: taken back, the patch gives a text to which it applies.
pub fn is_applied(patch: &Patch, text: &str) -> bool {
    Applier::default().is_applied(patch, text)
}

/// Applies patches and edits within one effort for all of them. Once it is spent, everything is
/// [`DoesNotApply::TooLarge`].
#[derive(Debug)]
pub struct Applier {
    effort: Effort,
}

impl Default for Applier {
    /// Enough for all that one message can honestly ask for, and a second or two at most.
    fn default() -> Self {
        Self::new(200_000_000)
    }
}

impl Applier {
    /// With this many steps: about one for each line of a text or of a patch, for each place looked at, and for every
    /// 16 bytes of text.
    pub fn new(steps: u64) -> Self {
        Self {
            effort: Effort(steps),
        }
    }

    /// The text after the patch.
    ///
    /// # Errors
    /// Where it does not apply, and when the effort is spent.
    pub fn patch(&mut self, base: &str, patch: &Patch) -> Result<String, DoesNotApply> {
        self.series(&Marked::unchanged(base), std::slice::from_ref(patch))
            .map(|made| made.text)
    }

    /// The text after all of the patches, each of which changes what the one before it made.
    ///
    /// # Errors
    /// Where one does not apply, and when the effort is spent.
    pub fn series(&mut self, base: &Marked, patches: &[Patch]) -> Result<Marked, DoesNotApply> {
        let mut made = base.clone();
        for patch in patches {
            self.effort.spend_on_bytes(made.text.len())?;
            made = self.one(&made, patch, Direction::Forward)?;
        }
        Ok(made)
    }

    /// The text after the edits, made one after the other.
    ///
    /// # Errors
    /// Where one does not apply, and when the effort is spent.
    pub fn edits(&mut self, base: &Marked, edits: &[Edit]) -> Result<Marked, DoesNotApply> {
        replace::all(base, edits, &mut self.effort)
    }

    /// Whether `text` is what the patch makes. Nothing is, once the effort is spent.
    pub fn is_applied(&mut self, patch: &Patch, text: &str) -> bool {
        self.taken_back(text, patch).is_ok()
    }

    /// The text with the lines marked that these patches, made one after the other, brought into it; `None` when they
    /// did not make it.
    pub fn applied_series(&mut self, text: &str, patches: &[Patch]) -> Option<Marked> {
        let mut base = text.to_owned();
        for patch in patches.iter().rev() {
            base = self.taken_back(&base, patch).ok()?;
        }
        let made = self.series(&Marked::unchanged(base), patches).ok()?;
        (made.text == text).then_some(made)
    }

    /// The text with the lines marked that these edits brought into it; `None` when they did not make it.
    pub fn applied_edits(&mut self, text: &str, edits: &[Edit]) -> Option<Marked> {
        let base = replace::taken_back(text, edits, &mut self.effort)?;
        let left: Vec<Edit> = edits
            .iter()
            .filter(|edit| !edit.new.is_empty())
            .cloned()
            .collect();
        let made = self.edits(&Marked::unchanged(base), &left).ok()?;
        (made.text == text).then_some(made)
    }

    /// The text from which the patch made this one.
    fn taken_back(&mut self, text: &str, patch: &Patch) -> Result<String, DoesNotApply> {
        let made = self.one(&Marked::unchanged(text), patch, Direction::Backward)?;
        Ok(made.text)
    }

    fn one(
        &mut self,
        base: &Marked,
        patch: &Patch,
        direction: Direction,
    ) -> Result<Marked, DoesNotApply> {
        let lines: Vec<&str> = base.text.split_inclusive('\n').collect();
        let pieces = pieces(patch, direction);
        let forward = direction == Direction::Forward;
        let mut places = Places::new(&lines, &mut self.effort, forward)?;
        if !forward {
            // What only takes away has nothing to show for it but that it is gone.
            let before = self::pieces(patch, Direction::Forward);
            for (piece, (before, after)) in before.iter().zip(&pieces).enumerate() {
                if after.old.is_empty() && !places.is_absent(before)? {
                    return Err(DoesNotApply::Nowhere { piece: piece + 1 });
                }
            }
        }
        let starts = places.of_all(&pieces)?;
        Ok(rewritten(&lines, &base.added, &pieces, &starts))
    }
}

/// Steps that are left.
#[derive(Debug)]
struct Effort(u64);

impl Effort {
    fn spend(&mut self, steps: usize) -> Result<(), DoesNotApply> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        match self.0.checked_sub(steps) {
            Some(left) => {
                self.0 = left;
                Ok(())
            }
            None => {
                self.0 = 0;
                Err(DoesNotApply::TooLarge)
            }
        }
    }

    fn spend_on_bytes(&mut self, bytes: usize) -> Result<(), DoesNotApply> {
        self.spend(bytes / 16 + 1)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    Backward,
}

fn pieces(patch: &Patch, direction: Direction) -> Vec<Piece<'_>> {
    let turned = |change| match (direction, change) {
        (Direction::Forward, change) => change,
        (Direction::Backward, Change::Added) => Change::Removed,
        (Direction::Backward, Change::Removed) => Change::Added,
        (Direction::Backward, Change::Context) => Change::Context,
    };
    let start = |hunk: &Hunk| {
        let at = hunk.at?;
        Some(match direction {
            Direction::Forward => at.old,
            Direction::Backward => at.new,
        })
    };
    patch
        .hunks()
        .iter()
        .map(|hunk| {
            let lines = hunk.lines().map(|line| (turned(line.change), line.text));
            let at = start(hunk).map(|line| line as usize);
            Piece::new(at, &hunk.heading, lines.collect())
        })
        .collect()
}

/// The lines with the pieces put in at these starts, which do not overlap. `marked` are the numbers of the lines that
/// are new already.
fn rewritten(lines: &[&str], marked: &[u32], pieces: &[Piece<'_>], starts: &[usize]) -> Marked {
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    order.sort_by_key(|&piece| (starts[piece], pieces[piece].old.len(), piece));
    let ends = Ends::of(lines, pieces);
    let mut out = Rewriting {
        lines,
        marked,
        next: 0,
        made: Marked {
            text: String::with_capacity(lines.iter().map(|line| line.len()).sum()),
            added: Vec::new(),
        },
        count: 0,
        end: if ends == Ends::Crlf { "\r\n" } else { "\n" },
    };
    for piece in order {
        out.keep_to(starts[piece]);
        for (change, text) in &pieces[piece].lines {
            match change {
                Change::Added => match (ends, text.ends_with('\n')) {
                    (Ends::AsGiven, _) | (_, false) => out.push(text, true),
                    (Ends::Crlf, true) => out.push(&format!("{}\r\n", content(text)), true),
                    (Ends::Lf, true) => out.push(&format!("{}\n", content(text)), true),
                },
                Change::Context => out.keep_to(out.next + 1),
                Change::Removed => out.next += 1,
            }
        }
    }
    out.keep_to(lines.len());
    out.made
}

/// A text of lines in the making.
struct Rewriting<'a> {
    lines: &'a [&'a str],
    marked: &'a [u32],
    /// The first of the lines that is not passed yet.
    next: usize,
    made: Marked,
    count: u32,
    /// Ends a line that was the last one and is not any longer.
    end: &'static str,
}

impl Rewriting<'_> {
    fn keep_to(&mut self, end: usize) {
        while self.next < end.min(self.lines.len()) {
            let number = u32::try_from(self.next + 1).unwrap_or(u32::MAX);
            let is_new = self.marked.binary_search(&number).is_ok();
            self.push(self.lines[self.next], is_new);
            self.next += 1;
        }
    }

    fn push(&mut self, line: &str, is_new: bool) {
        if line.is_empty() {
            return;
        }
        let text = &mut self.made.text;
        if !text.is_empty() && !text.ends_with('\n') {
            text.push_str(self.end);
        }
        text.push_str(line);
        self.count = self.count.saturating_add(1);
        if is_new {
            self.made.added.push(self.count);
        }
    }
}

/// How added lines end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    AsGiven,
    Crlf,
    Lf,
}

impl Ends {
    /// A patch whose old side ends its lines throughout in another way than the text was written down in that way: its
    /// new lines get the ends of the text.
    fn of(lines: &[&str], pieces: &[Piece<'_>]) -> Self {
        let ended = |line: &&&str| line.ends_with('\n');
        let has_crlf = |line: &&str| line.ends_with("\r\n");
        let old = || pieces.iter().flat_map(|piece| piece.old.iter());
        if lines.len() < 2 || old().next().is_none() {
            return Self::AsGiven;
        }
        if lines.iter().filter(ended).all(has_crlf) && !old().any(has_crlf) {
            Self::Crlf
        } else if !lines.iter().any(has_crlf) && old().filter(ended).all(has_crlf) {
            Self::Lf
        } else {
            Self::AsGiven
        }
    }
}
