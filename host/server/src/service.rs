//! What all connections share.

use crate::config::Config;
use crate::log::Stderr;
use crate::running::Running;
use gansauditor_audit::AuditLoop;
use gansauditor_audit::domain::Timestamp;
use gansauditor_audit::ports::Clock;
use gansauditor_submission::Limits;
use std::sync::Arc;
use std::time::Duration;

/// The server behind its transports.
pub(crate) struct Service {
    /// Audit what is submitted.
    pub(crate) auditing: bool,
    /// Answer with the audit's result.
    pub(crate) synchronous: bool,
    /// Where submissions are shown to people, if they are.
    pub(crate) thoughts: Option<Stderr>,
    /// How much one submission may hold.
    pub(crate) limits: Limits,
    /// Audits on their way.
    pub(crate) running: Running,
    /// Longest silence towards a client that asked to be told how its audit gets on.
    pub(crate) progress: Option<Duration>,
    /// Tells the time.
    pub(crate) clock: Arc<dyn Clock>,
}

impl Service {
    /// A server of this configuration around a loop.
    pub(crate) fn new(
        config: &Config,
        audits: Arc<AuditLoop>,
        clock: Arc<dyn Clock>,
        stderr: Stderr,
    ) -> Self {
        Self {
            auditing: config.auditing,
            synchronous: config.synchronous,
            thoughts: config.log_thoughts.then_some(stderr),
            limits: Limits {
                root: audits
                    .workspace_root()
                    .map(|root| root.display().to_string()),
                ..Limits::default()
            },
            running: Running::new(audits),
            progress: config.progress,
            clock,
        }
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
