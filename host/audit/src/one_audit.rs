//! One audit, from a locked session to its report.

use crate::audit_loop::{AuditLoop, AuditRequest};
use crate::caps;
use crate::domain::{
    Criteria, DecidedBy, Decision, Digest, Event, FindingState, Review, Score, Snapshot, Status,
    Timestamp, Work,
};
use crate::gan_config;
use crate::grade::grade;
use crate::ports::{JudgeError, JudgeRequest, ProgressSink, SessionWriter, Stage};
use crate::report::{AuditError, AuditReport, LoopSummary};
use crate::resolve::resolve;
use crate::session::{Iteration, Session, Standing};
use crate::snapshot_of::{newest_request, snapshot};
use std::sync::Arc;
use std::time::Instant;
use tokio_util::sync::CancellationToken;

/// One audit on its way.
pub(crate) struct OneAudit<'a> {
    /// The loop it belongs to.
    pub(crate) of: &'a AuditLoop,
    /// When it must have ended.
    pub(crate) deadline: Instant,
    /// When it began.
    pub(crate) started_at: Timestamp,
    /// Cancelled when nobody waits any more.
    pub(crate) cancel: CancellationToken,
    /// Hears how it gets on.
    pub(crate) progress: &'a dyn ProgressSink,
}

impl OneAudit<'_> {
    /// Goes the whole way: resolve, judge or reuse, record, decide, record, report.
    pub(crate) async fn run(
        &self,
        writer: &mut dyn SessionWriter,
        request: AuditRequest,
    ) -> Result<AuditReport, AuditError> {
        let session = writer.session();
        if session.standing() == Standing::Stopped {
            return Ok(self.repeat(session));
        }
        let new_cycle = session.standing() == Standing::Complete;
        let work = resolve(&request.submission, &request.patched, session);
        let digest = work.digest();
        if !new_cycle && awaits_decision(session, &digest) {
            return self.decide(writer, Vec::new()).await;
        }

        let earlier = if new_cycle {
            Default::default()
        } else {
            newest_request(session)
        };
        let (asked, mut notes) =
            gan_config::request(self.of.config.gan_config, request.config.as_ref(), earlier);
        let task = request.config.and_then(|config| config.task).or_else(|| {
            session
                .iterations()
                .last()
                .and_then(|iteration| iteration.task.clone())
        });
        if !new_cycle && let Some(cap) = caps::reached(&self.of.config.caps, session) {
            return self.stop_at_cap(writer, cap, notes).await;
        }

        let attempt = session.attempts() + 1;
        let (reused_from, reviews) = if new_cycle {
            Default::default()
        } else {
            session.reviews_of(&digest, self.of.judge.identity())
        };
        let judged = if reviews.is_empty() {
            self.review(&work, task.clone(), session)
                .await
                .map(|review| (vec![review], None))
        } else {
            Ok((reviews, Some(reused_from)))
        };
        let submitted = Event::Submitted {
            attempt,
            at: self.started_at,
            work,
            request: asked,
            task,
            thought_number: request.thought_number,
        };
        self.progress.stage(Stage::Recording);
        let at = self.of.clock.now();
        match judged {
            Ok((reviews, reused_from)) => {
                let reviewed = |review| Event::Reviewed {
                    attempt,
                    at,
                    review,
                    reused_from,
                };
                let events = std::iter::once(submitted).chain(reviews.into_iter().map(reviewed));
                writer.append(events.collect()).await?;
            }
            Err(error) => {
                let failed = Event::ReviewFailed {
                    attempt,
                    at,
                    error: error.to_string(),
                };
                writer.append(vec![submitted, failed]).await?;
                return Err(error.into());
            }
        }
        notes.extend(coverage_note(writer.session()));
        self.decide(writer, notes).await
    }

    /// Judges and grades.
    async fn review(
        &self,
        work: &Work,
        task: Option<String>,
        session: &Session,
    ) -> Result<Review, JudgeError> {
        self.progress.stage(Stage::Judging);
        let judge = &self.of.judge;
        let config = &self.of.config;
        let time = self.deadline.saturating_duration_since(Instant::now());
        let earlier = session
            .ledger()
            .iter()
            .filter(|finding| finding.state.is_standing())
            .cloned()
            .collect();
        // A token of its own, so that the judge is told to stop however this function ends.
        let cancel = self.cancel.child_token();
        let _stop = cancel.clone().drop_guard();
        let request = JudgeRequest {
            task,
            files: Arc::new(work.files.clone()),
            earlier,
            rubric: config.rubric.clone(),
            time,
            cancel,
        };
        let began = Instant::now();
        let report = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(JudgeError::Cancelled),
            report = tokio::time::timeout(time, judge.review(&request)) => report.map_err(|_| {
                JudgeError::TimedOut { judge: judge.identity().name.clone(), after: config.timeout }
            })??,
        };
        let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(grade(
            judge.identity(),
            report,
            &work.files,
            &config.rubric,
            config.criteria.blocking_severity,
            pass_mark(&config.criteria),
            millis,
        ))
    }

    /// Lets the live policy decide on the newest iteration, with as many further reviews as it asks for and
    /// the host grants.
    async fn decide(
        &self,
        writer: &mut dyn SessionWriter,
        mut notes: Vec<String>,
    ) -> Result<AuditReport, AuditError> {
        self.progress.stage(Stage::Deciding);
        let policy = self.of.policies.live();
        loop {
            let session = writer.session();
            let attempt = session.attempts();
            let facts = Arc::new(snapshot(
                session,
                &self.of.config,
                &*policy,
                self.of.clock.now(),
            ));
            let began = Instant::now();
            let decision = match policy.evaluate(Arc::clone(&facts)).await {
                Ok(decision) => decision,
                Err(error) => {
                    let review = newest_review(session);
                    let undecided = Event::Undecided {
                        attempt,
                        at: self.of.clock.now(),
                        policy: policy.identity().clone(),
                        error: error.to_string(),
                    };
                    writer.append(vec![undecided]).await?;
                    return match review {
                        Some(review) => Err(AuditError::Undecided {
                            error,
                            review: Box::new(review),
                        }),
                        None => Err(JudgeError::Unusable {
                            judge: self.of.judge.identity().name.clone(),
                            reason: error.to_string(),
                        }
                        .into()),
                    };
                }
            };
            let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
            if let Some((work, task)) = self.further_review(session, &decision) {
                let review = self.review(&work, task, session).await?;
                let at = self.of.clock.now();
                writer
                    .append(vec![Event::Reviewed {
                        attempt,
                        at,
                        review,
                        reused_from: None,
                    }])
                    .await?;
                continue;
            }
            notes.extend(gan_config::without_effect(
                facts.request,
                decision.bar,
                decision.hard_stop,
            ));
            self.progress.stage(Stage::Recording);
            let event = Event::Decided {
                attempt,
                at: self.of.clock.now(),
                decision: Box::new(decision),
                by: DecidedBy::Policy(policy.identity().clone()),
                input: input_digest(&facts),
                settings: policy.settings().to_owned(),
                micros,
            };
            writer.append(vec![event]).await?;
            return Ok(self.report(writer.session(), notes, false));
        }
    }

    /// The work to review once more, when the policy wants it and the host grants it: never from a
    /// deterministic judge, and not beyond the caps.
    fn further_review(
        &self,
        session: &Session,
        decision: &Decision,
    ) -> Option<(Work, Option<String>)> {
        let Status::ReviewAgain(_) = decision.status else {
            return None;
        };
        let iteration = session.iterations().last()?;
        let granted = !self.of.judge.identity().deterministic
            && iteration.reviews.len() < self.of.config.caps.max_reviews as usize
            && caps::reached(&self.of.config.caps, session).is_none();
        if !granted {
            return None;
        }
        Some((iteration.work.clone()?, iteration.task.clone()))
    }

    /// A cap of the host ends the cycle before a judge spends.
    async fn stop_at_cap(
        &self,
        writer: &mut dyn SessionWriter,
        cap: caps::Cap,
        notes: Vec<String>,
    ) -> Result<AuditReport, AuditError> {
        let session = writer.session();
        let event = Event::Decided {
            attempt: session.attempts(),
            at: self.of.clock.now(),
            decision: Box::new(caps::decision(&cap, session, &self.of.config.criteria)),
            by: DecidedBy::Host(cap.name.to_owned()),
            input: None,
            settings: String::new(),
            micros: 0,
        };
        writer.append(vec![event]).await?;
        Ok(self.report(writer.session(), notes, false))
    }

    /// A stopped session repeats why, and how to go on.
    fn repeat(&self, session: &Session) -> AuditReport {
        let note = format!(
            "session `{0}` has stopped; nothing was judged. Begin another session, or let this one go on with: gansauditor session reset '{0}'",
            session.id()
        );
        self.report(session, vec![note], true)
    }

    fn report(&self, session: &Session, notes: Vec<String>, repeated: bool) -> AuditReport {
        let newest = session.iterations().last();
        let (decision, decided_by) = session.last_decision().map_or_else(
            || {
                (
                    caps::no_decision(&self.of.config.criteria),
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
            started_at: self.started_at,
            ended_at: self.of.clock.now(),
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
            criteria: self.of.config.criteria.clone(),
            task: newest.and_then(|iteration| iteration.task.clone()),
            notes,
        }
    }
}

/// The newest iteration holds the same work, reviewed but not decided on: the policy failed last time.
fn awaits_decision(session: &Session, digest: &Digest) -> bool {
    session.iterations().last().is_some_and(|iteration| {
        iteration.digest == *digest
            && !iteration.reviews.is_empty()
            && session
                .last_decision()
                .is_none_or(|decided| decided.attempt != iteration.attempt)
    })
}

/// Score from which a review passes: the lowest that could ever complete.
fn pass_mark(criteria: &Criteria) -> Score {
    criteria
        .tiers
        .iter()
        .map(|tier| tier.score)
        .min_by(|a, b| a.get().total_cmp(&b.get()))
        .unwrap_or(Score::MAX)
}

fn newest_review(session: &Session) -> Option<Review> {
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

/// Names the files whose findings stand because they were not shown again.
fn coverage_note(session: &Session) -> Option<String> {
    let mut paths: Vec<&str> = session
        .ledger()
        .iter()
        .filter(|finding| finding.state == FindingState::Unreviewed)
        .filter_map(|finding| finding.reported.location.as_ref())
        .map(|location| location.path.as_str())
        .collect();
    paths.sort_unstable();
    paths.dedup();
    (!paths.is_empty()).then(|| {
        format!(
            "findings in {} stand unreviewed: submit the file again, under that name, or delete it in a diff",
            paths.join(", ")
        )
    })
}

/// Digest of what the policy saw, for replay. A snapshot of plain data always serialises.
fn input_digest(facts: &Snapshot) -> Option<Digest> {
    serde_json::to_vec(facts)
        .ok()
        .map(|bytes| Digest::of(&bytes))
}
