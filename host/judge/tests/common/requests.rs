//! Requests to judges in few words, for the integration tests and the tests within the crate.

use gansauditor_audit::domain::{Extent, Language, WorkFile};
use gansauditor_audit::ports::JudgeRequest;
use gansauditor_audit::rubric::Rubric;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A whole file under its own name.
pub(crate) fn file(path: &str, text: &str) -> WorkFile {
    WorkFile {
        path: path.to_owned(),
        named: true,
        language: Language::from_path(path),
        text: text.to_owned(),
        extent: Extent::Whole,
    }
}

/// The first review of these files, with ample time and nothing beside them.
pub(crate) fn request(files: Vec<WorkFile>) -> JudgeRequest {
    JudgeRequest {
        task: None,
        files: Arc::new(files),
        context: Arc::default(),
        earlier: Vec::new(),
        rubric: Rubric::default(),
        draw: 0,
        time: Duration::from_secs(120),
        cancel: CancellationToken::new(),
    }
}

/// Runs a future to its end, for tests that are not asynchronous themselves.
pub(crate) fn in_runtime<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
