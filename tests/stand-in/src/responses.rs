//! The words of `/responses`.

use crate::document::{Document, Ending};
use crate::played::Events;
use serde_json::{Value, json};

/// The streamed answer.
pub(crate) fn events(document: &Document) -> Events {
    let mut stream = Stream::default();
    let begun = response(document, "in_progress", None);
    let item = item_id(document);
    stream.event("response.created", json!({"response": begun}));
    stream.event("response.in_progress", json!({"response": begun}));
    match &document.ending {
        Ending::Failed { code, message } => {
            let mut failed = response(document, "failed", None);
            failed["error"] = json!({"code": code, "message": message});
            stream.event("response.failed", json!({"response": failed}));
            return stream.done();
        }
        Ending::Error {
            code,
            message,
            wrapped,
        } => {
            let error = json!({"code": code, "message": message, "param": null});
            let data = if *wrapped {
                json!({"error": error})
            } else {
                error
            };
            stream.event("error", data);
            return stream.done();
        }
        Ending::Completed | Ending::Incomplete(_) | Ending::Refused => {}
    }
    let refused = document.ending == Ending::Refused;
    let kind = if refused { "refusal" } else { "output_text" };
    stream.event(
        "response.output_item.added",
        json!({"output_index": 0, "item": message(document, "in_progress", false)}),
    );
    stream.event(
        "response.content_part.added",
        json!({"item_id": item, "output_index": 0, "content_index": 0, "part": part(document, "")}),
    );
    stream.text_begins();
    for piece in document.pieces() {
        stream.event(
            &format!("response.{kind}.delta"),
            json!({"item_id": item, "output_index": 0, "content_index": 0, "delta": piece}),
        );
    }
    stream.text_ends();
    let name = if refused { "refusal" } else { "text" };
    stream.event(
        &format!("response.{kind}.done"),
        json!({"item_id": item, "output_index": 0, "content_index": 0, name: document.text}),
    );
    stream.event(
        "response.content_part.done",
        json!({"item_id": item, "output_index": 0, "content_index": 0, "part": part(document, &document.text)}),
    );
    let (status, _) = status(document);
    stream.event(
        "response.output_item.done",
        json!({"output_index": 0, "item": message(document, status, true)}),
    );
    stream.event(
        &format!("response.{status}"),
        json!({"response": whole(document)}),
    );
    stream.done()
}

/// The answer that is not streamed.
pub(crate) fn whole(document: &Document) -> Value {
    let (status, details) = status(document);
    let mut whole = response(document, status, Some(message(document, status, true)));
    whole["incomplete_details"] = details;
    whole["usage"] = json!({
        "input_tokens": document.usage.input,
        "input_tokens_details": {"cached_tokens": document.usage.cached, "cache_write_tokens": 0},
        "output_tokens": document.usage.output,
        "output_tokens_details": {"reasoning_tokens": document.usage.reasoning},
        "total_tokens": document.usage.input + document.usage.output,
    });
    if let Ending::Failed { code, message } | Ending::Error { code, message, .. } = &document.ending
    {
        whole["error"] = json!({"code": code, "message": message});
        whole["output"] = json!([]);
    }
    whole
}

fn status(document: &Document) -> (&'static str, Value) {
    match &document.ending {
        Ending::Completed | Ending::Refused => ("completed", Value::Null),
        Ending::Incomplete(reason) => ("incomplete", json!({"reason": reason})),
        Ending::Failed { .. } | Ending::Error { .. } => ("failed", Value::Null),
    }
}

fn response(document: &Document, status: &str, item: Option<Value>) -> Value {
    json!({
        "id": format!("resp_{}", document.number),
        "object": "response",
        "created_at": 1_790_000_000,
        "status": status,
        "model": document.model,
        "error": null,
        "incomplete_details": null,
        "output": item.into_iter().collect::<Vec<_>>(),
        "parallel_tool_calls": false,
        "store": false,
        "usage": null,
    })
}

fn message(document: &Document, status: &str, full: bool) -> Value {
    let content = if full {
        vec![part(document, &document.text)]
    } else {
        Vec::new()
    };
    json!({
        "id": item_id(document),
        "type": "message",
        "status": status,
        "role": "assistant",
        "content": content,
    })
}

fn part(document: &Document, text: &str) -> Value {
    if document.ending == Ending::Refused {
        json!({"type": "refusal", "refusal": text})
    } else {
        json!({"type": "output_text", "annotations": [], "text": text})
    }
}

fn item_id(document: &Document) -> String {
    format!("msg_{}", document.number)
}

/// Numbers and writes down events.
#[derive(Default)]
struct Stream {
    events: Events,
    number: u64,
}

impl Stream {
    fn event(&mut self, kind: &str, mut data: Value) {
        data["type"] = kind.into();
        data["sequence_number"] = self.number.into();
        self.number += 1;
        self.events.push(format!("event: {kind}\ndata: {data}\n\n"));
    }

    fn text_begins(&mut self) {
        self.events.text_begins();
    }

    fn text_ends(&mut self) {
        self.events.text_ends();
    }

    fn done(self) -> Events {
        self.events
    }
}
