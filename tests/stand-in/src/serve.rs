//! The HTTP server.

use crate::document::Document;
use crate::played::{Body, Broken, Events, Play};
use crate::scripts::{Recorded, Script, Scripts, Underway};
use crate::step::Step;
use crate::{chat, responses};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, RETRY_AFTER};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Most bytes of one request.
const MAX_BODY: usize = 32 << 20;
const JSON: &str = "application/json";

/// An endpoint that a script answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Responses,
    Chat,
}

/// Serves until it is dropped, and all connections with it.
pub(crate) async fn serve(listener: TcpListener, scripts: Arc<Scripts>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            // No descriptor is free: one that ends makes room.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        // Otherwise each event may wait for the client's acknowledgement.
        let _ = socket.set_nodelay(true);
        scripts.connected();
        let scripts = Arc::clone(&scripts);
        connections.spawn(async move {
            let answering = service_fn(move |request| answer(request, Arc::clone(&scripts)));
            // Breaking off is part of the play.
            let _ = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(socket), answering)
                .await;
        });
    }
}

/// Answers one request. An error closes the connection without an answer.
async fn answer(
    request: Request<Incoming>,
    scripts: Arc<Scripts>,
) -> Result<Response<Body>, Broken> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, MAX_BODY)
        .collect()
        .await
        .map_err(|_| Broken)?
        .to_bytes();
    let path = head.uri.path().to_owned();
    let mut segments = path.trim_start_matches('/').splitn(2, '/');
    let (first, rest) = (
        segments.next().unwrap_or_default(),
        segments.next().unwrap_or_default(),
    );
    if first == "admin" {
        return Ok(administer(&head.method, rest, &body, &scripts));
    }
    let Some(script) = scripts.get(first) else {
        return Ok(error(StatusCode::NOT_FOUND, "there is no such script"));
    };
    let underway = script.record(Recorded {
        method: head.method.to_string(),
        path: head
            .uri
            .path_and_query()
            .map(ToString::to_string)
            .unwrap_or_default(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_owned(), value)
            })
            .collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    });
    let endpoint = match (&head.method, rest) {
        (&Method::POST, "v1/responses") => Endpoint::Responses,
        (&Method::POST, "v1/chat/completions") => Endpoint::Chat,
        _ => return Ok(error(StatusCode::NOT_FOUND, "there is no such endpoint")),
    };
    let Ok(asked) = serde_json::from_slice::<Value>(&body) else {
        return Ok(error(StatusCode::BAD_REQUEST, "the request is no JSON"));
    };
    play(&script, endpoint, &asked, underway).await
}

/// Plays the script's next step.
async fn play(
    script: &Arc<Script>,
    endpoint: Endpoint,
    asked: &Value,
    underway: Underway,
) -> Result<Response<Body>, Broken> {
    let Some(step) = script.next_step() else {
        return Ok(error(StatusCode::NOT_FOUND, "the script is empty"));
    };
    let mut step = &*step;
    while let Step::PerEndpoint { responses, chat } = step {
        step = match endpoint {
            Endpoint::Responses => responses,
            Endpoint::Chat => chat,
        };
    }
    if let Step::Answer { think_ms, .. } | Step::Status { think_ms, .. } = step
        && *think_ms > 0
    {
        tokio::time::sleep(Duration::from_millis(*think_ms)).await;
    }
    match step {
        Step::Close => return Err(Broken),
        Step::Silence => return std::future::pending().await,
        Step::Status { .. } => return Ok(status(step)),
        Step::Raw { content_type, body } => {
            let mut play = Play::default();
            play.send(body.clone());
            return Ok(ok(content_type, play.body(underway)));
        }
        _ => {}
    }

    let model = asked["model"].as_str().unwrap_or("unnamed");
    let document = Document::new(step, model, script.gauge().count);
    if asked["stream"] == true {
        let events = match endpoint {
            Endpoint::Responses => responses::events(&document),
            Endpoint::Chat => {
                chat::events(&document, asked["stream_options"]["include_usage"] == true)
            }
        };
        let body = streamed(step, events).body(underway);
        return Ok(ok("text/event-stream", body));
    }
    let whole = match endpoint {
        Endpoint::Responses => responses::whole(&document),
        Endpoint::Chat => chat::whole(&document),
    };
    Ok(ok(JSON, at_once(step, whole.to_string()).body(underway)))
}

