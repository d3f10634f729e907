use super::*;
use crate::running::Running;
use async_trait::async_trait;
use gansauditor_audit::domain::{Coverage, JudgeIdentity, JudgeKind, Score, SessionId, Usage};
use gansauditor_audit::ports::{
    Judge, JudgeError, JudgeReport, JudgeRequest, SessionStore, SystemClock,
};
use gansauditor_audit::rubric::Rubric;
use gansauditor_audit::{AuditLoop, GanConfigMode, LoopConfig, Panel, Ports};
use gansauditor_legacy::TOOL;
use gansauditor_policy::{Limits, PolicyHost};
use gansauditor_store::MemoryStore;
use rmcp::ServiceExt;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{
    AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf,
};
use tokio::sync::Semaphore;

const CODE: &str = "```python app.py\nprint(1)\n```";

/// Grades everything 100, once it is let go.
struct Gate {
    identity: JudgeIdentity,
    open: Arc<Semaphore>,
}

#[async_trait]
impl Judge for Gate {
    fn identity(&self) -> &JudgeIdentity {
        &self.identity
    }

    async fn review(&self, request: &JudgeRequest) -> Result<JudgeReport, JudgeError> {
        tokio::select! {
            biased;
            () = request.cancel.cancelled() => return Err(JudgeError::Cancelled),
            permit = self.open.acquire() => drop(permit),
        }
        let best = |dimension: &gansauditor_audit::rubric::RubricDimension| {
            (dimension.name.clone(), Score::MAX)
        };
        Ok(JudgeReport {
            scores: request.rubric.dimensions.iter().map(best).collect(),
            findings: Vec::new(),
            coverage: Coverage::Whole,
            covered: request.files.iter().map(|file| file.path.clone()).collect(),
            summary: "all is well".to_owned(),
            usage: Usage::default(),
            provenance: String::new(),
            checks: Vec::new(),
        })
    }
}

/// Longest silence.
const INTERVAL: Duration = Duration::from_secs(2);

struct Server {
    service: Arc<Service>,
    store: MemoryStore,
    gate: Arc<Semaphore>,
}

impl Server {
    fn new(synchronous: bool) -> Self {
        let store = MemoryStore::new();
        let gate = Arc::new(Semaphore::new(1));
        let identity = JudgeIdentity {
            name: "gate".to_owned(),
            version: "1".to_owned(),
            kind: JudgeKind::Static,
            deterministic: true,
        };
        let policies = PolicyHost::with_core(Limits::default(), "", Arc::new(SystemClock)).unwrap();
        let audits = AuditLoop::new(
            Ports {
                panel: Panel::of(Arc::new(Gate {
                    identity,
                    open: Arc::clone(&gate),
                })),
                store: Arc::new(store.clone()),
                policies: Arc::new(policies),
                clock: Arc::new(SystemClock),
                workspace: None,
            },
            LoopConfig {
                criteria: Default::default(),
                caps: Default::default(),
                gan_config: GanConfigMode::Tighten,
                timeout: Duration::from_secs(30),
                rubric: Rubric::default(),
                queue: Default::default(),
                context: Default::default(),
                partial_results: true,
                earlier_findings: true,
            },
        );
        let service = Service {
            auditing: true,
            synchronous,
            thoughts: None,
            limits: Default::default(),
            running: Running::new(Arc::new(audits)),
            progress: Some(INTERVAL),
            clock: Arc::new(SystemClock),
        };
        Self {
            service: Arc::new(service),
            store,
            gate,
        }
    }

    /// The judge waits until it is let go.
    fn hold(&self) -> tokio::sync::SemaphorePermit<'_> {
        self.gate.try_acquire().expect("nobody reviews")
    }

    async fn connect(&self) -> Client {
        self.welcomed(Handler::for_connection(Arc::clone(&self.service)).unwrap())
            .await
    }

    async fn welcomed(&self, handler: Handler) -> Client {
        let mut client = Self::connect_raw(handler);
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

    fn connect_raw(handler: Handler) -> Client {
        let (here, there) = tokio::io::duplex(1 << 20);
        tokio::spawn(async move {
            if let Ok(connection) = handler.serve(tokio::io::split(there)).await {
                let _ = connection.waiting().await;
            }
        });
        let (read, write) = tokio::io::split(here);
        Client {
            lines: BufReader::new(read).lines(),
            write,
            requests: 0,
            heard: Vec::new(),
        }
    }
}

