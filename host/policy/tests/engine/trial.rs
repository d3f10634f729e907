//! Candidates on trial beside the live policy, over one policy directory.

use crate::follow::{Place, live};
use crate::guest::{Guest, TRIGGER, named, snapshot};
use crate::{host, later, limits};
use gansauditor_audit::domain::{Decision, Digest, SessionId, Status, StopReason, Timestamp};
use gansauditor_audit::ports::{
    Comparison, LivePolicy as _, PolicyEngine, PolicyError, SystemClock, Trial,
};
use gansauditor_policy::revisions::{Change, Program, Revision};
use gansauditor_policy::{Compared, Follower, PolicyHost, Tally, TrialRules};
use std::io::Write as _;
use std::sync::Arc;

/// A server that follows a directory.
struct Server {
    host: PolicyHost,
    follower: Follower,
}

impl Server {
    async fn over(place: &Place) -> Self {
        let server = Self {
            host: host(&named("live")),
            follower: place.follower(),
        };
        server.look().await;
        server
    }

    async fn look(&self) {
        self.follower.look(&self.host, later()).await;
    }

    fn trial(&self) -> Option<Arc<dyn Trial>> {
        self.host.in_force(&session()).trial
    }

    /// What the trial is told of a submission, with what the candidate made of it.
    async fn note(
        &self,
        attempt: u32,
        candidate: impl FnOnce(Decision) -> Result<Decision, PolicyError>,
    ) {
        let trial = self.trial().expect("a trial runs");
        let facts = Arc::new(snapshot(Timestamp(1)));
        let decision = self.host.current().evaluate(facts).await.unwrap();
        let comparison = Comparison {
            session: session(),
            cycle: 1,
            attempt,
            work: Digest::of(&attempt.to_le_bytes()),
            at: Timestamp(1),
            candidate_acts: false,
            live: Ok(decision.clone()),
            candidate: candidate(decision),
            candidate_micros: 10,
        };
        trial.note(comparison).await;
    }
}

fn session() -> SessionId {
    SessionId::new("s").unwrap()
}

fn agrees(decision: Decision) -> Result<Decision, PolicyError> {
    Ok(decision)
}

fn differs(decision: Decision) -> Result<Decision, PolicyError> {
    Ok(Decision {
        status: Status::Stop(StopReason::HardStop),
        ..decision
    })
}

fn fails(_: Decision) -> Result<Decision, PolicyError> {
    Err(PolicyError::Trapped("unreachable".into()))
}

const RULES: TrialRules = TrialRules {
    share: 0,
    decisions: 3,
    max_changed: 34,
    max_failures: 0,
    promote: true,
};

/// A directory in which `live` is active and `candidate` is on trial.
fn place(rules: TrialRules) -> Place {
    let place = Place::new();
    place.activate(&named("live"), Program::Component);
    let candidate = named("candidate");
    place.change(Change::Try(rules), &candidate, Program::Component);
    place
}

fn newest(place: &Place) -> Revision {
    let history = place.policies.history().unwrap();
    history.revisions().last().unwrap().clone()
}

fn tally(place: &Place) -> Tally {
    Tally::of(&place.policies.comparisons(2).unwrap())
}

#[tokio::test]
async fn a_candidate_on_trial_is_beside_the_live_policy_and_not_in_its_place() {
    let place = place(RULES);
    let server = Server::over(&place).await;
    assert_eq!(live(&server.host), "live");
    let trial = server.trial().unwrap();
    assert_eq!(trial.candidate().identity().name, "candidate");
    assert!(!trial.acts_on(&session()), "a share of 0");
    let followed = server.follower.followed().await;
    assert_eq!(followed.revision, Some(1));
    assert_eq!(
        followed.trial.map(|trial| (trial.revision, trial.failure)),
        Some((2, None))
    );

    place.change(
        Change::Withdraw { trial: 2 },
        &named("candidate"),
        Program::Component,
    );
    server.look().await;
    assert!(server.trial().is_none());
    assert_eq!(live(&server.host), "live");
}

