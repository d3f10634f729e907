//! Asking the panel: the context, the judges, their voices, one review.

use crate::audit_loop::ContextConfig;
use crate::combine::{Bars, Voice, combine, spent};
use crate::domain::{
    Card, CardOutcome, CheckResult, ContextScope, Coverage, Criteria, FileReading, Finding,
    FindingState, ReadingClass, RepositoryContext, Review, Score, Usage, Verdict, Work,
};
use crate::grade::{bounded, dimensions, grade, not_read};
use crate::one_audit::OneAudit;
use crate::panel::Seat;
use crate::ports::{
    CheckRun, ContextRequest, JudgeError, JudgeFailure, JudgeReport, JudgeRequest, Stage, Workspace,
};
use crate::readings;
use crate::session::Session;
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Share of an audit's time that is kept for deciding and recording, and the most of it.
const RESERVE: (u32, Duration) = (20, Duration::from_secs(1));
/// Share of the judges' time that collecting the context may take.
const CONTEXT_SHARE: u32 = 4;
/// Longest reason of a failure that is kept, in bytes.
const MAX_REASON: usize = 1024;

/// What the panel is asked.
pub(crate) struct Question<'a> {
    pub(crate) work: &'a Work,
    pub(crate) task: Option<String>,
    /// What to show of the repository.
    pub(crate) scope: ContextScope,
    /// The session as it was before this work.
    pub(crate) session: &'a Session,
    /// Which of several independent reviews this is, from 0.
    pub(crate) draw: u32,
}

