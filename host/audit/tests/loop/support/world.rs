//! A loop over the fakes.

use super::policy::Policies;
use super::{Act, ListStore, RulePolicy, ScriptedJudge, ordinary_rule, python, request};
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::*;
use gansauditor_audit::*;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Each look is a second later.
#[derive(Default)]
struct TickingClock(AtomicU64);

impl Clock for TickingClock {
    fn now(&self) -> Timestamp {
        Timestamp(1_700_000_000_000 + 1000 * self.0.fetch_add(1, Ordering::SeqCst))
    }
}

/// A loop over the fakes.
pub(crate) struct World {
    pub(crate) audits: AuditLoop,
    pub(crate) store: Arc<ListStore>,
    pub(crate) judge: Arc<ScriptedJudge>,
    pub(crate) policy: Arc<RulePolicy>,
    policies: Arc<Policies>,
}

impl World {
    pub(crate) fn new(
        judge: Arc<ScriptedJudge>,
        config: LoopConfig,
        rule: impl Fn(&Snapshot) -> Result<Status, PolicyError> + Send + Sync + 'static,
    ) -> Self {
        Self::with(judge.clone(), Panel::of(judge), None, config, rule)
    }

    /// Several judges of equal weight; the first one is `judge`.
    pub(crate) fn of(judges: &[Arc<ScriptedJudge>]) -> Self {
        let seat = |judge: &Arc<ScriptedJudge>| Seat {
            judge: judge.clone(),
            weight: 1.0,
        };
        let panel = Panel::new(judges.iter().map(seat).collect()).unwrap();
        Self::with(judges[0].clone(), panel, None, config(), ordinary_rule)
    }

    pub(crate) fn with(
        judge: Arc<ScriptedJudge>,
        panel: Panel,
        workspace: Option<Arc<dyn Workspace>>,
        config: LoopConfig,
        rule: impl Fn(&Snapshot) -> Result<Status, PolicyError> + Send + Sync + 'static,
    ) -> Self {
        let store = Arc::new(ListStore::default());
        let policy = Arc::new(RulePolicy::new("rule", rule));
        let policies = Arc::new(Policies {
            live: policy.clone(),
            fallback: Mutex::default(),
            trial: Mutex::default(),
        });
        let ports = Ports {
            panel,
            store: store.clone(),
            policies: policies.clone(),
            clock: Arc::new(TickingClock::default()),
            workspace,
        };
        let audits = AuditLoop::new(ports, config);
        Self {
            audits,
            store,
            judge,
            policy,
            policies,
        }
    }

    /// From now on this rule stands in for the policy when it fails.
    pub(crate) fn fall_back_to(
        &self,
        rule: impl Fn(&Snapshot) -> Result<Status, PolicyError> + Send + Sync + 'static,
    ) {
        let fallback = RulePolicy::new("fallback", rule);
        *self.policies.fallback.lock().unwrap() = Some(Arc::new(fallback));
    }

    /// From now on this is on trial.
    pub(crate) fn try_beside(&self, trial: Arc<dyn Trial>) {
        *self.policies.trial.lock().unwrap() = Some(trial);
    }

    /// The ordinary rule over a judge that gives the same work the same report.
    pub(crate) fn ordinary(script: Vec<Act>) -> Self {
        Self::judged(JudgeKind::Static, script, ordinary_rule)
    }

    /// A rule over a judge of this kind.
    pub(crate) fn judged(
        kind: JudgeKind,
        script: Vec<Act>,
        rule: impl Fn(&Snapshot) -> Result<Status, PolicyError> + Send + Sync + 'static,
    ) -> Self {
        Self::new(ScriptedJudge::new(kind, script), config(), rule)
    }

    /// The ordinary rule beside these files.
    pub(crate) fn beside(disk: &Arc<super::Disk>, script: Vec<Act>) -> Self {
        let judge = ScriptedJudge::new(JudgeKind::Static, script);
        let panel = Panel::of(judge.clone());
        Self::with(judge, panel, Some(disk.clone()), config(), ordinary_rule)
    }

    /// What the newest submission was resolved to.
    pub(crate) fn newest(&self) -> Work {
        self.works().pop().expect("a submission is on record")
    }

    pub(crate) async fn submit(&self, text: &str) -> Result<AuditReport, AuditError> {
        self.audits.audit(request("s", text), &Unheard).await
    }

    /// One round of the loop: the report on this version of `a.py`.
    pub(crate) async fn round(&self, code: &str) -> AuditReport {
        self.submit(&python("a.py", code)).await.unwrap()
    }

    /// How the audit of this work ends when it is cancelled while the judges are at it.
    pub(crate) async fn cancelled(&self, text: &str) -> AuditError {
        let request = request("s", text);
        let cancel = request.cancel.clone();
        let (result, ()) = tokio::join!(self.audits.audit(request, &Unheard), async {
            tokio::task::yield_now().await;
            cancel.cancel();
        });
        result.unwrap_err()
    }

    /// What was submitted, as it is on record.
    pub(crate) fn works(&self) -> Vec<Work> {
        let events = self.store.events("s").into_iter();
        let work = |event| match event {
            Event::Submitted { work, .. } => Some(work),
            _ => None,
        };
        events.filter_map(work).collect()
    }
}

pub(crate) fn config() -> LoopConfig {
    LoopConfig {
        criteria: Criteria::default(),
        caps: Caps::default(),
        gan_config: GanConfigMode::Tighten,
        timeout: Duration::from_secs(5),
        rubric: rubric::Rubric::default(),
        queue: QueueLimits::default(),
        context: ContextConfig::default(),
        partial_results: true,
        earlier_findings: true,
        unreadable: Default::default(),
    }
}

/// The state of each finding in the ledger.
pub(crate) fn states(report: &AuditReport) -> Vec<FindingState> {
    report.ledger.iter().map(|finding| finding.state).collect()
}
