//! One audit, from a locked session to its report.

use crate::audit_loop::{AuditLoop, AuditRequest};
use crate::book::{Book, is_cheap};
use crate::caps;
use crate::domain::{
    ContextScope, DecidedBy, Decision, Digest, Event, JudgeIdentity, Status, Timestamp, Work,
};
use crate::evaluation::{Answer, Evaluation, Made, without_completion};
use crate::gan_config;
use crate::ports::{JudgeError, LivePolicy, PolicyError, ProgressSink, Stage};
use crate::queue::{Permit, Place};
use crate::remarks;
use crate::report::{AuditError, AuditReport};
use crate::reporting::newest_review;
use crate::review::Question;
use crate::session::{Session, Standing};
use crate::snapshot_of::{input_digest, newest_request};
use crate::trials::Roles;
use gansauditor_submission::GanConfig;
use std::borrow::Cow;
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
    /// Its place in the queue.
    pub(crate) place: Place<'a>,
}

impl OneAudit<'_> {
    /// Goes the whole way: resolve, judge or reuse, record, decide, record, report.
    pub(crate) async fn run(
        &self,
        mut book: Book<'_>,
        request: AuditRequest,
    ) -> Result<AuditReport, AuditError> {
        let session = book.session();
        if session.standing() == Standing::Stopped {
            return Ok(self.repeat(session));
        }
        let new_cycle = session.standing() == Standing::Complete;
        let permit = Some(self.permit().await?);
        let work = self
            .prepare(request.submission, request.patched, session)
            .await?;
        let digest = work.digest();
        if !new_cycle && awaits_decision(session, &digest) {
            return self.decide(book, Vec::new(), permit).await;
        }

        let earlier = if new_cycle {
            Default::default()
        } else {
            newest_request(session)
        };
        let (asked, mut notes) =
            gan_config::request(self.of.config.gan_config, request.config.as_ref(), earlier);
        let (context, remarks) = self.context_scope(request.config.as_ref(), session, new_cycle);
        notes.extend(remarks);
        let task = request.config.and_then(|config| config.task).or_else(|| {
            let newest = session.iterations().last().filter(|_| !new_cycle);
            newest.and_then(|iteration| iteration.task.clone())
        });
        if !new_cycle && let Some(cap) = caps::reached(&self.of.config.caps, session) {
            return self.stop_at_cap(book, cap, notes).await;
        }

        let attempt = session.attempts() + 1;
        let (reused_from, reviews) = if new_cycle {
            Default::default()
        } else {
            let judges: Vec<JudgeIdentity> = self.of.panel.identities().cloned().collect();
            session.reviews_of(&digest, &judges)
        };
        let judged = if reviews.is_empty() {
            let followed = followed(session, &work);
            let question = Question {
                work: &work,
                task: task.clone(),
                scope: self.scope(context.as_ref()),
                session: &followed,
                draw: 0,
            };
            let (review, unsent) = tokio::join!(self.review(question), self.unsent(session, &work));
            notes.extend(unsent);
            review.map(|review| (vec![review], None))
        } else {
            Ok((reviews, Some(reused_from)))
        };
        let submitted = Event::Submitted {
            attempt,
            at: self.started_at,
            work,
            request: asked,
            task,
            context,
            thought_number: request.thought_number,
        };
        self.progress.stage(Stage::Recording);
        let at = self.of.clock.now();
        match judged {
            Ok((reviews, reused_from)) => {
                let cheap = reused_from.is_some() || reviews.iter().all(is_cheap);
                let reviewed = |review| Event::Reviewed {
                    attempt,
                    at,
                    review,
                    reused_from,
                };
                let events = std::iter::once(submitted).chain(reviews.into_iter().map(reviewed));
                if cheap {
                    book.note(events.collect());
                } else {
                    book.record(events.collect()).await?;
                }
            }
            Err(error) => {
                let failed = review_failed(attempt, at, &error);
                book.record(vec![submitted, failed]).await?;
                return Err(error.into());
            }
        }
        notes.extend(remarks::on_unread(
            book.session(),
            self.of.config.unreadable,
        ));
        notes.extend(remarks::on_coverage(book.session()));
        let errors = self.of.config.criteria.check_errors;
        notes.extend(remarks::on_judges(book.session(), errors));
        notes.extend(remarks::on_panel(&self.of.panel));
        self.decide(book, notes, permit).await
    }

    /// Lets the policy of the session decide on its newest iteration, with as many further reviews as it asks for
    /// and the host grants.
    async fn decide(
        &self,
        mut book: Book<'_>,
        mut notes: Vec<String>,
        mut permit: Option<Permit<'_>>,
    ) -> Result<AuditReport, AuditError> {
        self.progress.stage(Stage::Deciding);
        let session = book.session().id();
        let mut roles = Roles::new(self.of.policies.in_force(session), session);
        loop {
            let session = book.session();
            let attempt = session.attempts();
            let evaluation = self.evaluation(roles.acting(), session);
            let Answer { decision, micros } = evaluation.ask().await;
            let made = match decision {
                Ok(decision) if self.grants_further_review(session, &decision) => {
                    self.review_again(&mut book, &mut permit).await?;
                    continue;
                }
                Ok(decision) => Made {
                    by: DecidedBy::Policy(evaluation.policy.identity().clone()),
                    evaluation,
                    decision,
                    micros,
                },
                Err(error) => {
                    let undecided = Event::Undecided {
                        attempt,
                        at: self.of.clock.now(),
                        policy: evaluation.policy.identity().clone(),
                        error: error.to_string(),
                    };
                    book.record(vec![undecided]).await?;
                    if roles.candidate_failed(&error, micros) {
                        notes.push(format!(
                            "{error}; that policy is on trial, and the one in force decided"
                        ));
                        continue;
                    }
                    notes.push(format!(
                        "{error}; its fallback decided, and completes nothing"
                    ));
                    let failed = Arc::clone(&evaluation.policy);
                    self.fall_back(&*failed, error, book.session()).await?
                }
            };
            let beside = roles.beside(book.session(), &made);
            let Made {
                evaluation,
                decision,
                micros,
                by,
            } = made;
            notes.extend(gan_config::without_effect(
                evaluation.facts.request,
                decision.bar,
                decision.hard_stop,
            ));
            self.progress.stage(Stage::Recording);
            let event = Event::Decided {
                attempt,
                at: evaluation.at,
                decision: Box::new(decision),
                by,
                input: input_digest(&evaluation.facts),
                settings: evaluation.policy.settings().to_owned(),
                terms: Some(Box::new(evaluation.terms)),
                micros,
            };
            book.record(vec![event]).await?;
            if let Some(beside) = beside {
                self.of.trials.run(beside);
            }
            return Ok(self.report(book.session(), notes, false));
        }
    }

    /// What a policy is to be asked about the newest iteration.
    fn evaluation(&self, policy: Arc<dyn LivePolicy>, session: &Session) -> Evaluation {
        let config = &self.of.config;
        let now = self.of.clock.now();
        Evaluation::of(policy, session, &config.criteria, config.caps, now)
    }

    /// Asks the fallback of a policy that failed. Without one, or when it fails too, nothing is decided.
    async fn fall_back(
        &self,
        failed: &dyn LivePolicy,
        error: PolicyError,
        session: &Session,
    ) -> Result<Made, AuditError> {
        if let Some(fallback) = self.of.policies.fallback(failed) {
            let evaluation = self.evaluation(fallback, session);
            let Answer { decision, micros } = evaluation.ask().await;
            if let Ok(decision) = decision {
                return Ok(Made {
                    by: DecidedBy::Fallback(evaluation.policy.identity().clone()),
                    decision: without_completion(decision),
                    evaluation,
                    micros,
                });
            }
        }
        Err(match newest_review(session) {
            Some(review) => AuditError::Undecided {
                error,
                review: Box::new(review),
            },
            None => self.broken(error.to_string()).into(),
        })
    }

    /// Waits for leave to work.
    async fn permit(&self) -> Result<Permit<'_>, AuditError> {
        let queued = || self.progress.stage(Stage::Queued);
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(JudgeError::Cancelled.into()),
            permit = self.place.permit(self.deadline, queued) => Ok(permit?),
        }
    }

    /// What the submission asks to show of the repository, else what the cycle asked earlier; with what was
    /// not taken, and why.
    fn context_scope(
        &self,
        config: Option<&GanConfig>,
        session: &Session,
        new_cycle: bool,
    ) -> (Option<ContextScope>, Vec<String>) {
        let may_ask = self.of.workspace.is_some()
            && self.of.panel.reads_context()
            && self.of.config.context.on_request;
        let (asked, notes) = gan_config::context(may_ask, config);
        let earlier = || {
            let newest = session.iterations().last().filter(|_| !new_cycle)?;
            newest.context.clone()
        };
        (asked.or_else(earlier), notes)
    }

    /// The policy wants one review more and the host grants it: never from a deterministic judge, and not
    /// beyond the caps.
    fn grants_further_review(&self, session: &Session, decision: &Decision) -> bool {
        let Status::ReviewAgain(_) = decision.status else {
            return false;
        };
        !self.of.panel.is_deterministic()
            && caps::reached(&self.of.config.caps, session).is_none()
            && session.iterations().last().is_some_and(|iteration| {
                iteration.work.is_some()
                    && iteration.reviews.len() < self.of.config.caps.max_reviews as usize
            })
    }

    /// Has the newest iteration reviewed once more.
    async fn review_again<'s>(
        &'s self,
        book: &mut Book<'_>,
        permit: &mut Option<Permit<'s>>,
    ) -> Result<(), AuditError> {
        // What comes next may cost, wait and fail.
        book.settle().await?;
        if permit.is_none() {
            *permit = Some(self.permit().await?);
        }
        let session = book.session();
        let attempt = session.attempts();
        let Some((iteration, work)) = session
            .iterations()
            .last()
            .and_then(|iteration| Some((iteration, iteration.work.as_ref()?)))
        else {
            return Ok(());
        };
        let question = Question {
            work,
            task: iteration.task.clone(),
            scope: self.scope(iteration.context.as_ref()),
            session,
            draw: u32::try_from(iteration.reviews.len()).unwrap_or(u32::MAX),
        };
        let judged = self.review(question).await;
        let at = self.of.clock.now();
        match judged {
            Ok(review) => {
                let reviewed = Event::Reviewed {
                    attempt,
                    at,
                    review,
                    reused_from: None,
                };
                Ok(book.record(vec![reviewed]).await?)
            }
            Err(error) => {
                book.record(vec![review_failed(attempt, at, &error)])
                    .await?;
                Err(error.into())
            }
        }
    }

    /// What to show of the repository: what was asked for, else what the operator set.
    fn scope(&self, asked: Option<&ContextScope>) -> ContextScope {
        asked.unwrap_or(&self.of.config.context.scope).clone()
    }

    /// A cap of the host ends the cycle before a judge spends.
    async fn stop_at_cap(
        &self,
        mut book: Book<'_>,
        cap: caps::Cap,
        notes: Vec<String>,
    ) -> Result<AuditReport, AuditError> {
        let session = book.session();
        let event = Event::Decided {
            attempt: session.attempts(),
            at: self.of.clock.now(),
            decision: Box::new(caps::decision(&cap, session, &self.of.config.criteria)),
            by: DecidedBy::Host(cap.name.to_owned()),
            input: None,
            settings: String::new(),
            terms: None,
            micros: 0,
        };
        book.record(vec![event]).await?;
        Ok(self.report(book.session(), notes, false))
    }

    /// A stopped session repeats why.
    fn repeat(&self, session: &Session) -> AuditReport {
        // How a person lets it go on is for the person, not for the agent that was stopped.
        let note = format!(
            "session `{}` has stopped and nothing was judged: stop here, and show your person the open findings",
            session.id()
        );
        self.report(session, vec![note], true)
    }

    fn report(&self, session: &Session, notes: Vec<String>, repeated: bool) -> AuditReport {
        let over = (self.started_at, self.of.clock.now());
        self.of.report(session, over, notes, repeated)
    }
}

/// The session as judges are to see it: with its findings where their files are now.
fn followed<'s>(session: &'s Session, work: &Work) -> Cow<'s, Session> {
    if work.renamed.is_empty() {
        return Cow::Borrowed(session);
    }
    let mut session = session.clone();
    session.rename(&work.renamed);
    Cow::Owned(session)
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

fn review_failed(attempt: u32, at: Timestamp, error: &JudgeError) -> Event {
    Event::ReviewFailed {
        attempt,
        at,
        error: error.to_string(),
        usage: error.usage(),
    }
}
