//! Errors of the transport, as JSON.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Longest text of an error that is taken over.
const LONGEST: usize = 4096;
/// JSON-RPC: the message is no valid request.
const INVALID_REQUEST: i32 = -32600;

/// Turns an error in plain text, as the SDK answers where no message could be read, into a JSON-RPC error, so
/// that a client finds one shape. Status and headers stay.
pub(super) async fn as_json(response: Response) -> Response {
    let status = response.status();
    let is_json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if is_json || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let text = match to_bytes(body, LONGEST).await {
        Ok(bytes) if !bytes.is_empty() => String::from_utf8_lossy(&bytes).into_owned(),
        _ => status.canonical_reason().unwrap_or("error").to_owned(),
    };
    let error = serde_json::json!({
        "jsonrpc": "2.0",
        "id": null,
        "error": { "code": INVALID_REQUEST, "message": text },
    });
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    Response::from_parts(parts, Body::from(error.to_string()))
}

/// Any path but the endpoint.
pub(super) async fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "the endpoint is /mcp").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn text(response: Response) -> String {
        let bytes = to_bytes(response.into_body(), LONGEST).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_plain_error_becomes_a_json_rpc_error_with_its_status() {
        let plain = (StatusCode::PAYLOAD_TOO_LARGE, "too \"much\"").into_response();
        let json = as_json(plain).await;
        assert_eq!(json.status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(json.headers()[header::CONTENT_TYPE], "application/json");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text(json).await).unwrap(),
            serde_json::json!({ "jsonrpc": "2.0", "id": null, "error": { "code": -32600, "message": "too \"much\"" } })
        );
    }

    #[tokio::test]
    async fn what_is_no_plain_error_stays_as_it_is() {
        for response in [
            (StatusCode::OK, "fine").into_response(),
            (
                StatusCode::BAD_REQUEST,
                [(header::CONTENT_TYPE, "application/json")],
                "{}",
            )
                .into_response(),
        ] {
            let before = response.status();
            let after = as_json(response).await;
            assert_eq!(after.status(), before);
            assert!(["fine", "{}"].contains(&text(after).await.as_str()));
        }
    }
}
