//! A context while it is put together: within its room, with a word on what is not in it.

use crate::limits::Limits;
use crate::reason::Reason;
use crate::tree::Text;
use gansauditor_audit::domain::{ContextFile, RepositoryContext};
use std::collections::{BTreeMap, BTreeSet};

/// A context under construction.
#[derive(Debug)]
pub(crate) struct Packing {
    /// Bytes of text that still fit.
    room: usize,
    files: Vec<ContextFile>,
    shown: BTreeSet<String>,
    listing: BTreeSet<String>,
    left_out: BTreeMap<Reason, BTreeSet<String>>,
}

impl Packing {
    /// An empty one with room for this many bytes of text.
    pub(crate) fn new(room: usize) -> Self {
        Self {
            room,
            files: Vec::new(),
            shown: BTreeSet::new(),
            listing: BTreeSet::new(),
            left_out: BTreeMap::new(),
        }
    }

    /// Bytes of text that still fit.
    pub(crate) fn room(&self) -> usize {
        self.room
    }

    /// How much to read of a file, in bytes. Without room there is nothing to read for, but one byte tells an
    /// empty file from one that does not fit.
    pub(crate) fn to_read(&self, limits: &Limits) -> usize {
        self.room.min(limits.file_bytes).max(1)
    }

    /// Whether this file's text is in already.
    pub(crate) fn shows(&self, path: &str) -> bool {
        self.shown.contains(path)
    }

    /// Lists a path.
    pub(crate) fn list(&mut self, path: &str) {
        self.listing.insert(path.to_owned());
    }

    /// Says that something is left out.
    pub(crate) fn leave_out(&mut self, path: &str, reason: Reason) {
        let paths = self.left_out.entry(reason).or_default();
        paths.insert(if path.is_empty() { "." } else { path }.to_owned());
    }

    /// Puts a text in, or as much of it as fits, and says when that is not all. What is left of the room
    /// behind a text that did not fit is of no use to others.
    pub(crate) fn add(&mut self, path: &str, mut text: Text, is_diff: bool) {
        let fits = text.text.len() < self.room || (text.whole && text.text.len() == self.room);
        text.cut_to(self.room);
        if !text.whole {
            if text.text.is_empty() {
                return self.leave_out(path, Reason::NoRoom);
            }
            self.leave_out(path, Reason::Begun);
        }
        self.room = if fits { self.room - text.text.len() } else { 0 };
        self.shown.insert(path.to_owned());
        self.files.push(ContextFile {
            path: path.to_owned(),
            text: text.text,
            is_diff,
        });
    }

    /// The context. Of a listing that is too long, the paths nearest to the root stay.
    pub(crate) fn finish(self, limits: &Limits) -> RepositoryContext {
        let mut listing: Vec<String> = self.listing.into_iter().collect();
        let beyond = listing.len().saturating_sub(limits.listed);
        if beyond > 0 {
            // Stable: by path within one depth.
            listing.sort_by_key(|path| path.matches('/').count());
            listing.truncate(limits.listed);
            listing.sort();
        }
        let mut left_out = Vec::new();
        for (reason, paths) in self.left_out {
            let paths: Vec<String> = paths.into_iter().collect();
            left_out.extend(reason.sentences(&paths, limits.named));
        }
        if beyond > 0 {
            left_out.push(format!(
                "The listing is not complete: {beyond} more files lie deeper."
            ));
        }
        RepositoryContext {
            files: self.files,
            listing,
            left_out,
        }
    }
}
