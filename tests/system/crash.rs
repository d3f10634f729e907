//! What was answered survives the death of the server.

use crate::process::{Place, demo_version};
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

fn line(message: serde_json::Value) -> String {
    format!("{message}\n")
}

#[test]
fn every_answered_audit_is_on_record_after_kill_9() {
    let place = Place::new();
    let mut answered = 0;
    for _ in 0..6 {
        let mut server = place
            .command(&["serve"])
            .env("ENABLE_STAGNATION_DETECTION", "false")
            .env("SYNC_AUDIT_HARD_STOP_LOOPS", "1000")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = server.stdin.take().unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let begin = serde_json::json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"}}});
        stdin.write_all(line(begin).as_bytes()).unwrap();
        lines.next().unwrap().unwrap();
        let ready = serde_json::json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        stdin.write_all(line(ready).as_bytes()).unwrap();
        // Several calls at once, so that the kill comes while others are on their way.
        for id in 1..=8 {
            let code = format!("# {id} {answered}\n{}", demo_version(1));
            let call = serde_json::json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {
                "name": "gansauditor_codex", "arguments": {
                    "thought": format!("```python rates.py\n{code}```"),
                    "thoughtNumber": 1, "totalThoughts": 1, "nextThoughtNeeded": true,
                    "branchId": "crash"}}});
            stdin.write_all(line(call).as_bytes()).unwrap();
        }
        for _ in 0..3 {
            let answer: serde_json::Value =
                serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
            let answer = &answer["result"]["structuredContent"];
            let attempt = answer["decision"]["attempt"]
                .as_u64()
                .expect("an audit is answered");
            answered = answered.max(attempt);
        }
        server.kill().unwrap();
        server.wait().unwrap();
        let shown = place
            .run(&["session", "show", "crash", "--json"])
            .exits(0)
            .json();
        let recorded = shown["attempts"]
            .as_u64()
            .expect("the session shows its attempts");
        assert!(
            recorded >= answered,
            "{recorded} on record, {answered} answered"
        );
        answered = recorded;
    }
}
