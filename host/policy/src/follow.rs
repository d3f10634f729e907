//! A policy directory whose active revision changes while the server runs.

use crate::error::LoadError;
use crate::host::{PolicyHost, core_digest};
use crate::retry::Retry;
use crate::revisions::{PolicyDirectory, Program, Revision, RevisionError};
use crate::stamp::Stamp;
use crate::trial::{RunningTrial, TrialRules};
use crate::trust::Artifact;
use gansauditor_audit::domain::{Digest, PolicyIdentity};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::Mutex;

/// How often the directory is looked at.
const INTERVAL: Duration = Duration::from_secs(1);

/// What one look at the directory led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FollowOutcome {
    /// Nothing to do.
    Unchanged,
    /// The active revision's policy is live now.
    Activated {
        /// Number of the revision.
        revision: u64,
        /// Its policy.
        policy: PolicyIdentity,
    },
    /// The active revision cannot be told or does not become a policy; the live policy stays. Reported once.
    Failed(LoadError),
}

/// How far the directory was followed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Followed {
    /// The revision that was tried last; absent when there was none, or none could be told.
    pub revision: Option<u64>,
    /// Why it is not live; absent when it is.
    pub failure: Option<LoadError>,
    /// The trial that goes on; absent when there is none.
    pub trial: Option<FollowedTrial>,
}

/// A trial, as far as this process has part in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedTrial {
    /// The revision that began it.
    pub revision: u64,
    /// Why it does not run here; absent when it does.
    pub failure: Option<LoadError>,
}

/// Follows the active revision of one policy directory. Looking is cheap (one `stat`), as long as nothing changes.
#[derive(Debug)]
pub struct Follower {
    directory: PolicyDirectory,
    /// One look at a time, so that the newest revision is the one that stays.
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// The stamp under which the history was last read.
    stamp: Option<Stamp>,
    followed: Followed,
    retry: Retry,
}

/// A revision to be tried: its code, or why it cannot be had.
struct Candidate {
    revision: Revision,
    program: Result<Option<Artifact>, RevisionError>,
}

/// How a directory stands.
struct Standing {
    /// The active revision, unless it is the known one.
    active: Option<Candidate>,
    trial: TrialStanding,
}

/// How the trial of a directory stands.
enum TrialStanding {
    /// It is the known one.
    Known,
    /// There is none.
    Over,
    /// It is another one, under these rules.
    Begun(Box<Candidate>, TrialRules),
}

impl Follower {
    /// Follows `directory`, which need not exist yet.
    pub fn new(directory: PolicyDirectory) -> Self {
        Self {
            directory,
            seen: Mutex::default(),
        }
    }

    /// Looks each second, for ever. Outcomes are in the log and in [`PolicyHost::status`].
    pub async fn run(self: Arc<Self>, host: Arc<PolicyHost>) {
        let mut interval = tokio::time::interval(INTERVAL);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            self.look(&host, SystemTime::now()).await;
        }
    }

    /// How far the directory was followed by the last look.
    pub async fn followed(&self) -> Followed {
        self.seen.lock().await.followed.clone()
    }

    /// Looks once. A directory without any revision leaves what is live; what failed for a reason that may pass is
    /// tried again after a while.
    pub async fn look(&self, host: &PolicyHost, now: SystemTime) -> FollowOutcome {
        let mut seen = self.seen.lock().await;
        if seen.retry.is_due(now) {
            seen.forget_failures();
        }
        self.look_at(&mut seen, host, now).await
    }

    /// Looks once, tries a revision again that failed before, and tells how far the directory is followed now.
    pub async fn look_again(&self, host: &PolicyHost, now: SystemTime) -> Followed {
        let mut seen = self.seen.lock().await;
        seen.forget_failures();
        self.look_at(&mut seen, host, now).await;
        seen.followed.clone()
    }

    async fn look_at(&self, seen: &mut Seen, host: &PolicyHost, now: SystemTime) -> FollowOutcome {
        let outcome = self.follow(seen, host, now).await;
        let Followed { failure, trial, .. } = &seen.followed;
        let of_trial = trial.as_ref().and_then(|trial| trial.failure.as_ref());
        seen.retry.note(failure.iter().chain(of_trial), now);
        outcome
    }

    async fn follow(&self, seen: &mut Seen, host: &PolicyHost, now: SystemTime) -> FollowOutcome {
        let stamp = match self.directory.stamp() {
            Ok(Some(stamp)) => stamp,
            Ok(None) => {
                seen.stamp = None;
                return FollowOutcome::Unchanged;
            }
            Err(error) => {
                seen.stamp = None;
                return seen.unknown(host, error);
            }
        };
        if seen.stamp.as_ref() == Some(&stamp) {
            return FollowOutcome::Unchanged;
        }
        // Taken before reading: a change in between is seen at the next look.
        let settled = stamp.is_settled(now);
        let standing = match self.standing(&seen.followed).await {
            Ok(standing) => standing,
            Err(error) => {
                // What was read in full will not read otherwise until it changes.
                let final_word = settled && !matches!(error, RevisionError::Io { .. });
                seen.stamp = final_word.then_some(stamp);
                return seen.unknown(host, error);
            }
        };
        seen.stamp = settled.then_some(stamp);
        let outcome = match standing.active {
            Some(candidate) => seen.take(host, candidate).await,
            None => FollowOutcome::Unchanged,
        };
        match standing.trial {
            TrialStanding::Known => {}
            TrialStanding::Over => {
                seen.followed.trial = None;
                host.set_trial(None);
            }
            TrialStanding::Begun(candidate, rules) => {
                self.begin_trial(seen, host, *candidate, rules).await;
            }
        }
        outcome
    }

    /// How the directory stands, beside what is known of it.
    async fn standing(&self, known: &Followed) -> Result<Standing, RevisionError> {
        let directory = self.directory.clone();
        let (known_active, known_trial) = (
            known.revision,
            known.trial.as_ref().map(|trial| trial.revision),
        );
        let reading = tokio::task::spawn_blocking(move || {
            let history = directory.history()?;
            let candidate = |revision: &Revision| Candidate {
                program: directory.program(revision),
                revision: revision.clone(),
            };
            let active = history.active()?;
            let active = active.filter(|revision| Some(revision.number) != known_active);
            let trial = match history.trial() {
                None => TrialStanding::Over,
                Some((revision, _)) if Some(revision.number) == known_trial => TrialStanding::Known,
                Some((revision, rules)) => {
                    TrialStanding::Begun(Box::new(candidate(revision)), rules)
                }
            };
            Ok(Standing {
                active: active.map(candidate),
                trial,
            })
        });
        reading.await.unwrap_or_else(|error| {
            Err(RevisionError::Io {
                action: "read the history",
                reason: error.to_string(),
            })
        })
    }
}

