//! Audits on their way.
//!
//! Each runs in a task of its own, so that a connection that goes away cannot leave a journal half way. They
//! are tracked, so that the end of the process can wait for them, and not for ever.

use crate::text::plain;
use gansauditor_audit::domain::SessionId;
use gansauditor_audit::ports::ProgressSink;
use gansauditor_audit::{AuditError, AuditLoop, AuditReport, AuditRequest};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long audits have to end by themselves when the process ends.
const DRAIN: Duration = Duration::from_secs(10);
/// How long they have to record that they were cancelled.
const RECORD: Duration = Duration::from_secs(2);

/// Runs audits.
pub(crate) struct Running {
    audits: Arc<AuditLoop>,
    tasks: TaskTracker,
    closing: CancellationToken,
    abort: CancellationToken,
}

/// Who waits for an audit.
pub(crate) enum Waiting {
    /// A client, until the token says that it gave up.
    Client(CancellationToken),
    /// Nobody: the audit goes on in the background.
    Nobody,
}

impl Running {
    /// Runs audits of this loop.
    pub(crate) fn new(audits: Arc<AuditLoop>) -> Self {
        Self {
            audits,
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
            abort: CancellationToken::new(),
        }
    }

    /// The loop that the audits go through.
    pub(crate) fn audits(&self) -> &AuditLoop {
        &self.audits
    }

    /// The process is about to end: no more work is taken on.
    pub(crate) fn is_closing(&self) -> bool {
        self.closing.is_cancelled()
    }

    /// Starts an audit. The result comes through the handle; the audit ends whether or not somebody waits.
    pub(crate) fn start(
        &self,
        request: AuditRequest,
        waiting: Waiting,
        progress: Box<dyn ProgressSink>,
    ) -> JoinHandle<Result<AuditReport, AuditError>> {
        let audits = Arc::clone(&self.audits);
        let cancel = self.abort.child_token();
        let request = AuditRequest {
            cancel: cancel.clone(),
            ..request
        };
        let session = request.session.clone();
        self.tasks.spawn(async move {
            let audit = audits.audit(request, &*progress);
            match waiting {
                Waiting::Client(gone) => until(audit, &gone, &cancel).await,
                Waiting::Nobody => {
                    let result = audit.await;
                    log_unheard(&session, &result);
                    result
                }
            }
        })
    }

    /// Takes on no more work.
    pub(crate) fn close(&self) {
        self.closing.cancel();
        self.tasks.close();
    }

    /// Takes on no more work, and waits for what is on its way: first for its end, then for its cancellation.
    /// `hurry` cuts the first wait short.
    pub(crate) async fn drain(&self, hurry: impl Future<Output = &'static str>) {
        self.close();
        self.end(hurry).await;
        self.audits.close().await;
    }

    async fn end(&self, hurry: impl Future<Output = &'static str>) {
        let left = self.tasks.len();
        if left > 0 {
            tracing::info!("waiting up to {} s for {left} audits", DRAIN.as_secs());
        }
        tokio::select! {
            () = self.tasks.wait() => return,
            () = tokio::time::sleep(DRAIN) => {}
            signal = hurry => tracing::info!("{signal}: not waiting any longer"),
        }
        self.abort.cancel();
        if tokio::time::timeout(RECORD, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                "{} audits did not end; their sessions are as last recorded",
                self.tasks.len()
            );
        }
    }
}

/// Runs an audit to its end, telling it when its client is gone.
async fn until<T>(
    audit: impl Future<Output = T>,
    gone: &CancellationToken,
    cancel: &CancellationToken,
) -> T {
    tokio::pin!(audit);
    tokio::select! {
        biased;
        result = &mut audit => return result,
        () = gone.cancelled() => cancel.cancel(),
    }
    audit.await
}

/// The only place that hears the result of an audit in the background, besides the journal.
fn log_unheard(session: &SessionId, result: &Result<AuditReport, AuditError>) {
    match result {
        Ok(report) => {
            tracing::info!(
                "audited {session}: {}",
                plain(&report.decision.feedback.summary)
            );
        }
        Err(error) => tracing::warn!("audit of {session} failed: {}", plain(&error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_audit_whose_client_is_gone_is_cancelled_and_still_awaited() {
        let (gone, cancel) = (CancellationToken::new(), CancellationToken::new());
        gone.cancel();
        let token = cancel.clone();
        let audit = async move {
            token.cancelled().await;
            "recorded"
        };
        assert_eq!(until(audit, &gone, &cancel).await, "recorded");
    }

    #[tokio::test]
    async fn an_audit_that_is_done_is_not_cancelled() {
        let (gone, cancel) = (CancellationToken::new(), CancellationToken::new());
        gone.cancel();
        assert_eq!(until(async { 1 }, &gone, &cancel).await, 1);
        assert!(!cancel.is_cancelled());
    }
}
