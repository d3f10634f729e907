//! A service that keeps its answer to itself, and who loses patience first.

use super::*;
use gansauditor_stand_in::{StandIn, Step};
use std::time::Instant;

/// How a service may keep its answer to itself, by the name of its script.
fn unfinished() -> [(&'static str, Step); 2] {
    let stall = Step::Stall {
        text: ANSWER.to_owned(),
        after: 2,
    };
    [("silent", Step::Silence), ("stalls", stall)]
}

/// Asks once for an answer that never comes whole. Soon after `due` the asking ends, and the request with it:
/// nobody pays for an answer that nobody hears.
async fn in_vain(
    way: Way,
    server: &StandIn,
    (name, step): (&str, Step),
    asker: &Asker,
    due: impl Future<Output = Instant>,
) -> ModelError {
    let base_url = server.script(name, vec![step]);
    let (settings, key) = settings(base_url);
    let (model, prompt) = (way.model(settings), prompt());
    let (due, outcome) = tokio::join!(due, model.answer(&prompt, asker.call()));
    let late = due.elapsed();
    assert!(
        late < Duration::from_millis(250),
        "{way:?} {name}: {late:?}"
    );
    tokio::time::timeout(AMPLE, server.idle(name))
        .await
        .unwrap();
    drop(model);
    gone(&key).await;
    outcome.unwrap_err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_codex_is_ended_by_the_deadline() {
    let server = StandIn::start().await.unwrap();
    for way in BOTH {
        for (name, step) in unfinished() {
            let time = Duration::from_secs(4);
            let asker = Asker::with_time(time);
            let deadline = async { Instant::now() + time };
            let error = in_vain(way, &server, (name, step), &asker, deadline).await;
            assert_eq!(error, ModelError::TimedOut, "{way:?} {name}");
            let said = asker.said.text();
            assert_eq!(
                !said.is_empty(),
                way == Way::AppServer && name == "stalls",
                "{said}"
            );
            assert!(ANSWER.starts_with(&said), "{said}");
            assert_eq!(server.requests(name).len(), 1, "{way:?} {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_codex_is_cancelled_at_once() {
    let server = StandIn::start().await.unwrap();
    for way in BOTH {
        for (name, step) in unfinished() {
            let asker = Asker::patient();
            let cancel = async {
                server.asked(name, 1).await;
                asker.cancel.cancel();
                Instant::now()
            };
            let error = in_vain(way, &server, (name, step), &asker, cancel).await;
            assert_eq!(error, ModelError::Cancelled, "{way:?} {name}");
        }
    }
}