impl OneAudit<'_> {
    /// Lets the whole panel review at once. One judge that fails leaves its card; an error comes back when
    /// there is nothing to grade without it.
    pub(crate) async fn review(&self, question: Question<'_>) -> Result<Review, JudgeError> {
        self.progress.stage(Stage::Judging);
        if question.work.files.is_empty() {
            return Ok(self.without_text(question.work));
        }
        let began = Instant::now();
        // A token of its own, so that the judges are told to stop however this function ends.
        let cancel = self.cancel.child_token();
        let _stop = cancel.clone().drop_guard();
        let reviewing = async {
            let context = self.context(&question, &cancel).await;
            let request = JudgeRequest {
                task: question.task.clone(),
                files: Arc::new(question.work.files.clone()),
                context: Arc::new(context),
                earlier: Vec::new(),
                rubric: self.of.config.rubric.clone(),
                draw: question.draw,
                time: self.time_to_judge(),
                cancel: cancel.clone(),
            };
            let seats = self.of.panel.seats();
            join_all(seats.iter().map(|seat| self.ask(seat, &question, &request))).await
        };
        let answers = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Err(JudgeError::Cancelled),
            answers = reviewing => answers,
        };
        self.combined(answers, question.work, millis(began.elapsed()))
    }

    /// The repository around the work. That it cannot be read is no reason not to review, but is said.
    async fn context(
        &self,
        question: &Question<'_>,
        cancel: &tokio_util::sync::CancellationToken,
    ) -> RepositoryContext {
        let Some(workspace) = &self.of.workspace else {
            return RepositoryContext::default();
        };
        if question.scope == ContextScope::None || !self.of.panel.reads_context() {
            return RepositoryContext::default();
        }
        let ContextConfig { max_bytes, .. } = self.of.config.context;
        let request = ContextRequest {
            scope: question.scope.clone(),
            submitted: question
                .work
                .files
                .iter()
                .map(|file| file.path.clone())
                .collect(),
            max_bytes,
            time: self.time_to_judge() / CONTEXT_SHARE,
            cancel: cancel.clone(),
        };
        read(&**workspace, &request).await
    }

    async fn ask(
        &self,
        seat: &Seat,
        question: &Question<'_>,
        request: &JudgeRequest,
    ) -> (Result<JudgeReport, JudgeError>, u64) {
        let judge = seat.judge.identity();
        let work = question.work.digest();
        if let Some(report) = question.session.answer_of(judge, &work, question.draw) {
            return (Ok(report), 0);
        }
        let name = &judge.name;
        let request = JudgeRequest {
            earlier: self.earlier(name, question.session),
            ..request.clone()
        };
        let began = Instant::now();
        let left = self.deadline.saturating_duration_since(began);
        // A judge keeps to its time by itself; one that does not is left behind.
        let answer = tokio::time::timeout(left, seat.judge.review(&request))
            .await
            .unwrap_or_else(|_| Err(JudgeError::timed_out(name, self.of.config.timeout)));
        (answer, millis(began.elapsed()))
    }

    /// The findings a judge answers for: its own, and those of judges that are not on the panel.
    fn earlier(&self, judge: &str, session: &Session) -> Vec<Finding> {
        session
            .ledger()
            .iter()
            .filter(|_| self.of.config.earlier_findings)
            .filter(|finding| finding.state != FindingState::Waived)
            .filter(|finding| finding.judge == judge || !self.of.panel.has(&finding.judge))
            .cloned()
            .collect()
    }

    fn combined(
        &self,
        answers: Vec<(Result<JudgeReport, JudgeError>, u64)>,
        work: &Work,
        millis: u64,
    ) -> Result<Review, JudgeError> {
        let config = &self.of.config;
        let mut voices = Vec::with_capacity(answers.len());
        let mut worst: Option<(u8, JudgeError)> = None;
        let mut graded = false;
        for (seat, (answer, millis)) in self.of.panel.seats().iter().zip(answers) {
            let judge = seat.judge.identity();
            match answer.or_else(|error| self.left_by(seat, error)) {
                Ok(report) => {
                    let voice = grade(judge, seat.weight, report, work, &config.rubric, millis);
                    graded |= matches!(
                        voice.card.outcome,
                        CardOutcome::Answered { score: Some(_), .. }
                    );
                    voices.push(Voice::Graded(voice));
                }
                Err(error) => {
                    voices.push(Voice::Failed(Card {
                        judge: judge.clone(),
                        weight: seat.weight,
                        outcome: CardOutcome::Failed(bounded(error.to_string(), MAX_REASON)),
                        provenance: String::new(),
                        remarks: Vec::new(),
                        usage: error.usage(),
                        millis,
                    }));
                    let rank = judge.kind.rank();
                    if worst.as_ref().is_none_or(|(known, _)| rank > *known) {
                        worst = Some((rank, error));
                    }
                }
            }
        }
        match worst {
            Some((_, error)) if !graded => {
                Err(error.at_cost_of(spent(voices.iter().map(Voice::card))))
            }
            _ => Ok(combine(
                voices,
                work,
                &config.rubric,
                &Bars {
                    blocking: config.criteria.blocking_severity,
                    pass_mark: pass_mark(&config.criteria),
                    unreadable: config.unreadable,
                    check_errors: config.criteria.check_errors,
                },
                millis,
            )),
        }
    }

    /// What there is of a judge that failed: what a model had said until then, and that a check could not be run.
    fn left_by(&self, seat: &Seat, error: JudgeError) -> Result<JudgeReport, JudgeError> {
        match (error, seat.judge.check()) {
            (JudgeError::Cancelled, _) => Err(JudgeError::Cancelled),
            (error, Some(check)) => Ok(JudgeReport {
                usage: error.usage(),
                checks: vec![CheckRun {
                    check: check.to_owned(),
                    outcome: CheckResult::Errored,
                    provenance: String::new(),
                    detail: error.to_string(),
                }],
                ..JudgeReport::unscored(error.to_string())
            }),
            (
                JudgeError::TimedOut {
                    after,
                    partial: Some(partial),
                    ..
                },
                None,
            ) if self.of.config.partial_results => Ok(cut_off(*partial, after)),
            (error, None) => Err(error),
        }
    }

    /// The work holds no text to judge - deletions, renames, modes, patches that don't apply - and nobody is asked.
    fn without_text(&self, work: &Work) -> Review {
        let rubric = &self.of.config.rubric;
        let mut readings: Vec<FileReading> = readings::apart(work).collect();
        readings.sort_by(|a, b| a.path.cmp(&b.path));
        let unread = readings
            .iter()
            .filter(|reading| reading.class == ReadingClass::Unread)
            .map(|reading| (reading.path.as_str(), reading.reason.as_str()));
        Review {
            judges: self.of.panel.identities().cloned().collect(),
            cards: Vec::new(),
            score: None,
            verdict: Verdict::Revise,
            dimensions: dimensions(rubric, &vec![None; rubric.dimensions.len()]),
            assessed_weight: 0.0,
            coverage: not_read(unread).map_or(Coverage::Whole, Coverage::Partial),
            covered: Vec::new(),
            readings,
            findings: Vec::new(),
            summary: String::new(),
            evidence: Vec::new(),
            usage: Usage::default(),
            millis: 0,
        }
    }

    /// What the judges have of the time that is left.
    fn time_to_judge(&self) -> Duration {
        let timeout = self.of.config.timeout;
        let reserve = (timeout / RESERVE.0).min(RESERVE.1);
        self.deadline
            .saturating_duration_since(Instant::now())
            .saturating_sub(reserve)
    }

    /// What happens when a panel of no use is asked; names all of it.
    pub(crate) fn broken(&self, reason: String) -> JudgeError {
        JudgeError::failed(self.of.panel.name(), JudgeFailure::Broken, reason)
    }
}

async fn read(workspace: &dyn Workspace, request: &ContextRequest) -> RepositoryContext {
    let context = tokio::time::timeout(request.time, workspace.context(request)).await;
    let trouble = match context {
        Ok(Ok(context)) => return context,
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!(
            "the repository could not be read within {} s",
            request.time.as_secs()
        ),
    };
    tracing::warn!("no repository context: {trouble}");
    RepositoryContext {
        left_out: vec![trouble],
        ..RepositoryContext::default()
    }
}

/// What was said before the time was up is in part, whatever it claims, and came to the end of no file.
fn cut_off(partial: JudgeReport, after: Duration) -> JudgeReport {
    let why = match partial.coverage {
        Coverage::Partial(why) => why,
        Coverage::Whole | Coverage::Unscored(_) => {
            format!("the judge was cut off after {} s", after.as_secs())
        }
    };
    JudgeReport {
        coverage: Coverage::Partial(why),
        readings: Vec::new(),
        ..partial
    }
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

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
