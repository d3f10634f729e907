//! A candidate on trial beside the live policy: it watches all sessions, or decides on a share of them, until it has
//! shown itself or a bound is passed.

mod ledger;
mod memos;
mod rules;

pub(crate) use ledger::read;
pub use ledger::{Compared, Outcome};
pub use rules::{MAX_DECISIONS, Tally, TrialRules, Verdict};

use crate::load::LoadedPolicy;
use crate::revisions::{Change, Draft, PolicyDirectory, Revision, RevisionError};
use async_trait::async_trait;
use gansauditor_audit::domain::{Digest, SessionId};
use gansauditor_audit::ports::{Clock, Comparison, LivePolicy, Trial};
use ledger::{Ledger, Noted};
use memos::Memos;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Who ends a trial by its rules, in the history.
const AUTOMATIC: &str = "gansauditor, by the rules of the trial";

/// How long another writer of the history is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// A trial that runs. A handle: clones are the same.
#[derive(Clone)]
pub struct RunningTrial(Arc<Inner>);

struct Inner {
    /// The revision that began it.
    revision: Revision,
    rules: TrialRules,
    candidate: LoadedPolicy,
    directory: PolicyDirectory,
    clock: Arc<dyn Clock>,
    memos: Mutex<Memos>,
    progress: Mutex<Progress>,
    /// The candidate was sent away, as far as is known here: it decides on nothing more, whenever the history is
    /// looked at next.
    is_sent_away: AtomicBool,
}

struct Progress {
    ledger: Ledger,
    /// It was told that the trial is passed.
    is_passed: bool,
    /// Nothing more is noted: the trial is over and all that follows from its verdict is done, or its ledger is full.
    is_over: bool,
}

impl RunningTrial {
    /// The trial that `revision` of this directory began under these rules, with its candidate.
    pub(crate) fn new(
        revision: Revision,
        rules: TrialRules,
        candidate: LoadedPolicy,
        directory: PolicyDirectory,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let ledger = Ledger::new(directory.state(), revision.number);
        Self(Arc::new(Inner {
            revision,
            rules,
            candidate,
            directory,
            clock,
            memos: Mutex::default(),
            progress: Mutex::new(Progress {
                ledger,
                is_passed: false,
                is_over: false,
            }),
            is_sent_away: AtomicBool::new(false),
        }))
    }
}

#[async_trait]
impl Trial for RunningTrial {
    fn candidate(&self) -> Arc<dyn LivePolicy> {
        Arc::new(self.0.candidate.clone())
    }

    fn acts_on(&self, session: &SessionId) -> bool {
        !self.0.is_sent_away.load(Ordering::Relaxed)
            && percentile(&self.0.candidate.identity().digest, session) < self.0.rules.share
    }

    fn memo(&self, session: &SessionId, cycle: u32) -> Option<Vec<u8>> {
        let memos = self.0.memos.lock();
        memos
            .unwrap_or_else(PoisonError::into_inner)
            .get(session, cycle)
    }

    async fn note(&self, comparison: Comparison) {
        let silent = if comparison.candidate_acts {
            &comparison.live
        } else {
            &comparison.candidate
        };
        if let Ok(decision) = silent {
            let mut memos = self.0.memos.lock().unwrap_or_else(PoisonError::into_inner);
            memos.put(
                &comparison.session,
                comparison.cycle,
                decision.memo.as_deref(),
            );
        }
        let Some(compared) = Compared::of(&comparison) else {
            return;
        };
        let inner = Arc::clone(&self.0);
        let noted = tokio::task::spawn_blocking(move || inner.note(&compared)).await;
        let noted = noted.unwrap_or_else(|error| {
            Err(RevisionError::Io {
                action: "note a comparison",
                reason: error.to_string(),
            })
        });
        if let Err(error) = noted {
            tracing::warn!(trial = self.0.revision.number, %error, "a comparison of the policy on trial is lost");
        }
    }
}

impl Inner {
    /// Writes a comparison down, and ends the trial when that was the last one needed. Blocks.
    fn note(&self, compared: &Compared) -> Result<(), RevisionError> {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.is_over {
            return Ok(());
        }
        let noted = progress.ledger.note(compared)?;
        if noted == Noted::Full {
            progress.is_over = true;
            self.is_sent_away.store(true, Ordering::Relaxed);
            tracing::warn!(
                trial = self.revision.number,
                "the ledger of the trial is full: nothing more is compared, and the policy on trial decides on nothing more here; promote or stop it"
            );
            return Ok(());
        }
        let tally = progress.ledger.tally();
        if noted == Noted::Counted && !compared.is_same() {
            tracing::info!(
                trial = self.revision.number,
                session = %compared.session,
                attempt = compared.attempt,
                "the policy on trial did not decide as the live one"
            );
        }
        let Some(verdict) = self.rules.verdict(&tally) else {
            return Ok(());
        };
        if verdict == Verdict::Passed && !self.rules.promote {
            // It waits for a person, and the bounds go on to hold.
            if !std::mem::replace(&mut progress.is_passed, true) {
                tracing::info!(trial = self.revision.number, %tally, "the trial of a policy is passed");
            }
            return Ok(());
        }
        progress.is_over = match self.conclude(verdict, &tally) {
            // Somebody changed the policy meanwhile, which ended the trial.
            Ok(()) | Err(RevisionError::Moved { .. }) => true,
            Err(error) => return Err(error),
        };
        Ok(())
    }

    fn conclude(&self, verdict: Verdict, tally: &Tally) -> Result<(), RevisionError> {
        let trial = self.revision.number;
        tracing::info!(trial, %tally, ?verdict, "the trial of a policy is over");
        // Before it is written: when that fails, the candidate is no better.
        if verdict != Verdict::Passed {
            self.is_sent_away.store(true, Ordering::Relaxed);
        }
        let (change, why) = match verdict {
            Verdict::Passed => (Change::Promote { trial }, "passed"),
            Verdict::TooManyFailures => {
                (Change::Withdraw { trial }, "it fails to decide too often")
            }
            Verdict::TooManyChanges => {
                (Change::Withdraw { trial }, "it decides otherwise too often")
            }
        };
        let draft = Draft {
            at: self.clock.now(),
            by: AUTOMATIC.to_owned(),
            reason: Some(format!("{why}: {tally}")),
            change,
            ..self.revision.record.clone()
        };
        self.directory
            .record(draft, None, Some(trial), PATIENCE)
            .map(drop)
    }
}

/// Where a session stands among all, 0 to 99: the same on every server, and for a larger share of the same
/// candidate, so that a session that it decided on stays with it.
fn percentile(candidate: &Digest, session: &SessionId) -> u8 {
    let digest = Digest::of(format!("{candidate} {session}").as_bytes());
    let digits = digest.as_str().bytes().rev().take(8);
    let number = digits.fold(0u64, |number, digit| {
        number * 16 + u64::from(char::from(digit).to_digit(16).unwrap_or(0))
    });
    (number % 100) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_about_that_share_and_a_larger_one_contains_it() {
        let candidate = Digest::of(b"candidate");
        let at: Vec<u8> = (0..2000)
            .map(|n| percentile(&candidate, &SessionId::new(format!("s-{n}")).unwrap()))
            .collect();
        for share in [1u8, 10, 50, 99] {
            let within = at.iter().filter(|at| **at < share).count();
            let expected = 20 * usize::from(share);
            assert!(within.abs_diff(expected) < 100, "{share} %: {within}");
        }
        assert!(at.iter().all(|at| *at < 100));
    }
}
