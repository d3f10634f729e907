//! What the tool answers, and how errors are told.

use super::CODE;
use super::client::{arguments, data};
use super::server::Server;
use gansauditor_legacy::TOOL;
use serde_json::{Value, json};
use std::sync::Arc;

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
    let order: Vec<&str> = answer
        .as_object()
        .unwrap()
        .keys()
        .take(7)
        .map(String::as_str)
        .collect();
    assert_eq!(
        order.join(" "),
        "thoughtNumber totalThoughts nextThoughtNeeded branches thoughtHistoryLength sessionId gan"
    );
    let session = server.session("b").await;
    assert_eq!(session.loops(), 1);
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
