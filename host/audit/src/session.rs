//! A session: the fold of its events.

use crate::domain::{
    DecidedBy, Decision, Event, Evidence, Extent, Finding, Origin, PolicyIdentity, Rename, Review,
    SessionId, Spend, Status, Timestamp, Usage, Work,
};
pub use crate::iteration::Iteration;
use crate::ledger;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Newest iterations whose text is kept in memory; older ones are in the journal.
pub const MAX_TEXTS: usize = 8;
/// Bytes of text kept in memory over those iterations, the newest one always included; and, apart from them,
/// over the newest versions of all files.
pub const MAX_TEXT_BYTES: usize = 16 * 1024 * 1024;

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// More work is expected.
    Open,
    /// The newest cycle is complete; the next submission begins another.
    Complete,
    /// Stopped; no judge runs until a reset.
    Stopped,
}

/// The newest version of a file of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestFile {
    /// Attempt that brought it.
    pub attempt: u32,
    /// The client named it; otherwise the name was made up.
    pub named: bool,
    /// The whole text; absent while only fragments of it were seen, or when it had to be forgotten.
    pub text: Option<Arc<str>>,
    /// Lines of the text that are to be judged (from 1, ascending), where that is not all of it.
    pub changed: Option<Vec<u32>>,
}

/// A decision with its author.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// Attempt it is about.
    pub attempt: u32,
    /// When.
    pub at: Timestamp,
    /// The decision.
    pub decision: Decision,
    /// Whose.
    pub by: DecidedBy,
}

/// A session as its events make it.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    id: SessionId,
    opened_at: Timestamp,
    updated_at: Timestamp,
    origin: Origin,
    cycle: u32,
    attempts: u32,
    standing: Standing,
    iterations: Vec<Iteration>,
    ledger: Vec<Finding>,
    latest: BTreeMap<String, LatestFile>,
    unnamed: u32,
    spend: Spend,
    memo: Option<(PolicyIdentity, Vec<u8>)>,
    last: Option<Decided>,
    events: u64,
}

impl Session {
    /// A session before its first event.
    pub fn new(id: SessionId) -> Self {
        Self {
            id,
            opened_at: Timestamp::default(),
            updated_at: Timestamp::default(),
            origin: Origin::Created,
            cycle: 1,
            attempts: 0,
            standing: Standing::Open,
            iterations: Vec::new(),
            ledger: Vec::new(),
            latest: BTreeMap::new(),
            unnamed: 0,
            spend: Spend::default(),
            memo: None,
            last: None,
            events: 0,
        }
    }

    /// Folds an event in. Total: an event that does not fit (about another attempt, say) changes nothing but
    /// the count, so that a journal of a later version never stops an older reader.
    pub fn apply(&mut self, event: &Event) {
        self.events += 1;
        match event {
            Event::Opened { at, origin } => {
                self.opened_at = *at;
                self.updated_at = *at;
                self.origin = origin.clone();
            }
            Event::Submitted {
                attempt,
                at,
                work,
                request,
                task,
                context,
                ..
            } => {
                self.begin(*attempt, *at, work);
                self.iterations.push(Iteration::new(
                    *attempt,
                    *at,
                    work,
                    *request,
                    task.clone(),
                    context.clone(),
                ));
                self.forget_old_texts();
            }
            Event::Reviewed {
                attempt,
                at,
                review,
                reused_from,
            } => {
                self.reviewed(*attempt, *at, review, reused_from.is_some());
            }
            Event::ReviewFailed {
                attempt,
                at,
                error,
                usage,
            } => {
                self.updated_at = *at;
                self.spend_on(*usage);
                if let Some(iteration) = self.newest(*attempt) {
                    iteration.failure = Some(error.clone());
                }
            }
            Event::Decided {
                attempt,
                at,
                decision,
                by,
                ..
            } => {
                self.decided(*attempt, *at, decision, by);
            }
            Event::Undecided {
                attempt, at, error, ..
            } => {
                self.updated_at = *at;
                if let Some(iteration) = self.newest(*attempt) {
                    iteration.failure = Some(error.clone());
                }
            }
            Event::Reset { at, .. } => {
                self.updated_at = *at;
                let was_complete = self.standing == Standing::Complete;
                if self.can_be_reset() {
                    self.begin_cycle();
                    if !was_complete {
                        ledger::await_review(&mut self.ledger);
                    }
                }
            }
        }
    }

