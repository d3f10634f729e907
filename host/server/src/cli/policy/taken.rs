//! Whether a running server took a revision.

use super::view;
use crate::cli::output::{BAD, BOLD, GOOD};
use crate::control::{Asked, Origin, Tried};
use crate::text::plain;
use gansauditor_audit::domain::PolicyIdentity;
use gansauditor_policy::revisions::{Change, Revision};
use serde::Serialize;
use std::io::Write;

/// What is to be seen of a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Its policy is live.
    Live(u64),
    /// The trial that it began runs.
    Trial(u64),
    /// The trial that this one began does not run any more.
    NoTrial(u64),
}

/// What a server made of a revision.
#[derive(Debug, Serialize)]
pub(super) struct Taken {
    /// Name of its socket.
    socket: String,
    /// Absent when it did not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<u32>,
    outcome: Outcome,
    /// Why the revision is not live.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// What is live.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<PolicyIdentity>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// The revision is live, or one after it.
    Live,
    /// Its policy is on trial.
    OnTrial,
    /// The policy is not on trial any more.
    Withdrawn,
    /// The trial that was to run was ended by another change.
    Overtaken,
    /// The server has its policy from elsewhere.
    NotFollowed,
    /// The old policy is live.
    Failed,
    /// Nobody knows.
    NoAnswer,
}

impl Taken {
    /// What the server that was asked made of it. `next` is the change that followed on it, if there was one by then.
    pub(super) fn of(asked: Asked, wanted: Wanted, next: Option<&Revision>) -> Self {
        let socket = asked.socket;
        let answer = match asked.answer {
            Ok(answer) => answer,
            Err(reason) => {
                return Self {
                    socket,
                    pid: None,
                    outcome: Outcome::NoAnswer,
                    reason: Some(reason),
                    policy: None,
                };
            }
        };
        let (outcome, reason) = match answer.source {
            Origin::File { path } => (
                Outcome::NotFollowed,
                Some(format!("its policy is the file in AUDIT_POLICY, {path}")),
            ),
            Origin::Program => (
                Outcome::NotFollowed,
                Some("it has no state directory".to_owned()),
            ),
            Origin::Directory {
                revision,
                failure,
                trial,
            } => match (wanted, next) {
                (Wanted::Trial(number), Some(next))
                    if trial.as_ref().is_none_or(|trial| trial.revision != number) =>
                {
                    ended(number, next)
                }
                _ => wanted.is_met(revision, failure, trial),
            },
        };
        Self {
            socket,
            pid: Some(answer.pid),
            outcome,
            reason,
            policy: Some(answer.policy),
        }
    }

    /// The server follows the directory, or may, and the revision is not known to do there what it was to do.
    pub(super) fn is_missing(&self) -> bool {
        matches!(
            self.outcome,
            Outcome::Failed | Outcome::Overtaken | Outcome::NoAnswer
        )
    }

    /// On a line, for people.
    pub(super) fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        let server = match self.pid {
            Some(pid) => format!("server {pid}"),
            None => format!("server at {}", plain(&self.socket)),
        };
        let (style, word) = match self.outcome {
            Outcome::Live => (GOOD, "live"),
            Outcome::OnTrial => (GOOD, "on trial"),
            Outcome::Withdrawn => (GOOD, "withdrawn"),
            Outcome::Overtaken => (BAD, "not on trial"),
            Outcome::NotFollowed => (BOLD, "not followed"),
            Outcome::Failed => (BAD, "not live"),
            Outcome::NoAnswer => (BAD, "no answer"),
        };
        let reason = self.reason.as_deref().map(plain).unwrap_or_default();
        let policy = self.policy.as_ref().map(view::policy).unwrap_or_default();
        match self.outcome {
            Outcome::Live => writeln!(out, "      {server}: {style}{word}{style:#}, {policy}"),
            Outcome::OnTrial | Outcome::Withdrawn => {
                writeln!(
                    out,
                    "      {server}: {style}{word}{style:#}; live is {policy}"
                )
            }
            Outcome::NoAnswer => writeln!(out, "      {server}: {style}{word}{style:#}: {reason}"),
            Outcome::NotFollowed | Outcome::Overtaken | Outcome::Failed => writeln!(
                out,
                "      {server}: {style}{word}{style:#}: {reason}; live is {policy}"
            ),
        }
    }
}

