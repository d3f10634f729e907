//! Recorded sessions under another policy.

use crate::support::*;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::*;
use gansauditor_audit::replay::{CycleReplay, Outcome, replay};
use proptest::prelude::*;

const CODE: &str = "def run(text):\n    return text";

fn reports(scores: &[f64]) -> Vec<Act> {
    let report = |score: &f64| Act::clean(*score);
    scores.iter().map(report).collect()
}

/// A session of as many different submissions as there are scores.
async fn recorded(scores: &[f64]) -> World {
    let world = World::ordinary(reports(scores));
    for number in 0..scores.len() {
        let code = python("a.py", &format!("{CODE} + {number}"));
        world.submit(&code).await.unwrap();
    }
    world
}

async fn under(world: &World, candidate: &RulePolicy) -> Vec<CycleReplay> {
    let id = SessionId::new("s").unwrap();
    replay(&id, &world.store.events("s"), candidate)
        .await
        .cycles
}

/// Completes from this score on.
fn bar(score: f64) -> RulePolicy {
    RulePolicy::new("candidate", move |snapshot| {
        let newest = snapshot.iterations.last().unwrap();
        let review = newest.reviews.last().unwrap();
        Ok(if review.score.unwrap().get() >= score {
            Status::Complete(CompleteReason::BarMet(1))
        } else {
            Status::Continue
        })
    })
}

fn outcomes(cycle: &CycleReplay) -> Vec<&Outcome> {
    cycle.decisions.iter().map(|made| &made.outcome).collect()
}

#[tokio::test]
async fn the_policy_that_decided_decides_the_same_again() {
    let world = recorded(&[60.0, 80.0, 97.0, 50.0, 96.0]).await;
    let cycles = under(&world, &RulePolicy::new("candidate", ordinary_rule)).await;
    assert_eq!(cycles.len(), 2);
    for cycle in &cycles {
        assert!(
            outcomes(cycle)
                .iter()
                .all(|outcome| **outcome == Outcome::Same)
        );
        assert_eq!(
            cycle.candidate_end,
            Some((cycle.loops, cycle.recorded_end.clone()))
        );
        assert_eq!((cycle.loops_saved(), cycle.goes_on()), (0, false));
    }
}

#[tokio::test]
async fn a_lower_bar_saves_the_loops_after_it() {
    let world = recorded(&[60.0, 80.0, 90.0, 97.0]).await;
    let [cycle] = &under(&world, &bar(80.0)).await[..] else {
        panic!("one cycle");
    };
    assert_eq!((cycle.loops, cycle.loops_saved()), (4, 2));
    assert_eq!(cycle.decisions.len(), 2, "what came after, nobody knows");
    assert!(matches!(
        &cycle.decisions[1].outcome,
        Outcome::Changed(decision) if decision.status == Status::Complete(CompleteReason::BarMet(1))
    ));
}

#[tokio::test]
async fn a_higher_bar_goes_on_where_the_work_was_complete() {
    let world = recorded(&[60.0, 97.0]).await;
    let [cycle] = &under(&world, &bar(99.0)).await[..] else {
        panic!("one cycle");
    };
    assert!(cycle.goes_on() && cycle.candidate_end.is_none());
}

#[tokio::test]
async fn a_candidate_that_fails_is_said_to_and_ends_nothing() {
    let world = recorded(&[60.0, 97.0]).await;
    let failing = RulePolicy::new("candidate", |_| {
        Err(PolicyError::Trapped("unreachable".into()))
    });
    let [cycle] = &under(&world, &failing).await[..] else {
        panic!("one cycle");
    };
    assert_eq!(cycle.decisions.len(), 2);
    assert!(matches!(
        outcomes(cycle)[..],
        [Outcome::Failed(_), Outcome::Failed(_)]
    ));
    assert!(!cycle.goes_on());
}

/// A session whose policy fails on all submissions but the last, and has this one for a fallback.
async fn mostly_by_fallback(scores: &[f64], fallback: Status) -> World {
    let judge = ScriptedJudge::new(JudgeKind::Model, reports(scores));
    let submissions = scores.len();
    let world = World::new(judge, config(), move |snapshot| {
        if snapshot.iterations.len() < submissions {
            return Err(PolicyError::Trapped("unreachable".into()));
        }
        ordinary_rule(snapshot)
    });
    world.fall_back_to(move |_| Ok(fallback.clone()));
    for number in 0..submissions {
        let code = python("a.py", &format!("{CODE} + {number}"));
        world.submit(&code).await.unwrap();
    }
    world
}

