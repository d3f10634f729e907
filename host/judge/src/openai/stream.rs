//! Reading an answer while it comes.

use super::chat::ChatReader;
use super::failure::Fault;
use super::responses::ResponsesReader;
use super::route::Endpoint;
use super::sse::Events;
use crate::model::Said;
use gansauditor_audit::domain::Usage;
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use std::ops::ControlFlow;
use std::time::Duration;

/// Most bytes of a streamed answer. A piece of a few characters takes some 300 bytes on the wire.
const MAX_STREAM: usize = 256 << 20;
/// Most bytes of an answer that comes in one piece: as many as of the event that would hold it.
const MAX_WHOLE: usize = super::sse::MAX_EVENT;
/// How long, after the last event, a connection has to end its body so that it can be used again.
const GOODBYE: Duration = Duration::from_millis(50);

/// Understands the events of one endpoint.
pub(super) trait Reader: Send {
    /// Takes the data of an event; breaks when nothing of interest can follow.
    fn hear(&mut self, data: &str, said: &Said) -> Result<ControlFlow<()>, Fault>;

    /// Takes an answer that a server did not stream, although asked to.
    fn whole(&mut self, body: &str, said: &Said) -> Result<(), Fault>;

    /// What it cost, as far as is known by now.
    fn usage(&self) -> Usage;

    /// The text, when the answer is whole.
    fn end(&mut self) -> Result<String, Fault>;
}

/// The reader of that endpoint.
pub(super) fn reader(endpoint: Endpoint) -> Box<dyn Reader> {
    match endpoint {
        Endpoint::Responses => Box::new(ResponsesReader::default()),
        Endpoint::Chat => Box::new(ChatReader::default()),
    }
}

/// Reads an answer to its end.
pub(super) async fn read(
    mut response: Response,
    reader: &mut dyn Reader,
    said: &Said,
) -> Result<String, Fault> {
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    if content_type.contains("html") {
        return Err(Fault::NoApi);
    }
    if content_type.starts_with("application/json") {
        let Some(body) = body(&mut response, MAX_WHOLE).await? else {
            return Err(Fault::Oversized);
        };
        reader.whole(&String::from_utf8_lossy(&body), said)?;
        return reader.end();
    }

    let mut events = Events::default();
    let mut ended = Vec::new();
    let mut length = 0;
    while let Some(chunk) = response.chunk().await.map_err(Fault::Broken)? {
        length += chunk.len();
        if length > MAX_STREAM {
            return Err(Fault::Oversized);
        }
        events
            .feed(&chunk, &mut ended)
            .map_err(|_| Fault::Oversized)?;
        for data in ended.drain(..) {
            if reader.hear(&data, said)?.is_break() {
                finish(response).await;
                return reader.end();
            }
        }
    }
    reader.end()
}

/// A body of at most that many bytes; none when it is longer.
pub(super) async fn body(response: &mut Response, most: usize) -> Result<Option<Vec<u8>>, Fault> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Fault::Broken)? {
        if body.len() + chunk.len() > most {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

/// Lets the body end, so that the next audit finds a connection ready. Otherwise it is closed.
async fn finish(mut response: Response) {
    let _ = tokio::time::timeout(GOODBYE, body(&mut response, 4096)).await;
}
