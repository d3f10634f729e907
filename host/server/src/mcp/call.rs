//! One call of the tool.

use super::progress;
use crate::identity::Identity;
use crate::running::Waiting;
use crate::service::Service;
use crate::text::plain;
use crate::thoughts::{Thoughts, boxed};
use gansauditor_audit::AuditRequest;
use gansauditor_audit::domain::SessionId;
use gansauditor_audit::ports::{JudgeError, Unheard};
use gansauditor_legacy::{Answer, ErrorContext, ErrorPayload, Failure, ThoughtLog, ToolCall};
use gansauditor_submission::{GanConfig, Submission};
use rmcp::RoleServer;
use rmcp::model::JsonObject;
use rmcp::service::RequestContext;
use std::collections::BTreeMap;
use tokio_util::sync::CancellationToken;

/// What a call needs of its connection.
pub(super) struct Caller<'a> {
    pub(super) service: &'a Service,
    pub(super) identity: &'a Identity,
    pub(super) thoughts: &'a Thoughts,
}

/// A call that holds work.
struct Submitted {
    call: ToolCall,
    log: ThoughtLog,
    submission: Submission,
    config: Option<GanConfig>,
    notes: Vec<String>,
}

impl Caller<'_> {
    /// Answers a call.
    pub(super) async fn answer(
        &self,
        arguments: &JsonObject,
        context: &RequestContext<RoleServer>,
    ) -> Result<Answer, ErrorPayload> {
        let call = ToolCall::read(arguments)
            .map_err(|error| self.failed(&Failure::from(&error), ErrorContext::default()))?;
        let mut place = ErrorContext {
            thought_number: Some(call.thought_number),
            branch_id: call.branch_id.as_ref().map(ToString::to_string),
            loop_id: call.loop_id.as_ref().map(ToString::to_string),
            operation: Some("processThought"),
            ..ErrorContext::default()
        };
        if self.service.running.is_closing() {
            return Err(self.failed(&Failure::from(&JudgeError::Cancelled), place));
        }
        let log = self.thoughts.note(&call);
        if let Some(stderr) = &self.service.thoughts {
            stderr.lines(boxed(&call).into_bytes());
        }
        if !self.service.auditing {
            let off = "auditing is off (ENABLE_GAN_AUDITING): nothing was judged".to_owned();
            return Ok(Answer::prose(&call, &log, vec![off]));
        }
        let reading = gansauditor_submission::read(&call.thought, &self.service.limits)
            .map_err(|error| self.failed(&Failure::from(&error), place.clone()))?;
        let mut notes: Vec<String> = reading.notes.iter().map(ToString::to_string).collect();
        let Some(submission) = reading.submission else {
            let is_unread_work = reading.looks_like_work.is_some();
            notes.splice(0..0, reading.looks_like_work);
            return self
                .without_work(&call, &log, notes, is_unread_work, &mut place)
                .await;
        };
        let submitted = Submitted {
            call,
            log,
            submission,
            config: reading.config,
            notes,
        };
        self.audit(submitted, context, &mut place)
            .await
            .map_err(|failure| self.failed(&failure, place))
    }

    /// A call that holds no work ends no loop: while its session is open, the answer says what is; and where the call
    /// looks like work that could not be read, it asks for the work.
    async fn without_work(
        &self,
        call: &ToolCall,
        log: &ThoughtLog,
        notes: Vec<String>,
        is_unread_work: bool,
        place: &mut ErrorContext,
    ) -> Result<Answer, ErrorPayload> {
        let without = |notes| {
            if is_unread_work {
                Answer::unread(call, log, notes)
            } else {
                Answer::prose(call, log, notes)
            }
        };
        let Some(session) = self
            .identity
            .known(call.branch_id.as_ref(), call.loop_id.as_ref())
        else {
            return Ok(without(notes));
        };
        place.session_id = Some(session.to_string());
        let open = self.service.running.audits().open_work(&session).await;
        let open = open.map_err(|error| {
            let failure = Failure::from(&gansauditor_audit::AuditError::from(error));
            self.failed(&failure, place.clone())
        })?;
        Ok(match open {
            Some(mut report) => {
                report.notes = notes;
                Answer::reminded(&report, call, log)
            }
            None => without(notes),
        })
    }

    async fn audit(
        &self,
        submitted: Submitted,
        context: &RequestContext<RoleServer>,
        place: &mut ErrorContext,
    ) -> Result<Answer, Failure> {
        let Submitted {
            call,
            log,
            submission,
            config,
            notes,
        } = submitted;
        let session = self
            .identity
            .session(
                call.branch_id.as_ref(),
                call.loop_id.as_ref(),
                self.service.now(),
            )
            .map_err(|error| Failure::internal(&error.to_string()))?;
        place.session_id = Some(session.to_string());
        let request = AuditRequest {
            session,
            submission,
            config,
            patched: BTreeMap::new(),
            thought_number: call.thought_number,
            cancel: CancellationToken::new(),
        };
        if !self.service.synchronous {
            let call = self.to_pass_back(call, &request.session);
            self.service
                .running
                .start(request, Waiting::Nobody, Box::new(Unheard));
            return Ok(Answer::pending(&call, &log, notes));
        }
        place.workflow = Some("synchronous");
        place.operation = Some("synchronousAudit");
        let (stages, reporter) = progress::of_call(context, self.service.progress);
        let audit =
            self.service
                .running
                .start(request, Waiting::Client(context.ct.clone()), stages);
        let result = reporter.wait(audit).await.map_err(|error| {
            tracing::error!("an audit ended without a result: {error}");
            Failure::internal("the audit ended without a result")
        })?;
        let mut report = result.map_err(|error| {
            tracing::warn!("{}", plain(&error.to_string()));
            Failure::from(&error)
        })?;
        report.notes.splice(0..0, notes);
        Ok(Answer::audited(&report, &call, &log))
    }

    /// The call as an answer that comes before the audit shows it: the original shows a session only where the
    /// client named it, but one that was minted for this call would be lost.
    fn to_pass_back(&self, call: ToolCall, session: &SessionId) -> ToolCall {
        match self.identity {
            Identity::Call => ToolCall {
                branch_id: Some(session.clone()),
                ..call
            },
            Identity::Connection(_) => call,
        }
    }

    fn failed(&self, failure: &Failure, context: ErrorContext) -> ErrorPayload {
        failure.payload(self.service.now(), context)
    }
}
