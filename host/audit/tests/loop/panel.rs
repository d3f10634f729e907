//! Several judges: what they make together, and what becomes of it when one fails.

use crate::support::*;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::*;
use gansauditor_audit::session::Standing;
use gansauditor_audit::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

fn model(script: Vec<Act>) -> Arc<ScriptedJudge> {
    ScriptedJudge::named("model", JudgeKind::Model, script)
}

fn linter(script: Vec<Act>) -> Arc<ScriptedJudge> {
    ScriptedJudge::named("linter", JudgeKind::Tool, script)
}

fn failure(judge: &str) -> JudgeError {
    JudgeError::failed(judge, JudgeFailure::Unavailable, "no answer")
}

fn score(report: &AuditReport) -> f64 {
    report.review.as_ref().unwrap().score.unwrap().get()
}

const CODE: &str = "```python a.py\nx = eval(y)\n```\n";
const MENDED: &str = "```python a.py\nx = int(y)\n```\n";

#[tokio::test]
async fn each_judge_has_its_card_and_findings_are_merged() {
    let found = critical("a.py", "eval(y)");
    let world = World::of(&[
        model(vec![Act::Report(80.0, vec![found.clone()])]),
        linter(vec![Act::Report(60.0, vec![found])]),
    ]);
    let report = world.submit(CODE).await.unwrap();
    let review = report.review.as_ref().unwrap();
    assert_eq!(score(&report), 70.0);
    assert_eq!(review.findings.len(), 1);
    assert_eq!(review.judges.len(), 2);
    let names: Vec<&str> = review.cards.iter().map(|c| c.judge.name.as_str()).collect();
    assert_eq!(names, ["model", "linter"]);
    assert_eq!(
        report.ledger[0].judge, "model",
        "the higher authority answers for it"
    );
    assert_eq!(review.usage.input_tokens, 20);
}

#[tokio::test]
async fn a_linter_never_raises_what_the_model_gave() {
    let world = World::of(&[
        model(vec![Act::clean(91.0)]),
        linter(vec![Act::clean(100.0)]),
    ]);
    assert_eq!(score(&world.submit(CODE).await.unwrap()), 91.0);
}

#[tokio::test]
async fn weights_count() {
    let seats = [(90.0, 3.0), (50.0, 1.0)].map(|(score, weight)| {
        let name = format!("linter-{score}");
        let judge = ScriptedJudge::named(&name, JudgeKind::Tool, vec![Act::clean(score)]);
        (judge, weight)
    });
    let first = seats[0].0.clone();
    let seats = seats.map(|(judge, weight)| Seat { judge, weight });
    let panel = Panel::new(seats.into()).unwrap();
    let world = World::with(first, panel, None, config(), ordinary_rule);
    assert_eq!(score(&world.submit(CODE).await.unwrap()), 80.0);
}

#[tokio::test]
async fn without_the_model_the_review_is_in_part_and_completes_nothing() {
    let world = World::of(&[
        model(vec![Act::Fail(failure("model")), Act::clean(96.0)]),
        linter(vec![Act::clean(100.0), Act::clean(100.0)]),
    ]);
    let degraded = world.submit(CODE).await.unwrap();
    let review = degraded.review.as_ref().unwrap();
    assert!(matches!(&review.coverage, Coverage::Partial(why) if why.contains("no answer")));
    assert_eq!(degraded.decision.status, Status::Continue);
    assert!(
        degraded
            .notes
            .iter()
            .any(|note| note.contains("without model"))
    );
    // The same work is judged again, by all: a review without the model is no review of the panel.
    let whole = world.submit(CODE).await.unwrap();
    assert_eq!(whole.standing, Standing::Complete);
}

#[tokio::test]
async fn a_failing_linter_degrades_the_review_and_its_findings_stand() {
    let world = World::of(&[
        model(vec![Act::clean(60.0), Act::clean(97.0), Act::clean(97.0)]),
        linter(vec![
            Act::finds(60.0, "eval(y)"),
            Act::Fail(failure("linter")),
            Act::clean(97.0),
        ]),
    ]);
    world.submit(CODE).await.unwrap();
    let second = world.submit(MENDED).await.unwrap();
    assert!(
        second
            .notes
            .iter()
            .any(|note| note.contains("without linter"))
    );
    // Nobody else can say that it is mended: a tool that crashes completes nothing.
    assert_eq!(second.ledger[0].state, FindingState::Open);
    assert_eq!(second.standing, Standing::Open);
    let third = world.submit(MENDED).await.unwrap();
    assert_eq!(third.ledger[0].state, FindingState::Fixed);
    assert_eq!(third.standing, Standing::Complete);
}

#[tokio::test]
async fn after_a_linter_failed_it_is_asked_again_and_the_model_gets_no_other_draw() {
    let judges = [
        model(vec![Act::finds(94.0, "eval(y)")]),
        linter(vec![Act::Fail(failure("linter")), Act::clean(80.0)]),
    ];
    let world = World::of(&judges);
    let first = world.submit(CODE).await.unwrap();
    let again = world.submit(CODE).await.unwrap();
    let [before, after] = [&first, &again].map(|report| report.review.as_ref().unwrap());
    assert_eq!(before.findings, after.findings);
    assert_eq!((score(&first), score(&again)), (94.0, 87.0));
    assert_eq!(after.cards[0].usage, Usage::default());
    assert_eq!(after.failed().count(), 0);
    assert_eq!(again.decision.loop_number, 2, "a loop like any other");
    // Now it is as any work that was reviewed before.
    assert!(world.submit(CODE).await.unwrap().unchanged);
}

