//! All revisions, as far as they can be read.

use super::error::RevisionError;
use super::line;
use super::revision::{Change, Revision};
use super::seal::Seal;
use crate::trial::TrialRules;
use gansauditor_audit::domain::Digest;
use std::collections::HashSet;

/// A line of the history that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it, or lost before it.
    pub reason: String,
}

/// Damaged lines that are told one by one: whoever writes a history may write any number.
const MAX_DAMAGE: usize = 100;

/// The history of a policy directory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// The readable revisions, in the order of their numbers.
    revisions: Vec<Revision>,
    damage: Vec<Damage>,
    damaged: usize,
    /// Damaged lines after the newest readable revision.
    unread: u64,
    /// Bytes of the whole lines.
    whole: usize,
    /// Bytes after them: the line of a writer that did not get to its end, or has not yet.
    torn: usize,
    /// The last whole line has lost its line break.
    is_open: bool,
}

impl History {
    /// Reads a history from the bytes of its file. Nothing in them is an error: what cannot be read is in
    /// [`History::damage`].
    pub(super) fn read(bytes: &[u8], seal: Option<&Seal>) -> Self {
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let mut history = Self {
            whole,
            torn: bytes.len() - whole,
            ..Self::default()
        };
        let lines = bytes[..whole].split_inclusive(|byte| *byte == b'\n');
        let mut count = 0;
        for line in lines {
            count += 1;
            history.take(count, line::read(&line[..line.len() - 1], seal));
        }
        // An editor that drops the last line break must not drop the last revision.
        if history.is_torn()
            && let Ok(revision) = line::read(&bytes[whole..], seal)
        {
            history.take(count + 1, Ok(revision));
            history.whole = bytes.len();
            history.torn = 0;
            history.is_open = true;
        }
        history
    }

    fn take(&mut self, number: usize, read: Result<Revision, String>) {
        let newest = self.newest_readable();
        match read {
            Ok(revision) if revision.number > newest => {
                let missing = (revision.number - newest - 1).saturating_sub(self.unread);
                if missing > 0 {
                    self.note(number, format!("{missing} revisions before it are missing"));
                }
                self.unread = 0;
                self.revisions.push(revision);
            }
            Ok(revision) => {
                self.unread += 1;
                let written = revision.number;
                self.note(number, format!("revision {written} is there a second time"));
            }
            Err(reason) => {
                self.unread += 1;
                self.note(number, reason);
            }
        }
    }

    fn note(&mut self, line: usize, reason: String) {
        self.damaged += 1;
        // The newest is always among them.
        self.damage.truncate(MAX_DAMAGE - 1);
        self.damage.push(Damage { line, reason });
    }

    /// The readable revisions, the oldest first.
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// What cannot be read, in the order of the lines: no more than a hundred, the newest among them.
    pub fn damage(&self) -> &[Damage] {
        &self.damage
    }

    /// How many times something cannot be read.
    pub fn damaged(&self) -> usize {
        self.damaged
    }

    /// Whether the last line has no end: its writer died, or is at it. It counts as not written.
    pub fn is_torn(&self) -> bool {
        self.torn > 0
    }

    /// The active revision: the newest that put a policy in force. Absent when nothing was ever activated.
    ///
    /// # Errors
    /// [`RevisionError::Damaged`] when the newest line does not hold.
    pub fn active(&self) -> Result<Option<&Revision>, RevisionError> {
        match self.damage.last() {
            Some(damage) if self.unread > 0 => Err(RevisionError::Damaged {
                line: damage.line,
                reason: damage.reason.clone(),
            }),
            _ => Ok(self.in_force().next()),
        }
    }

    /// The revision that began the trial which runs, with its rules: anything after it would have ended it.
    pub fn trial(&self) -> Option<(&Revision, TrialRules)> {
        let newest = self.revisions.last().filter(|_| self.unread == 0)?;
        match newest.record.change {
            Change::Try(rules) => Some((newest, rules)),
            _ => None,
        }
    }

    /// The revisions that put a policy in force, the newest first.
    fn in_force(&self) -> impl Iterator<Item = &Revision> {
        let newest_first = self.revisions.iter().rev();
        newest_first.filter(|revision| revision.record.change.is_in_force())
    }

    /// Digests of what the `count` newest revisions in force decide by, and of what is on trial.
    ///
    /// # Errors
    /// As [`History::active`].
    pub(super) fn wanted(&self, count: usize) -> Result<HashSet<&Digest>, RevisionError> {
        self.active()?;
        let on_trial = self.trial().map(|(revision, _)| revision);
        let wanted = self.in_force().take(count).chain(on_trial);
        Ok(wanted
            .map(|revision| &revision.record.policy.digest)
            .collect())
    }

    /// The revision of this number.
    ///
    /// # Errors
    /// [`RevisionError::NoSuchRevision`].
    pub fn revision(&self, number: u64) -> Result<&Revision, RevisionError> {
        self.revisions
            .iter()
            .find(|revision| revision.number == number)
            .ok_or(RevisionError::NoSuchRevision(number))
    }

    /// The newest readable revision in force before the active one was first: what a rollback goes back to when nothing
    /// else is said, one further each time. While the newest line is damaged it is the newest readable one. Absent when
    /// there is none.
    pub fn before_active(&self) -> Option<&Revision> {
        let active = self.in_force().next()?;
        if self.unread > 0 {
            return Some(active);
        }
        let first = self.origin(active);
        self.in_force().find(|revision| revision.number < first)
    }

    /// Number of the revision that a rollback, or one of a rollback, went back to; else its own.
    fn origin(&self, revision: &Revision) -> u64 {
        let mut origin = revision.number;
        while let Ok(Revision { record, .. }) = self.revision(origin)
            && let Change::Rollback { to } = record.change
            && to < origin
        {
            origin = to;
        }
        origin
    }

    /// Number of the newest revision, damaged ones counted; 0 when there is none.
    pub fn newest(&self) -> u64 {
        self.newest_readable().saturating_add(self.unread)
    }

    fn newest_readable(&self) -> u64 {
        self.revisions.last().map_or(0, |newest| newest.number)
    }

    /// Size of the whole lines, in bytes.
    pub(super) fn whole_bytes(&self) -> usize {
        self.whole
    }

    /// Whether a line break is to be written before the next line.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }
}

#[cfg(test)]
mod tests;
