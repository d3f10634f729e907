//! Where the pieces of a patch belong in a text.

use super::index::Likeness;
use super::{DoesNotApply, Effort, Index};
use crate::patch::Change;

/// One hunk in one direction.
pub(super) struct Piece<'a> {
    /// The first line of its old side, from 1, if it says; the line it follows, if it has no old side.
    at: Option<usize>,
    heading: &'a str,
    /// All its lines.
    pub(super) lines: Vec<(Change, &'a str)>,
    /// Those of its old side.
    pub(super) old: Vec<&'a str>,
}

impl<'a> Piece<'a> {
    pub(super) fn new(at: Option<usize>, heading: &'a str, lines: Vec<(Change, &'a str)>) -> Self {
        let old = lines
            .iter()
            .filter(|(change, _)| *change != Change::Added)
            .map(|(_, text)| *text)
            .collect();
        Self {
            at,
            heading,
            lines,
            old,
        }
    }
}

/// Looks for places in a text.
pub(super) struct Places<'a, 'e> {
    lines: &'e [&'a str],
    effort: &'e mut Effort,
    /// White space may differ where nothing matches exactly.
    tolerant: bool,
    equal: Index<'a>,
    /// Made when they are needed.
    trailing: Option<Index<'a>>,
    indented: Option<Index<'a>>,
}

impl<'a, 'e> Places<'a, 'e> {
    pub(super) fn new(
        lines: &'e [&'a str],
        effort: &'e mut Effort,
        tolerant: bool,
    ) -> Result<Self, DoesNotApply> {
        Ok(Self {
            equal: Index::new(lines, Likeness::Equal, effort)?,
            lines,
            effort,
            tolerant,
            trailing: None,
            indented: None,
        })
    }

    /// The index of the line at which each piece's old side begins. None overlaps another.
    pub(super) fn of_all(&mut self, pieces: &[Piece<'_>]) -> Result<Vec<usize>, DoesNotApply> {
        let mut starts = Vec::with_capacity(pieces.len());
        let (mut from, mut moved) = (0, 0);
        for (piece, number) in pieces.iter().zip(1..) {
            self.effort.spend(piece.lines.len())?;
            let expected = piece.at.map(|at| {
                let first = if piece.old.is_empty() {
                    at
                } else {
                    at.saturating_sub(1)
                };
                first.saturating_add_signed(moved)
            });
            let start = if piece.old.is_empty() {
                // Without line numbers Codex appends.
                expected.unwrap_or(self.lines.len())
            } else {
                match self.find(piece, expected, from) {
                    Err(DoesNotApply::Nowhere { .. }) => self.find(piece, expected, 0),
                    found => found,
                }
                .map_err(|error| numbered(error, number))?
            };
            if start > self.lines.len() {
                return Err(DoesNotApply::Nowhere { piece: number });
            }
            if let Some(expected) = expected {
                moved += start.cast_signed() - expected.cast_signed();
            }
            from = from.max(start + piece.old.len());
            starts.push(start);
        }
        let mut taken: Vec<(usize, usize)> = starts
            .iter()
            .zip(pieces)
            .map(|(&start, piece)| (start, start + piece.old.len()))
            .collect();
        taken.sort_unstable();
        if taken.windows(2).any(|pair| pair[1].0 < pair[0].1) {
            return Err(DoesNotApply::Overlapping);
        }
        Ok(starts)
    }

    /// Whether the old side of the piece is nowhere in the text.
    pub(super) fn is_absent(&mut self, piece: &Piece<'_>) -> Result<bool, DoesNotApply> {
        let found = self.equal.first(&piece.old, 0, self.effort)?;
        Ok(found.is_none())
    }

    fn find(
        &mut self,
        piece: &Piece<'_>,
        expected: Option<usize>,
        from: usize,
    ) -> Result<usize, DoesNotApply> {
        let exact = match expected {
            Some(near) if near >= from && self.equal.is_at(&piece.old, near) => Some(near),
            Some(near) => self.equal.nearest(&piece.old, from, near, self.effort)?,
            None => self.without_number(piece, Likeness::Equal, from)?,
        };
        if let Some(start) = exact {
            return Ok(start);
        }
        if self.tolerant {
            let likenesses: &[Likeness] = match expected {
                Some(_) => &[Likeness::TrailingSpace],
                None => &[Likeness::TrailingSpace, Likeness::Indentation],
            };
            for &likeness in likenesses {
                // A blank line is like any other.
                if piece.old.iter().all(|line| line.trim().is_empty()) {
                    break;
                }
                if let Some(start) = self.without_number(piece, likeness, from)? {
                    return Ok(start);
                }
            }
        }
        Err(DoesNotApply::Nowhere { piece: 0 })
    }

    /// The only place of a piece, or the first one after the line that its heading quotes.
    fn without_number(
        &mut self,
        piece: &Piece<'_>,
        likeness: Likeness,
        from: usize,
    ) -> Result<Option<usize>, DoesNotApply> {
        let index = match likeness {
            Likeness::Equal => &self.equal,
            Likeness::TrailingSpace => made(&mut self.trailing, self.lines, likeness, self.effort)?,
            Likeness::Indentation => made(&mut self.indented, self.lines, likeness, self.effort)?,
        };
        let Some(first) = index.first(&piece.old, from, self.effort)? else {
            return Ok(None);
        };
        if index.first(&piece.old, first + 1, self.effort)?.is_none() {
            return Ok(Some(first));
        }
        let ambiguous = Err(DoesNotApply::Ambiguous { piece: 0 });
        let heading = [piece.heading.trim()];
        if heading[0].is_empty() {
            return ambiguous;
        }
        let index = made(
            &mut self.indented,
            self.lines,
            Likeness::Indentation,
            self.effort,
        )?;
        let Some(above) = index.first(&heading, 0, self.effort)? else {
            return ambiguous;
        };
        if index.first(&heading, above + 1, self.effort)?.is_some() {
            return ambiguous;
        }
        let index = match likeness {
            Likeness::Equal => &self.equal,
            Likeness::TrailingSpace => made(&mut self.trailing, self.lines, likeness, self.effort)?,
            Likeness::Indentation => index,
        };
        // The heading may be the first line of what it heads.
        index.first(&piece.old, above.max(from), self.effort)
    }
}

fn made<'i, 'a>(
    index: &'i mut Option<Index<'a>>,
    lines: &[&'a str],
    likeness: Likeness,
    effort: &mut Effort,
) -> Result<&'i Index<'a>, DoesNotApply> {
    if index.is_none() {
        *index = Some(Index::new(lines, likeness, effort)?);
    }
    index.as_ref().ok_or(DoesNotApply::TooLarge)
}

fn numbered(error: DoesNotApply, piece: usize) -> DoesNotApply {
    match error {
        DoesNotApply::Nowhere { .. } => DoesNotApply::Nowhere { piece },
        DoesNotApply::Ambiguous { .. } => DoesNotApply::Ambiguous { piece },
        other => other,
    }
}
