//! What counts, what is fixed, what ends a session, what is on record.

use crate::support::*;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::*;
use gansauditor_audit::session::Standing;
use gansauditor_audit::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const EVIL: &str = "def run(text):\n    return eval(text)";
const GOOD: &str = "def run(text):\n    return literal(text)";

fn states(report: &AuditReport) -> Vec<FindingState> {
    report.ledger.iter().map(|finding| finding.state).collect()
}

#[tokio::test]
async fn revises_until_the_finding_is_fixed_and_then_completes() {
    let world = World::ordinary(vec![
        Act::Report(60.0, vec![critical("a.py", "eval(text)")]),
        Act::Report(96.0, vec![]),
    ]);
    let first = world.submit(&python("a.py", EVIL)).await.unwrap();
    assert_eq!(first.decision.status, Status::Continue);
    assert_eq!(first.review.as_ref().unwrap().verdict, Verdict::Revise);
    assert_eq!(states(&first), [FindingState::Open]);
    let second = world.submit(&python("a.py", GOOD)).await.unwrap();
    assert_eq!(second.standing, Standing::Complete);
    assert_eq!(states(&second), [FindingState::Fixed]);
    assert_eq!(second.ledger[0].fixed_in, Some(2));
    assert_eq!(second.loops.len(), 2);
}

#[tokio::test]
async fn a_finding_stands_unreviewed_when_its_file_is_left_out() {
    let world = World::ordinary(vec![
        Act::Report(60.0, vec![critical("a.py", "eval(text)")]),
        Act::Report(100.0, vec![]),
        Act::Report(100.0, vec![]),
    ]);
    world.submit(&python("a.py", EVIL)).await.unwrap();
    let less = world.submit(&python("b.py", "x = 1")).await.unwrap();
    assert_eq!(states(&less), [FindingState::Unreviewed]);
    assert_eq!(less.decision.status, Status::Continue);
    assert!(
        less.notes.iter().any(|note| note.contains("a.py")),
        "{:?}",
        less.notes
    );
    let again = world.submit(&python("a.py", GOOD)).await.unwrap();
    assert_eq!(states(&again), [FindingState::Fixed]);
}

#[tokio::test]
async fn unnamed_code_keeps_its_findings_only_while_it_can_be_recognised() {
    let world = World::ordinary(vec![
        Act::Report(60.0, vec![critical("snippet-1.py", "eval(text)")]),
        Act::Report(100.0, vec![]),
        Act::Report(100.0, vec![]),
    ]);
    world
        .submit(&format!("```python\n{EVIL}\n```"))
        .await
        .unwrap();
    let other = world
        .submit("```python\nprint('hello')\n```")
        .await
        .unwrap();
    assert_eq!(states(&other), [FindingState::Unreviewed]);
    assert_eq!(other.review.as_ref().unwrap().covered, ["snippet-2.py"]);
    let mended = world
        .submit(&format!("```python\n{GOOD}\n```"))
        .await
        .unwrap();
    assert_eq!(mended.review.as_ref().unwrap().covered, ["snippet-1.py"]);
    assert_eq!(states(&mended), [FindingState::Fixed]);
}

#[tokio::test]
async fn a_file_deleted_on_purpose_takes_its_findings_along() {
    let world = World::ordinary(vec![
        Act::Report(60.0, vec![critical("a.py", "eval(text)")]),
        Act::Report(100.0, vec![]),
    ]);
    world
        .submit(&format!(
            "{}{}",
            python("a.py", EVIL),
            python("b.py", "y = 2")
        ))
        .await
        .unwrap();
    let diff = "```diff\n--- a/a.py\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-def run(text):\n-    return eval(text)\n```\n";
    let report = world
        .submit(&format!("{diff}{}", python("b.py", "y = 3")))
        .await
        .unwrap();
    assert_eq!(states(&report), [FindingState::Fixed]);
}

#[tokio::test]
async fn a_diff_of_a_known_file_is_judged_as_the_whole_file() {
    let world = World::ordinary(vec![
        Act::Report(60.0, vec![critical("a.py", "return eval(text)")]),
        Act::Report(100.0, vec![]),
    ]);
    world.submit(&python("a.py", EVIL)).await.unwrap();
    let diff = "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n def run(text):\n-    return eval(text)\n+    return literal(text)\n";
    let report = world.submit(&format!("```diff\n{diff}```")).await.unwrap();
    assert_eq!(states(&report), [FindingState::Fixed]);
    let Some(Event::Submitted { work, .. }) = world
        .store
        .events("s")
        .into_iter()
        .rev()
        .find(|event| matches!(event, Event::Submitted { .. }))
    else {
        panic!("a submission is on record")
    };
    assert_eq!(work.files[0].extent, Extent::Whole);
    assert_eq!(work.files[0].text.trim_end(), GOOD);
}

