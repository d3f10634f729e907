//! Replay: what would another policy have decided on recorded sessions?
//!
//! A decision is a function of the journal before it, the policy and its terms. Each recorded evaluation is made
//! again from the events: first as it was, to see that the record gives the very snapshot that was decided on, then
//! with the candidate in the policy's place. What agents would have submitted after another answer nobody knows, so
//! each cycle is followed as it went until the candidate ends it.

use crate::domain::{
    DecidedBy, Decision, Digest, Event, PolicyIdentity, SessionId, Status, Terms, Timestamp,
};
use crate::ports::{LivePolicy, PolicyError};
use crate::session::Session;
use crate::snapshot_of::{input_digest, snapshot};
use std::sync::Arc;

/// A recorded session under a candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionReplay {
    /// Which session.
    pub session: SessionId,
    /// Its cycles in which a policy decided, oldest first.
    pub cycles: Vec<CycleReplay>,
}

/// One cycle of it.
#[derive(Debug, Clone, PartialEq)]
pub struct CycleReplay {
    /// Its number, from 1.
    pub number: u32,
    /// Loops it took.
    pub loops: u32,
    /// How it stood in the end.
    pub recorded_end: Status,
    /// The loop after which the candidate ends it, with how; absent while it goes on to the last recorded one.
    pub candidate_end: Option<(u32, Status)>,
    /// The recorded decisions up to there, in order.
    pub decisions: Vec<DecisionReplay>,
}

impl CycleReplay {
    /// Recorded loops that the candidate would have spared.
    pub fn loops_saved(&self) -> u32 {
        self.candidate_end
            .as_ref()
            .map_or(0, |(last, _)| self.loops.saturating_sub(*last))
    }

    /// The cycle ended, and the candidate would have asked for at least one loop more.
    pub fn goes_on(&self) -> bool {
        self.candidate_end.is_none()
            && self.recorded_end.is_end()
            && self
                .decisions
                .last()
                .is_some_and(|newest| matches!(newest.outcome, Outcome::Changed(_)))
    }
}

/// One recorded decision beside the candidate's.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionReplay {
    /// Attempt it is about.
    pub attempt: u32,
    /// The cycle's loops at that time.
    pub loop_number: u32,
    /// When it was asked for.
    pub at: Timestamp,
    /// What was decided.
    pub recorded: Decision,
    /// By which policy.
    pub by: PolicyIdentity,
    /// What comes of the candidate.
    pub outcome: Outcome,
}

/// What came of a candidate.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The same status for the same reason.
    Same,
    /// Another status or reason.
    Changed(Box<Decision>),
    /// What it decides where a fallback had decided, in the place of a policy that failed. The two are not compared: a
    /// fallback may not complete, whatever the work is like.
    ByFallback(Box<Decision>),
    /// It did not decide.
    Failed(PolicyError),
    /// The record does not give the snapshot that was decided on; why.
    NotReplayable(String),
}

/// Runs the events of a session through a candidate.
pub async fn replay(id: &SessionId, events: &[Event], candidate: &dyn LivePolicy) -> SessionReplay {
    let mut session = Session::new(id.clone());
    let mut cycles: Vec<CycleReplay> = Vec::new();
    let mut memo: Option<Vec<u8>> = None;
    for event in events {
        if let Event::Decided {
            by: DecidedBy::Host(_),
            decision,
            ..
        } = event
            && let Some(cycle) = cycles.last_mut()
            && cycle.number == session.cycle()
        {
            cycle.recorded_end = decision.status.clone();
        }
        if let Some(made) = Made::by_a_policy(event) {
            let number = session.cycle();
            if cycles.last().is_none_or(|cycle| cycle.number != number) {
                memo = None;
                cycles.push(CycleReplay {
                    number,
                    loops: 0,
                    recorded_end: Status::Continue,
                    candidate_end: None,
                    decisions: Vec::new(),
                });
            }
            let Some(cycle) = cycles.last_mut() else {
                continue;
            };
            cycle.loops = session.loops();
            cycle.recorded_end = made.decision.status.clone();
            if cycle.candidate_end.is_none() {
                let outcome = made.again(&session, candidate, &mut memo).await;
                let status = match &outcome {
                    Outcome::Same => Some(&made.decision.status),
                    Outcome::Changed(decision) | Outcome::ByFallback(decision) => {
                        Some(&decision.status)
                    }
                    Outcome::Failed(_) | Outcome::NotReplayable(_) => None,
                };
                if let Some(status) = status.filter(|status| status.is_end()) {
                    cycle.candidate_end = Some((cycle.loops, status.clone()));
                }
                cycle.decisions.push(DecisionReplay {
                    attempt: made.attempt,
                    loop_number: cycle.loops,
                    at: made.at,
                    recorded: made.decision.clone(),
                    by: made.by.clone(),
                    outcome,
                });
            }
        }
        session.apply(event);
    }
    SessionReplay {
        session: id.clone(),
        cycles,
    }
}

/// A decision of a policy, or of one in its place, as the journal has it.
struct Made<'e> {
    attempt: u32,
    at: Timestamp,
    decision: &'e Decision,
    by: &'e PolicyIdentity,
    /// That policy stood in for another.
    is_fallback: bool,
    input: Option<&'e Digest>,
    settings: &'e str,
    terms: Option<&'e Terms>,
}

impl<'e> Made<'e> {
    fn by_a_policy(event: &'e Event) -> Option<Self> {
        let Event::Decided {
            attempt,
            at,
            decision,
            by: decided_by @ (DecidedBy::Policy(by) | DecidedBy::Fallback(by)),
            input,
            settings,
            terms,
            ..
        } = event
        else {
            return None;
        };
        Some(Self {
            attempt: *attempt,
            at: *at,
            decision,
            by,
            is_fallback: matches!(decided_by, DecidedBy::Fallback(_)),
            input: input.as_ref(),
            settings,
            terms: terms.as_deref(),
        })
    }

    /// Lets the candidate decide on what this was decided on. `memo` is what it returned last in this cycle.
    async fn again(
        &self,
        session: &Session,
        candidate: &dyn LivePolicy,
        memo: &mut Option<Vec<u8>>,
    ) -> Outcome {
        let terms = match self.verified_terms(session) {
            Ok(terms) => Terms {
                history: candidate.history(),
                ..terms.clone()
            },
            Err(why) => return Outcome::NotReplayable(why.to_owned()),
        };
        let facts = snapshot(
            session,
            &terms,
            candidate.settings(),
            memo.as_deref(),
            self.at,
        );
        match candidate.evaluate(Arc::new(facts)).await {
            Ok(decision) => {
                memo.clone_from(&decision.memo);
                if self.is_fallback {
                    Outcome::ByFallback(Box::new(decision))
                } else if decision.status == self.decision.status {
                    Outcome::Same
                } else {
                    Outcome::Changed(Box::new(decision))
                }
            }
            Err(error) => Outcome::Failed(error),
        }
    }

    /// What this rests on, if the record gives the very snapshot that was decided on.
    fn verified_terms(&self, session: &Session) -> Result<&'e Terms, &'static str> {
        let (Some(terms), Some(input)) = (self.terms, self.input) else {
            return Err(
                "it was recorded without what it rested on, by an earlier version of the server",
            );
        };
        let memo = session.memo(self.by);
        let facts = snapshot(session, terms, self.settings, memo, self.at);
        if input_digest(&facts).as_ref() == Some(input) {
            Ok(terms)
        } else {
            Err(
                "the journal does not give the snapshot that was decided on: texts were masked or removed, or another version of the server wrote it",
            )
        }
    }
}
