//! What becomes of every way to fail.
//!
//! | what happens | kind | asked again by the judge |
//! | --- | --- | --- |
//! | status 401 | `unauthorized` | no |
//! | status 403 | `forbidden` | no |
//! | status 402; code `insufficient_quota` and its like with any status | `quota_exhausted` | no |
//! | status 429 | `rate_limited`, with the wait that the service names | yes |
//! | code `context_length_exceeded` and its like; status 413; status 400 or 422 that speaks of the context's length | `too_long` | no |
//! | code `invalid_prompt`, `content_policy_violation` and their like | `refused` | no |
//! | status 404, 405 or 501; status 400 that says the endpoint is unknown | none: the other endpoint is asked; when it is not there either, `rejected` | no |
//! | status 404 for the model; status 400 and all others below 500; a redirect, which is never followed | `rejected` | no |
//! | status 408, 409, 425, 500 and above | `unavailable` | yes |
//! | header `x-should-retry: false` with a status that would be asked again | `quota_exhausted` for 429, else `rejected` | no |
//! | header `x-should-retry: true` with a status that would be `rejected` | `unavailable` | yes |
//! | status 200 with a web page, or with JSON that is no answer | `rejected` | no |
//! | no connection: refused, no such host, no route, a proxy that is down | `unreachable` | yes |
//! | a certificate that is not trusted | `misconfigured` | no |
//! | the connection closes before or in the middle of the answer | `interrupted` | yes |
//! | the stream ends without a terminal event; an event that is no JSON | `interrupted` | yes |
//! | no headers until the first sign was due | silent | yes |
//! | the deadline passes, wherever it is | timed out; what was said is kept | no |
//! | `response.failed` or `error` in the stream | by its code as above; `server_error` and no code: `unavailable` | by kind |
//! | `response.incomplete`, `finish_reason` other than `stop`, an answer without text | `incomplete` | no |
//! | a refusal | `refused` | no |
//! | a text longer than any review, an event over 8 MiB | `oversized` | no |
//!
//! Text that is no review - prose, another shape - is no failure here: the judge reads it.

use super::kind::{of_complaint, of_status};
use super::retry_after::Advice;
use super::route::Endpoint;
use super::wire::Complaint;
use crate::model::ModelError;
use crate::redact::Redact;
use gansauditor_audit::domain::Usage;
use gansauditor_audit::ports::JudgeFailure;
use reqwest::StatusCode;
use std::error::Error;

/// An answer whose status is no success.
#[derive(Debug)]
pub(super) struct Rejection {
    /// The status.
    pub(super) status: StatusCode,
    /// What it says about asking again.
    pub(super) advice: Advice,
    /// What it says went wrong.
    pub(super) complaint: Complaint,
    /// Host that a redirect leads to.
    pub(super) location: Option<String>,
}

/// Something that went wrong on the way.
#[derive(Debug)]
pub(super) enum Fault {
    /// The service answered with a status that is no success.
    Status(Box<Rejection>),
    /// Neither endpoint is there.
    NoEndpoint {
        /// The status for the one that was asked last.
        status: StatusCode,
    },
    /// No answer began.
    Unanswered(reqwest::Error),
    /// The connection broke in the middle.
    Broken(reqwest::Error),
    /// The stream ended in the middle.
    Ended,
    /// An event is not what it should be.
    Garbled(serde_json::Error),
    /// The service gave up in the middle.
    Complaint(Complaint),
    /// The model ended too early.
    Incomplete(String),
    /// The model ended without a word.
    Empty,
    /// The model declined.
    Refused(String),
    /// A success that is none: a web page, or JSON that is no answer.
    NoApi,
    /// More bytes than any answer has.
    Oversized,
    /// Known already.
    Known(ModelError),
}

impl From<ModelError> for Fault {
    fn from(error: ModelError) -> Self {
        Self::Known(error)
    }
}

