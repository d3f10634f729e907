//! What goes wrong.

use crate::watch::Interrupted;
use gansauditor_audit::ports::WorkspaceError;

/// Why a repository could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RepositoryError {
    /// The root cannot be opened.
    #[error("`{root}` cannot be used as the root: {reason}; name a directory that can be read")]
    Root {
        /// The root as given.
        root: String,
        /// What the system said.
        reason: String,
    },
    /// Changes were asked for where nothing records them.
    #[error(
        "there is no git repository around `{root}`, so it is not known what changed; ask for paths or the whole workspace instead"
    )]
    NoRepository {
        /// Where it was looked for.
        root: String,
    },
    /// `.git` leads to a repository that does not lead back here: its content is somebody else's.
    #[error(
        "`{root}/.git` leads to a git directory that does not belong to this folder; make a clone or a linked worktree (`git worktree repair` mends a moved one)"
    )]
    ForeignGitDirectory {
        /// The folder with the `.git`.
        root: String,
    },
    /// Git refuses a repository of another user.
    #[error(
        "git does not trust the repository at `{root}` because another user owns it; if you do: git config --global --add safe.directory '{root}'"
    )]
    NotTrusted {
        /// The repository's top folder.
        root: String,
    },
    /// There is no git.
    #[error("git cannot be run: {reason}; install it, or put it on an absolute PATH")]
    NoGit {
        /// What the system said.
        reason: String,
    },
    /// A revision that there is not.
    #[error("`{revision}` names no revision of this repository")]
    UnknownRevision {
        /// As given.
        revision: String,
    },
    /// A revision without a name.
    #[error(
        "the revision to compare with is empty; `git stash create` prints nothing where nothing is uncommitted: use HEAD then"
    )]
    NoRevision,
    /// Two revisions whose histories do not meet.
    #[error("`{a}` and `{b}` have no commit in common; compare them with `{a}..{b}`")]
    NothingInCommon {
        /// The one as given.
        a: String,
        /// The other as given.
        b: String,
    },
    /// The index was to be compared with two revisions.
    #[error(
        "`{range}` names two revisions, and what is staged can be compared with one only; leave out --staged, or name one"
    )]
    StagedRange {
        /// As given.
        range: String,
    },
    /// Nothing is staged of a file in conflict.
    #[error(
        "`{path}` is in conflict, so nothing is staged of it; resolve it and `git add` it first"
    )]
    InConflict {
        /// The file, the first of them.
        path: String,
    },
    /// More than may be read.
    #[error("{what} hold more than {} MiB; commit or ignore what is not meant, or ask for less at once", .limit >> 20)]
    TooMuch {
        /// What is too much.
        what: &'static str,
        /// Bytes allowed.
        limit: usize,
    },
    /// The time was up.
    #[error("reading the repository took too long; ask for less, or allow more time")]
    TimedOut,
    /// Nobody waits any more.
    #[error("reading the repository was cancelled")]
    Cancelled,
    /// Git failed.
    #[error("git {command} failed: {said}")]
    Git {
        /// The subcommand.
        command: String,
        /// What it said, the first lines.
        said: String,
    },
    /// The file system failed.
    #[error("cannot {action}: {reason}")]
    Io {
        /// What was being done.
        action: &'static str,
        /// What the system said.
        reason: String,
    },
}

impl RepositoryError {
    /// A failure of the file system.
    pub(crate) fn io(action: &'static str) -> impl Fn(std::io::Error) -> Self {
        move |error| Self::Io {
            action,
            reason: error.to_string(),
        }
    }
}

impl From<Interrupted> for RepositoryError {
    fn from(interrupted: Interrupted) -> Self {
        match interrupted {
            Interrupted::TimedOut => Self::TimedOut,
            Interrupted::Cancelled => Self::Cancelled,
        }
    }
}

impl From<RepositoryError> for WorkspaceError {
    fn from(error: RepositoryError) -> Self {
        Self(error.to_string())
    }
}
