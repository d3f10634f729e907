//! Whether a running server took a revision.

use super::view;
use crate::cli::output::{BAD, BOLD, GOOD};
use crate::control::{Asked, Origin};
use crate::text::plain;
use gansauditor_audit::domain::PolicyIdentity;
use serde::Serialize;
use std::io::Write;

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
    /// The server has its policy from elsewhere.
    NotFollowed,
    /// The old policy is live.
    Failed,
    /// Nobody knows.
    NoAnswer,
}

impl Taken {
    /// What the server that was asked made of revision `wanted`.
    pub(super) fn of(asked: Asked, wanted: u64) -> Self {
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
                failure: Some(failure),
                ..
            } => (Outcome::Failed, Some(failure)),
            Origin::Directory { revision, .. } if revision >= Some(wanted) => (Outcome::Live, None),
            Origin::Directory { .. } => (
                Outcome::Failed,
                Some(format!("it does not see revision {wanted}")),
            ),
        };
        Self {
            socket,
            pid: Some(answer.pid),
            outcome,
            reason,
            policy: Some(answer.policy),
        }
    }

    /// The server follows the directory, or may, and is not known to have taken the revision.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self.outcome, Outcome::Failed | Outcome::NoAnswer)
    }

    /// On a line, for people.
    pub(super) fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        let server = match self.pid {
            Some(pid) => format!("server {pid}"),
            None => format!("server at {}", plain(&self.socket)),
        };
        let (style, word) = match self.outcome {
            Outcome::Live => (GOOD, "live"),
            Outcome::NotFollowed => (BOLD, "not followed"),
            Outcome::Failed => (BAD, "not live"),
            Outcome::NoAnswer => (BAD, "no answer"),
        };
        let reason = self.reason.as_deref().map(plain).unwrap_or_default();
        let policy = self.policy.as_ref().map(view::policy).unwrap_or_default();
        match self.outcome {
            Outcome::Live => writeln!(out, "      {server}: {style}{word}{style:#}, {policy}"),
            Outcome::NoAnswer => writeln!(out, "      {server}: {style}{word}{style:#}: {reason}"),
            Outcome::NotFollowed | Outcome::Failed => writeln!(
                out,
                "      {server}: {style}{word}{style:#}: {reason}; live is {policy}"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::Answer;
    use gansauditor_audit::domain::Digest;

    fn answered(source: Origin) -> Taken {
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
        Taken::of(asked, 3)
    }

    fn directory(revision: Option<u64>, failure: Option<&str>) -> Origin {
        Origin::Directory {
            revision,
            failure: failure.map(str::to_owned),
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
            let taken = answered(source);
            assert_eq!((taken.outcome, taken.is_missing()), (outcome, missing));
        }
        let silent = Asked {
            socket: "8.sock".to_owned(),
            answer: Err("no answer within 60 s".to_owned()),
        };
        assert!(Taken::of(silent, 3).is_missing());
    }
}
