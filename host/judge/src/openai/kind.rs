//! Of which kind a failure is, by what the service says: the rows of the table in [`failure`](super::failure)
//! that speak of statuses and codes.

use super::wire::Complaint;
use gansauditor_audit::ports::JudgeFailure;
use reqwest::StatusCode;

/// By code and status, and what the service says about asking again.
pub(super) fn of_status(
    status: StatusCode,
    complaint: &Complaint,
    worth_it: Option<bool>,
) -> JudgeFailure {
    let long = [
        "context length",
        "context window",
        "context size",
        "maximum context",
        "too many tokens",
        "too long",
    ];
    let kind = of_names(complaint).unwrap_or(match status.as_u16() {
        401 | 407 => JudgeFailure::Unauthorized,
        402 => JudgeFailure::QuotaExhausted,
        403 => JudgeFailure::Forbidden,
        408 | 409 | 425 => JudgeFailure::Unavailable,
        413 => JudgeFailure::TooLong,
        400 | 422 if complaint.mentions(&long) => JudgeFailure::TooLong,
        429 => JudgeFailure::RateLimited,
        500.. => JudgeFailure::Unavailable,
        _ => JudgeFailure::Rejected,
    });
    match (kind, worth_it) {
        (JudgeFailure::RateLimited, Some(false)) => JudgeFailure::QuotaExhausted,
        (JudgeFailure::Unavailable, Some(false)) => JudgeFailure::Rejected,
        (JudgeFailure::Rejected, Some(true)) => JudgeFailure::Unavailable,
        _ => kind,
    }
}

/// Of an error within a stream.
pub(super) fn of_complaint(complaint: &Complaint) -> JudgeFailure {
    let by_status = || {
        let status = StatusCode::from_u16(complaint.status?).ok()?;
        Some(of_status(status, complaint, None))
    };
    of_names(complaint).or_else(by_status).unwrap_or_else(|| {
        if complaint.names("invalid_request_error") {
            JudgeFailure::Rejected
        } else {
            JudgeFailure::Unavailable
        }
    })
}

/// By code, else by type: those that say more than the status does.
fn of_names(complaint: &Complaint) -> Option<JudgeFailure> {
    [&complaint.code, &complaint.kind]
        .into_iter()
        .flatten()
        .find_map(|name| of_name(name))
}

fn of_name(name: &str) -> Option<JudgeFailure> {
    Some(match name {
        "insufficient_quota"
        | "billing_hard_limit_reached"
        | "billing_not_active"
        | "insufficient_credits"
        | "quota_exceeded"
        | "usage_limit_exceeded"
        | "usage_limit_reached" => JudgeFailure::QuotaExhausted,
        "rate_limit_exceeded" | "rate_limit_error" => JudgeFailure::RateLimited,
        "context_length_exceeded"
        | "exceed_context_size_error"
        | "request_too_large"
        | "string_above_max_length" => JudgeFailure::TooLong,
        "invalid_api_key" | "authentication_error" | "account_deactivated" => {
            JudgeFailure::Unauthorized
        }
        "permission_error" | "unsupported_country_region_territory" => JudgeFailure::Forbidden,
        "model_not_found" | "unsupported_parameter" | "unsupported_value" => JudgeFailure::Rejected,
        "content_filter" | "content_policy_violation" | "invalid_prompt" => JudgeFailure::Refused,
        "overloaded_error" | "server_error" | "service_unavailable" => JudgeFailure::Unavailable,
        _ => return None,
    })
}