#[tokio::test]
async fn a_diff_elsewhere_in_an_unknown_file_fixes_nothing() {
    let world = World::ordinary(vec![
        Act::Report(60.0, vec![critical("a.py", "eval(text)")]),
        Act::Report(100.0, vec![]),
        Act::Report(100.0, vec![]),
    ]);
    let fragment = |line: u32, old: &str, new: &str| {
        format!("```diff\n--- a/a.py\n+++ b/a.py\n@@ -{line},1 +{line},1 @@\n-{old}\n+{new}\n```")
    };
    world
        .submit(&fragment(7, "pass", "eval(text)"))
        .await
        .unwrap();
    let elsewhere = world.submit(&fragment(90, "x = 1", "x = 2")).await.unwrap();
    assert_eq!(states(&elsewhere), [FindingState::Unreviewed]);
    let there = world
        .submit(&fragment(7, "eval(text)", "literal(text)"))
        .await
        .unwrap();
    assert_eq!(states(&there), [FindingState::Fixed]);
}

#[tokio::test]
async fn renaming_a_file_fixes_nothing_unless_all_of_it_is_seen_again() {
    let rename = "```diff\ndiff --git a/a.py b/b.py\nsimilarity index 90%\nrename from a.py\nrename to b.py\n--- a/a.py\n+++ b/b.py\n@@ -9,1 +9,1 @@\n-x = 1\n+x = 2\n```";
    let fragment = "```diff\n--- a/a.py\n+++ b/a.py\n@@ -1,1 +1,1 @@\n-pass\n+eval(text)\n```";
    let world = World::ordinary(vec![
        Act::Report(60.0, vec![critical("a.py", "eval(text)")]),
        Act::Report(100.0, vec![]),
    ]);
    world.submit(fragment).await.unwrap();
    let renamed = world.submit(rename).await.unwrap();
    assert_eq!(states(&renamed), [FindingState::Unreviewed]);
}

#[tokio::test]
async fn a_diff_with_the_file_beside_it_is_judged_where_it_added() {
    let world = World::ordinary(vec![Act::Report(96.0, vec![])]);
    let diff = "```diff\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n def run(text):\n-    return eval(text)\n+    return literal(text)\n```";
    let mut request = request("s", diff);
    request.patched.insert("a.py".into(), GOOD.into());
    world.audits.audit(request, &Unheard).await.unwrap();
    let works: Vec<Work> = world
        .store
        .events("s")
        .into_iter()
        .filter_map(|event| match event {
            Event::Submitted { work, .. } => Some(work),
            _ => None,
        })
        .collect();
    assert_eq!(works[0].files[0].extent, Extent::Changed(vec![2]));
    assert_eq!(works[0].files[0].text, GOOD);
}

