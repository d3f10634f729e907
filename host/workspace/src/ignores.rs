//! What is ignored: `.gitignore`, `.ignore` and `.git/info/exclude`, as git and ripgrep read them.
//!
//! Rules of the user and of the machine do not count: the same repository is to give the same context for all.
//! Ignore files are read through the tree's handle, plain files only: git follows no link there either.

use crate::locate::Location;
use crate::names;
use crate::reason::Reason;
use crate::tree::Tree;
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::Path;
use std::sync::Arc;

/// Largest ignore file, in bytes.
const LARGEST: usize = 64 * 1024;
/// Most bytes of ignore files of one context: each rule becomes a matcher in memory.
const MOST: usize = 1024 * 1024;

/// The rules in force in a folder: its own and those of the folders above.
#[derive(Debug, Clone)]
pub(crate) struct Ignores {
    /// Where the tree's root is below the top of the repository: patterns are relative to their file.
    prefix: Arc<str>,
    innermost: Option<Arc<Level>>,
}

/// The rules of one folder.
#[derive(Debug)]
struct Level {
    above: Option<Arc<Level>>,
    /// The folder, relative to the top of the repository.
    folder: String,
    /// By kind.
    rules: [Gitignore; KINDS],
}

/// The ignore files of a folder. An earlier kind goes before a later one, whatever their folders.
const FILES: [&str; KINDS - 1] = [".ignore", ".gitignore"];
/// The kinds of rules: those of the files, and git's own for all folders.
const KINDS: usize = 3;

/// Bytes of ignore files that may still be read.
#[derive(Debug)]
pub(crate) struct Allowance(usize);

impl Default for Allowance {
    fn default() -> Self {
        Self(MOST)
    }
}

impl Ignores {
    /// The rules from the top of the repository down to `root`, but without those of `root` itself. Without a
    /// repository both are the same.
    pub(crate) fn around(
        root: &Path,
        top: &Path,
        allowance: &mut Allowance,
    ) -> Result<Self, Reason> {
        let own = Location::of(top)
            .ok()
            .and_then(|location| Tree::open(&location.common_dir).ok())
            .map(|git| read(&git, "info/exclude", allowance))
            .transpose()?
            .flatten();
        let mut ignores = Self {
            prefix: "".into(),
            innermost: own.map(|own| {
                Arc::new(Level {
                    above: None,
                    folder: String::new(),
                    rules: [Gitignore::empty(), Gitignore::empty(), own],
                })
            }),
        };
        // Rules match text: below a folder whose name is none only the rules from the root on are known.
        let prefix = root.strip_prefix(top).ok().and_then(Path::to_str);
        let prefix = prefix.unwrap_or_default();
        let above = Tree::open(top).map_err(|_| Reason::Unreadable)?;
        let mut folder = String::new();
        for name in prefix.split('/').filter(|name| !name.is_empty()) {
            ignores = ignores.enter(&above, &folder, allowance)?;
            folder = names::join(&folder, name);
        }
        ignores.prefix = prefix.into();
        Ok(ignores)
    }

    /// The rules in force in a folder below the one of these rules. Ignore files that are too large are an error:
    /// what they ignore must not be shown.
    pub(crate) fn enter(
        &self,
        tree: &Tree,
        folder: &str,
        allowance: &mut Allowance,
    ) -> Result<Self, Reason> {
        let [ignore, git] =
            FILES.map(|file| read(tree, &names::join(folder, file), &mut *allowance));
        let (ignore, git) = (ignore?, git?);
        if ignore.is_none() && git.is_none() {
            return Ok(self.clone());
        }
        let or_none = |rules: Option<Gitignore>| rules.unwrap_or_else(Gitignore::empty);
        Ok(Self {
            prefix: Arc::clone(&self.prefix),
            innermost: Some(Arc::new(Level {
                above: self.innermost.clone(),
                folder: names::join(&self.prefix, folder),
                rules: [or_none(ignore), or_none(git), Gitignore::empty()],
            })),
        })
    }

    /// Whether a file or folder in the folder of these rules is ignored.
    pub(crate) fn ignore(&self, path: &str, is_folder: bool) -> bool {
        let path = names::join(&self.prefix, path);
        for kind in 0..KINDS {
            let mut level = self.innermost.as_deref();
            while let Some(rules) = level {
                let path = match rules.folder.as_str() {
                    "" => path.as_str(),
                    folder => path[folder.len()..].trim_start_matches('/'),
                };
                match rules.rules[kind].matched(path, is_folder) {
                    Match::Ignore(_) => return true,
                    Match::Whitelist(_) => return false,
                    Match::None => level = rules.above.as_deref(),
                }
            }
        }
        false
    }
}

fn read(tree: &Tree, path: &str, allowance: &mut Allowance) -> Result<Option<Gitignore>, Reason> {
    let Ok((bytes, whole)) = tree.bytes(path, LARGEST.min(allowance.0)) else {
        return Ok(None);
    };
    if !whole {
        return Err(Reason::Rules);
    }
    allowance.0 -= bytes.len();
    let text = String::from_utf8_lossy(&bytes);
    let mut builder = GitignoreBuilder::new(".");
    for line in text.trim_start_matches('\u{feff}').lines() {
        // Git passes over a line that is no pattern as well.
        let _ = builder.add_line(None, line);
    }
    builder.build().map(Some).map_err(|_| Reason::Rules)
}
