//! The repository around the work.

use crate::domain::{ContextScope, RepositoryContext};
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Which part of the repository is asked for.
#[derive(Debug, Clone)]
pub struct ContextRequest {
    /// Where to look.
    pub scope: ContextScope,
    /// Paths of the files under review: they are not repeated.
    pub submitted: BTreeSet<String>,
    /// Most bytes of text over all files.
    pub max_bytes: usize,
    /// How long it may take.
    pub time: Duration,
    /// Cancelled when nobody waits any more.
    pub cancel: CancellationToken,
}

/// Which files are asked for by name.
#[derive(Debug, Clone)]
pub struct FilesRequest {
    /// Their paths, relative to the root.
    pub paths: BTreeSet<String>,
    /// Most bytes of text over all files. A file that does not fit is [`OnDisk::Unshown`].
    pub max_bytes: usize,
    /// How long it may take.
    pub time: Duration,
    /// Cancelled when nobody waits any more.
    pub cancel: CancellationToken,
}

/// What is there under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnDisk {
    /// A text file: all of it.
    Text(String),
    /// Something that is not shown: no text, too large, ignored, perhaps a secret, a link, a folder.
    Unshown,
    /// Nothing.
    Missing,
}

/// Why the repository says nothing. A review goes on without it and says so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the repository could not be read: {0}")]
pub struct WorkspaceError(pub String);

/// Reads the repository around the work: within its root, following no link out of it, nothing that git
/// ignores, nothing the repository configures run. The same repository gives the same context, in the same
/// order.
#[async_trait]
pub trait Workspace: Send + Sync + 'static {
    /// The context of a submission.
    async fn context(&self, request: &ContextRequest) -> Result<RepositoryContext, WorkspaceError>;

    /// Its folder, as an absolute path: what clients name below it is the relative file.
    fn root(&self) -> &Path;

    /// What is there under each of these names. A name that is not in the answer was not looked at.
    async fn files(
        &self,
        request: &FilesRequest,
    ) -> Result<BTreeMap<String, OnDisk>, WorkspaceError>;

    /// Paths of the files that are not as they were committed last, sorted, the first `most` of them: changed, new and
    /// deleted ones, without what git ignores and what is likely a secret.
    async fn changed(
        &self,
        most: usize,
        time: Duration,
        cancel: CancellationToken,
    ) -> Result<Vec<String>, WorkspaceError>;
}
