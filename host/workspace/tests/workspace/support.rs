//! Repositories to read.

use gansauditor_audit::domain::{ContextScope, RepositoryContext};
use gansauditor_audit::ports::{ContextRequest, Workspace as _, WorkspaceError};
use gansauditor_workspace::{Limits, Repository};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What lies beside the root and must never be shown.
pub(crate) const OUTSIDE: &str = "this is nobody's business";

/// A folder with a root in it, and something beside the root.
pub(crate) struct Place {
    _folder: tempfile::TempDir,
    /// Without links.
    pub(crate) folder: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().canonicalize().unwrap();
        std::fs::create_dir(folder.join("root")).unwrap();
        std::fs::create_dir(folder.join("beside")).unwrap();
        std::fs::write(folder.join("beside/outside.txt"), OUTSIDE).unwrap();
        Self {
            _folder: temporary,
            folder,
        }
    }

    /// With a git repository at the root.
    pub(crate) fn git() -> Self {
        let place = Self::new();
        place.run_git(&["init", "-q", "-b", "main"]);
        place
    }

    /// With one commit of these files.
    pub(crate) fn committed(files: &[(&str, &str)]) -> Self {
        let place = Self::git();
        for (path, text) in files {
            place.write(path, text);
        }
        place.commit();
        place
    }

    /// The same again, to be changed by itself.
    pub(crate) fn copied(&self) -> Self {
        let copy = Self::new();
        std::fs::remove_dir(copy.root()).unwrap();
        let copied = Command::new("cp")
            .arg("-a")
            .args([self.root(), copy.root()])
            .status();
        assert!(copied.unwrap().success());
        copy
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.join("root")
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn link(&self, path: &str, target: impl AsRef<Path>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, path).unwrap();
    }

    pub(crate) fn commit(&self) {
        self.run_git(&["add", "-A"]);
        self.run_git(&["commit", "-q", "-m", "a commit"]);
    }

    /// As [`Self::commit`], where there may be nothing to commit.
    pub(crate) fn commit_all(&self) {
        self.run_git(&["add", "-A"]);
        self.run_git(&["commit", "-q", "--allow-empty", "-m", "all"]);
    }

    pub(crate) fn run_git(&self, arguments: &[&str]) -> String {
        let done = git_in(&self.root(), arguments);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "git {arguments:?}: {said}");
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    pub(crate) fn repository(&self) -> Repository {
        Repository::at(&self.root(), Limits::default()).unwrap()
    }

    pub(crate) fn diff(&self) -> RepositoryContext {
        read(&self.repository(), &request(ContextScope::Diff)).unwrap()
    }

    pub(crate) fn whole(&self) -> RepositoryContext {
        read(&self.repository(), &request(ContextScope::Workspace)).unwrap()
    }

    pub(crate) fn paths(&self, paths: &[&str]) -> RepositoryContext {
        read(&self.repository(), &request(asked(paths))).unwrap()
    }
}

/// Git as a user runs it, with nothing of this machine's settings.
pub(crate) fn git_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .envs([
            ("HOME", "/nonexistent"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_AUTHOR_NAME", "t"),
            ("GIT_AUTHOR_EMAIL", "t@example.org"),
            ("GIT_COMMITTER_NAME", "t"),
            ("GIT_COMMITTER_EMAIL", "t@example.org"),
        ])
        .output()
        .unwrap()
}

pub(crate) fn asked(paths: &[&str]) -> ContextScope {
    ContextScope::Paths(paths.iter().map(|path| (*path).to_owned()).collect())
}

pub(crate) fn request(scope: ContextScope) -> ContextRequest {
    ContextRequest {
        scope,
        submitted: BTreeSet::new(),
        max_bytes: 1 << 20,
        time: Duration::from_secs(60),
        cancel: CancellationToken::new(),
    }
}

pub(crate) fn read(
    repository: &Repository,
    request: &ContextRequest,
) -> Result<RepositoryContext, WorkspaceError> {
    runtime().block_on(repository.context(request))
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// Paths of the shown files, a `*` before those that are diffs.
pub(crate) fn shown(context: &RepositoryContext) -> Vec<String> {
    let mark = |is_diff| if is_diff { "*" } else { "" };
    context
        .files
        .iter()
        .map(|file| format!("{}{}", mark(file.is_diff), file.path))
        .collect()
}

pub(crate) fn text<'a>(context: &'a RepositoryContext, path: &str) -> &'a str {
    let file = context.files.iter().find(|file| file.path == path);
    &file
        .unwrap_or_else(|| panic!("{path} is not in {context:#?}"))
        .text
}

/// Asserts that one sentence begins with this name and holds these words.
#[track_caller]
pub(crate) fn says(context: &RepositoryContext, name: &str, words: &str) {
    let name = format!("`{name}`");
    assert!(
        context
            .left_out
            .iter()
            .any(|note| note.starts_with(&name) && note.contains(words)),
        "nothing says that {name} {words}: {:#?}",
        context.left_out
    );
}

#[track_caller]
pub(crate) fn never_shows(context: &RepositoryContext, words: &str) {
    for file in &context.files {
        assert!(!file.text.contains(words), "{} shows {words}", file.path);
    }
}
