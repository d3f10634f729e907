//! A repository, read for a judge.

use crate::error::RepositoryError;
use crate::ignores::{Allowance, Ignores};
use crate::limits::Limits;
use crate::locate;
use crate::names;
use crate::packing::Packing;
use crate::scope;
use crate::tree::Tree;
use crate::walk::Walk;
use crate::watch::Watch;
use async_trait::async_trait;
use gansauditor_audit::domain::{ContextScope, RepositoryContext};
use gansauditor_audit::ports::{ContextRequest, FilesRequest, OnDisk, Workspace, WorkspaceError};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A folder of work, and the git repository around it where there is one. Clones share its handle.
///
/// Nothing outside the root is shown: of a repository whose top is above the root, only the part below it.
#[derive(Debug, Clone)]
pub struct Repository {
    /// Absolute and without links.
    pub(crate) root: PathBuf,
    pub(crate) tree: Arc<Tree>,
    pub(crate) limits: Limits,
}

impl Repository {
    /// The repository, or plain folder, at `root`. The root is the operator's choice and may itself be a link.
    /// Without git, and outside any git repository, paths and the whole workspace can still be asked for.
    ///
    /// # Errors
    /// [`RepositoryError::Root`] when it is no folder that can be read.
    pub fn at(root: &Path, limits: Limits) -> Result<Self, RepositoryError> {
        let failed = |error: std::io::Error| RepositoryError::Root {
            root: root.display().to_string(),
            reason: error.to_string(),
        };
        let root = std::fs::canonicalize(root).map_err(failed)?;
        let tree = Tree::open(&root).map_err(failed)?;
        Ok(Self {
            root,
            tree: Arc::new(tree),
            limits,
        })
    }

    /// The git repository around `path`, from its top; `None` when there is none.
    ///
    /// # Errors
    /// [`RepositoryError::Root`] when `path` or the top cannot be read.
    pub fn around(path: &Path, limits: Limits) -> Result<Option<Self>, RepositoryError> {
        let here = Self::at(path, limits)?;
        let Some(top) = locate::top_of(&here.root) else {
            return Ok(None);
        };
        Self::at(top, here.limits.clone()).map(Some)
    }

    /// The folder that is read, absolute and without links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    async fn read(&self, request: &ContextRequest) -> Result<RepositoryContext, RepositoryError> {
        // Work on other threads ends when nobody waits for this any more.
        let stop = request.cancel.child_token();
        let _stops = stop.clone().drop_guard();
        let watch = Watch::new(request.time, stop);
        watch.check()?;
        let submitted = self.submitted(&request.submitted);
        let room = request.max_bytes;
        match &request.scope {
            ContextScope::None => Ok(RepositoryContext::default()),
            ContextScope::Diff => {
                let tree = Arc::clone(&self.tree);
                scope::diff(
                    &self.root,
                    tree,
                    submitted,
                    room,
                    self.limits.clone(),
                    watch,
                )
                .await
            }
            ContextScope::Paths(asked) => {
                let asked = asked.clone();
                self.walk(watch, room, move |walk, packing, limits| {
                    scope::paths(&asked, &submitted, walk, packing, limits)
                })
                .await
            }
            ContextScope::Workspace => {
                self.walk(watch, room, move |walk, packing, limits| {
                    scope::whole(&submitted, walk, packing, limits)
                })
                .await
            }
        }
    }

    /// Walks the files on a thread that may block. When cancelled this returns at once; the thread ends at
    /// its next step.
    async fn walk<F>(
        &self,
        watch: Watch,
        room: usize,
        scope: F,
    ) -> Result<RepositoryContext, RepositoryError>
    where
        F: FnOnce(
                Walk<'_>,
                Packing,
                &Limits,
            ) -> Result<RepositoryContext, crate::watch::Interrupted>
            + Send
            + 'static,
    {
        let this = self.clone();
        let inside = watch.clone();
        let work = tokio::task::spawn_blocking(move || {
            let mut packing = Packing::new(room);
            let top = locate::top_of(&this.root).unwrap_or(&this.root);
            let mut allowance = Allowance::default();
            match Ignores::around(&this.root, top, &mut allowance) {
                Ok(rules) => {
                    let walk = Walk::new(&this.tree, rules, allowance, &this.limits, &inside);
                    Ok(scope(walk, packing, &this.limits)?)
                }
                Err(reason) => {
                    packing.leave_out("", reason);
                    Ok(packing.finish(&this.limits))
                }
            }
        });
        tokio::select! {
            biased;
            () = watch.cancelled() => Err(RepositoryError::Cancelled),
            done = work => done.unwrap_or_else(|error| {
                Err(RepositoryError::Io {
                    action: "read the files",
                    reason: error.to_string(),
                })
            }),
        }
    }

    /// The submitted paths as they are below the root: an agent may have named files by their absolute paths.
    fn submitted(&self, paths: &BTreeSet<String>) -> BTreeSet<String> {
        let root = names::label(&self.root.to_string_lossy());
        let mut submitted = BTreeSet::new();
        for path in paths {
            let path = names::label(path);
            if let Some(below) = path
                .strip_prefix(&root)
                .and_then(|rest| rest.strip_prefix('/'))
            {
                submitted.insert(below.to_owned());
            }
            submitted.insert(path);
        }
        submitted
    }
}

#[async_trait]
impl Workspace for Repository {
    fn root(&self) -> &Path {
        &self.root
    }

    async fn context(&self, request: &ContextRequest) -> Result<RepositoryContext, WorkspaceError> {
        Ok(self.read(request).await?)
    }

    async fn files(
        &self,
        request: &FilesRequest,
    ) -> Result<BTreeMap<String, OnDisk>, WorkspaceError> {
        Ok(self.look_at(request).await?)
    }

    async fn changed(
        &self,
        most: usize,
        time: Duration,
        cancel: CancellationToken,
    ) -> Result<Vec<String>, WorkspaceError> {
        Ok(self.uncommitted(most, time, cancel).await?)
    }
}