/// A streamed answer, up to where it breaks.
fn streamed(step: &Step, events: Events) -> Play {
    match step {
        Step::Answer { delta_ms, .. } => events.paced(Duration::from_millis(*delta_ms)),
        Step::Cut { after, .. } => events.until(*after).and_break(),
        Step::Eof { after, .. } => events.until(*after),
        Step::Stall { after, .. } => events.until(*after).and_stall(),
        Step::Malformed { after, .. } => {
            let mut play = events.until(*after);
            play.send("event: response.output_text.delta\ndata: {\"type\": \"resp\n\n");
            play
        }
        _ => events.paced(Duration::ZERO),
    }
}

/// An answer that is not streamed, up to where it breaks.
fn at_once(step: &Step, mut whole: String) -> Play {
    let half = whole.floor_char_boundary(whole.len() / 2);
    let broken = matches!(
        step,
        Step::Cut { .. } | Step::Eof { .. } | Step::Stall { .. } | Step::Malformed { .. }
    );
    if broken {
        whole.truncate(half);
    }
    let mut play = Play::default();
    play.send(whole);
    match step {
        Step::Cut { .. } => play.and_break(),
        Step::Stall { .. } => play.and_stall(),
        _ => play,
    }
}

/// Scripts are set and looked at here.
fn administer(method: &Method, name: &str, body: &[u8], scripts: &Scripts) -> Response<Body> {
    let valid = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !valid {
        return error(
            StatusCode::BAD_REQUEST,
            "a script's name is made of letters, digits, `-` and `_`",
        );
    }
    match *method {
        Method::PUT => match serde_json::from_slice::<Vec<Step>>(body) {
            Ok(steps) => json_body(
                StatusCode::OK,
                &json!({"base_url": scripts.set(name, steps)}),
            ),
            Err(wrong) => error(
                StatusCode::BAD_REQUEST,
                &format!("no list of steps: {wrong}"),
            ),
        },
        Method::GET => match scripts.get(name) {
            Some(script) => {
                let gauge = script.gauge();
                json_body(
                    StatusCode::OK,
                    &json!({
                        "count": gauge.count,
                        "underway": gauge.underway,
                        "requests": script.requests(),
                    }),
                )
            }
            None => error(StatusCode::NOT_FOUND, "there is no such script"),
        },
        _ => error(StatusCode::METHOD_NOT_ALLOWED, "PUT a script or GET it"),
    }
}

/// The answer of [`Step::Status`].
fn status(step: &Step) -> Response<Body> {
    let Step::Status {
        code,
        error: name,
        message,
        retry_after,
        headers,
        html,
        think_ms: _,
    } = step
    else {
        return error(StatusCode::INTERNAL_SERVER_ERROR, "no status");
    };
    let Ok(status) = StatusCode::from_u16(*code) else {
        return error(
            StatusCode::INTERNAL_SERVER_ERROR,
            &format!("{code} is no HTTP status"),
        );
    };
    let message = message
        .as_deref()
        .unwrap_or_else(|| status.canonical_reason().unwrap_or("It went wrong"));
    let (kind, body) = match html {
        Some(html) => ("text/html", html.clone()),
        None => (
            JSON,
            error_body(message, name.as_deref(), status).to_string(),
        ),
    };
    let mut response = Response::builder()
        .status(status)
        .header(CONTENT_TYPE, kind);
    if let Some(retry_after) = retry_after {
        response = response.header(RETRY_AFTER, retry_after);
    }
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response
        .body(full(body))
        .unwrap_or_else(|wrong| error(StatusCode::INTERNAL_SERVER_ERROR, &wrong.to_string()))
}

fn error(status: StatusCode, message: &str) -> Response<Body> {
    json_body(status, &error_body(message, None, status))
}

fn error_body(message: &str, code: Option<&str>, status: StatusCode) -> Value {
    let kind = match status.as_u16() {
        401 => "authentication_error",
        403 => "permission_error",
        429 if code == Some("insufficient_quota") => "insufficient_quota",
        429 => "rate_limit_error",
        500.. => "server_error",
        _ => "invalid_request_error",
    };
    json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
}

fn json_body(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = ok(JSON, full(value.to_string()));
    *response.status_mut() = status;
    response
}

fn ok(content_type: &str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    if let Ok(value) = content_type.parse() {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}

fn full(text: String) -> Body {
    http_body_util::Full::new(text.into())
        .map_err(|never| match never {})
        .boxed_unsync()
}
