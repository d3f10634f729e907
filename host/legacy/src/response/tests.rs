use super::*;
use crate::golden;
use gansauditor_audit::LoopSummary;
use gansauditor_audit::domain::{
    Category, CompleteReason, Condition, Criteria, DecidedBy, Decision, Digest, Dimension,
    Feedback, FeedbackItem, Finding, FindingState, JudgeIdentity, JudgeKind, Location, NextStep,
    PolicyIdentity, Priority, Progress, Reported, Review, ReviewReason, Score, SessionId, Severity,
    StagnationReport, StagnationSign, Status, StopReason, TerminationReport, Timestamp, Trend,
    UnmetCondition, Usage, Verdict,
};
use proptest::prelude::*;
use serde_json::Value;

const TEN: u64 = 1_757_213_149_312;

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
        findings: Vec::new(),
        summary: "One call of eval.".into(),
        usage: Usage::default(),
        millis: 12,
    }
}

fn location(line: Option<u32>) -> Option<Location> {
    Some(Location {
        path: "app.py".into(),
        line,
        end_line: line.map(|line| line + 1),
    })
}

fn reported(severity: Severity, message: &str) -> Reported {
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

fn finding(fingerprint: &str, severity: Severity, state: FindingState) -> Finding {
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

fn decision(status: Status, loop_number: u32, score: f64) -> Decision {
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

fn report(decision: Decision) -> AuditReport {
    let scores = [80.0, 84.5, decision.score.map_or(0.0, Score::get)];
    AuditReport {
        session: SessionId::new("s-1").unwrap(),
        session_opened_at: Timestamp(TEN),
        cycle: 1,
        attempt: 3,
        started_at: Timestamp(TEN + 60_000),
        ended_at: Timestamp(TEN + 61_500),
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
                at: Timestamp(TEN),
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
fn revise() -> AuditReport {
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

fn call() -> ToolCall {
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

fn log() -> ThoughtLog {
    ThoughtLog {
        branches: vec!["s-1".into()],
        thought_history_length: 7,
    }
}

fn answer(report: &AuditReport) -> Answer {
    Answer::audited(report, &call(), &log())
}

fn json(answer: &Answer) -> Value {
    serde_json::to_value(answer).unwrap()
}

#[test]
fn a_review_to_revise_looks_as_it_did_with_what_is_new_behind() {
    golden::check("revise", &answer(&revise()));
}

#[test]
fn a_completion_looks_as_it_did_for_each_tier() {
    for (tier, loop_number, bar) in [(1, 3, 95.0), (2, 12, 90.0), (3, 17, 85.0)] {
        let mut decision = decision(
            Status::Complete(CompleteReason::BarMet(tier)),
            loop_number,
            bar + 1.0,
        );
        decision.bar = Score::clamped(bar);
        golden::check(&format!("complete-tier-{tier}"), &answer(&report(decision)));
    }
}

#[test]
fn a_hard_stop_looks_as_it_did_and_carries_its_termination_report() {
    let mut report = report(decision(Status::Stop(StopReason::HardStop), 25, 70.0));
    report.ledger = revise().ledger;
    golden::check("hard-stop", &answer(&report));
}

#[test]
fn stagnation_stops_and_says_by_which_signs() {
    let mut decision = decision(Status::Stop(StopReason::Stagnation), 12, 70.0);
    decision.feedback.progress.trend = Trend::Stagnant;
    decision.stagnation = StagnationReport {
        stagnant: true,
        signs: vec![
            StagnationSign::NearIdentical,
            StagnationSign::Custom("odd".into()),
        ],
        similarities: vec![1.0, 0.9666666],
        mean_similarity: Some(0.983_333),
        open_blocking: vec![1, 1, 1],
        score_rise: Some(0.0),
        excused: false,
        explanation: "Three submissions are nearly the same (0.98).".into(),
        alternatives: vec!["Try another design.".into()],
    };
    golden::check("stagnation", &answer(&report(decision)));
}

#[test]
fn prose_and_background_answers_are_short() {
    golden::check(
        "prose",
        &Answer::prose(&call(), &log(), vec!["there was no code in it".into()]),
    );
    golden::check("pending", &Answer::pending(&call(), &log(), vec![]));
}

#[test]
fn a_pass_below_the_bar_goes_on() {
    let mut report = report(decision(Status::Continue, 3, 90.0));
    report.loops.truncate(1);
    let json = json(&answer(&report));
    assert_eq!(json["gan"]["verdict"], "pass");
    assert_eq!(json["nextThoughtNeeded"], true);
    assert_eq!(json["completionStatus"]["isComplete"], false);
    assert_eq!(json["completionStatus"]["reason"], "in_progress");
    assert_eq!(json["loopInfo"]["averageImprovement"], 0);
    assert!(json.get("terminationInfo").is_none());
}

#[test]
fn what_was_not_scored_has_no_gan_and_says_why() {
    let mut report = report(decision(Status::Continue, 0, 0.0));
    report.decision.score = None;
    report.loops.clear();
    let review = report.review.as_mut().unwrap();
    review.score = None;
    review.coverage = Coverage::Unscored("the model answered nothing".into());
    let json = json(&answer(&report));
    assert!(json.get("gan").is_none());
    assert!(json["completionStatus"].get("score").is_none());
    assert_eq!(json["nextThoughtNeeded"], true);
    assert!(
        json["notices"][0]
            .as_str()
            .unwrap()
            .ends_with("the model answered nothing")
    );
}

#[test]
fn a_stop_at_a_cap_of_the_host_names_the_cap() {
    let mut report = report(decision(
        Status::Stop(StopReason::Custom("max-tokens".into())),
        4,
        70.0,
    ));
    report.decided_by = DecidedBy::Host("max-tokens".into());
    report.review = None;
    report.repeated = true;
    let json = json(&answer(&report));
    assert_eq!(
        json["policy"],
        serde_json::json!({ "decidedBy": "host:max-tokens" })
    );
    assert_eq!(json["terminationInfo"]["type"], "timeout");
    assert_eq!(json["terminationInfo"]["reason"], "max-tokens");
    assert_eq!(json["completionStatus"]["reason"], "max_loops_reached");
    assert_eq!(json["decision"]["repeated"], true);
}

#[test]
fn a_completion_for_a_reason_of_its_own_is_named_by_the_tier_in_force() {
    for (loop_number, reason) in [
        (10, "score_95_at_10"),
        (11, "score_90_at_15"),
        (16, "score_85_at_20"),
        (25, "score_85_at_20"),
    ] {
        let custom = Status::Complete(CompleteReason::Custom("signed_off".into()));
        let json = json(&answer(&report(decision(custom, loop_number, 97.0))));
        assert_eq!(json["completionStatus"]["reason"], reason);
        assert_eq!(json["decision"]["reason"], "signed_off");
    }
}

#[test]
fn a_further_review_that_was_not_granted_goes_on() {
    let again = Status::ReviewAgain(ReviewReason::NearTheBar);
    let json = json(&answer(&report(decision(again, 3, 96.0))));
    assert_eq!(json["decision"]["status"], "continue");
    assert_eq!(json["decision"]["reason"], "near_the_bar");
    assert_eq!(json["nextThoughtNeeded"], true);
}

#[test]
fn what_blocks_by_configuration_is_a_critical_issue() {
    let mut report = revise();
    report.decision.feedback.items[0].severity = Severity::Major;
    assert_eq!(
        json(&answer(&report))["feedback"]["criticalIssues"],
        serde_json::json!([])
    );
    report.criteria.blocking_severity = Severity::Major;
    assert_eq!(
        json(&answer(&report))["feedback"]["criticalIssues"][0]["severity"],
        "major"
    );
}

#[test]
fn both_trends_are_one() {
    let json = json(&answer(&revise()));
    assert_eq!(
        json["loopInfo"]["progressTrend"],
        json["feedback"]["progressAssessment"]["trend"]
    );
}

#[test]
fn standing_findings_come_first_and_the_worst_of_them_before_the_others() {
    let json = json(&answer(&revise()));
    let order: Vec<&str> = json["ledger"]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["fingerprint"].as_str().unwrap())
        .collect();
    assert_eq!(order, ["f1", "f2", "f3"]);
    assert_eq!(
        [
            &json["ledger"]["open"],
            &json["ledger"]["unreviewed"],
            &json["ledger"]["fixed"]
        ],
        [1, 1, 1]
    );
}

/// The keys of the original, in its order, and the new ones after them.
const KEYS: &[&str] = &[
    "thoughtNumber",
    "totalThoughts",
    "nextThoughtNeeded",
    "branches",
    "thoughtHistoryLength",
    "sessionId",
    "gan",
    "feedback",
    "completionStatus",
    "loopInfo",
    "terminationInfo",
    "sessionMetadata",
    "audited",
    "policy",
    "decision",
    "ledger",
    "notices",
];

/// Keys of the outermost object in the order they are written.
fn top_level_keys(pretty: &str) -> Vec<String> {
    pretty
        .lines()
        .filter_map(|line| {
            line.strip_prefix("  \"")?
                .split_once("\":")
                .map(|(key, _)| key.to_owned())
        })
        .collect()
}

fn any_status() -> impl Strategy<Value = Status> {
    prop_oneof![
        Just(Status::Continue),
        Just(Status::ReviewAgain(ReviewReason::NearTheBar)),
        (0u32..9).prop_map(|tier| Status::Complete(CompleteReason::BarMet(tier))),
        ".{0,400}".prop_map(|name| Status::Complete(CompleteReason::Custom(name))),
        Just(Status::Stop(StopReason::HardStop)),
        Just(Status::Stop(StopReason::Stagnation)),
        ".{0,400}".prop_map(|name| Status::Stop(StopReason::Custom(name))),
    ]
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        Just(f64::NAN),
        Just(f64::INFINITY),
        0.0..100.0f64
    ]
}

/// As much as a hostile judge and policy can put into a report.
fn flooded(
    status: Status,
    text: &str,
    count: usize,
    number: f64,
    detail: DetailLevel,
) -> AuditReport {
    let text = text.to_owned();
    let mut decision = decision(status, u32::MAX, 50.0);
    let path = Location {
        path: text.clone(),
        line: Some(u32::MAX),
        end_line: None,
    };
    let item = FeedbackItem {
        finding: text.clone(),
        category: Category::Custom(text.clone()),
        severity: Severity::Info,
        priority: Priority::Low,
        location: Some(path.clone()),
        description: text.clone(),
        impact: Some(text.clone()),
        action: text.clone(),
    };
    let feedback = &mut decision.feedback;
    feedback.summary.clone_from(&text);
    feedback.items = vec![
        FeedbackItem {
            severity: Severity::Blocker,
            ..item.clone()
        };
        count
    ];
    feedback.items.push(item);
    feedback.new = vec![text.clone(); count];
    feedback.fixed = vec![text.clone(); count];
    feedback.reopened = vec![text.clone(); count];
    feedback.progress.confidence = number;
    feedback.progress.factors = vec![text.clone(); count];
    feedback.next_steps = vec![
        NextStep {
            action: text.clone(),
            rationale: text.clone(),
            expected_outcome: text.clone(),
            priority: Priority::Low,
        };
        count
    ];
    decision.stagnation.similarities = vec![number; count];
    decision.stagnation.alternatives = vec![text.clone(); count];
    decision.stagnation.explanation.clone_from(&text);
    if let [unmet] = decision.unmet.as_slice() {
        let unmet = UnmetCondition {
            condition: Condition::Custom(text.clone()),
            margin: number,
            detail: text.clone(),
            ..unmet.clone()
        };
        decision.unmet = vec![unmet; count];
    }
    if let Some(termination) = &mut decision.termination {
        termination.failure_rate = number;
        termination.assessment.clone_from(&text);
        termination.critical_findings = vec![text.clone(); count];
        termination.recommendations = vec![text.clone(); count];
    }
    let mut report = report(decision);
    let hostile = Reported {
        rule: Some(text.clone()),
        message: text.clone(),
        advice: Some(text.clone()),
        location: Some(path),
        ..reported(Severity::Blocker, "")
    };
    let entry = Finding {
        reported: hostile.clone(),
        ..finding(&text, Severity::Info, FindingState::Open)
    };
    report.ledger = vec![entry; count];
    if let Some(review) = &mut report.review {
        review.findings = vec![(text.clone(), hostile); count];
        review.summary.clone_from(&text);
        review.coverage = Coverage::Partial(text.clone());
        review.judges[0].name.clone_from(&text);
        review.judges[0].version.clone_from(&text);
    }
    report.notes = vec![text.clone(); count];
    report.task = Some(text);
    report.criteria.detail = detail;
    report
}

fn any_report() -> impl Strategy<Value = AuditReport> {
    let piece = prop_oneof![".{0,40}", "[\u{1}-\u{7f}]{0,40}", "漢{0,9}"];
    let text = (piece, 0usize..60).prop_map(|(piece, times)| piece.repeat(times));
    let detail = prop_oneof![
        Just(DetailLevel::Basic),
        Just(DetailLevel::Detailed),
        Just(DetailLevel::Verbose)
    ];
    (any_status(), text, 0usize..60, any_number(), detail).prop_map(
        |(status, text, count, number, detail)| flooded(status, &text, count, number, detail),
    )
}

/// Bytes of the answer as compact JSON.
fn size(report: &AuditReport) -> usize {
    serde_json::to_vec(&answer(report)).unwrap().len()
}

#[test]
fn a_flood_is_cut_to_size_and_what_was_left_out_is_counted() {
    let text = "Words of a judge that never stops. ".repeat(200);
    for (detail, kib) in [
        (DetailLevel::Basic, 28),
        (DetailLevel::Detailed, 40),
        (DetailLevel::Verbose, 64),
    ] {
        let report = flooded(Status::Stop(StopReason::HardStop), &text, 500, 0.5, detail);
        assert!(
            size(&report) <= kib * 1024,
            "{detail:?}: {} bytes",
            size(&report)
        );
    }
    // An ordinary long session: findings of ordinary length, many of them.
    let report = flooded(
        Status::Continue,
        "eval runs whatever it is given, here and there",
        100,
        0.5,
        DetailLevel::Detailed,
    );
    assert!(size(&report) <= 32 * 1024, "{} bytes", size(&report));
    let mut report = revise();
    report.ledger = vec![report.ledger[2].clone(); 60];
    let json = json(&answer(&report));
    let shown = json["ledger"]["findings"].as_array().unwrap().len();
    let said = json["notices"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        said,
        format!(
            "{} more entries of `ledger.findings` were left out of this answer",
            60 - shown
        )
    );
    assert_eq!(json["ledger"]["open"], 60);
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        _ => false,
    }
}

fn all_in(list: &Value, key: &str, words: &[&str]) -> bool {
    list.as_array()
        .unwrap()
        .iter()
        .all(|item| words.contains(&item[key].as_str().unwrap()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn every_answer_is_bounded_in_order_and_in_the_words_of_the_original(report in any_report()) {
        let answer = answer(&report);
        let compact = serde_json::to_string(&answer).unwrap();
        // Twice a flood of plain words: a text of quotation marks is written with as many backslashes.
        let most = match report.criteria.detail {
            DetailLevel::Basic => 56,
            DetailLevel::Detailed => 80,
            DetailLevel::Verbose => 128,
        };
        prop_assert!(compact.len() <= most * 1024, "{} bytes", compact.len());

        let keys = top_level_keys(&serde_json::to_string_pretty(&answer).unwrap());
        let expected: Vec<&str> = KEYS.iter().copied().filter(|key| keys.iter().any(|k| k == key)).collect();
        prop_assert_eq!(&keys, &expected);

        let json = json(&answer);
        prop_assert!(!has_null(&json));
        let categories = ["security", "performance", "style", "logic", "error_handling", "maintainability",
            "testing", "documentation", "architecture", "compatibility"];
        let issues = ["security_vulnerability", "logic_error", "performance_bottleneck", "compatibility_issue",
            "data_corruption_risk", "resource_leak", "infinite_loop", "null_pointer", "race_condition", "deadlock_risk"];
        let reasons = ["score_95_at_10", "score_90_at_15", "score_85_at_20", "max_loops_reached",
            "stagnation_detected", "in_progress"];
        let feedback = &json["feedback"];
        prop_assert!(all_in(&feedback["improvements"], "category", &categories));
        prop_assert!(all_in(&feedback["criticalIssues"], "type", &issues));
        prop_assert!(all_in(&feedback["criticalIssues"], "severity", &["blocker", "critical", "major", "minor"]));
        prop_assert!(feedback["improvements"].as_array().unwrap().len() <= 10);
        prop_assert!(feedback["criticalIssues"].as_array().unwrap().len() <= 5);
        prop_assert!(feedback["nextSteps"].as_array().unwrap().len() <= 5);
        let completion = &json["completionStatus"];
        prop_assert!(reasons.contains(&completion["reason"].as_str().unwrap()));
        prop_assert!((0.0..=1.0).contains(&completion["progressPercentage"].as_f64().unwrap()));
        prop_assert_eq!(completion["isComplete"].as_bool().unwrap(), !answer.next_thought_needed());
        if let Some(termination) = json.get("terminationInfo") {
            prop_assert!((0.0..=1.0).contains(&termination["failureRate"].as_f64().unwrap()));
            prop_assert!(["timeout", "failure", "stagnation"].contains(&termination["type"].as_str().unwrap()));
        }
        prop_assert_eq!(json.get("terminationInfo").is_some(), report.standing == Standing::Stopped);
    }
}
