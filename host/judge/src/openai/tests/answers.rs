//! Answers that are whole.

use super::*;
use gansauditor_audit::domain::Usage;
use serde_json::Value;

const COST: Usage = Usage {
    input_tokens: 1200,
    cached_tokens: 1000,
    output_tokens: 300,
    money_micros: 0,
};

/// Plays an answer of [`TEXT`]: it is heard as it is said, and comes whole, with its cost and how it came.
async fn comes_whole(step: Step, way: &str) -> Vec<Recorded> {
    let asked = play(step).await;
    let answer = asked.result.unwrap();
    assert_eq!(answer.text, TEXT);
    assert_eq!(answer.usage, COST);
    assert_eq!(answer.way, way);
    assert_eq!(asked.said, TEXT);
    asked.requests
}

#[tokio::test]
async fn an_answer_over_responses_comes_with_its_usage_and_as_it_is_said() {
    let requests = comes_whole(Step::answer(TEXT), "m-1 over /responses").await;
    assert_eq!(paths(&requests), ["/one/v1/responses"]);
}

#[tokio::test]
async fn an_answer_over_chat_comes_with_its_usage_and_as_it_is_said() {
    comes_whole(Step::responses_missing(TEXT), "m-1 over /chat/completions").await;
}

#[tokio::test]
async fn the_prompt_arrives_as_it_is_with_a_strict_schema_and_nothing_is_stored() {
    let server = StandIn::start().await.unwrap();
    let base_url = server.script("full", vec![Step::responses_missing("{}")]);
    let model = HttpModel::new(HttpSettings {
        effort: Some("high".to_owned()),
        max_output_tokens: Some(4000),
        headers: vec![("X-Team".to_owned(), "blue".to_owned())],
        ..settings(&base_url)
    })
    .unwrap();
    ask(&model, &Said::default()).await.unwrap();
    let requests = server.requests("full");
    let prompt = prompt();

    let over_responses = requests[0].json();
    assert_eq!(over_responses["model"], "m-1");
    assert_eq!(over_responses["instructions"], prompt.instructions);
    assert_eq!(over_responses["input"], prompt.input);
    assert_eq!(over_responses["stream"], true);
    assert_eq!(over_responses["store"], false);
    assert_eq!(over_responses["reasoning"]["effort"], "high");
    assert_eq!(over_responses["max_output_tokens"], 4000);
    let format = &over_responses["text"]["format"];
    assert_eq!(format["type"], "json_schema");
    assert_eq!(format["strict"], true);
    assert_eq!(format["schema"], *prompt.schema);
    assert!(over_responses.get("temperature").is_none());

    let over_chat = requests[1].json();
    assert_eq!(over_chat["messages"][0]["content"], prompt.instructions);
    assert_eq!(over_chat["messages"][1]["content"], prompt.input);
    assert_eq!(over_chat["reasoning_effort"], "high");
    assert_eq!(over_chat["max_tokens"], 4000);
    let format = &over_chat["response_format"]["json_schema"];
    assert_eq!(format["strict"], true);
    assert_eq!(format["schema"], *prompt.schema);

    for request in &requests {
        assert_eq!(request.headers["authorization"], format!("Bearer {KEY}"));
        assert_eq!(request.headers["x-team"], "blue");
        assert_eq!(request.headers["content-type"], "application/json");
    }
}

#[tokio::test]
async fn what_is_not_set_is_not_sent() {
    let server = StandIn::start().await.unwrap();
    let model = HttpModel::new(HttpSettings {
        base_url: server.script("bare", vec![Step::answer("{}")]),
        ..HttpSettings::default()
    })
    .unwrap();
    ask(&model, &Said::default()).await.unwrap();
    let request = &server.requests("bare")[0];
    assert!(!request.headers.contains_key("authorization"));
    for member in ["reasoning", "max_output_tokens"] {
        assert!(request.json().get(member).is_none(), "{member}");
    }
}

#[tokio::test]
async fn any_text_is_an_answer_whatever_its_shape() {
    for step in [Step::prose(), Step::wrong_shape()] {
        let answer = play(step.clone()).await.result.unwrap();
        assert!(matches!(step, Step::Answer { text, .. } if text == answer.text));
    }
}

/// An answer that the server sends word by word as it stands here.
fn raw(content_type: &str, body: &str) -> Step {
    Step::Raw {
        content_type: content_type.to_owned(),
        body: body.to_owned(),
    }
}

#[tokio::test]
async fn an_answer_in_one_piece_is_read_as_well() {
    let over_responses = json!({
        "id": "r", "object": "response", "status": "completed",
        "output": [
            {"type": "reasoning", "summary": []},
            {"type": "message", "content": [{"type": "output_text", "text": "{\"a\""}, {"type": "output_text", "text": ":1}"}]},
        ],
        "usage": {"input_tokens": 5, "output_tokens": 7},
    });
    let over_chat = json!({
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "{\"a\":1}"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 7},
    });
    let whole = |body: Value| raw("application/json; charset=utf-8", &body.to_string());
    for step in [whole(over_responses), super::over_chat(whole(over_chat))] {
        let answer = play(step).await.result.unwrap();
        assert_eq!(answer.text, "{\"a\":1}");
        assert_eq!(
            (answer.usage.input_tokens, answer.usage.output_tokens),
            (5, 7)
        );
        assert_eq!(answer.usage.cached_tokens, 0);
    }
}

/// As `llm-mock-api` and llama.cpp do it: no names of events, no numbers, comments, and usage without details.
#[tokio::test]
async fn a_server_with_habits_of_its_own_is_understood() {
    let body = ": hello\r\n\r\ndata: {\"type\":\"response.created\"}\r\n\r\n\
        data: {\"type\":\"response.output_text.delta\",\"delta\":\"{}\"}\r\n\r\n\
        data: {\"type\":\"response.mood\",\"delta\":{\"not\":\"text\"}}\r\n\r\n\
        data: {\"type\":\"response.completed\",\r\ndata: \"response\":{\"usage\":{\"input_tokens\":3,\"output_tokens\":null}}}\r\n\r\n\
        data: [DONE]\r\n\r\n";
    let step = raw("text/event-stream", body);
    let answer = play(step).await.result.unwrap();
    assert_eq!(answer.text, "{}");
    assert_eq!(answer.usage.input_tokens, 3);
    assert_eq!(answer.usage.output_tokens, 0);
}

#[tokio::test]
async fn the_terminal_event_has_the_last_word() {
    let body = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"half\"}\n\n\
        data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":[{\"type\":\"message\",\
        \"content\":[{\"type\":\"output_text\",\"text\":\"all\"}]}]}}\n\n";
    let step = raw("text/event-stream", body);
    let answer = play(step).await.result.unwrap();
    assert_eq!(answer.text, "all");
}