#[tokio::test]
async fn what_a_fallback_decided_is_not_compared() {
    let world = mostly_by_fallback(&[60.0, 80.0, 97.0], Status::Continue).await;
    let [same] = &under(&world, &RulePolicy::new("candidate", ordinary_rule)).await[..] else {
        panic!("one cycle");
    };
    assert!(
        matches!(
            outcomes(same)[..],
            [
                Outcome::ByFallback(_),
                Outcome::ByFallback(_),
                Outcome::Same
            ]
        ),
        "{same:?}"
    );

    // The candidate would have been asked there, so the cycle ends where it ends it.
    let [earlier] = &under(&world, &bar(80.0)).await[..] else {
        panic!("one cycle");
    };
    let [_, Outcome::ByFallback(decision)] = outcomes(earlier)[..] else {
        panic!("{earlier:?}");
    };
    assert!(decision.status.is_end());
    assert_eq!(earlier.loops_saved(), 1);

    let failing = RulePolicy::new("candidate", |_| {
        Err(PolicyError::Trapped("unreachable".into()))
    });
    let [failed] = &under(&world, &failing).await[..] else {
        panic!("one cycle");
    };
    assert!(
        outcomes(failed)
            .iter()
            .all(|outcome| matches!(outcome, Outcome::Failed(_)))
    );
}

#[tokio::test]
async fn the_candidate_gets_its_own_memo_back_within_a_cycle() {
    let world = recorded(&[60.0, 80.0, 97.0, 50.0]).await;
    let candidate = RulePolicy::new("candidate", ordinary_rule);
    under(&world, &candidate).await;
    let seen = candidate.seen.lock().unwrap();
    let memos: Vec<bool> = seen
        .iter()
        .map(|snapshot| snapshot.memo.is_some())
        .collect();
    assert_eq!(memos, [false, true, true, false]);
}

#[tokio::test]
async fn what_was_changed_or_recorded_without_its_terms_is_not_replayable() {
    let world = recorded(&[60.0, 97.0]).await;
    let id = SessionId::new("s").unwrap();
    let candidate = RulePolicy::new("candidate", ordinary_rule);
    let mut masked = world.store.events("s");
    for event in &mut masked {
        if let Event::Submitted { work, .. } = event {
            work.files[0].text = "[masked]".into();
        }
    }
    let mut bare = world.store.events("s");
    for event in &mut bare {
        if let Event::Decided { terms, .. } = event {
            *terms = None;
        }
    }
    for events in [masked, bare] {
        let replay = replay(&id, &events, &candidate).await;
        let [cycle] = &replay.cycles[..] else {
            panic!("one cycle");
        };
        assert!(
            outcomes(cycle)
                .iter()
                .all(|outcome| matches!(outcome, Outcome::NotReplayable(_)))
        );
    }
    assert!(
        candidate.seen.lock().unwrap().is_empty(),
        "nobody was asked"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever happened: work that comes again, judges and policies that fail, further reviews, new cycles.
    #[test]
    fn every_recorded_decision_can_be_made_again(
        steps in prop::collection::vec((0u8..4, 0u8..101, any::<bool>()), 1..14),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let fail = || JudgeError::failed("scripted", JudgeFailure::Unavailable, "no answer");
            // More than enough of them: some are used up by further reviews.
            let script = steps.iter().flat_map(|(_, score, fails)| {
                let act = if *fails { Act::Fail(fail()) } else { Act::Report(f64::from(*score), vec![]) };
                [act, Act::Report(f64::from(*score), vec![]), Act::clean(50.0)]
            });
            let judge = ScriptedJudge::new(JudgeKind::Model, script.collect());
            let world = World::new(judge, config(), erratic);
            for (number, _, _) in &steps {
                let code = python("a.py", &format!("{CODE} + {number}"));
                let _ = world.submit(&code).await;
            }
            for cycle in under(&world, &RulePolicy::new("candidate", erratic)).await {
                for made in &cycle.decisions {
                    assert_eq!(made.outcome, Outcome::Same);
                }
            }
        });
    }
}

/// By what the newest review says: complete, stop, once more, fail, or go on.
fn erratic(snapshot: &Snapshot) -> Result<Status, PolicyError> {
    let newest = snapshot.iterations.last().unwrap();
    let score = newest
        .reviews
        .last()
        .and_then(|review| review.score)
        .map_or(0.0, Score::get);
    match score as u32 % 5 {
        0 => Ok(Status::Complete(CompleteReason::Custom("five".into()))),
        1 if newest.reviews.len() == 1 => Ok(Status::ReviewAgain(ReviewReason::NearTheBar)),
        2 if snapshot.iterations.len() > 3 => Ok(Status::Stop(StopReason::HardStop)),
        3 => Err(PolicyError::Trapped("unreachable".into())),
        _ => Ok(Status::Continue),
    }
}