/// Speaks raw JSON-RPC, so that the wire itself is tested.
struct Client {
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    write: WriteHalf<DuplexStream>,
    requests: u64,
    /// Notifications of the server.
    heard: Vec<Value>,
}

impl Client {
    async fn send(&mut self, message: Value) {
        self.write
            .write_all(format!("{message}\n").as_bytes())
            .await
            .unwrap();
    }

    async fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params }))
            .await;
    }

    async fn begin(&mut self, method: &str, params: Value) -> u64 {
        self.requests += 1;
        let id = self.requests;
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
            .await;
        id
    }

    async fn receive(&mut self) -> Value {
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

    async fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params).await;
        self.end(id).await
    }

    async fn call(&mut self, name: &str, arguments: Value) -> Value {
        self.request(
            "tools/call",
            json!({ "name": name, "arguments": arguments }),
        )
        .await
    }

    async fn submit(&mut self, thought: &str, more: Value) -> Value {
        self.call(TOOL, arguments(thought, more)).await
    }
}

fn arguments(thought: &str, more: Value) -> Value {
    let mut arguments = json!({
        "thought": thought, "nextThoughtNeeded": true, "thoughtNumber": 1, "totalThoughts": 3
    });
    for (name, value) in more.as_object().unwrap() {
        arguments[name] = value.clone();
    }
    arguments
}

/// The answer's data, which its text says as well.
fn data(result: &Value) -> &Value {
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

fn no_nulls(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.values().all(|v| !v.is_null() && no_nulls(v)),
        Value::Array(items) => items.iter().all(no_nulls),
        _ => true,
    }
}

