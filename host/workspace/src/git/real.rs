//! The repository with its own configuration: asked for names and settings, which looks at no file and runs nothing.

use super::child::{Call, Ended, Git};
use crate::error::RepositoryError;
use crate::locate::Location;
use crate::watch::Watch;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

/// Most output of a call that tells one thing, in bytes.
const SHORT: usize = 64 * 1024;
/// Settings that say how files are written, and say nothing else.
const SETTINGS: &str = "^core\\.(autocrlf|eol|filemode|ignorecase|precomposeunicode|symlinks)$";

/// The repository with its own configuration: asked for names and settings only.
#[derive(Debug)]
pub(crate) struct Real {
    pub(super) git: Git,
    pub(super) location: Location,
    pub(crate) watch: Watch,
}

/// What a branch has that another has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    /// The branch that is checked out, or `HEAD` where none is.
    pub branch: String,
    /// The branch it is compared with, as git takes it: letters, digits and `/._-` only.
    pub base: String,
    /// How many commits there are.
    pub commits: u64,
}

impl Real {
    /// The repository, when git and the user trust it.
    pub(super) async fn open(
        git: Git,
        location: Location,
        watch: Watch,
    ) -> Result<Self, RepositoryError> {
        let real = Self {
            git,
            location,
            watch,
        };
        real.check().await?;
        Ok(real)
    }

    /// Whether git itself takes this for a repository, and one that the user trusts. Git's guard against other
    /// users' repositories is kept: a `.git` that somebody puts into a shared folder would make the files of
    /// all others below it untracked files of his repository.
    async fn check(&self) -> Result<(), RepositoryError> {
        let top = &self.location.top;
        let root = || top.display().to_string();
        let ceiling = top.parent().map_or_else(OsString::new, Into::into);
        let arguments = ["rev-parse", "--absolute-git-dir"];
        let call = Call {
            folder: top,
            git_dir: None,
            environment: vec![("GIT_CEILING_DIRECTORIES", ceiling)],
            arguments: &arguments,
            input: None,
            most: SHORT,
        };
        let ended = self.git.run(call, &self.watch).await?;
        if !ended.success && ended.trouble.contains("dubious ownership") {
            return Err(RepositoryError::NotTrusted { root: root() });
        }
        if !ended.success && ended.trouble.contains("not a git repository") {
            return Err(RepositoryError::NoRepository { root: root() });
        }
        let ended = ended.or_error("rev-parse")?;
        let found = fs::canonicalize(ended.line()).ok();
        let foreign = RepositoryError::ForeignGitDirectory { root: root() };
        if found.as_ref() != Some(&self.location.git_dir) {
            return Err(foreign);
        }
        if self.location.doubtful && !self.works_on(top).await? {
            return Err(foreign);
        }
        Ok(())
    }

    /// Whether the git directory's configuration names this folder, as a submodule's does.
    async fn works_on(&self, top: &Path) -> Result<bool, RepositoryError> {
        let ended = self
            .ask(&[
                "config",
                "--local",
                "--no-includes",
                "--get",
                "core.worktree",
            ])
            .await?;
        let place = fs::canonicalize(self.location.git_dir.join(ended.line()));
        Ok(ended.success && place.is_ok_and(|place| place == top))
    }

    /// The name of the tree of a revision. `HEAD` before the first commit is the empty tree.
    pub(crate) async fn tree(&self, revision: &str) -> Result<String, RepositoryError> {
        // First the object alone: in `:/text` all that follows is text.
        let tree = match self.id(revision).await? {
            Some(object) => self.id(&format!("{object}^{{tree}}")).await?,
            None if revision == "HEAD" => Some(self.empty_tree().await?),
            None => None,
        };
        tree.ok_or_else(|| unknown(revision))
    }

