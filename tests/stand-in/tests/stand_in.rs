//! The server as a client sees it on the wire.

use gansauditor_stand_in::{StandIn, Step};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends a request on a connection of its own; gives all that comes back, or none when the connection breaks.
async fn ask(server: &StandIn, method: &str, path: &str, body: &Value) -> Option<String> {
    let mut socket = TcpStream::connect(server.address()).await.unwrap();
    let body = body.to_string();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let ended = socket.read_to_end(&mut answer).await;
    ended.ok().filter(|&length| length > 0)?;
    Some(String::from_utf8(answer).unwrap())
}

async fn respond(server: &StandIn, name: &str) -> Option<String> {
    let body = json!({"model": "m", "stream": true});
    ask(server, "POST", &format!("/{name}/v1/responses"), &body).await
}

/// The data of all events.
fn events(answer: &str) -> Vec<Value> {
    answer
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .filter_map(|data| serde_json::from_str(data).ok())
        .collect()
}

fn types(answer: &str) -> Vec<String> {
    events(answer)
        .iter()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_streamed_answer_has_all_its_events_in_order() {
    let server = StandIn::start().await.unwrap();
    let text = "wörd ".repeat(30);
    let base_url = server.script("one", vec![Step::answer(&*text)]);
    assert!(base_url.ends_with("/one/v1"));
    let answer = respond(&server, "one").await.unwrap();
    let mut types = types(&answer);
    types.dedup();
    assert_eq!(
        types,
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    let events = events(&answer);
    let said: String = events
        .iter()
        .filter_map(|event| event["delta"].as_str())
        .collect();
    assert_eq!(said, text);
    let last = &events.last().unwrap()["response"];
    assert_eq!(last["output"][0]["content"][0]["text"], text);
    assert_eq!(last["usage"]["input_tokens_details"]["cached_tokens"], 1000);
    assert_eq!(server.requests("one")[0].json()["model"], "m");
}

#[tokio::test]
async fn steps_are_played_in_order_and_the_last_again_and_again() {
    let server = StandIn::start().await.unwrap();
    server.script(
        "two",
        vec![Step::status(503), Step::Close, Step::answer("ok")],
    );
    assert!(
        respond(&server, "two")
            .await
            .unwrap()
            .starts_with("HTTP/1.1 503")
    );
    assert_eq!(respond(&server, "two").await, None);
    for _ in 0..2 {
        assert!(
            respond(&server, "two")
                .await
                .unwrap()
                .contains("response.completed")
        );
    }
    assert_eq!(server.requests("two").len(), 4);
}

#[tokio::test]
async fn a_broken_answer_has_no_end() {
    let server = StandIn::start().await.unwrap();
    let text = "x".repeat(1000);
    server.script(
        "cut",
        vec![
            Step::Cut {
                text: text.clone(),
                after: 2,
            },
            Step::Eof { text, after: 2 },
        ],
    );
    let cut = respond(&server, "cut").await.unwrap_or_default();
    assert!(!cut.ends_with("0\r\n\r\n"), "{cut}");
    let eof = respond(&server, "cut").await.unwrap();
    assert!(eof.ends_with("0\r\n\r\n"));
    assert_eq!(events(&eof).len(), 6);
    assert!(!eof.contains("response.completed"));
}

#[tokio::test]
async fn scripts_are_set_over_http_and_chat_is_answered_in_its_own_words() {
    let server = StandIn::start().await.unwrap();
    let steps = json!([{"per_endpoint": {"responses": {"status": {"code": 404}}, "chat": {"answer": {"text": "hi"}}}}]);
    let set = ask(&server, "PUT", "/admin/remote", &steps).await.unwrap();
    assert!(set.contains("/remote/v1"), "{set}");
    assert!(
        respond(&server, "remote")
            .await
            .unwrap()
            .starts_with("HTTP/1.1 404")
    );
    let body = json!({"model": "m", "stream": true, "stream_options": {"include_usage": true}});
    let chat = ask(&server, "POST", "/remote/v1/chat/completions", &body)
        .await
        .unwrap();
    let chunks = events(&chat);
    assert_eq!(chunks[1]["choices"][0]["delta"]["content"], "hi");
    assert_eq!(chunks.last().unwrap()["usage"]["prompt_tokens"], 1200);
    assert!(chat.contains("data: [DONE]"));
    let kept = ask(&server, "GET", "/admin/remote", &Value::Null)
        .await
        .unwrap();
    assert!(kept.contains(r#""count":2"#), "{kept}");
    let wrong = ask(&server, "PUT", "/admin/remote", &json!(["sing"]))
        .await
        .unwrap();
    assert!(wrong.starts_with("HTTP/1.1 400"));
}

#[tokio::test]
async fn a_client_that_gives_up_is_noticed() {
    let server = StandIn::start().await.unwrap();
    server.script("silent", vec![Step::Silence]);
    let asking = {
        let mut socket = TcpStream::connect(server.address()).await.unwrap();
        let request =
            "POST /silent/v1/responses HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}";
        socket.write_all(request.as_bytes()).await.unwrap();
        socket
    };
    server.asked("silent", 1).await;
    assert_eq!(server.underway("silent"), 1);
    drop(asking);
    server.idle("silent").await;
}
