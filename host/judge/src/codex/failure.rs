//! What a failure of Codex means.
//!
//! `codex exec` says it in words alone, whose kinds stand in one table here; `codex app-server` adds a code.

use super::settings::Provider;
use crate::model::ModelError;
use crate::redact::Redact;
use gansauditor_audit::domain::Usage;
use gansauditor_audit::ports::JudgeFailure;
use serde_json::Value;
use std::time::Duration;

/// What Codex says, in lower case, and what it means. The first match counts; a status that the text names
/// goes before.
const WORDS: [(&str, JudgeFailure); 37] = {
    use JudgeFailure::*;
    [
        // Of the CLI itself.
        ("missing environment variable", Misconfigured),
        ("unknown configuration field", Misconfigured),
        ("error loading config", Misconfigured),
        ("error parsing -c overrides", Misconfigured),
        ("unexpected argument", Misconfigured),
        ("not inside a trusted directory", Misconfigured),
        ("input exceeds the maximum length", TooLong),
        // Of the login.
        ("/oauth/token", Unauthorized),
        ("refresh token", Unauthorized),
        ("could not be refreshed", Unauthorized),
        ("not logged in", Unauthorized),
        ("sign in again", Unauthorized),
        ("log in again", Unauthorized),
        // Of the service.
        ("quota exceeded", QuotaExhausted),
        ("insufficient_quota", QuotaExhausted),
        ("usage limit", QuotaExhausted),
        ("context_length_exceeded", TooLong),
        ("context window", TooLong),
        ("reason: content_filter", Refused),
        ("incomplete response returned", Incomplete),
        ("rate limit", RateLimited),
        ("too many requests", RateLimited),
        ("high demand", Unavailable),
        ("at capacity", Unavailable),
        ("overloaded", Unavailable),
        ("content_policy", Refused),
        ("cyber_policy", Refused),
        ("flagged", Refused),
        ("\"error\"", Rejected),
        // Of the way there.
        ("workspace routing discovery failed", Unreachable),
        ("connection failed", Unreachable),
        ("waiting for network", Unreachable),
        ("connection refused", Unreachable),
        ("idle timeout", Interrupted),
        ("stream disconnected", Interrupted),
        ("stream closed", Interrupted),
        ("transport error", Interrupted),
    ]
};

/// What the words of a failure mean. None: nobody knows.
pub(crate) fn of_words(text: &str) -> Option<JudgeFailure> {
    let text = text.to_lowercase();
    if let Some(kind) = stated_status(&text).and_then(of_status) {
        return Some(kind);
    }
    WORDS
        .iter()
        .find(|(words, _)| text.contains(words))
        .map(|(_, kind)| *kind)
}

/// The HTTP status that Codex names before the service's own words.
fn stated_status(text: &str) -> Option<u16> {
    let after = ["unexpected status ", "last status: "]
        .iter()
        .find_map(|words| Some(&text[text.find(words)? + words.len()..]))?;
    after.get(..3)?.parse().ok()
}

/// What an HTTP status means. None: it is no failure.
pub(crate) fn of_status(status: u16) -> Option<JudgeFailure> {
    Some(match status {
        401 => JudgeFailure::Unauthorized,
        402 => JudgeFailure::QuotaExhausted,
        403 => JudgeFailure::Forbidden,
        413 => JudgeFailure::TooLong,
        429 => JudgeFailure::RateLimited,
        408 | 409 | 425 => JudgeFailure::Unavailable,
        400..=499 => JudgeFailure::Rejected,
        500..=599 => JudgeFailure::Unavailable,
        _ => return None,
    })
}