impl Rejection {
    /// Whether it says that the endpoint does not exist, so that another may.
    pub(super) fn is_missing_endpoint(&self) -> bool {
        let complaint = &self.complaint;
        let of_model = complaint.names("model_not_found") || complaint.mentions(&["model"]);
        match self.status.as_u16() {
            404 => !of_model,
            405 | 501 => true,
            400 => complaint.mentions(&[
                "unknown endpoint",
                "unknown url",
                "unknown path",
                "unknown request url",
                "unsupported endpoint",
                "invalid url",
                "no such endpoint",
                "not implemented",
            ]),
            _ => false,
        }
    }

    /// Whether the endpoint is of no use for what it is asked: it is not there, or does not take the model or the
    /// request. Work that is too long, or that is declined, says nothing about the endpoint.
    pub(super) fn is_useless_endpoint(&self) -> bool {
        let refused = matches!(self.status.as_u16(), 400 | 404 | 422)
            && of_status(self.status, &self.complaint, None) == JudgeFailure::Rejected;
        refused || self.is_missing_endpoint()
    }
}

/// Makes errors of faults, for one service.
#[derive(Debug)]
pub(super) struct Failures {
    /// Host and port.
    pub(super) host: String,
    /// The model's name.
    pub(super) model: String,
    /// Hides secrets in what others say.
    pub(super) redact: Redact,
}

impl Failures {
    /// What becomes of a fault: see the table above.
    pub(super) fn error(&self, fault: Fault, usage: Usage) -> ModelError {
        let host = &self.host;
        let mut after = None;
        let (kind, message) = match fault {
            Fault::Known(error) => return error,
            Fault::Status(rejection) => {
                let Rejection {
                    status,
                    advice,
                    complaint,
                    location,
                } = *rejection;
                after = advice.after;
                let kind = of_status(status, &complaint, advice.worth_it);
                let mut message = self.advise(kind, Some(status), &complaint);
                if let Some(location) = location {
                    let location = self.redact.quote(&location);
                    message = format!(
                        "`{host}` sends requests on to `{location}` (HTTP {status}), which is not followed \
                         with a key; set the base URL to where it leads"
                    );
                }
                (kind, message)
            }
            Fault::Complaint(complaint) => {
                let kind = of_complaint(&complaint);
                (kind, self.advise(kind, None, &complaint))
            }
            Fault::NoEndpoint { status } => (
                JudgeFailure::Rejected,
                format!(
                    "`{host}` has neither {} nor {} below the base URL (HTTP {status}); check the base URL, \
                     which usually ends in /v1",
                    Endpoint::Responses.name(),
                    Endpoint::Chat.name(),
                ),
            ),
            Fault::Unanswered(error) => self.no_answer(&error),
            Fault::Broken(error) => (
                JudgeFailure::Interrupted,
                format!(
                    "the connection to `{host}` broke in the middle of the answer ({}); try again",
                    self.cause(&error)
                ),
            ),
            Fault::Ended => (
                JudgeFailure::Interrupted,
                format!("`{host}` ended the stream in the middle of the answer; try again"),
            ),
            Fault::Garbled(error) => (
                JudgeFailure::Interrupted,
                format!(
                    "`{host}` sent what is no event of its interface ({}); try again, and when it stays so check \
                     what stands behind the base URL",
                    self.redact.quote(&error.to_string())
                ),
            ),
            Fault::Incomplete(reason) => (
                JudgeFailure::Incomplete,
                format!(
                    "the model `{}` ended its answer too early ({}); {}",
                    self.model,
                    self.redact.quote(&reason),
                    match &*reason {
                        "max_output_tokens" | "max_tokens" =>
                            "raise the limit of output tokens, lower the effort, or submit less at once",
                        "content_filter" => "the service's filter took offence at the work",
                        _ => "submit less at once, or use another model",
                    }
                ),
            ),
            Fault::Empty => (
                JudgeFailure::Incomplete,
                format!(
                    "the model `{}` answered without a word; raise the limit of output tokens, or use another model",
                    self.model
                ),
            ),
            Fault::Refused(words) => (
                JudgeFailure::Refused,
                format!(
                    "the model `{}` declined to review the work: \"{}\"",
                    self.model,
                    self.redact.quote(&words)
                ),
            ),
            Fault::NoApi => (
                JudgeFailure::Rejected,
                format!(
                    "`{host}` answered with something other than a model's answer, such as a page to log in; check \
                     the base URL, and that no proxy stands in the way"
                ),
            ),
            Fault::Oversized => (
                JudgeFailure::Oversized,
                format!("`{host}` sent more than any review can have; use another model"),
            ),
        };
        ModelError::Failed {
            kind,
            message,
            retry_after: after,
            usage,
        }
    }

