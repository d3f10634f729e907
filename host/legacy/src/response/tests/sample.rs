//! A report that an ordinary audit ends in, and its answer.

use crate::arguments::ToolCall;
use crate::response::{Answer, ThoughtLog};
use gansauditor_audit::domain::{
    Category, Condition, Coverage, Criteria, DecidedBy, Decision, Digest, Dimension, Feedback,
    FeedbackItem, FileReading, Finding, FindingState, JudgeIdentity, JudgeKind, Location, NextStep,
    PolicyIdentity, Priority, Progress, Reported, Review, Score, SessionId, Severity,
    StagnationReport, Status, TerminationReport, Timestamp, Trend, UnmetCondition, Usage, Verdict,
};
use gansauditor_audit::session::Standing;
use gansauditor_audit::{AuditReport, LoopSummary};
use serde_json::Value;

/// When the session began, in milliseconds since 1970.
const BEGAN: u64 = 1_757_213_149_312;

/// A review by the static judge that read all of `app.py`.
pub(crate) fn review(score: f64) -> Review {
    Review {
        cards: vec![],
        evidence: vec![],
        judges: vec![JudgeIdentity {
            name: "static".into(),
            version: "1".into(),
            kind: JudgeKind::Static,
            deterministic: true,
        }],
        score: Some(Score::clamped(score)),
        verdict: if score >= 85.0 {
            Verdict::Pass
        } else {
            Verdict::Revise
        },
        dimensions: vec![
            Dimension {
                name: "security".into(),
                weight: 0.15,
                score: Some(Score::clamped(score)),
            },
            Dimension {
                name: "tests".into(),
                weight: 0.2,
                score: None,
            },
        ],
        assessed_weight: 0.8,
        coverage: Coverage::Whole,
        covered: vec!["app.py".into()],
        readings: vec![FileReading::graded("app.py")],
        findings: Vec::new(),
        summary: "One call of eval.".into(),
        usage: Usage::default(),
        millis: 12,
    }
}

/// A place in `app.py`.
pub(super) fn location(line: Option<u32>) -> Option<Location> {
    Some(Location {
        path: "app.py".into(),
        line,
        end_line: line.map(|line| line + 1),
    })
}

/// What a judge says of eval.
pub(super) fn reported(severity: Severity, message: &str) -> Reported {
    Reported {
        rule: Some("python/eval".into()),
        category: Category::Security,
        severity,
        cwe: Some(95),
        message: message.into(),
        advice: Some("Use ast.literal_eval.".into()),
        location: location(Some(3)),
        symbol: Some("run".into()),
        anchor: "eval(x)".into(),
    }
}

/// The same as the ledger has it.
pub(super) fn finding(fingerprint: &str, severity: Severity, state: FindingState) -> Finding {
    Finding {
        fingerprint: fingerprint.into(),
        reported: reported(severity, "eval runs whatever it is given"),
        judge: "static".into(),
        judge_rank: 0,
        state,
        first_seen: 1,
        last_seen: 2,
        fixed_in: (state == FindingState::Fixed).then_some(2),
        reopened: 0,
    }
}

/// A decision at the bar of 95 with everything that its status calls for.
pub(super) fn decision(status: Status, loop_number: u32, score: f64) -> Decision {
    let stopped = matches!(status, Status::Stop(_));
    let complete = matches!(status, Status::Complete(_));
    Decision {
        loop_number,
        bar: Score::clamped(95.0),
        hard_stop: 25,
        score: Some(Score::clamped(score)),
        unmet: if complete {
            Vec::new()
        } else {
            vec![UnmetCondition {
                condition: Condition::ScoreBelowBar,
                required: 95.0,
                actual: score,
                margin: 95.0 - score,
                detail: "Raise the score.".into(),
            }]
        },
        stagnation: StagnationReport {
            explanation: "The loop moves.".into(),
            ..StagnationReport::default()
        },
        termination: stopped.then(|| TerminationReport {
            failure_rate: 0.25,
            critical_findings: vec!["f1".into(), "gone".into()],
            assessment: "The work did not get there.".into(),
            recommendations: vec!["Split it.".into()],
        }),
        feedback: Feedback {
            summary: "One thing to mend.".into(),
            items: Vec::new(),
            omitted: 0,
            fixed: Vec::new(),
            new: Vec::new(),
            reopened: Vec::new(),
            progress: Progress {
                trend: Trend::Improving,
                confidence: 0.7,
                scores: Vec::new(),
                factors: vec!["The score rose.".into()],
            },
            next_steps: vec![NextStep {
                action: "Replace eval.".into(),
                rationale: "It is the blocker.".into(),
                expected_outcome: "The score rises.".into(),
                priority: Priority::Critical,
            }],
        },
        status,
        memo: None,
        extensions: Vec::new(),
    }
}

