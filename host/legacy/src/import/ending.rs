//! How the original ended a session.

use super::file::Ending;
use gansauditor_audit::domain::{
    CompleteReason, Condition, DecidedBy, Decision, Event, Feedback, Progress, Score,
    StagnationReport, Status, StopReason, TerminationReport, Timestamp, Trend, UnmetCondition,
    Verdict,
};

/// The original's default tiers and hard stop; its files don't say which were in force.
const BARS: [f64; 3] = [95.0, 90.0, 85.0];
const HARD_STOP: u32 = 25;

/// The original's decision on the last attempt. `loops` are scores and verdicts of the loops taken over.
pub(super) fn decided(
    ending: &Ending,
    attempt: u32,
    at: Timestamp,
    loops: &[(Score, Verdict)],
) -> Event {
    let loop_number = u32::try_from(loops.len()).unwrap_or(u32::MAX);
    let score = loops.last().map(|(score, _)| *score);
    let (status, bar, summary) = match ending {
        Ending::Tier(tier) => {
            let bar = BARS
                .get(tier.saturating_sub(1) as usize)
                .copied()
                .unwrap_or(BARS[2]);
            (
                Status::Complete(CompleteReason::BarMet(*tier)),
                bar,
                "The original server completed this session.",
            )
        }
        Ending::Unknown => (
            Status::Complete(CompleteReason::Custom("imported".to_owned())),
            BARS[2],
            "The original server marked this session complete.",
        ),
        Ending::HardStop => (
            Status::Stop(StopReason::HardStop),
            BARS[2],
            "The original server stopped this session at its hard stop.",
        ),
        Ending::Stagnation => (
            Status::Stop(StopReason::Stagnation),
            BARS[2],
            "The original server stopped this session for stagnation.",
        ),
    };
    let stopped = matches!(status, Status::Stop(_));
    let bar = Score::clamped(bar);
    let decision = Decision {
        loop_number,
        bar,
        hard_stop: HARD_STOP,
        score,
        unmet: if stopped {
            vec![below_bar(score, bar)]
        } else {
            Vec::new()
        },
        stagnation: StagnationReport {
            stagnant: *ending == Ending::Stagnation,
            ..StagnationReport::default()
        },
        termination: stopped.then(|| termination(summary, loops)),
        feedback: Feedback {
            summary: summary.to_owned(),
            items: Vec::new(),
            omitted: 0,
            fixed: Vec::new(),
            new: Vec::new(),
            reopened: Vec::new(),
            progress: Progress {
                trend: Trend::Stagnant,
                confidence: 0.0,
                scores: loops.iter().map(|(score, _)| *score).collect(),
                factors: Vec::new(),
            },
            next_steps: Vec::new(),
        },
        status,
        memo: None,
        extensions: Vec::new(),
    };
    Event::Decided {
        attempt,
        at,
        decision: Box::new(decision),
        by: DecidedBy::Original,
        input: None,
        settings: String::new(),
        terms: None,
        micros: 0,
    }
}

fn below_bar(score: Option<Score>, bar: Score) -> UnmetCondition {
    let actual = score.map_or(0.0, Score::get);
    UnmetCondition {
        condition: Condition::ScoreBelowBar,
        required: bar.get(),
        actual,
        margin: (bar.get() - actual).max(0.0),
        detail: "The original server did not complete the work.".to_owned(),
    }
}

fn termination(assessment: &str, loops: &[(Score, Verdict)]) -> TerminationReport {
    let rejected = loops
        .iter()
        .filter(|(_, verdict)| *verdict == Verdict::Reject)
        .count();
    TerminationReport {
        failure_rate: rejected as f64 / loops.len().max(1) as f64,
        critical_findings: Vec::new(),
        assessment: assessment.to_owned(),
        recommendations: vec![
            "Begin another session for the work, or reset this one to go on.".to_owned(),
        ],
    }
}
