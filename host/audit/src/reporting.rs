//! From a session to what is reported of it.

use crate::audit_loop::AuditLoop;
use crate::caps;
use crate::domain::{DecidedBy, Review, Score, SessionId, Timestamp};
use crate::ports::StoreError;
use crate::report::{AuditReport, LoopSummary};
use crate::session::{Iteration, Session, Standing};

impl AuditLoop {
    /// What is open in a session, for a call that holds no work: its newest decision and findings, nothing new judged.
    /// `None` for a session that does not exist, is over, or holds nothing to go on with.
    ///
    /// # Errors
    /// The session can't be read.
    pub async fn open_work(&self, session: &SessionId) -> Result<Option<AuditReport>, StoreError> {
        let session = match self.store.read(session).await {
            Ok(session) => session,
            Err(StoreError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let has_begun = !session.iterations().is_empty()
            || session
                .ledger()
                .iter()
                .any(|finding| finding.state.is_standing());
        let is_open = session.standing() == Standing::Open && has_begun;
        let now = self.clock.now();
        Ok(is_open.then(|| AuditReport {
            // That of the newest submission is none of this call's.
            review: None,
            ..self.report(&session, (now, now), Vec::new(), true)
        }))
    }

    /// What there is to report of a session after an audit that lasted from `over.0` to `over.1`.
    pub(crate) fn report(
        &self,
        session: &Session,
        over: (Timestamp, Timestamp),
        notes: Vec<String>,
        repeated: bool,
    ) -> AuditReport {
        let newest = session.iterations().last();
        let (decision, decided_by) = session.last_decision().map_or_else(
            || {
                (
                    caps::no_decision(&self.config.criteria),
                    DecidedBy::Host("none".to_owned()),
                )
            },
            |decided| (decided.decision.clone(), decided.by.clone()),
        );
        AuditReport {
            session: session.id().clone(),
            session_opened_at: session.opened_at(),
            cycle: session.cycle(),
            attempt: session.attempts(),
            started_at: over.0,
            ended_at: over.1,
            review: newest_review(session),
            unchanged: newest.is_some_and(|iteration| iteration.unchanged),
            decision,
            decided_by,
            standing: session.standing(),
            repeated,
            ledger: session.ledger().to_vec(),
            loops: session
                .iterations()
                .iter()
                .filter_map(loop_summary)
                .collect(),
            criteria: self.config.criteria.clone(),
            task: newest.and_then(|iteration| iteration.task.clone()),
            notes,
        }
    }
}

/// The newest review of the session's newest iteration.
pub(crate) fn newest_review(session: &Session) -> Option<Review> {
    session
        .iterations()
        .last()
        .and_then(|iteration| iteration.reviews.last().cloned())
}

fn loop_summary(iteration: &Iteration) -> Option<LoopSummary> {
    let scores: Vec<f64> = iteration
        .reviews
        .iter()
        .filter(|review| review.counts())
        .filter_map(|review| review.score.map(Score::get))
        .collect();
    Some(LoopSummary {
        number: iteration.loop_number?,
        at: iteration.at,
        score: scores.iter().sum::<f64>() / scores.len() as f64,
        verdict: iteration.reviews.last()?.verdict,
    })
}
