//! Over which endpoint a server is asked.

use super::*;

#[tokio::test]
async fn a_server_without_responses_is_asked_over_chat_and_that_is_remembered() {
    let missing = |status: u16, message: &str| Step::Status {
        code: status,
        error: None,
        message: Some(message.to_owned()),
        retry_after: None,
        headers: Vec::new(),
        html: None,
        think_ms: 0,
    };
    for responses in [
        missing(404, "Not Found"),
        missing(405, "Method Not Allowed"),
        missing(501, "Not Implemented"),
        missing(400, "Unknown endpoint: POST /v1/responses"),
    ] {
        let server = StandIn::start().await.unwrap();
        let script = vec![Step::PerEndpoint {
            responses: Box::new(responses),
            chat: Box::new(Step::answer(TEXT)),
        }];
        let model = model(&server.script("old", script));
        let clone = model.clone();
        for model in [&model, &clone, &model] {
            assert_eq!(ask(model, &Said::default()).await.unwrap().text, TEXT);
        }
        assert_eq!(
            paths(&server.requests("old")),
            [
                "/old/v1/responses",
                "/old/v1/chat/completions",
                "/old/v1/chat/completions",
                "/old/v1/chat/completions",
            ]
        );
        assert!(!model.distrust());
    }
}

#[tokio::test]
async fn a_server_with_neither_is_reported_and_nothing_is_remembered() {
    let server = StandIn::start().await.unwrap();
    let missing = Step::status(404);
    let script = vec![missing.clone(), missing, Step::answer(TEXT)];
    let model = model(&server.script("starting", script));
    let (kind, message) = failed(ask(&model, &Said::default()).await);
    assert_eq!(kind, JudgeFailure::Rejected);
    assert!(message.contains("usually ends in /v1"), "{message}");
    let answer = ask(&model, &Said::default()).await.unwrap();
    assert_eq!(answer.way, "m-1 over /responses");
}

#[tokio::test]
async fn distrust_changes_to_chat_once_and_for_all() {
    let server = StandIn::start().await.unwrap();
    let model = model(&server.script("lax", vec![Step::schema_ignored(TEXT)]));
    let first = ask(&model, &Said::default()).await.unwrap();
    assert_ne!(first.text, TEXT);
    assert!(model.distrust());
    let said = Said::default();
    let second = ask(&model, &said).await.unwrap();
    assert_eq!(second.text, TEXT);
    assert!(!model.distrust());
    ask(&model, &Said::default()).await.unwrap();
    assert_eq!(
        paths(&server.requests("lax")),
        [
            "/lax/v1/responses",
            "/lax/v1/chat/completions",
            "/lax/v1/chat/completions",
        ]
    );
}

#[tokio::test]
async fn distrust_is_taken_back_where_there_is_no_chat() {
    let server = StandIn::start().await.unwrap();
    let script = vec![Step::PerEndpoint {
        responses: Box::new(Step::answer(TEXT)),
        chat: Box::new(Step::status(404)),
    }];
    let model = model(&server.script("new", script));
    ask(&model, &Said::default()).await.unwrap();
    assert!(model.distrust());
    for _ in 0..2 {
        let answer = ask(&model, &Said::default()).await.unwrap();
        assert_eq!(answer.way, "m-1 over /responses");
    }
    assert!(!model.distrust());
    assert_eq!(
        paths(&server.requests("new")),
        [
            "/new/v1/responses",
            "/new/v1/chat/completions",
            "/new/v1/responses",
            "/new/v1/responses",
        ]
    );
}

#[tokio::test]
async fn distrust_is_taken_back_where_chat_refuses_the_model_or_the_request() {
    for (code, words) in [
        (404, "The model `m-1` does not exist for this endpoint."),
        (400, "This model is not supported in chat completions."),
        (422, "Unknown field: response_format"),
    ] {
        let server = StandIn::start().await.unwrap();
        let refusal = Step::Status {
            code,
            error: None,
            message: Some(words.to_owned()),
            retry_after: None,
            headers: Vec::new(),
            html: None,
            think_ms: 0,
        };
        let script = vec![Step::PerEndpoint {
            responses: Box::new(Step::answer(TEXT)),
            chat: Box::new(refusal),
        }];
        let model = model(&server.script("picky", script));
        ask(&model, &Said::default()).await.unwrap();
        assert!(model.distrust());
        for _ in 0..3 {
            let answer = ask(&model, &Said::default()).await.unwrap();
            assert_eq!(answer.way, "m-1 over /responses");
            assert!(!model.distrust(), "it stays where it is");
        }
        assert_eq!(
            paths(&server.requests("picky")),
            [
                "/picky/v1/responses",
                "/picky/v1/chat/completions",
                "/picky/v1/responses",
                "/picky/v1/responses",
                "/picky/v1/responses",
            ],
            "{code}"
        );
    }
}

#[tokio::test]
async fn a_failure_that_is_not_the_endpoints_leaves_it_on_trial() {
    let server = StandIn::start().await.unwrap();
    let script = vec![
        Step::answer(TEXT),
        Step::status(503),
        Step::answer(TEXT),
        Step::status(400),
    ];
    let model = model(&server.script("busy", script));
    ask(&model, &Said::default()).await.unwrap();
    assert!(model.distrust());
    let (kind, _) = failed(ask(&model, &Said::default()).await);
    assert_eq!(kind, JudgeFailure::Unavailable);
    let answer = ask(&model, &Said::default()).await.unwrap();
    assert_eq!(answer.way, "m-1 over /chat/completions");
    // Once it has answered, a request that it refuses is the request's fault.
    let (kind, _) = failed(ask(&model, &Said::default()).await);
    assert_eq!(kind, JudgeFailure::Rejected);
    assert_eq!(
        paths(&server.requests("busy")),
        [
            "/busy/v1/responses",
            "/busy/v1/chat/completions",
            "/busy/v1/chat/completions",
            "/busy/v1/chat/completions",
        ]
    );
}

#[tokio::test]
async fn a_base_url_may_end_in_a_slash_and_have_a_query() {
    let server = StandIn::start().await.unwrap();
    let base_url = server.script("azure", vec![Step::responses_missing("{}")]);
    let model = model(&format!("{base_url}/?api-version=2026-10-01"));
    ask(&model, &Said::default()).await.unwrap();
    assert_eq!(
        paths(&server.requests("azure")),
        [
            "/azure/v1/responses?api-version=2026-10-01",
            "/azure/v1/chat/completions?api-version=2026-10-01",
        ]
    );
}
