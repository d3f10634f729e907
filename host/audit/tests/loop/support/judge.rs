//! A judge that does what it is told.

use async_trait::async_trait;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::*;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

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

impl Act {
    /// Reports this score and finds nothing.
    pub(crate) fn clean(score: f64) -> Self {
        Self::Report(score, vec![])
    }

    /// Reports this score and a critical finding about one line of `a.py`.
    pub(crate) fn finds(score: f64, anchor: &str) -> Self {
        Self::Report(score, vec![critical("a.py", anchor)])
    }

    /// Fails without an answer.
    pub(crate) fn fails() -> Self {
        let failure = JudgeFailure::Unavailable;
        Self::Fail(JudgeError::failed("scripted", failure, "no answer"))
    }
}

/// Does what it was told, in order.
pub(crate) struct ScriptedJudge {
    identity: JudgeIdentity,
    script: Mutex<VecDeque<Act>>,
    calls: AtomicUsize,
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

    /// How often it was asked.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
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
            readings: request
                .files
                .iter()
                .map(|file| FileReading::graded(&file.path))
                .collect(),
            summary: "as told".into(),
            usage: Usage {
                input_tokens: 10,
                ..Usage::default()
            },
            provenance: String::new(),
            checks: vec![],
            remarks: vec![],
        })
    }
}

struct Noted(Arc<AtomicUsize>);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
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
