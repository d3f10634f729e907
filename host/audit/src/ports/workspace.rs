//! The repository around the work.

use crate::domain::{ContextScope, RepositoryContext};
use async_trait::async_trait;
use std::collections::BTreeSet;
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

/// Why there is no context. A review goes on without it and says so.
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
}
