//! The audit loop: takes a session, sends one audit on its way, lets go.

use crate::domain::{Caps, Criteria, Event, SessionId};
use crate::gan_config::GanConfigMode;
use crate::one_audit::OneAudit;
use crate::ports::{
    Clock, Judge, JudgeError, PolicyEngine, ProgressSink, SessionStore, Stage, StoreError,
};
use crate::report::{AuditError, AuditReport};
use crate::rubric::Rubric;
use crate::session::Standing;
use gansauditor_submission::{GanConfig, Submission};
use std::collections::BTreeMap;
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

/// The loop over its ports.
pub struct AuditLoop {
    pub(crate) judge: Arc<dyn Judge>,
    store: Arc<dyn SessionStore>,
    pub(crate) policies: Arc<dyn PolicyEngine>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) config: LoopConfig,
}

impl AuditLoop {
    /// Puts the loop together.
    pub fn new(
        judge: Arc<dyn Judge>,
        store: Arc<dyn SessionStore>,
        policies: Arc<dyn PolicyEngine>,
        clock: Arc<dyn Clock>,
        config: LoopConfig,
    ) -> Self {
        Self {
            judge,
            store,
            policies,
            clock,
            config,
        }
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
        };
        audit.run(&mut *writer, request).await
    }

    /// Lets a stopped or completed session go on with a new cycle. Says whether there was anything to reset.
    pub async fn reset(&self, session: &SessionId, reason: String) -> Result<bool, StoreError> {
        self.store.read(session).await?;
        let mut writer = self
            .store
            .open(session, self.clock.now(), self.config.timeout)
            .await?;
        if writer.session().standing() == Standing::Open {
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
