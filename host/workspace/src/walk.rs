//! Finding files: breadth first and in the order of names, so that the same tree gives the same files whatever
//! the file system's order, and what is near the root comes before what is deep when there is too much.

use crate::ignores::{Allowance, Ignores};
use crate::limits::Limits;
use crate::names;
use crate::packing::Packing;
use crate::reason::Reason;
use crate::tree::{Kind, Tree};
use crate::watch::{Interrupted, Watch};
use std::collections::VecDeque;

/// A plain file that may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its path.
    pub(crate) path: String,
    /// Its size in bytes.
    pub(crate) size: u64,
}

/// A walk through one tree. Several in a row share one bound.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) watch: &'a Watch,
    allowance: Allowance,
    above: Ignores,
    /// Files and folders that may still be looked at.
    left: usize,
}

/// Where a path leads.
#[derive(Debug)]
pub(crate) enum Place {
    /// To a plain file.
    File(String),
    /// To a folder, with the rules above it.
    Folder(String, Ignores),
}

impl<'a> Walk<'a> {
    /// A walk through `tree` under the rules of the folders above it.
    pub(crate) fn new(
        tree: &'a Tree,
        above: Ignores,
        allowance: Allowance,
        limits: &Limits,
        watch: &'a Watch,
    ) -> Self {
        Self {
            tree,
            watch,
            allowance,
            above,
            left: limits.entries,
        }
    }

    /// Follows a path from the root, part by part, to what may be shown. Links on the way are followed once, to
    /// where they lead within the root, and what they lead to must be allowed itself.
    pub(crate) fn follow(&mut self, path: &str) -> Result<Place, Reason> {
        match self.descend(path) {
            Err(Reason::Link) => {
                let resolved = self.tree.resolve(path)?;
                // Another link now means that somebody is changing it meanwhile.
                self.descend(&resolved)
            }
            place => place,
        }
    }

    fn descend(&mut self, path: &str) -> Result<Place, Reason> {
        let mut rules = self.above.clone();
        let mut folder = String::new();
        let mut parts = path.split('/').filter(|part| !part.is_empty()).peekable();
        while let Some(part) = parts.next() {
            if names::is_git(part) {
                return Err(Reason::GitFolder);
            }
            rules = rules.enter(self.tree, &folder, &mut self.allowance)?;
            let path = names::join(&folder, part);
            let kind = self.tree.kind(&path)?;
            if kind == Kind::Link {
                return Err(Reason::Link);
            }
            if names::is_secret(&path) {
                return Err(Reason::Secret);
            }
            if rules.ignore(&path, kind == Kind::Folder) {
                return Err(Reason::Ignored);
            }
            match (kind, parts.peek()) {
                (Kind::Folder, _) if self.is_nested(&path) => return Err(Reason::Nested),
                (Kind::Folder, _) => folder = path,
                (Kind::File, None) => return Ok(Place::File(path)),
                (Kind::File, Some(_)) => return Err(Reason::Missing),
                (Kind::Link | Kind::Other, _) => return Err(Reason::NotPlain),
            }
        }
        Ok(Place::Folder(folder, rules))
    }

    fn is_nested(&self, folder: &str) -> bool {
        !matches!(
            self.tree.kind(&names::join(folder, ".git")),
            Err(Reason::Missing)
        )
    }

    /// The files below a folder that may be shown. What is not ignored and yet left out is said to `packing`.
    ///
    /// # Errors
    /// Only when cancelled. When the time is up the files found so far are given.
    pub(crate) fn files(
        &mut self,
        folder: &str,
        rules: Ignores,
        packing: &mut Packing,
    ) -> Result<Vec<Found>, Interrupted> {
        let mut found = Vec::new();
        let mut folders = VecDeque::from([(folder.to_owned(), rules)]);
        while let Some((folder, rules)) = folders.pop_front() {
            match self.watch.check() {
                Ok(()) => {}
                Err(Interrupted::Cancelled) => return Err(Interrupted::Cancelled),
                Err(Interrupted::TimedOut) => {
                    packing.leave_out(&folder, Reason::NoTime);
                    for (folder, _) in &folders {
                        packing.leave_out(folder, Reason::NoTime);
                    }
                    break;
                }
            }
            if let Err(reason) = self.look_into(&folder, &rules, packing, &mut found, &mut folders)
            {
                packing.leave_out(&folder, reason);
            }
        }
        Ok(found)
    }

    fn look_into(
        &mut self,
        folder: &str,
        rules: &Ignores,
        packing: &mut Packing,
        found: &mut Vec<Found>,
        folders: &mut VecDeque<(String, Ignores)>,
    ) -> Result<(), Reason> {
        let entries = self.tree.entries(folder, self.left)?;
        self.left -= entries.len();
        let is_git = |name: &Result<String, String>| name.as_deref().is_ok_and(names::is_git);
        if !folder.is_empty() && entries.iter().any(|entry| is_git(&entry.name)) {
            return Err(Reason::Nested);
        }
        let rules = rules.enter(self.tree, folder, &mut self.allowance)?;
        for entry in entries {
            let name = match entry.name {
                Ok(name) => name,
                Err(name) => {
                    packing.leave_out(&names::join(folder, &name), Reason::BadName);
                    continue;
                }
            };
            let path = names::join(folder, &name);
            if names::is_git(&name) || rules.ignore(&path, entry.kind == Kind::Folder) {
                continue;
            }
            let reason = match entry.kind {
                Kind::Link => Reason::Link,
                Kind::Other => Reason::NotPlain,
                _ if names::is_secret(&path) => Reason::Secret,
                _ if names::is_hidden(&name) => Reason::Hidden,
                Kind::Folder => {
                    folders.push_back((path, rules.clone()));
                    continue;
                }
                Kind::File => {
                    let size = entry.size;
                    found.push(Found { path, size });
                    continue;
                }
            };
            packing.leave_out(&path, reason);
        }
        Ok(())
    }
}
