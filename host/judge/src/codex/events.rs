//! What `codex exec --json` says, read line by line.
//!
//! Two formats: the current one of threads, turns and items, and the older one of `{"id", "msg"}`. Unknown
//! lines are passed over: both formats grow.

use gansauditor_audit::domain::Usage;
use serde_json::Value;

/// How the turn ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// Codex is content.
    Completed,
    /// It failed, with Codex's own words.
    Failed(String),
}

/// What was heard so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Transcript {
    /// The last message of the model: the answer. Those before it are thinking aloud or cut attempts.
    pub(crate) message: Option<String>,
    /// What it cost.
    pub(crate) usage: Usage,
    /// How it ended, when it did.
    pub(crate) end: Option<End>,
    /// The last error that was not the end.
    pub(crate) complaint: Option<String>,
}

impl Transcript {
    /// Takes in a line.
    pub(crate) fn hear(&mut self, line: &[u8]) {
        let Ok(event) = serde_json::from_slice::<Value>(line) else {
            return;
        };
        if event["msg"].is_object() {
            self.hear_old(&event["msg"]);
        } else {
            self.hear_current(&event);
        }
    }

    fn hear_current(&mut self, event: &Value) {
        match event["type"].as_str() {
            Some("item.completed") if event["item"]["type"] == "agent_message" => {
                self.message = text(&event["item"]["text"]);
            }
            Some("turn.completed") => {
                self.usage = usage(&event["usage"]);
                self.end = Some(End::Completed);
            }
            Some("turn.failed") => {
                let message = text(&event["error"]["message"]).or_else(|| self.complaint.take());
                self.end = Some(End::Failed(message.unwrap_or_default()));
            }
            Some("error") => self.complaint = text(&event["message"]),
            _ => {}
        }
    }

    fn hear_old(&mut self, message: &Value) {
        match message["type"].as_str() {
            Some("agent_message") => self.message = text(&message["message"]),
            Some("token_count") => {
                let total = &message["info"]["total_token_usage"];
                if total.is_object() {
                    self.usage = usage(total);
                } else if message["input_tokens"].is_u64() {
                    self.usage = usage(message);
                }
            }
            Some("task_complete") => {
                if let Some(last) = text(&message["last_agent_message"]) {
                    self.message = Some(last);
                }
                // An error that went before is what completed it.
                let end = self.complaint.take().map_or(End::Completed, End::Failed);
                self.end = Some(end);
            }
            Some("turn_aborted") => {
                let reason = text(&message["reason"]).unwrap_or_default();
                self.end = Some(End::Failed(format!("the turn was aborted: {reason}")));
            }
            Some("error") => self.complaint = text(&message["message"]),
            _ => {}
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn usage(value: &Value) -> Usage {
    let number = |name: &str| value[name].as_u64().unwrap_or_default();
    Usage {
        input_tokens: number("input_tokens"),
        cached_tokens: number("cached_input_tokens"),
        // Reasoning is part of it.
        output_tokens: number("output_tokens"),
        money_micros: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn heard(lines: &str) -> Transcript {
        let mut transcript = Transcript::default();
        for line in lines.lines() {
            transcript.hear(line.as_bytes());
        }
        transcript
    }

    #[test]
    fn the_current_format_is_read() {
        let transcript = heard(
            r#"{"type":"thread.started","thread_id":"t"}
{"type":"item.completed","item":{"id":"item_0","type":"error","message":"Model metadata not found"}}
{"type":"turn.started"}
{"type":"item.completed","item":{"id":"item_1","type":"reasoning","text":"hm"}}
{"type":"item.completed","item":{"id":"item_2","type":"agent_message","text":"I will look."}}
{"type":"error","message":"Reconnecting... 1/5"}
{"type":"item.completed","item":{"id":"item_3","type":"agent_message","text":"{\"a\":1}"}}
{"type":"turn.completed","usage":{"input_tokens":107,"cached_input_tokens":53,"cache_write_input_tokens":0,"output_tokens":47,"reasoning_output_tokens":16}}"#,
        );
        assert_eq!(transcript.message.as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(transcript.end, Some(End::Completed));
        assert_eq!(
            transcript.usage,
            Usage {
                input_tokens: 107,
                cached_tokens: 53,
                output_tokens: 47,
                money_micros: 0
            }
        );
    }

    #[test]
    fn the_old_format_is_read() {
        let transcript = heard(
            r#"{"id":"0","msg":{"type":"task_started","model_context_window":1}}
{"id":"0","msg":{"type":"agent_message","message":"First I read."}}
{"id":"0","msg":{"type":"token_count","info":{"total_token_usage":{"input_tokens":5,"cached_input_tokens":1,"output_tokens":2}}}}
{"id":"0","msg":{"type":"agent_message","message":"{}"}}
{"id":"0","msg":{"type":"task_complete","last_agent_message":"{}"}}"#,
        );
        assert_eq!(transcript.message.as_deref(), Some("{}"));
        assert_eq!(transcript.end, Some(End::Completed));
        assert_eq!(transcript.usage.input_tokens, 5);
    }

    #[test]
    fn failures_are_read_in_both_formats() {
        let failed = |lines| heard(lines).end;
        let why = || Some(End::Failed("why".to_owned()));
        assert_eq!(
            failed(r#"{"type":"turn.failed","error":{"message":"why"}}"#),
            why()
        );
        assert_eq!(
            failed("{\"type\":\"error\",\"message\":\"why\"}\n{\"type\":\"turn.failed\"}"),
            why()
        );
        assert_eq!(
            failed(
                "{\"id\":\"0\",\"msg\":{\"type\":\"error\",\"message\":\"why\"}}\n{\"id\":\"0\",\"msg\":{\"type\":\"task_complete\"}}"
            ),
            why()
        );
        assert_eq!(
            failed(r#"{"type":"error","message":"Reconnecting... 1/5"}"#),
            None
        );
    }

    proptest! {
        #[test]
        fn no_line_is_too_strange(line in any::<Vec<u8>>(), kind in "[a-z._]{0,20}") {
            let mut transcript = Transcript::default();
            transcript.hear(&line);
            transcript.hear(format!(r#"{{"type":"{kind}","item":[],"msg":{{"type":"{kind}"}}}}"#).as_bytes());
            transcript.hear(format!(r#"{{"type":"{kind}","item":3}}"#).as_bytes());
            prop_assert_eq!(transcript.message, None);
        }
    }
}