#[tokio::test]
async fn unchanged_work_is_not_judged_again_and_counts_as_a_loop() {
    let world = World::ordinary(vec![Act::Report(90.0, vec![])]);
    world.submit(&python("a.py", GOOD)).await.unwrap();
    let again = world
        .submit(&format!("same again\n\n{}", python("a.py", GOOD)))
        .await
        .unwrap();
    assert!(again.unchanged);
    assert_eq!(again.loops.len(), 2);
    let seen = world.policy.seen.lock().unwrap();
    assert_eq!(
        seen[1].spend.input_tokens, 10,
        "a review that is used again costs nothing"
    );
    assert_eq!(seen[1].spend.judge_calls, 1);
    assert_eq!(world.judge.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn partial_and_failed_attempts_are_no_loops_and_fix_nothing() {
    let failed = JudgeError::failed("scripted", JudgeFailure::Unavailable, "no answer");
    let world = World::ordinary(vec![
        Act::Report(60.0, vec![critical("a.py", "eval(text)")]),
        Act::Partial(100.0, vec![]),
        Act::Fail(failed.clone()),
        Act::Report(100.0, vec![]),
    ]);
    world.submit(&python("a.py", EVIL)).await.unwrap();
    let partial = world
        .submit(&python("a.py", "def run(text):\n    return 1"))
        .await
        .unwrap();
    assert_eq!(states(&partial), [FindingState::Open]);
    assert_eq!(partial.loops.len(), 1);
    let error = world.submit(&python("a.py", GOOD)).await.unwrap_err();
    assert_eq!(error, AuditError::Judge(failed));
    let last = world.submit(&python("a.py", GOOD)).await.unwrap();
    assert_eq!(last.attempt, 4);
    assert_eq!(last.loops.len(), 2);
    assert_eq!(last.standing, Standing::Complete);
}

#[tokio::test]
async fn a_judge_of_lower_rank_does_not_fix_what_a_higher_one_raised() {
    let store_world = World::new(
        ScriptedJudge::new(
            JudgeKind::Model,
            vec![Act::Report(60.0, vec![critical("a.py", "eval(text)")])],
        ),
        config(),
        ordinary_rule,
    );
    let first = store_world.submit(&python("a.py", EVIL)).await.unwrap();
    let mut session = gansauditor_audit::session::Session::new(SessionId::new("s").unwrap());
    for event in store_world.store.events("s") {
        session.apply(&event);
    }
    let lower = World::ordinary(vec![Act::Report(100.0, vec![])]);
    let clean = lower.submit(&python("a.py", GOOD)).await.unwrap();
    for event in lower.store.events("s").into_iter().skip(1) {
        let event = match event {
            Event::Submitted {
                at,
                work,
                request,
                task,
                context,
                thought_number,
                ..
            } => Event::Submitted {
                attempt: 2,
                at,
                work,
                request,
                task,
                context,
                thought_number,
            },
            Event::Reviewed {
                at,
                review,
                reused_from,
                ..
            } => Event::Reviewed {
                attempt: 2,
                at,
                review,
                reused_from,
            },
            other => other,
        };
        session.apply(&event);
    }
    assert_eq!(first.ledger.len(), 1);
    assert_eq!(clean.ledger.len(), 0);
    assert_eq!(session.ledger()[0].state, FindingState::Open);
}

#[tokio::test]
async fn a_finding_that_comes_back_is_counted_as_reopened() {
    let world = World::ordinary(vec![
        Act::Report(60.0, vec![critical("a.py", "eval(text)")]),
        Act::Report(80.0, vec![]),
        Act::Report(60.0, vec![critical("a.py", "eval( text )")]),
    ]);
    world.submit(&python("a.py", EVIL)).await.unwrap();
    world.submit(&python("a.py", GOOD)).await.unwrap();
    let back = world
        .submit(&python("a.py", "def run(text):\n    return eval( text )"))
        .await
        .unwrap();
    assert_eq!(back.ledger.len(), 1);
    assert_eq!(back.ledger[0].reopened, 1);
    assert_eq!(back.ledger[0].state, FindingState::Open);
}

#[tokio::test]
async fn a_completed_session_begins_a_new_cycle_with_what_stood() {
    let minor = Reported {
        severity: Severity::Minor,
        ..critical("a.py", "x")
    };
    let world = World::ordinary(vec![
        Act::Report(96.0, vec![minor]),
        Act::Report(50.0, vec![critical("a.py", "eval(text)")]),
    ]);
    let complete = world.submit(&python("a.py", GOOD)).await.unwrap();
    assert_eq!(complete.standing, Standing::Complete);
    let next = world.submit(&python("a.py", EVIL)).await.unwrap();
    assert_eq!((next.cycle, next.standing), (2, Standing::Open));
    assert_eq!(next.decision.loop_number, 1);
    assert_eq!(next.ledger[0].first_seen, 0);
    assert_eq!(next.ledger[1].first_seen, 1);
}

#[tokio::test]
async fn a_stopped_session_repeats_its_answer_until_it_is_reset() {
    let judge = ScriptedJudge::new(
        JudgeKind::Static,
        vec![Act::Report(10.0, vec![]), Act::Report(96.0, vec![])],
    );
    let stop_first = |snapshot: &Snapshot| {
        let first = snapshot.iterations[0].attempt == 1;
        Ok(if first {
            Status::Stop(StopReason::Stagnation)
        } else {
            Status::Continue
        })
    };
    let world = World::new(judge, config(), stop_first);
    world.submit(&python("a.py", EVIL)).await.unwrap();
    let repeated = world.submit(&python("a.py", GOOD)).await.unwrap();
    assert!(repeated.repeated);
    assert_eq!(
        repeated.decision.status,
        Status::Stop(StopReason::Stagnation)
    );
    assert!(repeated.notes[0].contains("session reset 's'"));
    assert_eq!(world.judge.calls.load(Ordering::SeqCst), 1);

    let session = SessionId::new("s").unwrap();
    assert!(world.audits.reset(&session, "go on".into()).await.unwrap());
    assert!(!world.audits.reset(&session, "again".into()).await.unwrap());
    let on = world.submit(&python("a.py", GOOD)).await.unwrap();
    assert_eq!((on.cycle, on.repeated), (2, false));
}

#[tokio::test]
async fn a_host_cap_ends_the_cycle_before_a_judge_spends() {
    let judge = ScriptedJudge::new(JudgeKind::Static, vec![Act::Report(10.0, vec![])]);
    let caps = Caps {
        max_attempts: 1,
        ..Caps::default()
    };
    let world = World::new(judge, LoopConfig { caps, ..config() }, ordinary_rule);
    world.submit(&python("a.py", EVIL)).await.unwrap();
    let capped = world.submit(&python("a.py", GOOD)).await.unwrap();
    assert_eq!(capped.decided_by, DecidedBy::Host("max-attempts".into()));
    assert_eq!(capped.standing, Standing::Stopped);
    assert!(capped.decision.termination.is_some());
    assert_eq!(world.judge.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_failing_policy_leaves_the_review_on_record_and_the_same_work_is_decided_later() {
    let failures = AtomicUsize::new(1);
    let judge = ScriptedJudge::new(JudgeKind::Static, vec![Act::Report(96.0, vec![])]);
    let world = World::new(judge, config(), move |snapshot| {
        if failures.swap(0, Ordering::SeqCst) > 0 {
            return Err(PolicyError::Trapped("unreachable".into()));
        }
        ordinary_rule(snapshot)
    });
    let error = world.submit(&python("a.py", GOOD)).await.unwrap_err();
    let AuditError::Undecided { review, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(review.score, Some(Score::clamped(96.0)));
    let decided = world.submit(&python("a.py", GOOD)).await.unwrap();
    assert_eq!((decided.standing, decided.attempt), (Standing::Complete, 1));
    assert_eq!(world.judge.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_further_review_is_granted_to_a_noisy_judge_and_bounded() {
    let judge = ScriptedJudge::new(
        JudgeKind::Model,
        vec![
            Act::Report(96.0, vec![]),
            Act::Report(92.0, vec![]),
            Act::Report(95.0, vec![]),
        ],
    );
    let world = World::new(judge, config(), |_| {
        Ok(Status::ReviewAgain(ReviewReason::NearTheBar))
    });
    let report = world.submit(&python("a.py", GOOD)).await.unwrap();
    assert_eq!(world.judge.calls.load(Ordering::SeqCst), 3);
    assert_eq!(report.loops.len(), 1);
    assert_eq!(report.loops[0].score, (96.0 + 92.0 + 95.0) / 3.0);
    assert_eq!(report.standing, Standing::Open);
}

#[tokio::test]
async fn submitting_the_same_work_again_is_no_new_draw() {
    let judge = ScriptedJudge::new(
        JudgeKind::Model,
        vec![Act::Report(96.0, vec![]), Act::Report(90.0, vec![])],
    );
    let world = World::new(judge, config(), |snapshot| {
        Ok(match snapshot.iterations.last().unwrap().reviews.len() {
            1 => Status::ReviewAgain(ReviewReason::NearTheBar),
            _ => Status::Continue,
        })
    });
    let first = world.submit(&python("a.py", GOOD)).await.unwrap();
    let again = world.submit(&python("a.py", GOOD)).await.unwrap();
    assert_eq!(world.judge.calls.load(Ordering::SeqCst), 2);
    assert_eq!(first.loops[0].score, 93.0);
    assert_eq!(again.loops[1].score, 93.0);
}

#[tokio::test]
async fn a_deterministic_judge_is_never_asked_twice() {
    let judge = ScriptedJudge::new(JudgeKind::Static, vec![Act::Report(96.0, vec![])]);
    let world = World::new(judge, config(), |_| {
        Ok(Status::ReviewAgain(ReviewReason::NearTheBar))
    });
    world.submit(&python("a.py", GOOD)).await.unwrap();
    assert_eq!(world.judge.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn cancelling_stops_the_judge_and_is_on_record_as_a_failed_attempt() {
    let stopped = Arc::new(AtomicUsize::new(0));
    let world = World::ordinary(vec![Act::Hang(stopped.clone()), Act::Report(96.0, vec![])]);
    let request = request("s", &python("a.py", GOOD));
    let cancel = request.cancel.clone();
    let (result, ()) = tokio::join!(world.audits.audit(request, &Unheard), async {
        tokio::task::yield_now().await;
        cancel.cancel();
    });
    assert_eq!(
        result.unwrap_err(),
        AuditError::Judge(JudgeError::Cancelled)
    );
    assert_eq!(stopped.load(Ordering::SeqCst), 1);
    let next = world.submit(&python("a.py", GOOD)).await.unwrap();
    assert_eq!((next.attempt, next.standing), (2, Standing::Complete));
}

#[tokio::test]
async fn the_deadline_covers_the_judge() {
    let stopped = Arc::new(AtomicUsize::new(0));
    let judge = ScriptedJudge::new(JudgeKind::Static, vec![Act::Hang(stopped.clone())]);
    let timeout = Duration::from_millis(50);
    let world = World::new(
        judge,
        LoopConfig {
            timeout,
            ..config()
        },
        ordinary_rule,
    );
    let error = world.submit(&python("a.py", GOOD)).await.unwrap_err();
    assert!(
        matches!(error, AuditError::Judge(JudgeError::TimedOut { .. })),
        "{error}"
    );
    assert_eq!(stopped.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_gan_config_only_tightens_unless_the_operator_lets_it() {
    let text = |threshold: u32| {
        format!(
            "```gan-config\n{{\"threshold\": {threshold}, \"judges\": [\"me\"]}}\n```\n{}",
            python("a.py", GOOD)
        )
    };
    let seen = |mode| async move {
        let judge = ScriptedJudge::new(JudgeKind::Static, vec![Act::Report(50.0, vec![])]);
        let world = World::new(
            judge,
            LoopConfig {
                gan_config: mode,
                ..config()
            },
            ordinary_rule,
        );
        let report = world.submit(&text(10)).await.unwrap();
        let request = world.policy.seen.lock().unwrap()[0].request;
        (request.bar, report.notes.join("\n"))
    };
    let ten = Score::clamped(10.0);
    let (bar, notes) = seen(GanConfigMode::Tighten).await;
    assert_eq!(bar, Some(BarRequest::AtLeast(ten)));
    assert!(
        notes.contains("threshold 10 does not lower the bar of 95"),
        "{notes}"
    );
    assert!(notes.contains("`judges` was not taken"), "{notes}");
    assert_eq!(
        seen(GanConfigMode::Honour).await.0,
        Some(BarRequest::Exactly(ten))
    );
    let (bar, notes) = seen(GanConfigMode::Ignore).await;
    assert_eq!(bar, None);
    assert!(notes.contains("`threshold` was not taken"), "{notes}");
}

#[tokio::test]
async fn the_memo_goes_back_to_the_same_policy_and_the_texts_asked_for_come_along() {
    let world = World::ordinary((0..5).map(|_| Act::Report(50.0, vec![])).collect());
    for n in 0..5 {
        world
            .submit(&python("a.py", &format!("x = {n}")))
            .await
            .unwrap();
    }
    let seen = world.policy.seen.lock().unwrap();
    assert_eq!(seen[0].memo, None);
    assert_eq!(seen[4].memo, Some(vec![7]));
    let attempts: Vec<u32> = seen[4]
        .sources
        .iter()
        .map(|source| source.attempt)
        .collect();
    assert_eq!(attempts, [3, 4, 5]);
    assert_eq!(seen[4].iterations.len(), 5);
}

#[tokio::test]
async fn a_judge_is_not_believed() {
    let outside = critical("/etc/passwd", "root");
    let wordy = Reported {
        message: "x".repeat(1 << 20),
        ..critical("a.py", "y")
    };
    let world = World::ordinary(vec![Act::Report(100.0, vec![outside, wordy])]);
    let report = world.submit(&python("a.py", GOOD)).await.unwrap();
    assert_eq!(report.ledger.len(), 1);
    assert!(report.ledger[0].reported.message.len() < 5000);
    assert_ne!(report.standing, Standing::Complete);
}

#[tokio::test]
async fn audits_of_one_session_run_one_after_the_other() {
    let world = Arc::new(World::ordinary(
        (0..8).map(|_| Act::Report(50.0, vec![])).collect(),
    ));
    let mut audits = tokio::task::JoinSet::new();
    for n in 0..8 {
        let world = world.clone();
        audits.spawn(async move { world.submit(&python("a.py", &format!("x = {n}"))).await });
    }
    let mut attempts: Vec<u32> = audits
        .join_all()
        .await
        .into_iter()
        .map(|report| report.unwrap().attempt)
        .collect();
    attempts.sort_unstable();
    assert_eq!(attempts, [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[tokio::test]
async fn a_review_from_before_takes_nothing_back_that_was_found_since() {
    // A noisy judge misses the defect, then sees it, then is shown the first version again.
    let world = World::new(
        ScriptedJudge::new(
            JudgeKind::Model,
            vec![
                Act::Report(94.0, vec![]),
                Act::Report(60.0, vec![critical("a.py", "eval(text)")]),
                Act::Report(60.0, vec![critical("a.py", "eval(text)")]),
            ],
        ),
        config(),
        ordinary_rule,
    );
    let (one, two) = (python("a.py", EVIL), python("a.py", &format!("{EVIL}\n\n")));
    world.submit(&one).await.unwrap();
    world.submit(&two).await.unwrap();
    let again = world.submit(&one).await.unwrap();
    assert_eq!(world.judge.calls.load(Ordering::SeqCst), 3, "judged anew");
    assert_eq!(states(&again), [FindingState::Open]);
}

#[tokio::test]
async fn a_diff_that_is_sent_again_after_a_failed_attempt_is_the_same_work() {
    let failed = JudgeError::failed("scripted", JudgeFailure::RateLimited, "too many requests");
    let world = World::ordinary(vec![
        Act::Report(60.0, vec![]),
        Act::Fail(failed),
        Act::Report(96.0, vec![]),
    ]);
    let diff = "```diff\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n def run(text):\n-    return eval(text)\n+    return literal(text)\n```\n";
    world.submit(&python("a.py", EVIL)).await.unwrap();
    world.submit(diff).await.unwrap_err();
    world.submit(diff).await.unwrap();
    let requests = world.judge.requests.lock().unwrap();
    assert_eq!(requests[1].files, requests[2].files);
    assert_eq!(requests[2].files[0].extent, Extent::Whole);
}

#[tokio::test]
async fn a_submission_that_only_deletes_takes_findings_along_and_asks_nobody() {
    let world = World::ordinary(vec![Act::Report(
        60.0,
        vec![critical("a.py", "eval(text)")],
    )]);
    world.submit(&python("a.py", EVIL)).await.unwrap();
    let diff = "```diff\n--- a/a.py\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-def run(text):\n-    return eval(text)\n```\n";
    let report = world.submit(diff).await.unwrap();
    assert_eq!(world.judge.calls.load(Ordering::SeqCst), 1);
    assert_eq!(states(&report), [FindingState::Fixed]);
    assert_eq!(report.decision.status, Status::Continue);
}

#[tokio::test]
async fn a_further_review_that_fails_is_on_record_and_bounded() {
    let failed = || {
        Act::Fail(JudgeError::failed(
            "scripted",
            JudgeFailure::Unavailable,
            "no answer",
        ))
    };
    let capped = LoopConfig {
        caps: Caps {
            max_attempts: 2,
            max_reviews: 2,
            ..Caps::default()
        },
        ..config()
    };
    let script = vec![Act::Report(96.0, vec![]), failed(), failed(), failed()];
    let world = World::new(ScriptedJudge::new(JudgeKind::Model, script), capped, |_| {
        Ok(Status::ReviewAgain(ReviewReason::NearTheBar))
    });
    let code = python("a.py", GOOD);
    for _ in 0..3 {
        world.submit(&code).await.unwrap_err();
    }
    world.submit(&code).await.unwrap();
    assert_eq!(world.judge.calls.load(Ordering::SeqCst), 4);
    let failures = world.store.events("s").into_iter();
    let failures = failures.filter(|event| matches!(event, Event::ReviewFailed { .. }));
    assert_eq!(failures.count(), 3);
}
