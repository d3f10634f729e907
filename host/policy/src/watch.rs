//! A policy file that is replaced while the server runs.

use crate::component;
use crate::error::LoadError;
use crate::host::PolicyHost;
use crate::retry::Retry;
use crate::setup::Setup;
use crate::stamp::Stamp;
use gansauditor_audit::domain::{Digest, PolicyIdentity};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How often the file is looked at.
const INTERVAL: Duration = Duration::from_secs(1);

/// What one look at the file led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchOutcome {
    /// Nothing to do.
    Unchanged,
    /// The file's policy is live now.
    Activated(PolicyIdentity),
    /// The file changed, and what it holds does not become a policy; reported once, until it changes again.
    Failed(LoadError),
}

/// Follows one file. Looking is cheap (one `stat`) and needs nothing from the file system but its times, so it
/// works on network and container mounts where change notifications do not.
#[derive(Debug)]
pub struct Watcher {
    path: PathBuf,
    setup: Setup,
    /// The stamps under which the file and its signature were last read.
    stamps: Option<Stamps>,
    /// What the last attempt was about: the digest of the bytes with their signature, or the error of reading them.
    attempted: Option<Result<(Digest, Option<String>), LoadError>>,
    retry: Retry,
}

impl Watcher {
    /// Follows `path`; its policies are run under `setup`.
    pub fn new(path: impl Into<PathBuf>, setup: impl Into<Setup>) -> Self {
        Self {
            path: path.into(),
            setup: setup.into(),
            stamps: None,
            attempted: None,
            retry: Retry::default(),
        }
    }

    /// Looks each second, until it is dropped. Outcomes are in the log and in [`PolicyHost::status`].
    pub async fn run(mut self, host: Arc<PolicyHost>) {
        let mut interval = tokio::time::interval(INTERVAL);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            self.look(&host, SystemTime::now()).await;
        }
    }

    /// Looks once. A file that holds the live policy already, byte for byte, changes nothing; a half-written one
    /// fails and is tried again when it grows; what failed for a reason that may pass is tried again after a while.
    pub async fn look(&mut self, host: &PolicyHost, now: SystemTime) -> WatchOutcome {
        if self.retry.is_due(now) {
            self.stamps = None;
            self.attempted = None;
        }
        let outcome = self.look_at(host, now).await;
        match &outcome {
            WatchOutcome::Unchanged => {}
            WatchOutcome::Activated(_) => self.retry.note([], now),
            WatchOutcome::Failed(error) => self.retry.note([error], now),
        }
        outcome
    }

    async fn look_at(&mut self, host: &PolicyHost, now: SystemTime) -> WatchOutcome {
        let stamps = match Stamps::of(&self.path) {
            Ok(stamps) => stamps,
            Err(error) => {
                self.stamps = None;
                return self.unreadable(host, error);
            }
        };
        if self.stamps.as_ref() == Some(&stamps) {
            return WatchOutcome::Unchanged;
        }
        // Taken before reading: a change in between is seen at the next look.
        let settled = stamps.are_settled(now);
        let artifact = match host.read(&self.path).await {
            Ok(artifact) => artifact,
            Err(error) => {
                // What is read in full again would be no better.
                let is_final = settled && !error.may_pass();
                self.stamps = is_final.then_some(stamps);
                return self.unreadable(host, error);
            }
        };
        self.stamps = settled.then_some(stamps);
        let digest = Digest::of(&artifact.component);
        let attempt = Ok((digest.clone(), artifact.signature.clone()));
        if self.attempted.as_ref() == Some(&attempt) {
            return WatchOutcome::Unchanged;
        }
        self.attempted = Some(attempt);
        if host.holds(&digest, &self.setup) {
            host.forget_failure();
            return WatchOutcome::Unchanged;
        }
        match host.activate(artifact, self.setup.clone()).await {
            Ok(identity) => WatchOutcome::Activated(identity),
            Err(error) => WatchOutcome::Failed(error),
        }
    }

    fn unreadable(&mut self, host: &PolicyHost, error: LoadError) -> WatchOutcome {
        if self.attempted.as_ref() == Some(&Err(error.clone())) {
            return WatchOutcome::Unchanged;
        }
        host.note_failure(None, &error);
        self.attempted = Some(Err(error.clone()));
        WatchOutcome::Failed(error)
    }
}

/// What tells that a component or its signature changed, without reading them.
#[derive(Debug, PartialEq, Eq)]
struct Stamps {
    component: Stamp,
    signatures: [Option<Stamp>; 2],
}

impl Stamps {
    fn of(path: &Path) -> Result<Self, LoadError> {
        let metadata = std::fs::metadata(path).map_err(|e| LoadError::Unreadable {
            path: path.to_owned(),
            reason: e.to_string(),
        })?;
        Ok(Self {
            component: Stamp::of(&metadata),
            signatures: component::signatures(path)
                .map(|name| std::fs::metadata(name).ok().map(|found| Stamp::of(&found))),
        })
    }

    fn are_settled(&self, now: SystemTime) -> bool {
        let signatures = self.signatures.iter().flatten();
        signatures
            .chain([&self.component])
            .all(|stamp| stamp.is_settled(now))
    }
}
