//! What goes wrong between the CLI and the service.

use super::*;
use gansauditor_audit::ports::JudgeFailure;
use gansauditor_stand_in::{StandIn, Step};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_codex_fails_in_one_request_and_says_of_which_kind() {
    use JudgeFailure::*;
    let text = || ANSWER.to_owned();
    let cases = [
        (Step::status(400), Rejected),
        (Step::status(401), Unauthorized),
        (Step::status(403), Forbidden),
        (Step::status(404), Rejected),
        (Step::rate_limited("2"), RateLimited),
        (Step::error(429, "insufficient_quota"), QuotaExhausted),
        (Step::error(400, "context_length_exceeded"), TooLong),
        (Step::status(500), Unavailable),
        (Step::bad_gateway(), Unavailable),
        (Step::status(503), Unavailable),
        (Step::Close, Interrupted),
        (
            Step::Cut {
                text: text(),
                after: 2,
            },
            Interrupted,
        ),
        (
            Step::Eof {
                text: text(),
                after: 2,
            },
            Interrupted,
        ),
        (
            Step::Malformed {
                text: text(),
                after: 2,
            },
            Interrupted,
        ),
        (
            Step::Incomplete {
                text: text(),
                reason: "max_output_tokens".to_owned(),
            },
            Incomplete,
        ),
        (
            Step::Incomplete {
                text: text(),
                reason: "content_filter".to_owned(),
            },
            Refused,
        ),
        (
            Step::Refusal {
                text: "I cannot help.".to_owned(),
            },
            Refused,
        ),
        (
            Step::Failed {
                code: "rate_limit_exceeded".to_owned(),
                message: "try again in 7s".to_owned(),
            },
            RateLimited,
        ),
        (
            Step::Failed {
                code: "server_error".to_owned(),
                message: "it broke".to_owned(),
            },
            Interrupted,
        ),
    ];
    let server = StandIn::start().await.unwrap();
    for way in BOTH {
        for (step, expected) in &cases {
            let base_url = server.script("fails", vec![step.clone()]);
            let outcome = once(way, base_url, &Asker::patient()).await;
            let Err(ModelError::Failed {
                kind,
                message,
                retry_after,
                ..
            }) = outcome
            else {
                panic!("{way:?} {step:?}: {outcome:?}");
            };
            assert_eq!(kind, *expected, "{way:?} {step:?}: {message}");
            assert_eq!(server.requests("fails").len(), 1, "{way:?} {step:?}");
            if message.contains("try again in 7s") {
                assert_eq!(retry_after, Some(Duration::from_secs(7)));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_codex_says_that_nobody_listens() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    for way in BOTH {
        let outcome = once(way, format!("http://{address}/v1"), &Asker::patient()).await;
        let Err(ModelError::Failed { kind, message, .. }) = outcome else {
            panic!("{way:?}: {outcome:?}");
        };
        assert_eq!(kind, JudgeFailure::Unreachable, "{way:?}: {message}");
    }
}
