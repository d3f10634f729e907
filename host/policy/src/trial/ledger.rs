//! The comparisons of a trial, on disk: servers that share a state directory share the trial.

use super::rules::Tally;
use crate::revisions::{RevisionError, files, io};
use cap_std::fs::{Dir, File, OpenOptions};
use gansauditor_audit::domain::{Digest, SessionId, Status};
use gansauditor_audit::ports::Comparison;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::Arc;

/// The folder, seen from the state directory.
const FOLDER: &str = "policies/trials";

/// Largest ledger, in bytes: [`MAX_DECISIONS`](super::MAX_DECISIONS) lines by several times over.
const MAX_LEDGER: u64 = 16 << 20;

/// Longest text of a failure that is kept, in bytes.
const MAX_TEXT: usize = 1024;

/// A comparison, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// Session it is about.
    pub session: SessionId,
    /// Its cycle, from 1.
    pub cycle: u32,
    /// The submission's attempt.
    pub attempt: u32,
    /// Digest of what was submitted.
    pub work: Digest,
    /// When, by RFC 3339.
    pub at: String,
    /// The candidate's decision counted, unless it failed.
    pub candidate_acts: bool,
    /// What the live policy decided.
    pub live: Status,
    /// What the candidate decided.
    pub candidate: Outcome,
    /// Microseconds until the candidate answered.
    pub micros: u64,
}

/// What came of the candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It decided.
    Decided(Status),
    /// It did not; why.
    Failed(String),
}

impl Compared {
    /// What is kept of a comparison; nothing where the live policy did not decide.
    pub(super) fn of(comparison: &Comparison) -> Option<Self> {
        let live = comparison.live.as_ref().ok()?.status.clone();
        Some(Self {
            session: comparison.session.clone(),
            cycle: comparison.cycle,
            attempt: comparison.attempt,
            work: comparison.work.clone(),
            at: comparison.at.rfc3339(),
            candidate_acts: comparison.candidate_acts,
            live,
            candidate: match &comparison.candidate {
                Ok(decision) => Outcome::Decided(decision.status.clone()),
                Err(error) => {
                    let mut text = error.to_string();
                    text.truncate(text.floor_char_boundary(MAX_TEXT));
                    Outcome::Failed(text)
                }
            },
            micros: comparison.candidate_micros,
        })
    }

    /// Both decided the same.
    pub fn is_same(&self) -> bool {
        matches!(&self.candidate, Outcome::Decided(status) if *status == self.live)
    }
}

/// How a comparison came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Same,
    Changed,
    Failed,
}

impl Compared {
    fn kind(&self) -> Kind {
        match &self.candidate {
            _ if self.is_same() => Kind::Same,
            Outcome::Decided(_) => Kind::Changed,
            Outcome::Failed(_) => Kind::Failed,
        }
    }
}

/// What was counted. The same work that comes out the same again shows nothing new, and is not: else whoever submits one
/// text often enough decides how the trial ends.
#[derive(Debug, Default)]
struct Count {
    seen: HashSet<(Digest, Kind)>,
    tally: Tally,
}

impl Count {
    /// It would be counted.
    fn is_new(&self, compared: &Compared) -> bool {
        !self
            .seen
            .contains(&(compared.work.clone(), compared.kind()))
    }

    /// Counts it, if it is new.
    fn add(&mut self, compared: &Compared) -> bool {
        let is_new = self.seen.insert((compared.work.clone(), compared.kind()));
        if is_new {
            self.tally.count(compared.kind());
        }
        is_new
    }
}

impl Tally {
    fn count(&mut self, kind: Kind) {
        let count = match kind {
            Kind::Same => &mut self.same,
            Kind::Changed => &mut self.changed,
            Kind::Failed => &mut self.failed,
        };
        *count = count.saturating_add(1);
    }

    /// The counts of these.
    pub fn of<'c>(compared: impl IntoIterator<Item = &'c Compared>) -> Self {
        let mut tally = Self::default();
        for one in compared {
            tally.count(one.kind());
        }
        tally
    }
}

/// The ledger of one trial, with the counts up to where it was read.
#[derive(Debug)]
pub(super) struct Ledger {
    state: Arc<Dir>,
    name: String,
    read: u64,
    count: Count,
}

/// What became of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noted {
    /// It is written down.
    Counted,
    /// The same was counted before.
    Known,
    /// There is no room for it, nor for any other.
    Full,
}

impl Ledger {
    /// The ledger of the trial with this number.
    pub(super) fn new(state: Arc<Dir>, trial: u64) -> Self {
        Self {
            state,
            name: name(trial),
            read: 0,
            count: Count::default(),
        }
    }

    /// Writes a comparison down, and counts what others wrote since, too. Not made durable: a comparison that is
    /// lost with the machine's power is one that is made again. Blocks.
    pub(super) fn note(&mut self, compared: &Compared) -> Result<Noted, RevisionError> {
        let unwritable = |error: serde_json::Error| RevisionError::Unwritable(error.to_string());
        let mut line = serde_json::to_vec(compared).map_err(unwritable)?;
        line.push(b'\n');
        self.append(compared, &line)
            .map_err(io("write the trial's ledger"))
    }

    /// The counts, as far as the ledger was read.
    pub(super) fn tally(&self) -> Tally {
        self.count.tally
    }

    fn append(&mut self, compared: &Compared, line: &[u8]) -> std::io::Result<Noted> {
        files::make_folder(&self.state, FOLDER)?;
        // Checks that it is a plain file before it is opened for writing.
        files::open(&self.state, &self.name, OpenOptions::new().read(true))?;
        let mut options = files::private();
        let mut file = self
            .state
            .open_with(&self.name, options.create(true).append(true).read(true))?;
        self.catch_up(&mut file)?;
        if !self.count.is_new(compared) {
            return Ok(Noted::Known);
        }
        if file.metadata()?.len() + line.len() as u64 > MAX_LEDGER {
            return Ok(Noted::Full);
        }
        // One write, so that lines of several servers do not mix.
        file.write_all(line)?;
        self.catch_up(&mut file)?;
        Ok(Noted::Counted)
    }

    /// Counts what was written since.
    fn catch_up(&mut self, file: &mut File) -> std::io::Result<()> {
        file.seek(SeekFrom::Start(self.read))?;
        let mut new = Vec::new();
        file.take(MAX_LEDGER.saturating_sub(self.read))
            .read_to_end(&mut new)?;
        let whole = new.iter().rposition(|byte| *byte == b'\n');
        let whole = whole.map_or(0, |at| at + 1);
        for compared in parse(&new[..whole]) {
            self.count.add(&compared);
        }
        self.read += whole as u64;
        Ok(())
    }
}

/// The comparisons of a trial that count; none when nothing was compared. What cannot be read is left out. Blocks.
pub(crate) fn read(state: &Dir, trial: u64) -> Result<Vec<Compared>, RevisionError> {
    let bytes =
        files::read(state, &name(trial), MAX_LEDGER).map_err(io("read the trial's ledger"))?;
    let mut count = Count::default();
    Ok(parse(&bytes.unwrap_or_default())
        .filter(|compared| count.add(compared))
        .collect())
}

fn name(trial: u64) -> String {
    format!("{FOLDER}/{trial}.jsonl")
}

fn parse(bytes: &[u8]) -> impl Iterator<Item = Compared> {
    bytes
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
}