impl Follower {
    /// Has a trial run beside the live policy, if that is the active one.
    async fn begin_trial(
        &self,
        seen: &mut Seen,
        host: &PolicyHost,
        candidate: Candidate,
        rules: TrialRules,
    ) {
        let Candidate { revision, program } = candidate;
        let number = revision.number;
        let loaded = match (&seen.followed.failure, program) {
            (Some(failure), _) => Err(failure.clone()),
            (None, Err(error)) => Err(error.into()),
            (None, Ok(artifact)) => {
                let setup = revision.record.setup.clone();
                match artifact {
                    Some(artifact) => host.load(artifact, setup).await,
                    None => host.load_core(setup).await,
                }
            }
        };
        let (trial, failure) = match loaded {
            Ok(policy) => {
                tracing::info!(trial = number, "a policy is on trial beside the live one");
                let directory = self.directory.clone();
                let trial =
                    RunningTrial::new(revision, rules, policy.apart(), directory, host.clock());
                (Some(trial), None)
            }
            Err(error) => {
                tracing::warn!(trial = number, %error, "a trial does not run here");
                (None, Some(error))
            }
        };
        host.set_trial(trial);
        seen.followed.trial = Some(FollowedTrial {
            revision: number,
            failure,
        });
    }
}

impl Seen {
    /// Has the next look try again what failed.
    fn forget_failures(&mut self) {
        self.stamp = None;
        if self.followed.failure.is_some() {
            self.followed = Followed::default();
        }
        self.followed.trial.take_if(|trial| trial.failure.is_some());
    }

    /// Tries a revision.
    async fn take(&mut self, host: &PolicyHost, candidate: Candidate) -> FollowOutcome {
        let Candidate { revision, program } = candidate;
        let number = revision.number;
        let setup = revision.record.setup.clone();
        let digest = match revision.record.program {
            Program::Core => core_digest(),
            Program::Component => Some(revision.record.policy.digest),
        };
        self.followed.revision = Some(number);
        self.followed.failure = None;
        let taken = match program {
            _ if digest.as_ref().is_some_and(|d| host.holds(d, &setup)) => {
                tracing::info!(revision = number, "the active revision is what is live");
                host.forget_failure();
                return FollowOutcome::Unchanged;
            }
            Ok(Some(artifact)) => host.activate(artifact, setup).await,
            Ok(None) => host.activate_core(setup).await,
            Err(error) => Err(note(host, digest, error)),
        };
        match taken {
            Ok(policy) => {
                tracing::info!(revision = number, "the active revision is live");
                FollowOutcome::Activated {
                    revision: number,
                    policy,
                }
            }
            Err(error) => {
                self.followed.failure = Some(error.clone());
                FollowOutcome::Failed(error)
            }
        }
    }

    /// Nobody knows what is active.
    fn unknown(&mut self, host: &PolicyHost, error: RevisionError) -> FollowOutcome {
        let failed = Followed {
            revision: None,
            failure: Some(error.clone().into()),
            trial: None,
        };
        if self.followed == failed {
            return FollowOutcome::Unchanged;
        }
        self.followed = failed;
        host.set_trial(None);
        FollowOutcome::Failed(note(host, None, error))
    }
}

fn note(host: &PolicyHost, digest: Option<Digest>, error: RevisionError) -> LoadError {
    let error = LoadError::from(error);
    host.note_failure(digest, &error);
    error
}