    /// The commit at which the histories of two revisions part.
    pub(crate) async fn merge_base(&self, a: &str, b: &str) -> Result<String, RepositoryError> {
        let mut commits = Vec::new();
        for revision in [a, b] {
            let object = self.id(revision).await?.ok_or_else(|| unknown(revision))?;
            let commit = self.id(&format!("{object}^{{commit}}")).await?;
            commits.push(commit.ok_or_else(|| unknown(revision))?);
        }
        let ended = self.ask(&["merge-base", &commits[0], &commits[1]]).await?;
        id_in(&ended).ok_or_else(|| RepositoryError::NothingInCommon {
            a: a.to_owned(),
            b: b.to_owned(),
        })
    }

    /// What the branch that is checked out has over the first of its upstream, the remote's default branch, `main` and
    /// `master` that it has anything over.
    pub(crate) async fn ahead(&self) -> Result<Option<Ahead>, RepositoryError> {
        let short = async |name: &str| {
            let ended = self.ask(&["rev-parse", "--abbrev-ref", name]).await?;
            Ok::<_, RepositoryError>(ended.success.then(|| ended.line()))
        };
        let branch = short("HEAD").await?.unwrap_or_default();
        for base in [
            "@{upstream}",
            "origin/HEAD",
            "origin/main",
            "origin/master",
            "main",
            "master",
        ] {
            let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
            let Some(base) = short(base)
                .await?
                .filter(|base| !base.starts_with('-') && base.chars().all(plain))
            else {
                continue;
            };
            let range = format!("{base}..HEAD");
            let ended = self.ask(&["rev-list", "--count", &range, "--"]).await?;
            let commits = ended.line().parse().unwrap_or(0);
            if ended.success && commits > 0 {
                return Ok(Some(Ahead {
                    branch,
                    base,
                    commits,
                }));
            }
        }
        Ok(None)
    }

    /// The name of the tree without files.
    pub(super) async fn empty_tree(&self) -> Result<String, RepositoryError> {
        self.hash_of_nothing("tree").await
    }

    /// The name of the file without content.
    pub(super) async fn empty_blob(&self) -> Result<String, RepositoryError> {
        self.hash_of_nothing("blob").await
    }

    async fn hash_of_nothing(&self, kind: &str) -> Result<String, RepositoryError> {
        let command = ["hash-object", "-t", kind, "--stdin"];
        Ok(self.ask(&command).await?.or_error("hash-object")?.line())
    }

    /// The name of the object that an expression names.
    async fn id(&self, expression: &str) -> Result<Option<String>, RepositoryError> {
        let verify = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            expression,
        ];
        Ok(id_in(&self.ask(&verify).await?))
    }

    /// The settings that are taken over, as lines of a configuration.
    pub(super) async fn settings(&self) -> Result<String, RepositoryError> {
        let ended = self
            .ask(&[
                "config",
                "--local",
                "--no-includes",
                "-z",
                "--get-regexp",
                SETTINGS,
            ])
            .await?;
        // Without any such setting git says so by failing.
        let said = String::from_utf8_lossy(&ended.output).into_owned();
        Ok(said
            .split('\0')
            .filter_map(|setting| setting.split_once('\n'))
            .filter(|(_, value)| value.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            .filter_map(|(name, value)| Some((name.strip_prefix("core.")?, value)))
            .map(|(name, value)| format!("\t{name} = {value}\n"))
            .collect())
    }

    async fn ask(&self, arguments: &[&str]) -> Result<Ended, RepositoryError> {
        let call = Call {
            folder: &self.location.top,
            git_dir: Some(&self.location.git_dir),
            environment: vec![("GIT_WORK_TREE", self.location.top.clone().into())],
            arguments,
            input: None,
            most: SHORT,
        };
        self.git.run(call, &self.watch).await
    }
}

fn unknown(revision: &str) -> RepositoryError {
    RepositoryError::UnknownRevision {
        revision: revision.to_owned(),
    }
}

/// The object's name that a call said.
fn id_in(ended: &Ended) -> Option<String> {
    let id = ended.line();
    let is_id = matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    (ended.success && is_id).then_some(id)
}
