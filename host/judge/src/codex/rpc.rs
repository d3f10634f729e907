//! What `codex app-server` and we say to each other: JSON-RPC without its version, a message a line.

use gansauditor_audit::domain::Usage;
use serde_json::{Value, json};

/// A line of the app-server.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Incoming {
    /// The answer to a request of ours.
    Answered {
        /// Which request.
        id: u64,
        /// Its result, or why there is none.
        outcome: Result<Value, String>,
    },
    /// A request to us. Its turn waits for the answer.
    Asked {
        /// What to answer to.
        id: Value,
        /// What is asked.
        method: String,
    },
    /// News of a thread.
    Told {
        /// Which thread.
        thread: String,
        /// What happened there.
        event: Event,
    },
}

/// What happens in a turn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Event {
    /// It began and has this name.
    Began(String),
    /// The model lives.
    Sign,
    /// A piece of a message.
    Piece {
        /// Which message.
        item: String,
        /// The piece.
        text: String,
    },
    /// A whole message.
    Message(String),
    /// What the thread cost so far.
    Cost(Usage),
    /// It is over.
    Ended(Ending),
}

/// How a turn ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ending {
    /// Codex is content.
    Completed,
    /// Somebody interrupted it.
    Interrupted,
    /// It failed.
    Failed {
        /// In Codex's words.
        words: String,
        /// Its `codexErrorInfo`.
        code: Value,
    },
}

/// Reads a line. None: nothing that concerns us.
pub(crate) fn read(line: &[u8]) -> Option<Incoming> {
    let message: Value = serde_json::from_slice(line).ok()?;
    let (id, method) = (message.get("id"), message["method"].as_str());
    match (id, method) {
        (Some(id), Some(method)) => Some(Incoming::Asked {
            id: id.clone(),
            method: method.to_owned(),
        }),
        (Some(id), None) => Some(Incoming::Answered {
            id: id.as_u64()?,
            outcome: match message.get("error") {
                Some(error) if !error.is_null() => Err(words(&error["message"])),
                _ => Ok(message["result"].clone()),
            },
        }),
        (None, Some(method)) => {
            let told = &message["params"];
            Some(Incoming::Told {
                thread: told["threadId"].as_str()?.to_owned(),
                event: event(method, told)?,
            })
        }
        (None, None) => None,
    }
}

fn event(method: &str, told: &Value) -> Option<Event> {
    let item = &told["item"];
    Some(match method {
        "turn/started" => Event::Began(words(&told["turn"]["id"])),
        "item/agentMessage/delta" => Event::Piece {
            item: words(&told["itemId"]),
            text: words(&told["delta"]),
        },
        "item/completed" if item["type"] == "agentMessage" => Event::Message(words(&item["text"])),
        // What we said ourselves is no sign of the model.
        "item/started" | "item/completed" if item["type"] == "userMessage" => return None,
        "thread/tokenUsage/updated" => Event::Cost(usage(&told["tokenUsage"]["total"])),
        "turn/completed" => Event::Ended(ending(&told["turn"])),
        _ if method.starts_with("item/") => Event::Sign,
        _ => return None,
    })
}

fn ending(turn: &Value) -> Ending {
    let error = &turn["error"];
    match turn["status"].as_str() {
        Some("completed") => Ending::Completed,
        Some("interrupted") => Ending::Interrupted,
        _ => Ending::Failed {
            words: words(&error["message"]),
            code: error["codexErrorInfo"].clone(),
        },
    }
}

fn usage(total: &Value) -> Usage {
    let number = |name: &str| total[name].as_u64().unwrap_or_default();
    Usage {
        input_tokens: number("inputTokens"),
        cached_tokens: number("cachedInputTokens"),
        // Reasoning is part of it.
        output_tokens: number("outputTokens"),
        money_micros: 0,
    }
}