#[tokio::test]
async fn a_share_of_the_whole_decides_on_every_session() {
    let rules = TrialRules {
        share: 100,
        ..RULES
    };
    let server = Server::over(&place(rules)).await;
    assert!(server.trial().unwrap().acts_on(&session()));
}

#[tokio::test]
async fn a_candidate_that_passes_is_promoted_and_goes_live() {
    let place = place(RULES);
    let server = Server::over(&place).await;
    server.note(1, agrees).await;
    server.note(2, differs).await;
    assert!(matches!(newest(&place).record.change, Change::Try(_)));
    server.note(3, agrees).await;
    let promoted = newest(&place);
    assert_eq!(promoted.record.change, Change::Promote { trial: 2 });
    let reason = promoted.record.reason.unwrap();
    assert!(
        reason.contains("2 the same, 1 changed, 0 failed"),
        "{reason}"
    );
    server.look().await;
    assert_eq!(live(&server.host), "candidate");
    assert!(server.trial().is_none());
    let history = place.policies.history().unwrap();
    assert_eq!(history.before_active().unwrap().number, 1, "the way back");
}

#[tokio::test]
async fn without_promotion_a_passed_trial_waits_for_a_person() {
    let place = place(TrialRules {
        promote: false,
        ..RULES
    });
    let server = Server::over(&place).await;
    for attempt in 1..=5 {
        server.note(attempt, agrees).await;
    }
    assert_eq!(newest(&place).number, 2);
    assert_eq!(tally(&place).decisions(), 5);
    assert!(server.trial().is_some());
    server.note(6, fails).await;
    let ended = newest(&place).record;
    assert_eq!(
        ended.change,
        Change::Withdraw { trial: 2 },
        "what it did well before excuses nothing"
    );
}

#[tokio::test]
async fn the_same_work_counts_once_however_often_it_is_submitted() {
    let place = place(RULES);
    let (one, two) = (Server::over(&place).await, Server::over(&place).await);
    for _ in 0..5 {
        one.note(1, agrees).await;
        two.note(1, agrees).await;
        two.note(1, differs).await;
    }
    assert!(matches!(newest(&place).record.change, Change::Try(_)));
    assert_eq!(place.policies.comparisons(2).unwrap().len(), 2);
    assert_eq!(
        tally(&place),
        Tally {
            same: 1,
            changed: 1,
            failed: 0
        }
    );
}

#[tokio::test]
async fn when_the_ledger_is_full_the_candidate_decides_no_more() {
    let place = place(TrialRules {
        share: 100,
        promote: false,
        ..RULES
    });
    let server = Server::over(&place).await;
    server.note(1, agrees).await;
    let ledger = place.folder().join("policies/trials/2.jsonl");
    let file = std::fs::File::options().write(true).open(&ledger).unwrap();
    file.set_len(16 << 20).unwrap();
    let trial = server.trial().unwrap();
    assert!(trial.acts_on(&session()));
    server.note(2, agrees).await;
    assert!(!trial.acts_on(&session()));
    assert_eq!(std::fs::metadata(&ledger).unwrap().len(), 16 << 20);
    assert_eq!(newest(&place).number, 2, "a person decides");
}

/// A candidate that never ends takes its own turns.
#[tokio::test]
async fn a_candidate_that_runs_away_keeps_no_decision_waiting() {
    let place = Place::new();
    place.activate(&named("live"), Program::Component);
    let runaway = Guest::triggered("(loop $l (br $l))");
    place.change(Change::Try(RULES), &runaway, Program::Component);
    let mut limits = limits();
    limits.concurrent = 1;
    let host = PolicyHost::with_core(limits, "", Arc::new(SystemClock)).unwrap();
    place.follower().look(&host, later()).await;
    assert_eq!(live(&host), "live");
    let candidate = host.in_force(&session()).trial.unwrap().candidate();
    let slow = tokio::spawn(async move { candidate.evaluate(Arc::new(snapshot(TRIGGER))).await });
    // It takes its turn.
    tokio::task::yield_now().await;
    let live = host.current();
    live.evaluate(Arc::new(snapshot(Timestamp(1))))
        .await
        .unwrap();
    assert!(!slow.is_finished());
    assert!(matches!(slow.await.unwrap(), Err(PolicyError::TimedOut(_))));
}

