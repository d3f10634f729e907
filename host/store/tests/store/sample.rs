//! Events as an audit makes them.

use gansauditor_audit::domain::{
    Caps, Category, Coverage, Criteria, DecidedBy, Decision, Digest, Dimension, Event, Extent,
    Feedback, FeedbackItem, FragmentLine, HistoryRequest, JudgeIdentity, JudgeKind, Language,
    Location, NextStep, Origin, PolicyIdentity, Priority, Progress, Reported, Request, Review,
    Score, Severity, StagnationReport, Status, Terms, Timestamp, Trend, UnmetCondition, Usage,
    Verdict, Work, WorkFile,
};

/// The first event of a session, and then those of `loops` loops, as they are appended.
pub(crate) fn batches(loops: u32) -> Vec<Vec<Event>> {
    let mut batches = vec![vec![Event::Opened {
        at: Timestamp(1_000),
        origin: Origin::Created,
    }]];
    for attempt in 1..=loops {
        let mut events = loop_events(attempt);
        let decided = events.split_off(1);
        batches.extend([events, decided]);
    }
    batches
}

/// What one loop adds to a session: submitted, reviewed, decided.
pub(crate) fn loop_events(attempt: u32) -> Vec<Event> {
    let at = |later: u64| Timestamp(1_000 + u64::from(attempt) * 100 + later);
    let score = Score::clamped(60.0 + f64::from(attempt) * 3.1);
    vec![
        Event::Submitted {
            attempt,
            at: at(0),
            work: work(attempt),
            request: Request::default(),
            task: Some("Parse the \"orders\" file; say what is wrong → where".to_owned()),
            context: None,
            thought_number: u64::from(attempt),
        },
        Event::Reviewed {
            attempt,
            at: at(30),
            review: review(attempt, score),
            reused_from: None,
        },
        Event::Decided {
            attempt,
            at: at(60),
            decision: Box::new(decision(attempt, score)),
            by: DecidedBy::Policy(PolicyIdentity {
                name: "core".to_owned(),
                version: "1.0.0".to_owned(),
                digest: Digest::of(b"component"),
            }),
            input: Some(Digest::of(&attempt.to_le_bytes())),
            settings: "{\"band\":4}".to_owned(),
            terms: Some(Box::new(Terms {
                criteria: Criteria::default(),
                limits: Caps::default(),
                history: HistoryRequest {
                    submissions: 4,
                    bytes: 1 << 20,
                },
            })),
            micros: 812,
        },
    ]
}

fn work(attempt: u32) -> Work {
    let whole = WorkFile {
        path: "src/orders.py".to_owned(),
        named: true,
        language: Language::from_label("python"),
        text: format!(
            "import json\n\ndef load(path):\n    # attempt {attempt}\n    return eval(open(path).read())\n"
        ),
        extent: Extent::Whole,
    };
    let fragment = WorkFile {
        path: "src/report.py".to_owned(),
        named: false,
        language: None,
        text: "def total(rows):\n    return sum(rows) / len(rows)\n".to_owned(),
        extent: Extent::Fragment {
            lines: vec![
                FragmentLine {
                    number: 10,
                    added: false,
                },
                FragmentLine {
                    number: 11,
                    added: true,
                },
            ],
            removed: vec!["    return sum(rows)".to_owned()],
        },
    };
    Work {
        files: vec![whole, fragment],
        deleted: vec!["src/old.py".to_owned()],
        ..Work::default()
    }
}

fn review(attempt: u32, score: Score) -> Review {
    let finding = Reported {
        rule: Some("python/eval-injection".to_owned()),
        category: Category::Security,
        severity: Severity::Critical,
        cwe: Some(95),
        message: "`eval` runs whatever the file holds".to_owned(),
        advice: Some("Use `json.loads`".to_owned()),
        location: Some(Location {
            path: "src/orders.py".to_owned(),
            line: Some(5),
            end_line: None,
        }),
        symbol: Some("load".to_owned()),
        anchor: "return eval(open(path).read())".to_owned(),
    };
    Review {
        cards: vec![],
        evidence: vec![],
        judges: vec![JudgeIdentity {
            name: "static".to_owned(),
            version: "1".to_owned(),
            kind: JudgeKind::Static,
            deterministic: true,
        }],
        score: Some(score),
        verdict: Verdict::Revise,
        dimensions: vec![
            Dimension {
                name: "correctness".to_owned(),
                weight: 0.1 + 0.2,
                score: Some(score),
            },
            Dimension {
                name: "tests".to_owned(),
                weight: 0.2,
                score: None,
            },
        ],
        assessed_weight: 1.0 / 3.0,
        coverage: Coverage::Whole,
        covered: vec!["src/orders.py".to_owned(), "src/report.py".to_owned()],
        readings: Vec::new(),
        findings: vec![("f1-5be1".to_owned(), finding)],
        summary: "Reads untrusted input with eval.".to_owned(),
        usage: Usage {
            input_tokens: 1200,
            cached_tokens: 300,
            output_tokens: 90,
            money_micros: 41,
        },
        millis: u64::from(attempt),
    }
}

fn decision(attempt: u32, score: Score) -> Decision {
    let bar = Score::clamped(95.0);
    Decision {
        status: Status::Continue,
        loop_number: attempt,
        bar,
        hard_stop: 25,
        score: Some(score),
        unmet: vec![UnmetCondition {
            condition: gansauditor_audit::domain::Condition::ScoreBelowBar,
            required: bar.get(),
            actual: score.get(),
            margin: bar.get() - score.get(),
            detail: "Raise the score".to_owned(),
        }],
        stagnation: StagnationReport {
            similarities: vec![0.93, 2.0 / 3.0],
            mean_similarity: Some(0.798_333_333_333_333_3),
            ..StagnationReport::default()
        },
        termination: None,
        feedback: Feedback {
            summary: "One critical finding is open.".to_owned(),
            items: vec![FeedbackItem {
                finding: "f1-5be1".to_owned(),
                category: Category::Security,
                severity: Severity::Critical,
                priority: Priority::Critical,
                location: None,
                description: "`eval` runs whatever the file holds".to_owned(),
                impact: None,
                action: "Use `json.loads`".to_owned(),
            }],
            omitted: 0,
            fixed: Vec::new(),
            new: vec!["f1-5be1".to_owned()],
            reopened: Vec::new(),
            progress: Progress {
                trend: Trend::Improving,
                confidence: 0.7,
                scores: vec![score],
                factors: Vec::new(),
            },
            next_steps: vec![NextStep {
                action: "Use `json.loads`".to_owned(),
                rationale: "It only reads data".to_owned(),
                expected_outcome: "The finding is fixed".to_owned(),
                priority: Priority::Critical,
            }],
        },
        memo: Some(vec![1, 2, 3]),
        extensions: Vec::new(),
    }
}
