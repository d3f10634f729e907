//! The words of `/chat/completions`.

use crate::document::{Document, Ending};
use crate::played::Events;
use serde_json::{Value, json};

/// The streamed answer; with a chunk of usage when that was asked for.
pub(crate) fn events(document: &Document, with_usage: bool) -> Events {
    let mut events = Events::default();
    let chunk = |events: &mut Events, delta: Value, finish: Value| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
        push(
            events,
            &envelope(document, "chat.completion.chunk", json!([choice])),
        );
    };
    chunk(
        &mut events,
        json!({"role": "assistant", "content": ""}),
        Value::Null,
    );
    if let Some(error) = error(document) {
        push(&mut events, &error);
        return events;
    }
    let member = if document.ending == Ending::Refused {
        "refusal"
    } else {
        "content"
    };
    events.text_begins();
    for piece in document.pieces() {
        chunk(&mut events, json!({member: piece}), Value::Null);
    }
    events.text_ends();
    chunk(&mut events, json!({}), finish_reason(document).into());
    if with_usage {
        let mut last = envelope(document, "chat.completion.chunk", json!([]));
        last["usage"] = usage(document);
        push(&mut events, &last);
    }
    events.push("data: [DONE]\n\n".to_owned());
    events
}

/// The answer that is not streamed.
pub(crate) fn whole(document: &Document) -> Value {
    if let Some(error) = error(document) {
        return error;
    }
    let refused = document.ending == Ending::Refused;
    let (content, refusal) = if refused {
        (Value::Null, json!(document.text))
    } else {
        (json!(document.text), Value::Null)
    };
    let message = json!({"role": "assistant", "content": content, "refusal": refusal});
    let choice = json!({"index": 0, "message": message, "finish_reason": finish_reason(document)});
    let mut whole = envelope(document, "chat.completion", json!([choice]));
    whole["usage"] = usage(document);
    whole
}

fn push(events: &mut Events, data: &Value) {
    events.push(format!("data: {data}\n\n"));
}

fn envelope(document: &Document, object: &str, choices: Value) -> Value {
    json!({
        "id": format!("chatcmpl-{}", document.number),
        "object": object,
        "created": 1_790_000_000,
        "model": document.model,
        "choices": choices,
    })
}

fn finish_reason(document: &Document) -> &str {
    match &document.ending {
        Ending::Incomplete(reason) if reason == "max_output_tokens" => "length",
        Ending::Incomplete(reason) => reason,
        _ => "stop",
    }
}

fn error(document: &Document) -> Option<Value> {
    match &document.ending {
        Ending::Failed { code, message } | Ending::Error { code, message, .. } => {
            Some(json!({"error": {"message": message, "type": code, "param": null, "code": code}}))
        }
        _ => None,
    }
}

fn usage(document: &Document) -> Value {
    json!({
        "prompt_tokens": document.usage.input,
        "prompt_tokens_details": {"cached_tokens": document.usage.cached},
        "completion_tokens": document.usage.output,
        "completion_tokens_details": {"reasoning_tokens": document.usage.reasoning},
        "total_tokens": document.usage.input + document.usage.output,
    })
}