#[tokio::test]
async fn lists_the_one_tool_and_answers_to_its_old_name_too() {
    let mut client = Server::new(true).connect().await;
    let tools = client.request("tools/list", json!({})).await;
    let names: Vec<&Value> = tools["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| &t["name"])
        .collect();
    assert_eq!(names, [TOOL]);
    assert_eq!(tools["tools"][0]["annotations"]["readOnlyHint"], false);
    let result = client
        .call("sequentialthinking", arguments(CODE, json!({})))
        .await;
    assert_eq!(data(&result)["completionStatus"]["isComplete"], true);
}

#[tokio::test]
async fn answers_an_audit_with_the_same_data_in_both_forms() {
    let server = Server::new(true);
    let mut client = server.connect().await;
    let result = client.submit(CODE, json!({ "branchId": "b" })).await;
    assert_eq!(result.get("isError"), None);
    let answer = data(&result);
    assert!(no_nulls(answer), "{answer}");
    assert_eq!(answer["sessionId"], "b");
    assert_eq!(answer["gan"]["overall"], 100);
    assert_eq!(answer["nextThoughtNeeded"], false);
    let order: Vec<&String> = answer.as_object().unwrap().keys().take(7).collect();
    assert_eq!(
        order,
        [
            "thoughtNumber",
            "totalThoughts",
            "nextThoughtNeeded",
            "branches",
            "thoughtHistoryLength",
            "sessionId",
            "gan"
        ]
    );
    let session = server
        .store
        .read(&SessionId::new("b").unwrap())
        .await
        .unwrap();
    assert_eq!(session.loops(), 1);
}

#[tokio::test]
async fn a_connection_is_one_session_unless_a_call_names_another() {
    let server = Server::new(true);
    let mut client = server.connect().await;
    let first = client.submit(CODE, json!({})).await;
    let again = client.submit(CODE, json!({})).await;
    let named = client.submit(CODE, json!({ "loopId": "mine" })).await;
    assert_eq!(data(&first)["sessionId"], data(&again)["sessionId"]);
    assert_eq!(data(&named)["sessionId"], "mine");
    assert_eq!(data(&named)["thoughtHistoryLength"], 3);
    let other = server.connect().await.submit(CODE, json!({})).await;
    assert_ne!(data(&first)["sessionId"], data(&other)["sessionId"]);
    assert_eq!(data(&other)["thoughtHistoryLength"], 1);
}

#[tokio::test]
async fn errors_are_results_that_say_what_to_send() {
    let mut client = Server::new(true).connect().await;
    let unknown = client.call("other", json!({})).await;
    assert_eq!(unknown["isError"], true);
    assert_eq!(
        data(&unknown)["diagnostic"]["context"]["availableTools"],
        json!([TOOL])
    );
    let nothing = client.request("tools/call", json!({ "name": TOOL })).await;
    assert_eq!(nothing["isError"], true);
    assert_eq!(data(&nothing)["diagnostic"]["category"], "validation");
    let bad_id = client.submit(CODE, json!({ "branchId": "a\nb" })).await;
    assert_eq!(data(&bad_id)["statusCode"], 400);
    let binary = client.submit("a\0b", json!({ "branchId": "b" })).await;
    assert_eq!(
        data(&binary)["diagnostic"]["errorCode"],
        "invalid_submission"
    );
    assert_eq!(data(&binary)["diagnostic"]["context"]["branchId"], "b");
}

#[tokio::test]
async fn prose_is_answered_and_not_audited() {
    let server = Server::new(true);
    let _held = server.hold();
    let mut client = server.connect().await;
    let result = client
        .submit("Let me think about it first.", json!({}))
        .await;
    assert_eq!(data(&result)["audited"], false);
    assert_eq!(data(&result)["nextThoughtNeeded"], true);
}

#[tokio::test]
async fn with_auditing_off_nothing_is_judged() {
    let mut server = Server::new(true);
    Arc::get_mut(&mut server.service).unwrap().auditing = false;
    let _held = server.hold();
    let result = server.connect().await.submit(CODE, json!({})).await;
    assert_eq!(data(&result)["audited"], false);
    assert_eq!(data(&result).get("gan"), None);
}

#[tokio::test]
async fn an_asynchronous_audit_is_answered_at_once_and_recorded_before_the_end() {
    let server = Server::new(false);
    let held = server.hold();
    let result = server
        .connect()
        .await
        .submit(CODE, json!({ "branchId": "b" }))
        .await;
    assert_eq!(data(&result)["sessionId"], "b");
    assert_eq!(data(&result).get("gan"), None);
    drop(held);
    server.service.running.drain(std::future::pending()).await;
    let session = server
        .store
        .read(&SessionId::new("b").unwrap())
        .await
        .unwrap();
    assert_eq!(
        (session.loops(), session.last_decision().is_some()),
        (1, true)
    );
}

#[tokio::test]
async fn a_cancelled_call_stops_its_audit_and_leaves_a_whole_journal() {
    let server = Server::new(true);
    let _held = server.hold();
    let mut client = server.connect().await;
    let params = json!({ "name": TOOL, "arguments": arguments(CODE, json!({ "branchId": "b" })),
        "_meta": { "progressToken": 1 } });
    let id = client.begin("tools/call", params).await;
    while client.receive().await["params"]["message"] != "the submission is judged" {}
    client
        .notify(
            "notifications/cancelled",
            json!({ "requestId": id, "reason": "enough" }),
        )
        .await;
    // Its task ends by itself: the drain is not hurried.
    server.service.running.drain(std::future::pending()).await;
    let session = server
        .store
        .read(&SessionId::new("b").unwrap())
        .await
        .unwrap();
    assert_eq!(
        session.iterations()[0].failure.as_deref(),
        Some("the audit was cancelled")
    );
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_a_whole_journal() {
    let server = Server::new(false);
    let held = server.hold();
    let mut client = server.connect().await;
    client.submit(CODE, json!({ "branchId": "b" })).await;
    drop(client);
    drop(held);
    server.service.running.drain(std::future::pending()).await;
    let session = server
        .store
        .read(&SessionId::new("b").unwrap())
        .await
        .unwrap();
    assert!(session.last_decision().is_some());
}

#[tokio::test]
async fn a_hurried_end_cancels_what_does_not_end_by_itself() {
    let server = Server::new(false);
    let _held = server.hold();
    server
        .connect()
        .await
        .submit(CODE, json!({ "branchId": "b" }))
        .await;
    server
        .service
        .running
        .drain(std::future::ready("SIGTERM"))
        .await;
    let session = server
        .store
        .read(&SessionId::new("b").unwrap())
        .await
        .unwrap();
    assert_eq!(
        session.iterations()[0].failure.as_deref(),
        Some("the audit was cancelled")
    );
}

#[tokio::test]
async fn a_server_that_ends_takes_on_no_more_work() {
    let server = Server::new(true);
    let mut client = server.connect().await;
    server.service.running.close();
    let result = client.submit(CODE, json!({})).await;
    assert_eq!(data(&result)["diagnostic"]["errorCode"], "cancelled");
}

#[tokio::test]
async fn progress_rises_and_comes_before_the_answer_to_those_who_asked() {
    let mut client = Server::new(true).connect().await;
    client.submit(CODE, json!({ "branchId": "quiet" })).await;
    assert_eq!(client.heard, Vec::<Value>::new());
    let params = json!({ "name": TOOL, "arguments": arguments(CODE, json!({ "branchId": "loud" })),
        "_meta": { "progressToken": "t" } });
    client.request("tools/call", params).await;
    assert!(
        client
            .heard
            .iter()
            .all(|heard| heard["method"] == "notifications/progress")
    );
    let steps: Vec<f64> = client
        .heard
        .iter()
        .map(|heard| heard["params"]["progress"].as_f64().unwrap())
        .collect();
    assert!(
        steps.len() >= 4 && steps.windows(2).all(|pair| pair[0] < pair[1]),
        "{steps:?}"
    );
    assert_eq!(client.heard[0]["params"]["progressToken"], "t");
}

#[tokio::test(start_paused = true)]
async fn a_long_audit_gives_a_sign_of_life_each_interval() {
    let server = Server::new(true);
    let _held = server.hold();
    let mut client = server.connect().await;
    let params = json!({ "name": TOOL, "arguments": arguments(CODE, json!({ "branchId": "b" })),
        "_meta": { "progressToken": 1 } });
    client.begin("tools/call", params).await;
    while client.receive().await["params"]["message"] != "the submission is judged" {}
    for seconds in [2, 4, 6] {
        let sign = client.receive().await["params"]["message"].clone();
        assert_eq!(sign, format!("the submission is judged, after {seconds} s"));
    }
}

#[tokio::test]
async fn serves_the_stateless_revision_without_a_handshake() {
    let server = Server::new(true);
    let mut client = Server::connect_raw(Handler::for_http(Arc::clone(&server.service)));
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {}
    });
    let discovered = client
        .request("server/discover", json!({ "_meta": meta }))
        .await;
    assert!(
        discovered["supportedVersions"]
            .as_array()
            .unwrap()
            .contains(&json!("2026-07-28"))
    );
    let params = json!({ "name": TOOL, "arguments": arguments(CODE, json!({})), "_meta": meta });
    let result = client.request("tools/call", params).await;
    assert_eq!(result["resultType"], "complete");
    assert_eq!(data(&result)["gan"]["overall"], 100);
}

#[tokio::test]
async fn without_a_connection_a_call_gets_a_session_of_its_own_to_pass_back() {
    for synchronous in [true, false] {
        let server = Server::new(synchronous);
        let mut client = server
            .welcomed(Handler::for_http(Arc::clone(&server.service)))
            .await;
        let first = client.submit(CODE, json!({})).await;
        let other = client.submit(CODE, json!({})).await;
        let session = &data(&first)["sessionId"];
        assert_ne!(session, &data(&other)["sessionId"]);
        let back = client.submit(CODE, json!({ "branchId": session })).await;
        assert_eq!(&data(&back)["sessionId"], session);
        server.service.running.drain(std::future::pending()).await;
        let id = SessionId::new(session.as_str().unwrap()).unwrap();
        assert_eq!(server.store.read(&id).await.unwrap().attempts(), 2);
    }
}

#[tokio::test]
async fn over_a_connection_the_asynchronous_answer_shows_only_a_session_that_was_named() {
    let server = Server::new(false);
    let mut client = server.connect().await;
    let unnamed = client.submit(CODE, json!({})).await;
    assert_eq!(data(&unnamed).get("sessionId"), None);
}
