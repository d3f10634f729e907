//! Connections: made, kept, refused.

use super::*;
use std::net::TcpListener;
use tokio::task::JoinSet;

#[tokio::test]
async fn a_connection_is_kept_for_the_next_audit() {
    let server = StandIn::start().await.unwrap();
    let base_url = server.script(
        "kept",
        vec![Step::answer(TEXT), Step::responses_missing(TEXT)],
    );
    let model = model(&base_url);
    for _ in 0..4 {
        ask(&model, &Said::default()).await.unwrap();
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn many_audits_at_once_get_their_own_answers() {
    let server = StandIn::start().await.unwrap();
    let mut asking = JoinSet::new();
    for number in 0..32 {
        let text = format!("{{\"number\": {number}}}");
        let base_url = server.script(
            &format!("n-{number}"),
            vec![Step::slow_answer(&*text, 5, 5)],
        );
        asking.spawn(async move {
            let answer = ask(&model(&base_url), &Said::default()).await.unwrap();
            (answer.text, text)
        });
    }
    for (answer, text) in asking.join_all().await {
        assert_eq!(answer, text);
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let (kind, message) =
        failed(ask(&model(&format!("http://{address}/v1")), &Said::default()).await);
    assert_eq!(kind, JudgeFailure::Unreachable);
    assert!(message.contains(&address.to_string()), "{message}");
    assert!(
        message.contains("check the base URL, the network"),
        "{message}"
    );
}

#[tokio::test]
async fn a_server_without_tls_is_unreachable_over_https() {
    let server = StandIn::start().await.unwrap();
    let base_url = format!("https://{}/v1", server.address());
    let (kind, _) = failed(ask(&model(&base_url), &Said::default()).await);
    assert_eq!(kind, JudgeFailure::Unreachable);
}
