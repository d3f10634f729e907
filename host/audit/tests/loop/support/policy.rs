//! Policies that are one function each.

use async_trait::async_trait;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::*;
use std::sync::{Arc, Mutex};

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
pub(crate) struct Policies {
    pub(crate) live: Arc<RulePolicy>,
    pub(crate) fallback: Mutex<Option<Arc<RulePolicy>>>,
    pub(crate) trial: Mutex<Option<Arc<dyn Trial>>>,
}

impl PolicyEngine for Policies {
    fn in_force(&self, _: &SessionId) -> InForce {
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

/// Complete at 95 and nothing critical standing, else go on.
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