#[tokio::test]
async fn a_failure_or_a_difference_too_much_sends_the_candidate_away_at_once() {
    for (candidate, why) in [
        (
            fails as fn(Decision) -> Result<Decision, PolicyError>,
            "fails",
        ),
        (differs, "otherwise"),
    ] {
        let place = place(TrialRules {
            max_changed: 0,
            share: 100,
            ..RULES
        });
        let server = Server::over(&place).await;
        let trial = server.trial().unwrap();
        let session = session();
        assert!(trial.acts_on(&session));
        server.note(1, candidate).await;
        assert!(!trial.acts_on(&session), "before the history is looked at");
        let withdrawn = newest(&place).record;
        assert_eq!(withdrawn.change, Change::Withdraw { trial: 2 });
        assert!(
            withdrawn.reason.as_ref().unwrap().contains(why),
            "{withdrawn:?}"
        );
        server.look().await;
        assert!(server.trial().is_none());
        assert_eq!(live(&server.host), "live");
    }
}

#[tokio::test]
async fn servers_of_one_directory_share_a_trial_and_end_it_once() {
    let place = place(RULES);
    let (one, two) = (Server::over(&place).await, Server::over(&place).await);
    one.note(1, agrees).await;
    two.note(2, agrees).await;
    assert_eq!(newest(&place).number, 2);
    tokio::join!(one.note(3, agrees), two.note(4, agrees));
    let ended = newest(&place);
    assert_eq!(
        (ended.number, ended.record.change),
        (3, Change::Promote { trial: 2 })
    );
}

#[tokio::test]
async fn an_activation_ends_a_trial() {
    let place = place(RULES);
    let server = Server::over(&place).await;
    place.activate(&named("third"), Program::Component);
    // Before the server has seen it.
    for attempt in 1..=3 {
        server.note(attempt, agrees).await;
    }
    assert_eq!(
        newest(&place).number,
        3,
        "nothing is decided about a trial that is over"
    );
    server.look().await;
    assert_eq!(live(&server.host), "third");
    assert!(server.trial().is_none());
}

#[tokio::test]
async fn a_candidate_that_cannot_be_loaded_is_told_and_tried_again_when_asked() {
    let place = place(RULES);
    let broken = Guest {
        on_describe: "unreachable",
        ..Guest::default()
    }
    .component();
    place.change(Change::Try(RULES), &broken, Program::Component);
    let server = Server::over(&place).await;
    assert!(server.trial().is_none());
    assert_eq!(live(&server.host), "live");
    let followed = server.follower.followed().await;
    assert_eq!(followed.failure, None);
    assert!(followed.trial.unwrap().failure.is_some());
    let again = server.follower.look_again(&server.host, later()).await;
    assert!(again.trial.unwrap().failure.is_some());
}

#[tokio::test]
async fn what_is_no_comparison_in_a_ledger_is_left_out() {
    let place = place(RULES);
    let server = Server::over(&place).await;
    server.note(1, agrees).await;
    let ledger = place.folder().join("policies/trials/2.jsonl");
    let mut file = std::fs::File::options().append(true).open(&ledger).unwrap();
    file.write_all(b"\xff\xfe torn\n{}\n").unwrap();
    server.note(2, differs).await;
    let compared: Vec<Compared> = place.policies.comparisons(2).unwrap();
    assert_eq!(
        compared.iter().map(|c| c.attempt).collect::<Vec<_>>(),
        [1, 2]
    );
    assert_eq!(
        tally(&place),
        Tally {
            same: 1,
            changed: 1,
            failed: 0
        }
    );
}

#[test]
fn rules_out_of_range_are_not_recorded() {
    let place = Place::new();
    let rules = TrialRules {
        share: 101,
        ..RULES
    };
    let error = place
        .record(Change::Try(rules), &named("candidate"), Program::Component)
        .unwrap_err();
    assert!(error.to_string().contains("percentage"), "{error}");
}
