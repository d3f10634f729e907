//! File work off the threads that serve.

use gansauditor_audit::ports::StoreError;
use std::io;

/// Runs file work on a thread that may block. It is finished even when the caller stops waiting.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| {
            Err(StoreError::Unavailable {
                action: "used",
                reason: format!("the file work did not finish: {error}"),
            })
        })
}

/// The same for work that has no words of its own for what goes wrong.
pub(crate) async fn run<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)))
}
