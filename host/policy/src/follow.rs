//! A policy directory whose active revision changes while the server runs.

use crate::error::LoadError;
use crate::host::{PolicyHost, core_digest};
use crate::revisions::{PolicyDirectory, Program, Revision, RevisionError};
use crate::stamp::Stamp;
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
}

/// A revision to be tried: its code, or why it cannot be had.
struct Candidate {
    revision: Revision,
    program: Result<Option<Artifact>, RevisionError>,
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

    /// Looks once. A directory without any revision leaves what is live.
    pub async fn look(&self, host: &PolicyHost, now: SystemTime) -> FollowOutcome {
        let mut seen = self.seen.lock().await;
        self.look_at(&mut seen, host, now).await
    }

    /// Looks once, tries a revision again that failed before, and tells how far the directory is followed now.
    pub async fn look_again(&self, host: &PolicyHost, now: SystemTime) -> Followed {
        let mut seen = self.seen.lock().await;
        seen.stamp = None;
        if seen.followed.failure.is_some() {
            seen.followed = Followed::default();
        }
        self.look_at(&mut seen, host, now).await;
        seen.followed.clone()
    }

    async fn look_at(&self, seen: &mut Seen, host: &PolicyHost, now: SystemTime) -> FollowOutcome {
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
        let candidate = match self.newer_than(seen.followed.revision).await {
            Ok(candidate) => candidate,
            Err(error) => {
                // What was read in full will not read otherwise until it changes.
                let final_word = settled && !matches!(error, RevisionError::Io { .. });
                seen.stamp = final_word.then_some(stamp);
                return seen.unknown(host, error);
            }
        };
        seen.stamp = settled.then_some(stamp);
        match candidate {
            Some(candidate) => seen.take(host, candidate).await,
            None => FollowOutcome::Unchanged,
        }
    }

    /// The active revision with its code, unless it is the known one.
    async fn newer_than(&self, known: Option<u64>) -> Result<Option<Candidate>, RevisionError> {
        let directory = self.directory.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let history = directory.history()?;
            let active = history.active()?;
            let active = active.filter(|revision| Some(revision.number) != known);
            Ok(active.map(|revision| Candidate {
                program: directory.program(revision),
                revision: revision.clone(),
            }))
        });
        reading.await.unwrap_or_else(|error| {
            Err(RevisionError::Io {
                action: "read the history",
                reason: error.to_string(),
            })
        })
    }
}

impl Seen {
    /// Tries a revision.
    async fn take(&mut self, host: &PolicyHost, candidate: Candidate) -> FollowOutcome {
        let Candidate { revision, program } = candidate;
        let number = revision.number;
        let setup = revision.record.setup.clone();
        let digest = match revision.record.program {
            Program::Core => core_digest(),
            Program::Component => Some(revision.record.policy.digest),
        };
        self.followed = Followed {
            revision: Some(number),
            failure: None,
        };
        let taken = match program {
            _ if digest.as_ref().is_some_and(|d| host.holds(d, &setup)) => {
                tracing::info!(revision = number, "the active revision is what is live");
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
        };
        if self.followed == failed {
            return FollowOutcome::Unchanged;
        }
        self.followed = failed;
        FollowOutcome::Failed(note(host, None, error))
    }
}

fn note(host: &PolicyHost, digest: Option<Digest>, error: RevisionError) -> LoadError {
    let error = LoadError::from(error);
    host.note_failure(digest, &error);
    error
}