#[tokio::test]
async fn when_all_fail_the_highest_authority_says_why() {
    let world = World::of(&[
        linter(vec![Act::Fail(failure("linter"))]),
        model(vec![Act::Fail(failure("model"))]),
    ]);
    let error = world.submit(CODE).await.unwrap_err();
    assert!(
        matches!(error, AuditError::Judge(JudgeError::Failed { judge, .. }) if judge == "model")
    );
}

#[tokio::test]
async fn what_was_said_before_the_time_was_up_counts_in_part_or_not_at_all() {
    let late = || {
        let partial = JudgeReport {
            scores: vec![("security".into(), Score::clamped(99.0))],
            findings: vec![Reported {
                severity: Severity::Minor,
                ..critical("a.py", "eval(y)")
            }],
            coverage: Coverage::Whole,
            readings: vec![FileReading::graded("a.py")],
            summary: "as far as it went".into(),
            usage: Usage::default(),
            provenance: String::new(),
            checks: vec![],
            remarks: vec![],
        };
        Act::Fail(JudgeError::TimedOut {
            judge: "model".into(),
            after: Duration::from_secs(30),
            partial: Some(Box::new(partial)),
            usage: Usage::default(),
        })
    };
    let world = World::of(&[model(vec![late()])]);
    let report = world.submit(CODE).await.unwrap();
    let review = report.review.as_ref().unwrap();
    assert!(matches!(&review.coverage, Coverage::Partial(why) if why.contains("30 s")));
    assert_eq!(review.findings.len(), 1);
    assert!(review.covered.is_empty());
    assert_eq!(review.verdict, Verdict::Revise, "99, but in part");
    assert_eq!(report.decision.status, Status::Continue);
    assert!(report.loops.is_empty(), "no loop");

    let judge = model(vec![late()]);
    let strict = LoopConfig {
        partial_results: false,
        ..config()
    };
    let world = World::new(judge, strict, ordinary_rule);
    let error = world.submit(CODE).await.unwrap_err();
    assert!(matches!(
        error,
        AuditError::Judge(JudgeError::TimedOut { .. })
    ));
}

#[tokio::test]
async fn a_judge_answers_for_its_own_findings_and_for_those_of_nobody_on_the_panel() {
    let judges = [
        model(vec![Act::clean(60.0), Act::clean(60.0)]),
        linter(vec![Act::finds(60.0, "eval(y)"), Act::clean(60.0)]),
    ];
    let world = World::of(&judges);
    world.submit(CODE).await.unwrap();
    world.submit(MENDED).await.unwrap();
    let earlier = |judge: &ScriptedJudge| judge.requests.lock().unwrap()[1].earlier.len();
    assert_eq!(earlier(&judges[0]), 0);
    assert_eq!(earlier(&judges[1]), 1);
}

#[tokio::test]
async fn cancelling_stops_every_judge() {
    let cancelled = Arc::new(AtomicUsize::new(0));
    let world = World::of(&[
        model(vec![Act::Hang(cancelled.clone())]),
        linter(vec![Act::Hang(cancelled.clone())]),
    ]);
    let error = world.cancelled(CODE).await;
    assert_eq!(error, AuditError::Judge(JudgeError::Cancelled));
    assert_eq!(cancelled.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn the_results_of_checks_are_evidence_about_the_work_they_ran_on() {
    struct Checker(JudgeIdentity);
    #[async_trait::async_trait]
    impl Judge for Checker {
        fn identity(&self) -> &JudgeIdentity {
            &self.0
        }
        async fn review(&self, request: &JudgeRequest) -> Result<JudgeReport, JudgeError> {
            Ok(JudgeReport {
                scores: vec![],
                findings: vec![],
                coverage: Coverage::Whole,
                readings: request
                    .files
                    .iter()
                    .map(|file| FileReading::graded(&file.path))
                    .collect(),
                summary: String::new(),
                usage: Usage::default(),
                provenance: String::new(),
                checks: vec![CheckRun {
                    check: "tests".into(),
                    outcome: CheckResult::Passed,
                    provenance: "pytest".into(),
                    detail: "3 passed".into(),
                }],
                remarks: vec![],
            })
        }
    }
    let checker = Checker(JudgeIdentity {
        name: "check:tests".into(),
        version: "1".into(),
        kind: JudgeKind::Tool,
        deterministic: true,
    });
    let first = linter(vec![Act::clean(60.0), Act::clean(96.0)]);
    let seats = vec![
        Seat {
            judge: first.clone(),
            weight: 1.0,
        },
        Seat {
            judge: Arc::new(checker),
            weight: 1.0,
        },
    ];
    let panel = Panel::new(seats).unwrap();
    let world = World::with(first, panel, None, config(), ordinary_rule);
    world.submit(CODE).await.unwrap();
    world.submit(CODE).await.unwrap();
    let last = world.submit(MENDED).await.unwrap();
    assert_eq!(last.standing, Standing::Complete);
    let seen = world.policy.seen.lock().unwrap();
    let newest = seen.last().unwrap();
    let of: Vec<&Digest> = newest.evidence.iter().map(|e| &e.submission).collect();
    // The second submission was the first again, so its result is the same one.
    let works: Vec<&Digest> = newest.iterations.iter().map(|i| &i.submission).collect();
    assert_eq!(of, [works[0], works[2]]);
}
