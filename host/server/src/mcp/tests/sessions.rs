//! Which session a call belongs to.

use super::CODE;
use super::client::{Client, data};
use super::server::Server;
use serde_json::json;

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
async fn without_a_connection_a_call_gets_a_session_of_its_own_to_pass_back() {
    for synchronous in [true, false] {
        let server = Server::new(synchronous);
        let mut client = Client::welcomed(server.exchange()).await;
        let first = client.submit(CODE, json!({})).await;
        let other = client.submit(CODE, json!({})).await;
        let session = &data(&first)["sessionId"];
        assert_ne!(session, &data(&other)["sessionId"]);
        let back = client.submit(CODE, json!({ "branchId": session })).await;
        assert_eq!(&data(&back)["sessionId"], session);
        server.drained().await;
        let recorded = server.session(session.as_str().unwrap()).await;
        assert_eq!(recorded.attempts(), 2);
    }
}

#[tokio::test]
async fn over_a_connection_the_asynchronous_answer_shows_only_a_session_that_was_named() {
    let server = Server::new(false);
    let mut client = server.connect().await;
    let unnamed = client.submit(CODE, json!({})).await;
    assert_eq!(data(&unnamed).get("sessionId"), None);
}