    /// What happened and what to do, with the service's own words.
    fn advise(
        &self,
        kind: JudgeFailure,
        status: Option<StatusCode>,
        complaint: &Complaint,
    ) -> String {
        let (host, model) = (&self.host, &self.model);
        let unknown_model = complaint.names("model_not_found")
            || (status == Some(StatusCode::NOT_FOUND) && complaint.mentions(&["model"]));
        let message = match kind {
            JudgeFailure::Unauthorized => {
                format!("`{host}` refused the key; check that there is one, and that it is valid")
            }
            JudgeFailure::Forbidden => {
                format!(
                    "`{host}` does not let this key do that; check what the key may do with `{model}`"
                )
            }
            JudgeFailure::QuotaExhausted => {
                format!("what was paid for at `{host}` is used up; check plan and billing")
            }
            JudgeFailure::RateLimited => {
                format!(
                    "`{host}` gets too many requests from this key; wait, or let fewer audits run at once"
                )
            }
            JudgeFailure::TooLong => format!(
                "the work does not fit into what the model `{model}` reads at once; submit less at once, or use a \
                 model that reads more"
            ),
            JudgeFailure::Refused => {
                format!(
                    "`{host}` declined to have the work reviewed; see what it says, or use another model"
                )
            }
            JudgeFailure::Unavailable => {
                format!("`{host}` fails or is overloaded; try again later")
            }
            JudgeFailure::Rejected if unknown_model => format!(
                "`{host}` has no model `{model}`, or not for this key; set the name of one it has"
            ),
            _ => format!(
                "`{host}` refused the request; check the model `{model}`, the effort and the base URL"
            ),
        };
        let status = status
            .map(|status| format!(" (HTTP {})", status.as_u16()))
            .unwrap_or_default();
        let mut words = Vec::new();
        words.extend(complaint.code.as_deref().or(complaint.kind.as_deref()));
        words.extend(complaint.message.as_deref());
        let said = self.redact.quote(&words.join(": "));
        if said.is_empty() {
            format!("{message}{status}")
        } else {
            format!("{message}{status}. It says: \"{said}\"")
        }
    }

    /// The request failed before there were headers.
    fn no_answer(&self, error: &reqwest::Error) -> (JudgeFailure, String) {
        let host = &self.host;
        let cause = self.cause(error);
        if cause.contains("certificate") {
            return (
                JudgeFailure::Misconfigured,
                format!(
                    "the certificate of `{host}` is not trusted ({cause}); install the authority that issued it, or \
                     name its file in SSL_CERT_FILE"
                ),
            );
        }
        if error.is_connect() || error.is_timeout() {
            return (
                JudgeFailure::Unreachable,
                format!(
                    "cannot connect to `{host}` ({cause}); check the base URL, the network and the proxy settings"
                ),
            );
        }
        if error.is_builder() {
            return (
                JudgeFailure::Broken,
                format!("no request can be made ({cause})"),
            );
        }
        (
            JudgeFailure::Interrupted,
            format!("`{host}` closed the connection without an answer ({cause}); try again"),
        )
    }

    /// What lies deepest: the layers above say only that it went wrong, and repeat the URL.
    fn cause(&self, error: &reqwest::Error) -> String {
        let mut cause: &dyn Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        self.redact.quote(&cause.to_string())
    }
}
