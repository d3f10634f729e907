//! What became of every piece of a submission: one class for each, with a reason.
//!
//! This is the only place that decides it. Judges say what they made of the files they were given; what was never
//! text - a deletion, a change of mode, a patch that does not apply - was set apart when the work was resolved.

use crate::domain::{Card, CardOutcome, Coverage, FileReading, ReadingClass, Work};
use crate::grade::Graded;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What code means that no judge of the panel can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unreadable {
    /// It keeps the work from completing: the session stops once all else is done.
    #[default]
    Block,
    /// The work completes without it, and the answer says so.
    Note,
}

/// Judges of one review, told apart by who has the say about what was read.
pub(crate) struct Readers<'a> {
    /// Those of the highest rank; the others where none of those read anything.
    deciding: Vec<&'a Graded>,
    /// The rest.
    beside: Vec<&'a Graded>,
    /// The deciding ones are of the highest rank on the panel.
    pub(crate) are_of_top_rank: bool,
}

impl<'a> Readers<'a> {
    /// Of these answers; `top` is the highest rank on the panel, failed judges included.
    pub(crate) fn of(answers: &'a [Graded], top: u8) -> Self {
        let is_top = |answer: &Graded| rank(&answer.card) == top;
        let readers = || answers.iter().filter(|answer| has_read(&answer.card));
        let are_of_top_rank = readers().any(is_top);
        let (deciding, beside) = readers().partition(|answer| !are_of_top_rank || is_top(answer));
        Self {
            deciding,
            beside,
            are_of_top_rank,
        }
    }

    /// Nobody read anything.
    pub(crate) fn are_none(&self) -> bool {
        self.deciding.is_empty()
    }

    /// The cards of deciding judges that came to the end of no file.
    pub(crate) fn cut_off(&self) -> impl Iterator<Item = &'a Card> {
        let deciding = self.deciding.iter();
        deciding
            .filter(|answer| answer.readings.is_empty())
            .map(|answer| &answer.card)
    }

    /// What became of every piece of the work, by path, each path once.
    pub(crate) fn readings(&self, work: &Work) -> Vec<FileReading> {
        let files = work.files.iter().map(|file| self.reading(&file.path));
        let mut readings: Vec<FileReading> = files.chain(apart(work)).collect();
        readings.sort_by(|a, b| a.path.cmp(&b.path));
        let mut seen = BTreeSet::new();
        readings.retain(|reading| seen.insert(reading.path.clone()));
        readings
    }

    /// Graded by one of the deciding judges, else screened by any judge, else the better of what the deciding ones
    /// say: that they can't read it, or that they did not.
    fn reading(&self, path: &str) -> FileReading {
        let of = |answers: &[&'a Graded]| -> Vec<&'a FileReading> {
            let all = answers.iter().flat_map(|answer| &answer.readings);
            all.filter(|reading| reading.path == path).collect()
        };
        let deciding = of(&self.deciding);
        let screened = |readings: &[&'a FileReading]| {
            readings
                .iter()
                .find(|reading| reading.class == ReadingClass::Screened)
                .copied()
        };
        if deciding
            .iter()
            .any(|reading| reading.class == ReadingClass::Graded)
        {
            return FileReading::graded(path);
        }
        screened(&deciding)
            .or_else(|| screened(&of(&self.beside)))
            .or_else(|| {
                // A judge that was cut off may still have read it the next time.
                deciding.iter().copied().max_by_key(|reading| reading.class)
            })
            .cloned()
            .unwrap_or_else(|| {
                FileReading::apart(path, ReadingClass::Unread, "no judge came to it")
            })
    }
}

/// The pieces that no judge is asked about.
pub(crate) fn apart(work: &Work) -> impl Iterator<Item = FileReading> {
    let deleted = work
        .deleted
        .iter()
        .map(|path| FileReading::apart(path, ReadingClass::Screened, "it was deleted"));
    let apart = work
        .apart
        .iter()
        .map(|piece| FileReading::apart(&piece.path, piece.class, &piece.reason));
    deleted.chain(apart)
}

/// The paths of the work's texts that count as read, sorted.
pub(crate) fn covered(
    readings: &[FileReading],
    work: &Work,
    unreadable: Unreadable,
) -> Vec<String> {
    let counts = |reading: &&FileReading| {
        let lets_pass = unreadable == Unreadable::Note;
        reading.is_read() || lets_pass && reading.class == ReadingClass::Unreadable
    };
    let has_text = |reading: &&FileReading| work.files.iter().any(|file| file.path == reading.path);
    let covered = readings.iter().filter(counts).filter(has_text);
    covered.map(|reading| reading.path.clone()).collect()
}

/// It read the work as a judge: it graded it, or said of files that there is nothing to grade in them.
fn has_read(card: &Card) -> bool {
    match &card.outcome {
        CardOutcome::Answered {
            coverage: Coverage::Unscored(_),
            ..
        }
        | CardOutcome::Failed(_) => false,
        CardOutcome::Answered { .. } => true,
    }
}

/// The authority of a card's judge.
pub(crate) fn rank(card: &Card) -> u8 {
    card.judge.kind.rank()
}
