//! Every fault becomes what the table in `failure.rs` says, of exactly one request.

use super::*;
use JudgeFailure as Kind;

fn said(message: &str, code: u16) -> Step {
    let mut step = Step::status(code);
    if let Step::Status { message: said, .. } = &mut step {
        *said = Some(message.to_owned());
    }
    step
}

fn with_header(code: u16, name: &str, value: &str) -> Step {
    let mut step = Step::status(code);
    if let Step::Status { headers, .. } = &mut step {
        headers.push((name.to_owned(), value.to_owned()));
    }
    step
}

fn raw(content_type: &str, body: &str) -> Step {
    Step::Raw {
        content_type: content_type.to_owned(),
        body: body.to_owned(),
    }
}

fn text() -> String {
    "0123456789".repeat(30)
}

fn failure(code: &str) -> Step {
    Step::Failed {
        code: code.to_owned(),
        message: "oh".to_owned(),
    }
}

fn error_event(code: &str, wrapped: bool) -> Step {
    Step::ErrorEvent {
        code: code.to_owned(),
        message: "oh".to_owned(),
        wrapped,
    }
}

/// Faults that both endpoints have, and a word of what the message tells to do.
fn faults() -> Vec<(Step, Kind, &'static str)> {
    vec![
        (
            Step::status(401),
            Kind::Unauthorized,
            "check that there is one",
        ),
        (
            Step::status(403),
            Kind::Forbidden,
            "check what the key may do",
        ),
        (Step::status(402), Kind::QuotaExhausted, "billing"),
        (
            Step::error(429, "insufficient_quota"),
            Kind::QuotaExhausted,
            "billing",
        ),
        (Step::rate_limited("1"), Kind::RateLimited, "wait"),
        (
            with_header(429, "x-should-retry", "false"),
            Kind::QuotaExhausted,
            "billing",
        ),
        (
            Step::error(400, "context_length_exceeded"),
            Kind::TooLong,
            "submit less",
        ),
        (Step::status(413), Kind::TooLong, "submit less"),
        (
            said("This model's maximum context length is 10 tokens", 400),
            Kind::TooLong,
            "submit less",
        ),
        (
            Step::error(400, "invalid_prompt"),
            Kind::Refused,
            "another model",
        ),
        (Step::status(400), Kind::Rejected, "check the model"),
        (Step::status(422), Kind::Rejected, "check the model"),
        (
            with_header(400, "x-should-retry", "true"),
            Kind::Unavailable,
            "try again",
        ),
        (
            Step::error(404, "model_not_found"),
            Kind::Rejected,
            "has no model `m-1`",
        ),
        (
            said("model 'm-1' not found, try pulling it first", 404),
            Kind::Rejected,
            "has no model `m-1`",
        ),
        (Step::status(408), Kind::Unavailable, "try again"),
        (Step::status(500), Kind::Unavailable, "try again"),
        (Step::bad_gateway(), Kind::Unavailable, "try again"),
        (Step::status(503), Kind::Unavailable, "try again"),
        (
            with_header(503, "x-should-retry", "false"),
            Kind::Rejected,
            "check",
        ),
        (Step::Close, Kind::Interrupted, "without an answer"),
        (
            Step::Cut {
                text: text(),
                after: 3,
            },
            Kind::Interrupted,
            "broke in the middle",
        ),
        (
            Step::Eof {
                text: text(),
                after: 3,
            },
            Kind::Interrupted,
            "in the middle",
        ),
        (
            Step::Eof {
                text: text(),
                after: 0,
            },
            Kind::Interrupted,
            "in the middle",
        ),
        (
            Step::Malformed {
                text: text(),
                after: 3,
            },
            Kind::Interrupted,
            "no event",
        ),
        (
            Step::Incomplete {
                text: text(),
                reason: "max_output_tokens".to_owned(),
            },
            Kind::Incomplete,
            "raise the limit of output tokens",
        ),
        (
            Step::Incomplete {
                text: String::new(),
                reason: "content_filter".to_owned(),
            },
            Kind::Incomplete,
            "filter",
        ),
        (
            Step::Incomplete {
                text: String::new(),
                reason: "something_new".to_owned(),
            },
            Kind::Incomplete,
            "something_new",
        ),
        (
            Step::Refusal {
                text: "I would rather not.".to_owned(),
            },
            Kind::Refused,
            "I would rather not.",
        ),
        (Step::answer(""), Kind::Incomplete, "without a word"),
        (failure("server_error"), Kind::Unavailable, "try again"),
        (failure("rate_limit_exceeded"), Kind::RateLimited, "wait"),
        (
            failure("insufficient_quota"),
            Kind::QuotaExhausted,
            "billing",
        ),
        (failure("invalid_prompt"), Kind::Refused, "another model"),
        (failure("unheard_of"), Kind::Unavailable, "unheard_of"),
        (
            error_event("context_length_exceeded", false),
            Kind::TooLong,
            "submit less",
        ),
        (
            error_event("server_error", true),
            Kind::Unavailable,
            "try again",
        ),
        (
            Step::Huge { bytes: 10 << 20 },
            Kind::Oversized,
            "longer than",
        ),
        (
            raw("text/html; charset=utf-8", "<html>Log in</html>"),
            Kind::Rejected,
            "check the base URL",
        ),
        (
            raw("application/json", r#"{"hello": "world"}"#),
            Kind::Rejected,
            "check the base URL",
        ),
        (
            raw(
                "application/json",
                r#"{"error": {"code": 503, "message": "Loading"}}"#,
            ),
            Kind::Unavailable,
            "Loading",
        ),
        (raw("application/json", "{"), Kind::Interrupted, "no event"),
        (
            raw("text/event-stream", ""),
            Kind::Interrupted,
            "in the middle",
        ),
        (
            raw("text/event-stream", "data: [DONE]\n\n"),
            Kind::Interrupted,
            "in the middle",
        ),
    ]
}

#[tokio::test]
async fn every_fault_over_responses_is_told_apart() {
    for (step, kind, word) in faults() {
        let asked = play(step.clone()).await;
        let (found, message) = failed(asked.result);
        assert_eq!(found, kind, "{step:?}: {message}");
        assert!(message.contains(word), "{message}");
        assert_eq!(asked.requests.len(), 1, "{step:?}");
    }
}

#[tokio::test]
async fn every_fault_over_chat_is_told_apart() {
    let server = StandIn::start().await.unwrap();
    for (number, (step, kind, word)) in faults().into_iter().enumerate() {
        let name = format!("chat-{number}");
        let model = model(&server.script(&name, vec![over_chat(step.clone())]));
        let (found, message) = failed(ask(&model, &Said::default()).await);
        assert_eq!(found, kind, "{step:?}: {message}");
        assert!(message.contains(word), "{message}");
        let asked = server.requests(&name);
        let endpoints = [
            format!("/{name}/v1/responses"),
            format!("/{name}/v1/chat/completions"),
        ];
        assert_eq!(paths(&asked), endpoints, "{step:?}");
    }
}

#[tokio::test]
async fn what_was_said_before_a_break_is_kept() {
    for step in [
        Step::Cut {
            text: text(),
            after: 3,
        },
        Step::Eof {
            text: text(),
            after: 3,
        },
        Step::Malformed {
            text: text(),
            after: 3,
        },
        over_chat(Step::Eof {
            text: text(),
            after: 3,
        }),
    ] {
        let asked = play(step).await;
        assert_eq!(asked.said, text()[..144]);
    }
}

#[tokio::test]
async fn a_failure_says_what_it_cost() {
    let incomplete = Step::Incomplete {
        text: "{".to_owned(),
        reason: "max_output_tokens".to_owned(),
    };
    for step in [incomplete.clone(), over_chat(incomplete)] {
        match play(step).await.result {
            Err(ModelError::Failed { usage, .. }) => {
                assert_eq!((usage.input_tokens, usage.output_tokens), (1200, 300));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn the_wait_that_a_service_names_is_passed_on() {
    for (step, wait) in [
        (Step::rate_limited("2.5"), Some(2.5)),
        (Step::rate_limited("soon"), None),
        (with_header(503, "retry-after-ms", "1500"), Some(1.5)),
        (Step::status(429), None),
    ] {
        match play(step).await.result {
            Err(ModelError::Failed { retry_after, .. }) => {
                assert_eq!(retry_after.map(|wait| wait.as_secs_f64()), wait);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = StandIn::start().await.unwrap();
    let elsewhere = server.script("elsewhere", vec![Step::answer("{}")]);
    let step = with_header(307, "location", &format!("{elsewhere}/responses"));
    let model = model(&server.script("here", vec![step]));
    let (kind, message) = failed(ask(&model, &Said::default()).await);
    assert_eq!(kind, Kind::Rejected);
    assert!(
        message.contains("set the base URL to where it leads"),
        "{message}"
    );
    assert_eq!(server.requests("elsewhere"), []);
}

#[tokio::test]
async fn no_message_holds_the_key() {
    let head = &KEY[..12];
    for words in [
        format!("Incorrect API key provided: {KEY}."),
        format!("Incorrect API key provided: {head}********ghij."),
        "Incorrect API key provided: sk-other-9876543210.".to_owned(),
    ] {
        let (_, message) = failed(play(said(&words, 401)).await.result);
        assert!(
            message.contains("Incorrect API key provided: [key]."),
            "{message}"
        );
        let (_, message) = failed(
            play(Step::Failed {
                code: "server_error".to_owned(),
                message: words,
            })
            .await
            .result,
        );
        assert!(message.contains("[key]"), "{message}");
    }
}

#[tokio::test]
async fn a_services_words_are_shortened() {
    let (_, message) = failed(play(said(&"very ".repeat(10_000), 400)).await.result);
    assert!(message.len() < 900, "{}", message.len());
}