    fn begin(&mut self, attempt: u32, at: Timestamp, work: &Work) {
        if self.standing == Standing::Complete {
            self.begin_cycle();
        }
        self.updated_at = at;
        self.attempts = self.attempts.max(attempt);
        self.rename(&work.renamed);
        for file in &work.files {
            let (text, changed) = match &file.extent {
                Extent::Fragment { .. } => (None, None),
                Extent::Whole => (Some(file.text.as_str().into()), None),
                Extent::Changed(lines) => (Some(file.text.as_str().into()), Some(lines.clone())),
            };
            if !file.named && !self.latest.contains_key(&file.path) {
                self.unnamed += 1;
            }
            self.latest.insert(
                file.path.clone(),
                LatestFile {
                    attempt,
                    named: file.named,
                    text,
                    changed,
                },
            );
        }
        for path in &work.deleted {
            self.latest.remove(path);
        }
    }

    /// Files go on under other names, all at once: two may have changed names.
    pub(crate) fn rename(&mut self, renamed: &[Rename]) {
        let moved: Vec<(String, LatestFile)> = renamed
            .iter()
            .filter_map(|rename| Some((rename.to.clone(), self.latest.remove(&rename.from)?)))
            .collect();
        self.latest.extend(moved);
        ledger::follow(&mut self.ledger, renamed);
    }

    fn reviewed(&mut self, attempt: u32, at: Timestamp, review: &Review, reused: bool) {
        self.updated_at = at;
        if !reused {
            self.spend_on(review.usage);
            self.spend.judge_millis += review.millis;
        }
        let next_loop = self.loops() + 1;
        let Some(iteration) = self.newest(attempt) else {
            return;
        };
        iteration.unchanged |= reused;
        iteration.reviews.push(review.clone());
        if review.counts() {
            iteration.loop_number.get_or_insert(next_loop);
        }
        let number = iteration.loop_number.unwrap_or(next_loop);
        let work = iteration.work.clone().unwrap_or_default();
        let paths = files_of(&self.iterations);
        ledger::update(&mut self.ledger, &work, review, number, &paths);
    }

    fn spend_on(&mut self, usage: Usage) {
        self.spend.input_tokens += usage.input_tokens;
        self.spend.cached_tokens += usage.cached_tokens;
        self.spend.output_tokens += usage.output_tokens;
        self.spend.money_micros += usage.money_micros;
        self.spend.judge_calls += 1;
    }

    fn decided(&mut self, attempt: u32, at: Timestamp, decision: &Decision, by: &DecidedBy) {
        self.updated_at = at;
        self.standing = match decision.status {
            Status::Continue | Status::ReviewAgain(_) => Standing::Open,
            Status::Complete(_) => Standing::Complete,
            Status::Stop(_) => Standing::Stopped,
        };
        if let DecidedBy::Policy(policy) | DecidedBy::Fallback(policy) = by {
            self.memo = decision.memo.clone().map(|memo| (policy.clone(), memo));
        }
        self.last = Some(Decided {
            attempt,
            at,
            decision: decision.clone(),
            by: by.clone(),
        });
    }

    fn begin_cycle(&mut self) {
        self.cycle += 1;
        self.standing = Standing::Open;
        self.iterations.clear();
        self.spend = Spend::default();
        self.memo = None;
        ledger::carry_over(&mut self.ledger);
    }

    fn newest(&mut self, attempt: u32) -> Option<&mut Iteration> {
        self.iterations
            .last_mut()
            .filter(|iteration| iteration.attempt == attempt)
    }

