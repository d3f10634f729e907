//! A client on the wire.

use crate::mcp::Handler;
use gansauditor_legacy::TOOL;
use rmcp::ServiceExt;
use serde_json::{Value, json};
use tokio::io::{
    AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf,
};

/// Speaks raw JSON-RPC, so that the wire itself is tested.
pub(super) struct Client {
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    write: WriteHalf<DuplexStream>,
    requests: u64,
    /// Notifications of the server.
    pub(super) heard: Vec<Value>,
}

impl Client {
    /// Speaks with this handler, without a handshake.
    pub(super) fn of(handler: Handler) -> Self {
        let (here, there) = tokio::io::duplex(1 << 20);
        tokio::spawn(async move {
            if let Ok(connection) = handler.serve(tokio::io::split(there)).await {
                let _ = connection.waiting().await;
            }
        });
        let (read, write) = tokio::io::split(here);
        Self {
            lines: BufReader::new(read).lines(),
            write,
            requests: 0,
            heard: Vec::new(),
        }
    }

    /// Speaks with this handler after the handshake.
    pub(super) async fn welcomed(handler: Handler) -> Self {
        let mut client = Self::of(handler);
        let hello = json!({
            "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" }
        });
        let welcome = client.request("initialize", hello).await;
        assert_eq!(welcome["serverInfo"]["name"], "gansauditor");
        assert!(
            welcome["instructions"]
                .as_str()
                .unwrap()
                .contains("gansauditor_codex")
        );
        client.notify("notifications/initialized", json!({})).await;
        client
    }

    async fn send(&mut self, message: Value) {
        self.write
            .write_all(format!("{message}\n").as_bytes())
            .await
            .unwrap();
    }

    pub(super) async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params }))
            .await;
    }

    pub(super) async fn begin(&mut self, method: &str, params: Value) -> u64 {
        self.requests += 1;
        let id = self.requests;
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
            .await;
        id
    }

    pub(super) async fn receive(&mut self) -> Value {
        let line = self
            .lines
            .next_line()
            .await
            .unwrap()
            .expect("the server speaks");
        serde_json::from_str(&line).expect("every line of the server is JSON")
    }

    async fn end(&mut self, id: u64) -> Value {
        loop {
            let mut message = self.receive().await;
            if message["id"] == id {
                assert_eq!(message["error"], Value::Null);
                return message["result"].take();
            }
            self.heard.push(message);
        }
    }

    /// Listens until the judge is at work.
    pub(super) async fn judged(&mut self) {
        while self.receive().await["params"]["message"] != "the submission is judged" {}
    }

    pub(super) async fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params).await;
        self.end(id).await
    }

    pub(super) async fn call(&mut self, name: &str, arguments: Value) -> Value {
        self.request(
            "tools/call",
            json!({ "name": name, "arguments": arguments }),
        )
        .await
    }

    pub(super) async fn submit(&mut self, thought: &str, more: Value) -> Value {
        self.call(TOOL, arguments(thought, more)).await
    }
}

/// What the tool is called with: a thought, and what a test is about.
pub(super) fn arguments(thought: &str, more: Value) -> Value {
    let mut arguments = json!({
        "thought": thought, "nextThoughtNeeded": true, "thoughtNumber": 1, "totalThoughts": 3
    });
    for (name, value) in more.as_object().unwrap() {
        arguments[name] = value.clone();
    }
    arguments
}

/// A call of the tool about [`CODE`](super::CODE) that wants to hear of its progress.
pub(super) fn audible(session: &str, token: impl Into<Value>) -> Value {
    json!({ "name": TOOL, "arguments": arguments(super::CODE, json!({ "branchId": session })),
        "_meta": { "progressToken": token.into() } })
}

/// The answer's data, which its text says as well.
pub(super) fn data(result: &Value) -> &Value {
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(
        text.starts_with("{\n  \""),
        "pretty JSON with two spaces: {text}"
    );
    assert_eq!(
        serde_json::from_str::<Value>(text).unwrap(),
        result["structuredContent"]
    );
    &result["structuredContent"]
}
