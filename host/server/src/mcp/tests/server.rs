//! A server whose judge a test can hold.

use super::client::Client;
use crate::mcp::Handler;
use crate::running::Running;
use crate::service::Service;
use async_trait::async_trait;
use gansauditor_audit::domain::{
    Coverage, FileReading, JudgeIdentity, JudgeKind, Score, SessionId, Usage,
};
use gansauditor_audit::ports::{
    Judge, JudgeError, JudgeReport, JudgeRequest, SessionStore, SystemClock,
};
use gansauditor_audit::rubric::{Rubric, RubricDimension};
use gansauditor_audit::session::Session;
use gansauditor_audit::{AuditLoop, GanConfigMode, LoopConfig, Panel, Ports};
use gansauditor_policy::{Limits, PolicyHost};
use gansauditor_store::MemoryStore;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Grades everything 100, once it is let go.
struct Gate {
    identity: JudgeIdentity,
    open: Arc<Semaphore>,
}

#[async_trait]
impl Judge for Gate {
    fn identity(&self) -> &JudgeIdentity {
        &self.identity
    }

    async fn review(&self, request: &JudgeRequest) -> Result<JudgeReport, JudgeError> {
        tokio::select! {
            biased;
            () = request.cancel.cancelled() => return Err(JudgeError::Cancelled),
            permit = self.open.acquire() => drop(permit),
        }
        let best = |dimension: &RubricDimension| (dimension.name.clone(), Score::MAX);
        Ok(JudgeReport {
            scores: request.rubric.dimensions.iter().map(best).collect(),
            findings: Vec::new(),
            coverage: Coverage::Whole,
            readings: request
                .files
                .iter()
                .map(|file| FileReading::graded(&file.path))
                .collect(),
            summary: "all is well".to_owned(),
            usage: Usage::default(),
            provenance: String::new(),
            checks: Vec::new(),
            remarks: Vec::new(),
        })
    }
}

/// Longest silence.
pub(super) const INTERVAL: Duration = Duration::from_secs(2);

/// A service over [`Gate`] and a store in memory.
pub(super) struct Server {
    pub(super) service: Arc<Service>,
    store: MemoryStore,
    gate: Arc<Semaphore>,
}

impl Server {
    pub(super) fn new(synchronous: bool) -> Self {
        let store = MemoryStore::new();
        let gate = Arc::new(Semaphore::new(1));
        let identity = JudgeIdentity {
            name: "gate".to_owned(),
            version: "1".to_owned(),
            kind: JudgeKind::Static,
            deterministic: true,
        };
        let policies = PolicyHost::with_core(Limits::default(), "", Arc::new(SystemClock)).unwrap();
        let audits = AuditLoop::new(
            Ports {
                panel: Panel::of(Arc::new(Gate {
                    identity,
                    open: Arc::clone(&gate),
                })),
                store: Arc::new(store.clone()),
                policies: Arc::new(policies),
                clock: Arc::new(SystemClock),
                workspace: None,
            },
            LoopConfig {
                criteria: Default::default(),
                caps: Default::default(),
                gan_config: GanConfigMode::Tighten,
                timeout: Duration::from_secs(30),
                rubric: Rubric::default(),
                queue: Default::default(),
                context: Default::default(),
                partial_results: true,
                earlier_findings: true,
                unreadable: Default::default(),
            },
        );
        let service = Service {
            auditing: true,
            synchronous,
            thoughts: None,
            limits: Default::default(),
            running: Running::new(Arc::new(audits)),
            progress: Some(INTERVAL),
            clock: Arc::new(SystemClock),
        };
        Self {
            service: Arc::new(service),
            store,
            gate,
        }
    }

    /// The judge waits until it is let go.
    pub(super) fn hold(&self) -> tokio::sync::SemaphorePermit<'_> {
        self.gate.try_acquire().expect("nobody reviews")
    }

    /// A client with a connection of its own.
    pub(super) async fn connect(&self) -> Client {
        let handler = Handler::for_connection(Arc::clone(&self.service)).unwrap();
        Client::welcomed(handler).await
    }

    /// What answers over HTTP, where there is no connection.
    pub(super) fn exchange(&self) -> Handler {
        Handler::for_http(Arc::clone(&self.service))
    }

    /// Waits until all that runs has ended by itself.
    pub(super) async fn drained(&self) {
        self.service.running.drain(std::future::pending()).await;
    }

    /// What is on record of a session.
    pub(super) async fn session(&self, id: &str) -> Session {
        let id = SessionId::new(id).unwrap();
        self.store.read(&id).await.unwrap()
    }
}