/// What the code of the app-server (`codexErrorInfo`) means. None: it says nothing.
pub(crate) fn of_code(info: &Value) -> Option<JudgeFailure> {
    if let Some(code) = info.as_str() {
        return Some(match code {
            "contextWindowExceeded" => JudgeFailure::TooLong,
            "sessionBudgetExceeded" | "usageLimitExceeded" => JudgeFailure::QuotaExhausted,
            "rateLimitExceeded" => JudgeFailure::RateLimited,
            "flexUnavailable"
            | "serverOverloaded"
            | "policyCapacityUnavailable"
            | "internalServerError" => JudgeFailure::Unavailable,
            "modelNotFound" | "badRequest" => JudgeFailure::Rejected,
            "cyberPolicy" | "misalignmentPolicyViolation" | "inferenceHookDenied" => {
                JudgeFailure::Refused
            }
            "unauthorized" => JudgeFailure::Unauthorized,
            _ => return None,
        });
    }
    let (code, detail) = info.as_object()?.iter().next()?;
    let status = detail["httpStatusCode"]
        .as_u64()
        .and_then(|status| u16::try_from(status).ok());
    status.and_then(of_status).or(match code.as_str() {
        "httpConnectionFailed" | "responseStreamConnectionFailed" => {
            Some(JudgeFailure::Unreachable)
        }
        "responseStreamDisconnected" => Some(JudgeFailure::Interrupted),
        "responseTooManyFailedAttempts" => Some(JudgeFailure::Unavailable),
        _ => None,
    })
}

/// The failure that Codex reported in words, with its code where there is one. `otherwise` is its kind when
/// neither means anything to us.
pub(crate) fn reported(
    text: &str,
    code: Option<&Value>,
    otherwise: JudgeFailure,
    usage: Usage,
    provider: &Provider,
) -> ModelError {
    let kind = code
        .and_then(of_code)
        .or_else(|| of_words(text))
        .unwrap_or(otherwise);
    let said = Redact::new(provider.key().cloned()).quote(text);
    let said = if said.is_empty() {
        "nothing"
    } else {
        said.as_str()
    };
    let message = match advice(kind, provider) {
        Some(advice) => format!("Codex says: {said}; {advice}"),
        None => format!("Codex says: {said}"),
    };
    ModelError::Failed {
        kind,
        message,
        retry_after: asked_wait(text),
        usage,
    }
}

/// What the operator can do.
fn advice(kind: JudgeFailure, provider: &Provider) -> Option<&'static str> {
    Some(match (kind, provider) {
        (JudgeFailure::Misconfigured, _) => {
            "check the settings of the judge and that the Codex CLI is a recent one"
        }
        (JudgeFailure::Unauthorized, Provider::Login { .. }) => {
            "run `codex login`, or use `codex` once so that it renews its login"
        }
        (JudgeFailure::Unauthorized, Provider::Key { .. }) => "check the key",
        (JudgeFailure::Forbidden, _) => "check what the key or login may use",
        (JudgeFailure::Rejected, _) => "check the model and the address of the service",
        (JudgeFailure::TooLong, _) => "submit less at once",
        (JudgeFailure::Unreachable, _) => {
            "check the address of the service, the network and the proxy"
        }
        (JudgeFailure::QuotaExhausted, _) => "check plan and billing",
        _ => return None,
    })
}

/// Longest wait a service is believed to ask for.
const LONGEST_WAIT: f64 = 3600.0;

/// How long to wait, where the words say `try again in 1.5s`.
fn asked_wait(text: &str) -> Option<Duration> {
    const ASKS: &str = "try again in ";
    let text = text.to_lowercase();
    let wait = &text[text.find(ASKS)? + ASKS.len()..];
    let digits = wait
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(wait.len());
    let (number, unit) = wait.split_at(digits);
    let number: f64 = number.trim_end_matches('.').parse().ok()?;
    let unit = unit.trim_start();
    let seconds = if unit.starts_with("ms") || unit.starts_with("milli") {
        number / 1000.0
    } else if unit.starts_with('s') {
        number
    } else if unit.starts_with('m') {
        number * 60.0
    } else {
        return None;
    };
    (seconds <= LONGEST_WAIT).then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests;
