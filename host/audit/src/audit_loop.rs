//! The audit loop: takes a session, sends one audit on its way, lets go.

use crate::book::Book;
use crate::domain::{Caps, ContextScope, Criteria, Event, SessionId};
use crate::gan_config::GanConfigMode;
use crate::one_audit::OneAudit;
use crate::panel::Panel;
use crate::ports::{
    Clock, JudgeError, PolicyEngine, ProgressSink, SessionStore, Stage, StoreError, Workspace,
};
use crate::queue::{Queue, QueueLimits};
use crate::readings::Unreadable;
use crate::report::{AuditError, AuditReport};
use crate::rubric::Rubric;
use crate::trials::Trials;
use futures_util::future::join_all;
use gansauditor_submission::{GanConfig, Submission};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// What the operator configured for every audit.
#[derive(Debug, Clone)]
pub struct LoopConfig {
    /// Handed to the policy.
    pub criteria: Criteria,
    /// Enforced by the host before a judge spends.
    pub caps: Caps,
    /// What a submission's gan-config may do.
    pub gan_config: GanConfigMode,
    /// One deadline for waiting, judging and deciding together.
    pub timeout: Duration,
    /// What a review grades.
    pub rubric: Rubric,
    /// How much at once.
    pub queue: QueueLimits,
    /// What judges are shown of the repository.
    pub context: ContextConfig,
    /// A judge that was cut off by the time counts with what it had said: a review in part. Off: it counts as
    /// failed.
    pub partial_results: bool,
    /// Judges are shown what the session found earlier, and asked what became of it.
    pub earlier_findings: bool,
    /// What code means that no judge of the panel can read.
    pub unreadable: Unreadable,
}

/// What judges are shown of the repository around the work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextConfig {
    /// When a submission asks for nothing.
    pub scope: ContextScope,
    /// A submission's gan-config may ask for another scope.
    pub on_request: bool,
    /// Most bytes of text.
    pub max_bytes: usize,
}

impl Default for ContextConfig {
    /// As the original: what is not committed, unless the submission asks otherwise, and 50,000 bytes of it.
    fn default() -> Self {
        Self {
            scope: ContextScope::Diff,
            on_request: true,
            max_bytes: 50_000,
        }
    }
}

/// One piece of work to audit.
#[derive(Debug)]
pub struct AuditRequest {
    /// The session it belongs to.
    pub session: SessionId,
    /// The work.
    pub submission: Submission,
    /// What came with it in a gan-config fence.
    pub config: Option<GanConfig>,
    /// Texts that patched files have after their patch, by path, where the caller knows them: then the whole
    /// file is read and what the patch added is judged. Empty for a client that sends text.
    pub patched: BTreeMap<String, String>,
    /// The client's own counter: recorded and echoed, never counted.
    pub thought_number: u64,
    /// Cancelled when nobody waits for the answer any more.
    pub cancel: CancellationToken,
}

/// What the loop needs of the world.
#[derive(Clone)]
pub struct Ports {
    /// Who reviews.
    pub panel: Panel,
    /// Where sessions are kept.
    pub store: Arc<dyn SessionStore>,
    /// Who decides.
    pub policies: Arc<dyn PolicyEngine>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The repository around the work, where there is one.
    pub workspace: Option<Arc<dyn Workspace>>,
}

/// The loop over its ports.
pub struct AuditLoop {
    pub(crate) panel: Panel,
    pub(crate) store: Arc<dyn SessionStore>,
    pub(crate) policies: Arc<dyn PolicyEngine>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) workspace: Option<Arc<dyn Workspace>>,
    pub(crate) config: LoopConfig,
    pub(crate) trials: Trials,
    queue: Queue,
}

impl AuditLoop {
    /// Puts the loop together.
    pub fn new(ports: Ports, config: LoopConfig) -> Self {
        Self {
            panel: ports.panel,
            store: ports.store,
            policies: ports.policies,
            clock: ports.clock,
            workspace: ports.workspace,
            trials: Trials::default(),
            queue: Queue::new(config.queue),
            config,
        }
    }

    /// The folder of the repository around the work, as an absolute path, where there is one.
    pub fn workspace_root(&self) -> Option<&Path> {
        self.workspace.as_ref().map(|workspace| workspace.root())
    }

    /// Audits one piece of work. When it returns, what it reports is durable; when it fails, the error says
    /// what is on record.
    pub async fn audit(
        &self,
        request: AuditRequest,
        progress: &dyn ProgressSink,
    ) -> Result<AuditReport, AuditError> {
        let deadline = Instant::now() + self.config.timeout;
        let started_at = self.clock.now();
        let place = self.queue.enter(&request.session)?;
        progress.stage(Stage::Waiting);
        let mut writer = tokio::select! {
            biased;
            () = request.cancel.cancelled() => return Err(JudgeError::Cancelled.into()),
            writer = self.store.open(&request.session, started_at, self.config.timeout) => writer?,
        };
        let audit = OneAudit {
            of: self,
            deadline,
            started_at,
            cancel: request.cancel.clone(),
            progress,
            place,
        };
        audit.run(Book::new(&mut *writer), request).await
    }

    /// Ends what the judges keep running, and waits for policies on trial that are still asked. No audit may be on
    /// its way, and none may follow.
    pub async fn close(&self) {
        self.trials.settle().await;
        join_all(self.panel.seats().iter().map(|seat| seat.judge.close())).await;
    }

    /// Lets a session begin a new cycle, whether it has stopped, is complete, or is open and can't go on. What was found
    /// stands. Says whether there was anything to reset.
    pub async fn reset(&self, session: &SessionId, reason: String) -> Result<bool, StoreError> {
        self.store.read(session).await?;
        let mut writer = self
            .store
            .open(session, self.clock.now(), self.config.timeout)
            .await?;
        if !writer.session().can_be_reset() {
            return Ok(false);
        }
        writer
            .append(vec![Event::Reset {
                at: self.clock.now(),
                reason,
            }])
            .await?;
        Ok(true)
    }
}
