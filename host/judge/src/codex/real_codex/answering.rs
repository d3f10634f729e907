//! The prompt goes in and the answer comes out as they are.

use super::*;
use gansauditor_stand_in::{StandIn, Step};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_codex_gives_the_answer_and_sends_the_prompt_as_it_is() {
    let server = StandIn::start().await.unwrap();
    for way in BOTH {
        let base_url = server.script("answers", vec![Step::answer(ANSWER)]);
        let asker = Asker::patient();
        let answer = once(way, base_url, &asker).await.unwrap();
        assert_eq!(answer.text, ANSWER, "{way:?}");
        assert!(answer.usage.input_tokens > 0, "{:?}", answer.usage);
        assert!(
            answer.way.starts_with("stand-in by codex-cli "),
            "{}",
            answer.way
        );
        let requests = server.requests("answers");
        assert_eq!(requests.len(), 1, "{way:?} asks for nothing else");
        let body = requests[0].json();
        let (said, asked) = (body["input"].to_string(), prompt());
        for text in [&asked.input, &asked.instructions] {
            let quoted = Value::String(text.clone()).to_string();
            assert!(
                format!("{said}{}", body["instructions"]).contains(&quoted),
                "{body:#}"
            );
        }
        assert_eq!(body["text"]["format"]["schema"], *asked.schema);
        assert_eq!(body["reasoning"]["effort"], "high");
        let tools = body["tools"].to_string();
        assert!(
            !tools.contains("shell") && !tools.contains("exec"),
            "{way:?}: {tools}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_codex_hands_on_what_is_not_of_the_schema() {
    let server = StandIn::start().await.unwrap();
    for way in BOTH {
        let base_url = server.script("prose", vec![Step::answer("I think it is fine.")]);
        let answer = once(way, base_url, &Asker::patient()).await.unwrap();
        assert_eq!(answer.text, "I think it is fine.");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_codex_serves_many_at_once_over_few_processes() {
    let server = StandIn::start().await.unwrap();
    let base_url = server.script("many", vec![Step::answer(ANSWER)]);
    let (settings, key) = settings(base_url);
    let mut model = AppServerModel::new(settings).unwrap();
    model.recycle_after(5);
    let (prompt, asker) = (prompt(), Asker::patient());
    let calls = (0..12).map(|_| model.answer(&prompt, asker.call()));
    for answer in futures_util::future::join_all(calls).await {
        assert_eq!(answer.unwrap().text, ANSWER);
    }
    assert_eq!(server.requests("many").len(), 12);
    drop(model);
    gone(&key).await;
}
