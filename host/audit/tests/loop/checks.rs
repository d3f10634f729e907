//! Checks beside judges: what one that could not be run to its end does to the loop.

use crate::support::*;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::*;
use gansauditor_audit::session::Standing;
use gansauditor_audit::*;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const CODE: &str = "```python a.py\nx = int(y)\n```\n";

/// How a run of the check ends.
enum Run {
    Ends(CheckResult),
    /// The judge over it fails.
    Fails,
    /// It keeps to no time, and hears nobody.
    Hangs,
}

/// A check that does what it is told, in order.
struct Check {
    identity: JudgeIdentity,
    script: Mutex<VecDeque<Run>>,
}

impl Check {
    fn new(script: Vec<Run>) -> Arc<Self> {
        Arc::new(Self {
            identity: JudgeIdentity {
                name: "check:tests".into(),
                version: "1".into(),
                kind: JudgeKind::Tool,
                deterministic: true,
            },
            script: Mutex::new(script.into()),
        })
    }
}

#[async_trait::async_trait]
impl Judge for Check {
    fn identity(&self) -> &JudgeIdentity {
        &self.identity
    }

    fn check(&self) -> Option<&str> {
        Some("tests")
    }

    async fn review(&self, _: &JudgeRequest) -> Result<JudgeReport, JudgeError> {
        let run = self.script.lock().unwrap().pop_front().unwrap();
        let outcome = match run {
            Run::Ends(outcome) => outcome,
            Run::Fails => {
                let failure = JudgeFailure::Broken;
                return Err(JudgeError::failed("check:tests", failure, "no folder"));
            }
            Run::Hangs => std::future::pending().await,
        };
        Ok(JudgeReport {
            checks: vec![CheckRun {
                check: "tests".into(),
                outcome,
                provenance: "pytest".into(),
                detail: "was ended by signal 9\nand printed this".into(),
            }],
            ..JudgeReport::unscored("grades nothing")
        })
    }
}

/// Completes like the default policy, as far as checks go: nothing that it is shown may be an error.
fn no_errors(snapshot: &Snapshot) -> Result<Status, PolicyError> {
    let newest = &snapshot.iterations.last().unwrap().submission;
    let of_newest = snapshot.evidence.iter().rfind(|e| e.submission == *newest);
    match of_newest {
        Some(evidence) if evidence.outcome == CheckResult::Errored => Ok(Status::Continue),
        _ => ordinary_rule(snapshot),
    }
}

/// A linter that finds nothing beside this check.
fn world(runs: Vec<Run>, errors: CheckErrors) -> World {
    judged_by(runs, errors, no_errors)
}

fn judged_by(
    runs: Vec<Run>,
    errors: CheckErrors,
    rule: impl Fn(&Snapshot) -> Result<Status, PolicyError> + Send + Sync + 'static,
) -> World {
    let clean = (0..8).map(|_| Act::clean(100.0)).collect();
    let linter = ScriptedJudge::named("linter", JudgeKind::Static, clean);
    let judges: [Arc<dyn Judge>; 2] = [linter.clone(), Check::new(runs)];
    let seats = judges.map(|judge| Seat { judge, weight: 1.0 });
    let mut config = LoopConfig {
        timeout: Duration::from_millis(500),
        ..config()
    };
    config.criteria.check_errors = errors;
    let panel = Panel::new(seats.into()).unwrap();
    World::with(linter, panel, None, config, rule)
}

fn evidence(report: &AuditReport) -> &Evidence {
    let review = report.review.as_ref().unwrap();
    assert_eq!(review.evidence.len(), 1);
    &review.evidence[0]
}

#[tokio::test]
async fn a_check_that_was_cut_off_is_no_pass_and_the_answer_says_why() {
    let world = world(vec![Run::Ends(CheckResult::Errored)], CheckErrors::Block);
    let report = world.submit(CODE).await.unwrap();
    let review = report.review.as_ref().unwrap();
    assert_eq!(review.score, Some(Score::MAX), "the linter's review counts");
    assert_eq!(review.coverage, Coverage::Whole);
    assert_eq!(review.verdict, Verdict::Revise);
    assert_eq!(report.standing, Standing::Open);
    assert_eq!(report.decision.loop_number, 1);
    assert_eq!(
        report.notes,
        ["the check `tests` keeps the work from completing: was ended by signal 9"]
    );
}

#[tokio::test]
async fn a_check_whose_judge_fails_or_keeps_to_no_time_could_not_be_run() {
    for (run, why) in [(Run::Fails, "no folder"), (Run::Hangs, "did not answer")] {
        let world = world(vec![run], CheckErrors::Block);
        let began = Instant::now();
        let report = world.submit(CODE).await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(5));
        let evidence = evidence(&report);
        assert_eq!(evidence.outcome, CheckResult::Errored);
        assert_eq!(evidence.check, "tests");
        assert!(evidence.detail.contains(why), "{}", evidence.detail);
        assert!(report.notes[0].contains(why), "{:?}", report.notes);
        let review = report.review.as_ref().unwrap();
        assert_eq!(review.verdict, Verdict::Revise);
        assert_eq!(report.standing, Standing::Open);
    }
}