/// What became of a trial, by the first change after it: any change ends it.
fn ended(trial: u64, next: &Revision) -> (Outcome, Option<String>) {
    let Revision { number, record } = next;
    let policy = view::policy(&record.policy);
    let what = match record.change {
        // Passed by itself, or by hand.
        Change::Promote { trial: promoted } if promoted == trial => return (Outcome::Live, None),
        Change::Promote { .. } => format!("put {policy} in force"),
        Change::Activate => format!("activated {policy}"),
        Change::Rollback { to } => format!("went back to revision {to}"),
        Change::Try(_) => format!("put {policy} on trial"),
        Change::Withdraw { .. } => "withdrew it".to_owned(),
    };
    let why = record.reason.as_deref().map(|why| format!(": {why}"));
    let reason = format!(
        "revision {number} by {} {what}, which ended the trial{}",
        record.by,
        why.unwrap_or_default()
    );
    (Outcome::Overtaken, Some(reason))
}

impl Wanted {
    /// Why this is not so at a server that follows the directory and has that revision and trial; absent when it is.
    pub(super) fn lacks(self, revision: Option<u64>, trial: Option<&Tried>) -> Option<String> {
        match self.is_met(revision, None, trial.cloned()) {
            (Outcome::Failed, reason) => reason,
            _ => None,
        }
    }

    fn is_met(
        self,
        revision: Option<u64>,
        failure: Option<String>,
        trial: Option<Tried>,
    ) -> (Outcome, Option<String>) {
        let not_seen = |number| format!("it does not see revision {number}");
        match self {
            Self::Live(_) if failure.is_some() => (Outcome::Failed, failure),
            Self::Live(number) if revision >= Some(number) => (Outcome::Live, None),
            Self::Live(number) => (Outcome::Failed, Some(not_seen(number))),
            Self::Trial(number) => match trial.filter(|trial| trial.revision == number) {
                Some(Tried { failure: None, .. }) => (Outcome::OnTrial, None),
                Some(Tried { failure, .. }) => (Outcome::Failed, failure),
                None => (Outcome::Failed, Some(not_seen(number))),
            },
            Self::NoTrial(number) => match trial {
                Some(trial) if trial.revision == number => {
                    (Outcome::Failed, Some("the trial still runs".to_owned()))
                }
                _ => (Outcome::Withdrawn, None),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::Answer;
    use gansauditor_audit::domain::Digest;

    fn answered(source: Origin, wanted: Wanted) -> Taken {
        let answer = Answer {
            pid: 7,
            version: "0.1.0".to_owned(),
            transport: "stdio".to_owned(),
            policy: PolicyIdentity {
                name: "p".to_owned(),
                version: "1.0.0".to_owned(),
                digest: Digest::of(b"p"),
            },
            since: "2025-09-07T02:45:49.312Z".to_owned(),
            source,
            failed: None,
            trouble: None,
        };
        let socket = "7.sock".to_owned();
        let asked = Asked {
            socket,
            answer: Ok(answer),
        };
        Taken::of(asked, wanted, None)
    }

    fn directory(revision: Option<u64>, failure: Option<&str>) -> Origin {
        Origin::Directory {
            revision,
            failure: failure.map(str::to_owned),
            trial: None,
        }
    }

    fn trying(revision: u64, failure: Option<&str>) -> Origin {
        Origin::Directory {
            revision: Some(1),
            failure: None,
            trial: Some(Tried {
                revision,
                failure: failure.map(str::to_owned),
            }),
        }
    }

    #[test]
    fn a_trial_runs_where_it_is_seen_and_loaded_and_is_over_where_it_is_not() {
        for (source, wanted, outcome) in [
            (trying(3, None), Wanted::Trial(3), Outcome::OnTrial),
            (trying(3, Some("why")), Wanted::Trial(3), Outcome::Failed),
            (trying(2, None), Wanted::Trial(3), Outcome::Failed),
            (directory(Some(1), None), Wanted::Trial(3), Outcome::Failed),
            (trying(3, None), Wanted::NoTrial(3), Outcome::Failed),
            (
                directory(Some(1), None),
                Wanted::NoTrial(3),
                Outcome::Withdrawn,
            ),
        ] {
            assert_eq!(answered(source, wanted).outcome, outcome);
        }
    }

    #[test]
    fn only_a_server_that_follows_and_did_not_take_it_counts_as_missing() {
        for (source, outcome, missing) in [
            (directory(Some(3), None), Outcome::Live, false),
            (directory(Some(4), None), Outcome::Live, false),
            (directory(Some(2), None), Outcome::Failed, true),
            (directory(None, None), Outcome::Failed, true),
            (directory(Some(3), Some("why")), Outcome::Failed, true),
            (
                Origin::File {
                    path: "/p".to_owned(),
                },
                Outcome::NotFollowed,
                false,
            ),
        ] {
            let taken = answered(source, Wanted::Live(3));
            assert_eq!((taken.outcome, taken.is_missing()), (outcome, missing));
        }
        let silent = Asked {
            socket: "8.sock".to_owned(),
            answer: Err("no answer within 60 s".to_owned()),
        };
        assert!(Taken::of(silent, Wanted::Live(3), None).is_missing());
    }
}
