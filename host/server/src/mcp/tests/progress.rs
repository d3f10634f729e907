//! What a client hears while an audit runs.

use super::CODE;
use super::client::audible;
use super::server::{INTERVAL, Server};
use serde_json::{Value, json};

#[tokio::test]
async fn progress_rises_and_comes_before_the_answer_to_those_who_asked() {
    let mut client = Server::new(true).connect().await;
    client.submit(CODE, json!({ "branchId": "quiet" })).await;
    assert_eq!(client.heard, Vec::<Value>::new());
    client.request("tools/call", audible("loud", "t")).await;
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
    client.begin("tools/call", audible("b", 1)).await;
    client.judged().await;
    for seconds in [1, 2, 3].map(|signs| signs * INTERVAL.as_secs()) {
        let sign = client.receive().await["params"]["message"].clone();
        assert_eq!(sign, format!("the submission is judged, after {seconds} s"));
    }
}