#[tokio::test]
async fn where_it_is_only_noted_it_is_on_record_and_no_policy_is_shown_it() {
    for run in [Run::Ends(CheckResult::Errored), Run::Fails] {
        let world = world(vec![run], CheckErrors::Note);
        let report = world.submit(CODE).await.unwrap();
        assert_eq!(report.standing, Standing::Complete);
        assert_eq!(report.review.as_ref().unwrap().verdict, Verdict::Pass);
        assert_eq!(evidence(&report).outcome, CheckResult::Errored);
        assert!(
            report.notes[0].contains("AUDIT_CHECK_ERRORS=note"),
            "{:?}",
            report.notes
        );
        let seen = world.policy.seen.lock().unwrap();
        assert!(seen[0].evidence.is_empty());
    }
}

#[tokio::test]
async fn other_results_are_shown_to_policies_however_errors_count() {
    for errors in [CheckErrors::Block, CheckErrors::Note] {
        for outcome in [CheckResult::Passed, CheckResult::Failed] {
            let world = world(vec![Run::Ends(outcome)], errors);
            let report = world.submit(CODE).await.unwrap();
            assert_eq!(report.notes, [""; 0]);
            let seen = world.policy.seen.lock().unwrap();
            assert_eq!(seen[0].evidence[0].outcome, outcome);
        }
    }
}

#[tokio::test]
async fn the_same_work_again_runs_the_check_again() {
    use CheckResult::{Errored, Passed};
    let runs = [Errored, Errored, Passed].map(Run::Ends);
    let world = world(runs.into(), CheckErrors::Block);
    for standing in [Standing::Open, Standing::Open, Standing::Complete] {
        let report = world.submit(CODE).await.unwrap();
        assert_eq!(report.standing, standing);
        assert!(!report.unchanged);
    }
}

#[tokio::test]
async fn of_equal_results_the_last_one_has_its_place() {
    use CheckResult::{Errored, Passed};
    let runs = [Errored, Passed, Errored].map(Run::Ends);
    let world = judged_by(runs.into(), CheckErrors::Block, |_| Ok(Status::Continue));
    for _ in 0..2 {
        world.submit(CODE).await.unwrap();
    }
    // A pass is used again; only other work in between has the check run on this once more.
    let shown = |seen: usize| {
        let seen = &world.policy.seen.lock().unwrap()[seen];
        let outcomes = seen.evidence.iter().map(|result| result.outcome);
        outcomes.collect::<Vec<_>>()
    };
    assert_eq!(shown(1), [Errored, Passed]);
    assert!(world.submit(CODE).await.unwrap().unchanged);
    assert_eq!(shown(2), [Errored, Passed]);
}

#[tokio::test]
async fn a_panel_of_checks_alone_answers_and_says_that_it_completes_nothing() {
    use CheckResult::{Errored, Passed};
    let runs = [
        Run::Ends(Passed),
        Run::Ends(Errored),
        Run::Fails,
        Run::Hangs,
    ];
    let check = Check::new(runs.into());
    let unused = ScriptedJudge::new(JudgeKind::Static, vec![]);
    let config = LoopConfig {
        timeout: Duration::from_millis(500),
        ..config()
    };
    let world = World::with(unused, Panel::of(check), None, config, no_errors);
    for outcome in [Passed, Errored, Errored, Errored] {
        let report = world.submit(CODE).await.unwrap();
        let review = report.review.as_ref().unwrap();
        assert_eq!((review.score, review.verdict), (None, Verdict::Revise));
        assert_eq!(evidence(&report).outcome, outcome);
        assert_eq!(report.standing, Standing::Open);
        let note = report.notes.last().unwrap();
        assert!(note.contains("AUDIT_JUDGE=static,check:tests"), "{note}");
    }
}

#[tokio::test]
async fn cancelling_is_no_result_of_a_check() {
    let world = world(vec![Run::Hangs], CheckErrors::Block);
    let error = world.cancelled(CODE).await;
    assert_eq!(error, AuditError::Judge(JudgeError::Cancelled));
}

#[tokio::test]
async fn what_a_judge_remarks_on_is_a_note_of_the_answer() {
    struct Remarking(JudgeIdentity);
    #[async_trait::async_trait]
    impl Judge for Remarking {
        fn identity(&self) -> &JudgeIdentity {
            &self.0
        }
        async fn review(&self, _: &JudgeRequest) -> Result<JudgeReport, JudgeError> {
            Ok(JudgeReport {
                remarks: (0..100).map(|n| format!("was not given {n}.py")).collect(),
                ..JudgeReport::unscored("no files")
            })
        }
    }
    let linter = ScriptedJudge::named("linter", JudgeKind::Static, vec![Act::clean(100.0)]);
    let tool = Remarking(JudgeIdentity {
        name: "sarif:tool".into(),
        version: "1".into(),
        kind: JudgeKind::Tool,
        deterministic: true,
    });
    let judges: [Arc<dyn Judge>; 2] = [linter.clone(), Arc::new(tool)];
    let seats = judges.map(|judge| Seat { judge, weight: 1.0 });
    let panel = Panel::new(seats.into()).unwrap();
    let world = World::with(linter, panel, None, config(), ordinary_rule);
    let report = world.submit(CODE).await.unwrap();
    assert_eq!(report.standing, Standing::Complete);
    assert_eq!(report.notes[0], "sarif:tool: was not given 0.py");
    assert_eq!(report.notes.len(), 20);
}