/// A report of the third attempt, without findings.
pub(super) fn report(decision: Decision) -> AuditReport {
    let scores = [80.0, 84.5, decision.score.map_or(0.0, Score::get)];
    AuditReport {
        session: SessionId::new("s-1").unwrap(),
        session_opened_at: Timestamp(BEGAN),
        cycle: 1,
        attempt: 3,
        started_at: Timestamp(BEGAN + 60_000),
        ended_at: Timestamp(BEGAN + 61_500),
        review: Some(review(decision.score.map_or(0.0, Score::get))),
        unchanged: false,
        standing: match decision.status {
            Status::Continue | Status::ReviewAgain(_) => Standing::Open,
            Status::Complete(_) => Standing::Complete,
            Status::Stop(_) => Standing::Stopped,
        },
        decision,
        decided_by: DecidedBy::Policy(PolicyIdentity {
            name: "default".into(),
            version: "1.0.0".into(),
            digest: Digest::of(b"policy"),
        }),
        repeated: false,
        ledger: Vec::new(),
        loops: (1..)
            .zip(scores)
            .map(|(number, score)| LoopSummary {
                number,
                at: Timestamp(BEGAN),
                score,
                verdict: Verdict::Revise,
            })
            .collect(),
        criteria: Criteria::default(),
        task: Some("Mend it.".into()),
        notes: Vec::new(),
    }
}

/// A report with findings of every state.
pub(super) fn revise() -> AuditReport {
    let mut decision = decision(Status::Continue, 3, 88.0);
    decision.feedback.items = vec![FeedbackItem {
        finding: "f1".into(),
        category: Category::Security,
        severity: Severity::Critical,
        priority: Priority::Critical,
        location: location(Some(3)),
        description: "eval runs whatever it is given".into(),
        impact: Some("Anyone can run code.".into()),
        action: "Use ast.literal_eval.".into(),
    }];
    let mut report = report(decision);
    report.ledger = vec![
        finding("f3", Severity::Blocker, FindingState::Fixed),
        finding("f2", Severity::Minor, FindingState::Unreviewed),
        finding("f1", Severity::Critical, FindingState::Open),
    ];
    let review = report.review.as_mut().unwrap();
    review.findings = vec![(
        "f1".into(),
        reported(Severity::Critical, "eval runs whatever it is given"),
    )];
    review.verdict = Verdict::Revise;
    report.decision.feedback.new = vec!["f1".into()];
    report.decision.feedback.fixed = vec!["f3".into()];
    report.notes = vec!["gan-config: `judges` was not taken".into()];
    report
}

pub(super) fn call() -> ToolCall {
    ToolCall {
        thought: "x".into(),
        thought_number: 3,
        total_thoughts: 5,
        next_thought_needed: false,
        is_revision: false,
        revises_thought: None,
        branch_from_thought: None,
        branch_id: Some(SessionId::new("s-1").unwrap()),
        loop_id: Some(SessionId::new("l-1").unwrap()),
        needs_more_thoughts: false,
    }
}

pub(super) fn log() -> ThoughtLog {
    ThoughtLog {
        branches: vec!["s-1".into()],
        thought_history_length: 7,
    }
}

/// The answer to the sample call.
pub(super) fn answer(report: &AuditReport) -> Answer {
    Answer::audited(report, &call(), &log())
}

/// The answer to this report as clients read it.
pub(super) fn shown(report: &AuditReport) -> Value {
    serde_json::to_value(answer(report)).unwrap()
}
