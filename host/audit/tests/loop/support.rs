//! Adapters for tests, stricter than the real ones: events must survive JSON, a session has one writer, a
//! judge or policy that was not told what to answer fails the test.

use async_trait::async_trait;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::*;
use gansauditor_audit::session::Session;
use gansauditor_audit::*;
use gansauditor_submission::{Limits, read};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

type Journal = Arc<tokio::sync::Mutex<Vec<String>>>;

/// Journals as lists of JSON texts.
#[derive(Default)]
pub(crate) struct ListStore {
    journals: Mutex<HashMap<SessionId, Journal>>,
    /// How often something was made durable.
    pub(crate) appends: Arc<AtomicUsize>,
}

impl ListStore {
    fn journal(&self, id: &SessionId) -> Journal {
        self.journals
            .lock()
            .unwrap()
            .entry(id.clone())
            .or_default()
            .clone()
    }

    pub(crate) fn events(&self, id: &str) -> Vec<Event> {
        let journal = self.journal(&SessionId::new(id).unwrap());
        let lines = journal.try_lock().expect("no audit is running");
        lines
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

struct ListWriter {
    session: Session,
    journal: tokio::sync::OwnedMutexGuard<Vec<String>>,
    appends: Arc<AtomicUsize>,
}

fn fold(id: &SessionId, lines: &[String]) -> Session {
    let mut session = Session::new(id.clone());
    for line in lines {
        session.apply(&serde_json::from_str(line).unwrap());
    }
    session
}

#[async_trait]
impl SessionWriter for ListWriter {
    fn session(&self) -> &Session {
        &self.session
    }

    async fn append(&mut self, events: Vec<Event>) -> Result<(), StoreError> {
        assert!(!events.is_empty(), "to make nothing durable is a mistake");
        self.appends.fetch_add(1, Ordering::SeqCst);
        for event in events {
            let line = serde_json::to_string(&event).unwrap();
            let back: Event = serde_json::from_str(&line).unwrap();
            assert_eq!(back, event, "an event must survive its journal");
            self.session.apply(&back);
            self.journal.push(line);
        }
        Ok(())
    }
}

#[async_trait]
impl SessionStore for ListStore {
    async fn open(
        &self,
        id: &SessionId,
        now: Timestamp,
        patience: Duration,
    ) -> Result<Box<dyn SessionWriter>, StoreError> {
        let lock = self.journal(id).lock_owned();
        let Ok(journal) = tokio::time::timeout(patience, lock).await else {
            return Err(StoreError::Busy {
                session: id.clone(),
            });
        };
        let mut writer = ListWriter {
            session: fold(id, &journal),
            journal,
            appends: Arc::clone(&self.appends),
        };
        if writer.journal.is_empty() {
            writer
                .append(vec![Event::Opened {
                    at: now,
                    origin: Origin::Created,
                }])
                .await?;
        }
        Ok(Box::new(writer))
    }

    async fn read(&self, id: &SessionId) -> Result<Session, StoreError> {
        let journal = self.journal(id);
        let lines = journal.lock().await;
        if lines.is_empty() {
            return Err(StoreError::NotFound(id.clone()));
        }
        Ok(fold(id, &lines))
    }

    async fn list(&self) -> Result<Vec<SessionSummary>, StoreError> {
        unreachable!("the loop does not list sessions")
    }

    async fn remove_expired(&self, _: Timestamp) -> Result<usize, StoreError> {
        unreachable!("the loop does not expire sessions")
    }
}

/// What a scripted judge does next.
pub(crate) enum Act {
    /// Reports these scores (one for all dimensions) and findings on all files.
    Report(f64, Vec<Reported>),
    /// Reads only some of it.
    Partial(f64, Vec<Reported>),
    /// Fails.
    Fail(JudgeError),
    /// Answers only when cancelled, and notes that it was.
    Hang(Arc<AtomicUsize>),
    /// Answers when it is let go.
    Wait(Arc<tokio::sync::Notify>),
}

/// Does what it was told, in order.
pub(crate) struct ScriptedJudge {
    identity: JudgeIdentity,
    script: Mutex<VecDeque<Act>>,
    pub(crate) calls: AtomicUsize,
    pub(crate) requests: Mutex<Vec<JudgeRequest>>,
}

impl ScriptedJudge {
    pub(crate) fn named(name: &str, kind: JudgeKind, script: Vec<Act>) -> Arc<Self> {
        let mut judge = Self::new(kind, script);
        Arc::get_mut(&mut judge).unwrap().identity.name = name.into();
        judge
    }

    pub(crate) fn new(kind: JudgeKind, script: Vec<Act>) -> Arc<Self> {
        Arc::new(Self {
            identity: JudgeIdentity {
                name: "scripted".into(),
                version: "1".into(),
                kind,
                deterministic: kind != JudgeKind::Model,
            },
            script: Mutex::new(script.into()),
            calls: AtomicUsize::new(0),
            requests: Mutex::default(),
        })
    }
}

#[async_trait]
impl Judge for ScriptedJudge {
    fn identity(&self) -> &JudgeIdentity {
        &self.identity
    }

    fn reads_context(&self) -> bool {
        self.identity.kind == JudgeKind::Model
    }

    async fn review(&self, request: &JudgeRequest) -> Result<JudgeReport, JudgeError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.requests.lock().unwrap().push(request.clone());
        let act = self
            .script
            .lock()
            .unwrap()
            .pop_front()
            .expect("the judge was told what to do");
        let (score, findings, coverage) = match act {
            Act::Report(score, findings) => (score, findings, Coverage::Whole),
            Act::Partial(score, findings) => (score, findings, Coverage::Partial("cut".into())),
            Act::Fail(error) => return Err(error),
            Act::Hang(cancelled) => {
                let guard = Noted(cancelled);
                request.cancel.cancelled().await;
                drop(guard);
                return Err(JudgeError::Cancelled);
            }
            Act::Wait(go) => {
                go.notified().await;
                (96.0, vec![], Coverage::Whole)
            }
        };
        Ok(JudgeReport {
            scores: request
                .rubric
                .dimensions
                .iter()
                .map(|dimension| (dimension.name.clone(), Score::clamped(score)))
                .collect(),
            findings,
            coverage,
            covered: request.files.iter().map(|file| file.path.clone()).collect(),
            summary: "as told".into(),
            usage: Usage {
                input_tokens: 10,
                ..Usage::default()
            },
            provenance: String::new(),
            checks: vec![],
        })
    }
}

struct Noted(Arc<AtomicUsize>);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

type Rule = dyn Fn(&Snapshot) -> Result<Status, PolicyError> + Send + Sync;

/// A policy that is one function.
pub(crate) struct RulePolicy {
    pub(crate) identity: PolicyIdentity,
    rule: Box<Rule>,
    pub(crate) seen: Mutex<Vec<Snapshot>>,
}

impl RulePolicy {
    pub(crate) fn new(
        name: &str,
        rule: impl Fn(&Snapshot) -> Result<Status, PolicyError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            identity: PolicyIdentity {
                name: name.into(),
                version: "1.0.0".into(),
                digest: Digest::of(name.as_bytes()),
            },
            rule: Box::new(rule),
            seen: Mutex::default(),
        }
    }
}

