//! What is on record when a call, a client or the server ends early.

use super::CODE;
use super::client::{audible, data};
use super::server::Server;
use gansauditor_audit::session::Session;
use serde_json::json;

/// The only attempt was cancelled, and that is on record.
#[track_caller]
fn was_cancelled(session: &Session) {
    assert_eq!(
        session.iterations()[0].failure.as_deref(),
        Some("the audit was cancelled")
    );
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
    server.drained().await;
    let session = server.session("b").await;
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
    let id = client.begin("tools/call", audible("b", 1)).await;
    client.judged().await;
    client
        .notify(
            "notifications/cancelled",
            json!({ "requestId": id, "reason": "enough" }),
        )
        .await;
    // Its task ends by itself: the drain is not hurried.
    server.drained().await;
    was_cancelled(&server.session("b").await);
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_a_whole_journal() {
    let server = Server::new(false);
    let held = server.hold();
    let mut client = server.connect().await;
    client.submit(CODE, json!({ "branchId": "b" })).await;
    drop(client);
    drop(held);
    server.drained().await;
    let session = server.session("b").await;
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
    was_cancelled(&server.session("b").await);
}

#[tokio::test]
async fn a_server_that_ends_takes_on_no_more_work() {
    let server = Server::new(true);
    let mut client = server.connect().await;
    server.service.running.close();
    let result = client.submit(CODE, json!({})).await;
    assert_eq!(data(&result)["diagnostic"]["errorCode"], "cancelled");
}