fn words(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A request of ours.
pub(crate) fn request(id: u64, method: &str, params: &Value) -> String {
    json!({ "id": id, "method": method, "params": params }).to_string()
}

/// News of ours.
pub(crate) fn notification(method: &str) -> String {
    json!({ "method": method }).to_string()
}

/// The answer to whatever is asked of us: no. Nobody is there to permit or to choose.
pub(crate) fn declined(id: &Value, method: &str) -> String {
    let result = match method {
        "item/commandExecution/requestApproval" | "item/fileChange/requestApproval" => {
            json!({ "decision": "decline" })
        }
        "applyPatchApproval" | "execCommandApproval" => json!({ "decision": "abort" }),
        "item/tool/requestUserInput" => json!({ "answers": {} }),
        "item/tool/call" => json!({ "success": false, "contentItems": [] }),
        "mcpServer/elicitation/request" => json!({ "action": "decline" }),
        _ => {
            let error = json!({ "code": -32601, "message": "nobody is there to answer that" });
            return json!({ "id": id, "error": error }).to_string();
        }
    };
    json!({ "id": id, "result": result }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(line: &str) -> Option<Event> {
        match read(line.as_bytes()) {
            Some(Incoming::Told { thread, event }) => {
                assert_eq!(thread, "t");
                Some(event)
            }
            None => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_the_cli_says_is_read() {
        let cases = [
            (
                r#"{"method":"turn/started","params":{"threadId":"t","turn":{"id":"u"}}}"#,
                Some(Event::Began("u".into())),
            ),
            (
                r#"{"method":"item/started","params":{"item":{"type":"userMessage"},"threadId":"t"}}"#,
                None,
            ),
            (
                r#"{"method":"item/started","params":{"item":{"type":"reasoning"},"threadId":"t"}}"#,
                Some(Event::Sign),
            ),
            (
                r#"{"method":"item/agentMessage/delta","params":{"threadId":"t","turnId":"u","itemId":"m","delta":"{\"a"}}"#,
                Some(Event::Piece {
                    item: "m".into(),
                    text: "{\"a".into(),
                }),
            ),
            (
                r#"{"method":"item/completed","params":{"item":{"type":"agentMessage","id":"m","text":"{}"},"threadId":"t"}}"#,
                Some(Event::Message("{}".into())),
            ),
            (
                r#"{"method":"thread/tokenUsage/updated","params":{"threadId":"t","tokenUsage":{"total":{"totalTokens":154,"inputTokens":107,"cachedInputTokens":53,"outputTokens":47,"reasoningOutputTokens":16}}}}"#,
                Some(Event::Cost(Usage {
                    input_tokens: 107,
                    cached_tokens: 53,
                    output_tokens: 47,
                    money_micros: 0,
                })),
            ),
            (
                r#"{"method":"turn/completed","params":{"threadId":"t","turn":{"status":"completed","error":null}}}"#,
                Some(Event::Ended(Ending::Completed)),
            ),
            (
                r#"{"method":"turn/completed","params":{"threadId":"t","turn":{"status":"interrupted","error":null}}}"#,
                Some(Event::Ended(Ending::Interrupted)),
            ),
            (
                r#"{"method":"turn/completed","params":{"threadId":"t","turn":{"status":"failed","error":{"message":"no","codexErrorInfo":"other"}}}}"#,
                Some(Event::Ended(Ending::Failed {
                    words: "no".into(),
                    code: json!("other"),
                })),
            ),
            (
                r#"{"method":"error","params":{"error":{"message":"no"},"willRetry":true,"threadId":"t"}}"#,
                None,
            ),
            (
                r#"{"method":"thread/status/changed","params":{"threadId":"t","status":{"type":"idle"}}}"#,
                None,
            ),
        ];
        for (line, event) in cases {
            assert_eq!(told(line), event, "{line}");
        }
    }

    #[test]
    fn answers_and_questions_are_told_apart() {
        assert_eq!(
            read(br#"{"id":3,"result":{"a":1}}"#),
            Some(Incoming::Answered {
                id: 3,
                outcome: Ok(json!({ "a": 1 }))
            })
        );
        assert_eq!(
            read(br#"{"id":3,"error":{"code":-1,"message":"no"}}"#),
            Some(Incoming::Answered {
                id: 3,
                outcome: Err("no".to_owned())
            })
        );
        assert_eq!(
            read(br#"{"id":"x","method":"item/tool/call","params":{}}"#),
            Some(Incoming::Asked {
                id: json!("x"),
                method: "item/tool/call".to_owned()
            })
        );
    }

    #[test]
    fn everything_that_is_asked_is_declined() {
        for method in ["execCommandApproval", "item/tool/call", "anything/new"] {
            let answer: Value = serde_json::from_str(&declined(&json!("x"), method)).unwrap();
            assert_eq!(answer["id"], "x");
            assert!(answer.get("method").is_none());
            assert!(!answer.to_string().contains("accept"));
        }
    }

    proptest! {
        #[test]
        fn no_line_is_too_strange(line in any::<Vec<u8>>(), method in "[a-zA-Z/]{0,20}") {
            let _ = read(&line);
            let _ = read(format!(r#"{{"method":"{method}","params":[]}}"#).as_bytes());
            let _ = read(format!(r#"{{"id":-1,"method":"{method}"}}"#).as_bytes());
            let _ = read(br#"{"id":-1}"#);
        }
    }
}
