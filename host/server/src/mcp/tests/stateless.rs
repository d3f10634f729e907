//! The revision of the protocol without a handshake.

use super::CODE;
use super::client::{Client, arguments, data};
use super::server::Server;
use gansauditor_legacy::TOOL;
use serde_json::json;

#[tokio::test]
async fn serves_the_stateless_revision_without_a_handshake() {
    let server = Server::new(true);
    let mut client = Client::of(server.exchange());
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