#[async_trait]
impl LivePolicy for RulePolicy {
    fn identity(&self) -> &PolicyIdentity {
        &self.identity
    }

    fn settings(&self) -> &str {
        "{}"
    }

    fn history(&self) -> HistoryRequest {
        HistoryRequest {
            submissions: 3,
            bytes: 1 << 20,
        }
    }

    async fn evaluate(&self, snapshot: Arc<Snapshot>) -> Result<Decision, PolicyError> {
        self.seen.lock().unwrap().push((*snapshot).clone());
        let status = (self.rule)(&snapshot)?;
        let termination = matches!(status, Status::Stop(_)).then(|| TerminationReport {
            failure_rate: 0.0,
            critical_findings: vec![],
            assessment: "stopped".into(),
            recommendations: vec![],
        });
        Ok(Decision {
            status,
            loop_number: snapshot
                .iterations
                .iter()
                .filter_map(|i| i.loop_number)
                .max()
                .unwrap_or(0),
            bar: Score::clamped(95.0),
            hard_stop: 25,
            score: None,
            unmet: vec![],
            stagnation: StagnationReport::default(),
            termination,
            feedback: Feedback {
                summary: String::new(),
                items: vec![],
                omitted: 0,
                fixed: vec![],
                new: vec![],
                reopened: vec![],
                progress: Progress {
                    trend: Trend::Stagnant,
                    confidence: 0.0,
                    scores: vec![],
                    factors: vec![],
                },
                next_steps: vec![],
            },
            memo: Some(vec![7]),
            extensions: vec![],
        })
    }
}

