use super::*;
use crate::ToolCall;
use crate::golden;
use gansauditor_audit::domain::{SessionId, Usage};
use gansauditor_audit::ports::{JudgeError, JudgeFailure, PolicyError, StoreError};
use gansauditor_audit::{AuditError, Busy};
use gansauditor_submission::SubmissionError;
use proptest::prelude::*;
use std::time::Duration;

proptest! {
    #[test]
    fn every_message_is_bounded_and_cleaned(reason in "[a-zA-Z:/\\\\ `é.]{0,5000}") {
        let error = JudgeError::failed("j", JudgeFailure::Unavailable, reason);
        let payload = Failure::from(&error).payload(Timestamp(0), ErrorContext::default());
        prop_assert!(payload.error.len() <= MAX_MESSAGE);
    }
}

fn payload(failure: impl Into<Failure>) -> serde_json::Value {
    serde_json::to_value(
        failure
            .into()
            .payload(Timestamp(0), ErrorContext::default()),
    )
    .unwrap()
}

#[test]
fn every_kind_of_error_has_its_row_of_the_table_and_says_what_to_do() {
    let session = SessionId::new("s").unwrap();
    let judge = "codex".to_owned();
    let failed = AuditError::Judge(JudgeError::failed(
        &judge,
        JudgeFailure::Unavailable,
        "it broke",
    ));
    let late = AuditError::Judge(JudgeError::timed_out(&judge, Duration::from_secs(30)));
    let unusable = AuditError::Judge(JudgeError::failed(
        &judge,
        JudgeFailure::Misconfigured,
        "no key",
    ));
    let limited = AuditError::Judge(JudgeError::Failed {
        judge: "codex".to_owned(),
        kind: JudgeFailure::RateLimited,
        reason: "too many requests".into(),
        retry_after: Some(Duration::from_secs(7)),
        usage: Usage::default(),
    });
    let crowded = AuditError::Busy(Busy::Sessions {
        limit: 2,
        retry_after: Duration::from_secs(3),
    });
    let gone = AuditError::Session(StoreError::NotFound(session.clone()));
    let busy = AuditError::Session(StoreError::Busy {
        session: session.clone(),
    });
    let full = AuditError::Session(StoreError::Unavailable {
        action: "written",
        reason: "disk full".into(),
    });
    let damaged = AuditError::Session(StoreError::Damaged {
        session,
        record: 3,
        reason: "checksum".into(),
        kept_as: "x.damaged".into(),
    });
    let undecided = AuditError::Undecided {
        error: PolicyError::Trapped("unreachable".into()),
        review: Box::new(crate::response::tests::review(88.0)),
    };
    let arguments = ToolCall::read(&serde_json::Map::new()).unwrap_err();
    for (failure, code, category, status, recoverable, retry_after) in [
        (
            Failure::from(&arguments),
            "invalid_arguments",
            "validation",
            400,
            true,
            None,
        ),
        (
            Failure::from(&SubmissionError::Empty),
            "invalid_submission",
            "validation",
            400,
            true,
            None,
        ),
        (
            Failure::unknown_tool("nope"),
            "unknown_tool",
            "validation",
            400,
            true,
            None,
        ),
        (
            Failure::from(&unusable),
            "judge_misconfigured",
            "codex",
            503,
            false,
            None,
        ),
        (
            Failure::from(&failed),
            "judge_unavailable",
            "codex",
            503,
            true,
            Some(5000),
        ),
        (
            Failure::from(&late),
            "judge_timed_out",
            "timeout",
            408,
            true,
            Some(5000),
        ),
        (
            Failure::from(&AuditError::Judge(JudgeError::Cancelled)),
            "cancelled",
            "timeout",
            408,
            true,
            Some(5000),
        ),
        (
            Failure::from(&gone),
            "session_not_found",
            "session",
            422,
            true,
            None,
        ),
        (
            Failure::from(&damaged),
            "session_damaged",
            "session",
            422,
            true,
            None,
        ),
        (
            Failure::from(&full),
            "session_unavailable",
            "session",
            422,
            true,
            None,
        ),
        (
            Failure::from(&busy),
            "session_busy",
            "resource",
            429,
            true,
            Some(1000),
        ),
        (
            Failure::from(&limited),
            "judge_rate_limited",
            "codex",
            503,
            true,
            Some(7000),
        ),
        (
            Failure::from(&crowded),
            "too_many_sessions",
            "resource",
            429,
            true,
            Some(3000),
        ),
        (
            Failure::queue_full(),
            "queue_full",
            "resource",
            429,
            true,
            Some(1000),
        ),
        (
            Failure::from(&undecided),
            "undecided",
            "internal",
            503,
            true,
            Some(10000),
        ),
        (
            Failure::configuration("TIER1 is no number"),
            "configuration",
            "configuration",
            500,
            false,
            None,
        ),
        (
            Failure::internal("a task panicked"),
            "internal",
            "internal",
            500,
            false,
            Some(10000),
        ),
    ] {
        let json = payload(failure);
        let diagnostic = &json["diagnostic"];
        assert_eq!(diagnostic["errorCode"], code);
        assert_eq!(diagnostic["category"], category, "{code}");
        assert_eq!(json["statusCode"], status, "{code}");
        assert_eq!(json["recoverable"], recoverable, "{code}");
        assert_eq!(
            json["retryInfo"]["retryAfterMs"].as_u64(),
            retry_after,
            "{code}"
        );
        assert_eq!(json["error"], diagnostic["message"], "{code}");
        assert!(
            !diagnostic["suggestions"].as_array().unwrap().is_empty(),
            "{code}"
        );
        assert!(!json["error"].as_str().unwrap().is_empty(), "{code}");
    }
}

#[test]
fn an_error_has_the_members_of_the_original_in_their_order() {
    let context = ErrorContext {
        workflow: Some("synchronous"),
        session_id: Some("s".into()),
        thought_number: Some(3),
        operation: Some("synchronousAudit"),
        ..ErrorContext::default()
    };
    let error = JudgeError::timed_out("codex", Duration::from_secs(30));
    golden::check(
        "error-timeout",
        &Failure::from(&error).payload(Timestamp(1_757_213_149_312), context),
    );
}

#[test]
fn an_unknown_tool_is_named_beside_the_one_there_is() {
    golden::check(
        "error-unknown-tool",
        &Failure::unknown_tool("nope").payload(Timestamp(0), ErrorContext::default()),
    );
}
