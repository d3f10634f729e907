//! The host's caps: checked before a judge spends, whatever a policy decides.

use crate::domain::{
    Caps, Criteria, Decision, Feedback, FindingState, NextStep, Priority, Progress, Score,
    Severity, StagnationReport, Status, StopReason, TerminationReport, Trend, Verdict,
};
use crate::session::Session;

/// A cap that was reached.
pub(crate) struct Cap {
    /// Its name, as reported in `decided-by`.
    pub(crate) name: &'static str,
    /// What was reached, in words.
    reached: String,
}

/// The first cap the current cycle has reached.
pub(crate) fn reached(caps: &Caps, session: &Session) -> Option<Cap> {
    let spend = session.spend();
    // Further reviews that fail are attempts too, though no submission of their own.
    let failing = u64::from(spend.judge_calls) / u64::from(caps.max_reviews.max(1));
    let attempts = failing.max(session.iterations().len() as u64);
    let over = |name, used: u64, cap: Option<u64>, unit: &str| {
        cap.filter(|cap| used >= *cap).map(|cap| Cap {
            name,
            reached: format!("{used} of {cap} {unit}"),
        })
    };
    over(
        "max-attempts",
        attempts,
        Some(u64::from(caps.max_attempts)),
        "attempts",
    )
    .or_else(|| {
        over(
            "max-tokens",
            spend.input_tokens + spend.output_tokens,
            caps.max_tokens,
            "tokens",
        )
    })
    .or_else(|| {
        over(
            "max-money",
            spend.money_micros,
            caps.max_money_micros,
            "millionths",
        )
    })
    .or_else(|| {
        over(
            "max-judge-time",
            spend.judge_millis,
            caps.max_judge_millis,
            "ms of judging",
        )
    })
}

/// The decision of the host that ends a cycle at a cap.
pub(crate) fn decision(cap: &Cap, session: &Session, criteria: &Criteria) -> Decision {
    let rejected = session
        .iterations()
        .iter()
        .filter(|iteration| iteration.loop_number.is_some())
        .filter(|iteration| {
            iteration
                .reviews
                .last()
                .is_some_and(|r| r.verdict == Verdict::Reject)
        })
        .count();
    let loops = session.loops();
    let critical: Vec<String> = session
        .ledger()
        .iter()
        .filter(|f| f.state != FindingState::Fixed && f.reported.severity >= Severity::Critical)
        .map(|f| f.fingerprint.clone())
        .collect();
    let summary = format!(
        "The host ended the loop: {} of this cycle are used up.",
        cap.reached
    );
    Decision {
        status: Status::Stop(StopReason::Custom(cap.name.to_owned())),
        termination: Some(TerminationReport {
            failure_rate: if loops == 0 {
                0.0
            } else {
                rejected as f64 / f64::from(loops)
            },
            critical_findings: critical,
            assessment: summary.clone(),
            recommendations: vec![
                "Have a person look at the standing findings before more is spent.".to_owned(),
            ],
        }),
        loop_number: loops,
        ..blank(criteria, summary)
    }
}

/// Stands in where a session holds no decision, which only a foreign journal can cause.
pub(crate) fn no_decision(criteria: &Criteria) -> Decision {
    blank(criteria, "No decision is on record.".to_owned())
}

fn blank(criteria: &Criteria, summary: String) -> Decision {
    let step = NextStep {
        action: "Stop submitting to this session".to_owned(),
        rationale: summary.clone(),
        expected_outcome: "Nothing more is spent".to_owned(),
        priority: Priority::High,
    };
    Decision {
        status: Status::Continue,
        loop_number: 0,
        bar: criteria.tiers.first().map_or(Score::MAX, |tier| tier.score),
        hard_stop: criteria.hard_stop,
        score: None,
        unmet: Vec::new(),
        stagnation: StagnationReport::default(),
        termination: None,
        feedback: Feedback {
            summary,
            items: Vec::new(),
            omitted: 0,
            fixed: Vec::new(),
            new: Vec::new(),
            reopened: Vec::new(),
            progress: Progress {
                trend: Trend::Stagnant,
                confidence: 0.0,
                scores: Vec::new(),
                factors: Vec::new(),
            },
            next_steps: vec![step],
        },
        memo: None,
        extensions: Vec::new(),
    }
}