/// The live policy, the one that stands in for it, and one on trial.
struct Policies {
    live: Arc<RulePolicy>,
    fallback: Mutex<Option<Arc<RulePolicy>>>,
    trial: Mutex<Option<Arc<dyn Trial>>>,
}

impl PolicyEngine for Policies {
    fn in_force(&self) -> InForce {
        InForce {
            live: self.live.clone(),
            trial: self.trial.lock().unwrap().clone(),
        }
    }

    fn fallback(&self, failed: &dyn LivePolicy) -> Option<Arc<dyn LivePolicy>> {
        assert_eq!(failed.identity(), self.live.identity());
        let fallback = self.fallback.lock().unwrap().clone()?;
        Some(fallback)
    }
}

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

    /// The ordinary world: complete at 95 and nothing critical standing, else go on.
    pub(crate) fn ordinary(script: Vec<Act>) -> Self {
        Self::new(
            ScriptedJudge::new(JudgeKind::Static, script),
            config(),
            ordinary_rule,
        )
    }

    pub(crate) async fn submit(&self, text: &str) -> Result<AuditReport, AuditError> {
        self.audits.audit(request("s", text), &Unheard).await
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
    }
}

pub(crate) fn ordinary_rule(snapshot: &Snapshot) -> Result<Status, PolicyError> {
    let newest = snapshot.iterations.last().unwrap();
    let passes = newest
        .reviews
        .last()
        .is_some_and(|review| review.counts() && review.score.unwrap().get() >= 95.0);
    let blocked = snapshot
        .findings
        .iter()
        .any(|f| f.state.is_standing() && f.reported.severity >= Severity::Critical);
    Ok(if passes && !blocked {
        Status::Complete(CompleteReason::BarMet(1))
    } else {
        Status::Continue
    })
}

pub(crate) fn request(session: &str, text: &str) -> AuditRequest {
    let reading = read(text, &Limits::default()).unwrap();
    AuditRequest {
        session: SessionId::new(session).unwrap(),
        submission: reading.submission.expect("the text holds code"),
        config: reading.config,
        patched: Default::default(),
        thought_number: 1,
        cancel: CancellationToken::new(),
    }
}

/// A critical finding about one line of a file.
pub(crate) fn critical(path: &str, anchor: &str) -> Reported {
    Reported {
        rule: Some("python/eval".into()),
        category: Category::Security,
        severity: Severity::Critical,
        cwe: Some(95),
        message: "eval".into(),
        advice: None,
        location: Some(Location {
            path: path.into(),
            line: Some(1),
            end_line: None,
        }),
        symbol: None,
        anchor: anchor.into(),
    }
}

pub(crate) fn python(path: &str, code: &str) -> String {
    format!("```python {path}\n{code}\n```\n")
}