    fn forget_old_texts(&mut self) {
        let mut bytes = 0;
        for (age, iteration) in self.iterations.iter_mut().rev().enumerate() {
            bytes += iteration.text_bytes();
            if age > 0 && (age >= MAX_TEXTS || bytes > MAX_TEXT_BYTES) {
                iteration.work = None;
            }
        }
        let mut texts: Vec<(u32, usize, String)> = self
            .latest
            .iter()
            .filter_map(|(path, file)| {
                Some((file.attempt, file.text.as_ref()?.len(), path.clone()))
            })
            .collect();
        let mut total: usize = texts.iter().map(|(_, bytes, _)| bytes).sum();
        if total > MAX_TEXT_BYTES {
            texts.sort();
            for (_, bytes, path) in texts {
                if total <= MAX_TEXT_BYTES {
                    break;
                }
                total -= bytes;
                if let Some(file) = self.latest.get_mut(&path) {
                    file.text = None;
                }
            }
        }
    }

    /// Its name.
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// When it was begun.
    pub fn opened_at(&self) -> Timestamp {
        self.opened_at
    }

    /// When it was last written.
    pub fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    /// Where it comes from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Number of the current cycle, from 1.
    pub fn cycle(&self) -> u32 {
        self.cycle
    }

    /// Attempts made, over all cycles.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Loops of the current cycle.
    pub fn loops(&self) -> u32 {
        self.iterations
            .iter()
            .filter_map(|iteration| iteration.loop_number)
            .max()
            .unwrap_or(0)
    }

    /// Where it stands.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Whether a reset changes anything: the cycle has ended, or has begun.
    pub(crate) fn can_be_reset(&self) -> bool {
        self.standing != Standing::Open || !self.iterations.is_empty()
    }

    /// The current cycle's attempts, oldest first.
    pub fn iterations(&self) -> &[Iteration] {
        &self.iterations
    }

    /// Every finding of the session, in the order they were first reported.
    pub fn ledger(&self) -> &[Finding] {
        &self.ledger
    }

    /// The newest version of every file of the session that was not deleted, by path.
    pub fn latest(&self) -> &BTreeMap<String, LatestFile> {
        &self.latest
    }

    /// Paths of the files that the current cycle's newest versions hold.
    pub(crate) fn shown(&self) -> BTreeSet<&str> {
        files_of(&self.iterations)
    }

    /// Unnamed files that were given a name so far.
    pub fn unnamed(&self) -> u32 {
        self.unnamed
    }

    /// What the cycle has cost.
    pub fn spend(&self) -> Spend {
        self.spend
    }

    /// What this policy returned as memo last time in this cycle.
    pub fn memo(&self, policy: &PolicyIdentity) -> Option<&[u8]> {
        self.memo
            .as_ref()
            .filter(|(of, _)| of.digest == policy.digest)
            .map(|(_, memo)| memo.as_slice())
    }

    /// The newest decision.
    pub fn last_decision(&self) -> Option<&Decided> {
        self.last.as_ref()
    }

    /// Results of the checks of the current cycle, oldest first, each once: where it came last.
    pub fn evidence(&self) -> Vec<Evidence> {
        let mut evidence: Vec<Evidence> = Vec::new();
        let results = self
            .iterations
            .iter()
            .flat_map(|iteration| &iteration.reviews)
            .flat_map(|review| &review.evidence);
        for result in results {
            // A review that is used again brings the same results again.
            evidence.retain(|earlier| earlier != result);
            evidence.push(result.clone());
        }
        evidence
    }

    /// Events folded in.
    pub fn events(&self) -> u64 {
        self.events
    }
}

/// Paths of the files that the newest versions of these iterations hold.
fn files_of(iterations: &[Iteration]) -> BTreeSet<&str> {
    let mut paths = BTreeSet::new();
    for file in iterations.iter().flat_map(|iteration| &iteration.files) {
        if file.digest.is_some() {
            paths.insert(file.path.as_str());
        } else {
            paths.remove(file.path.as_str());
        }
    }
    paths
}
