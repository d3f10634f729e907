//! When a request is repeated, and what that costs.

use super::samples::*;
use super::scripted::*;
use gansauditor_audit::ports::{JudgeError, JudgeFailure};
use serde_json::json;
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_asked_again_when_the_service_wants_it() {
    let after = Some(Duration::from_secs(3));
    let acts = vec![
        Act::fail(JudgeFailure::Unavailable, None, 0),
        Act::fail(JudgeFailure::RateLimited, after, 0),
        praise(),
    ];
    let played = play(2, acts).await;
    assert_eq!(played.prompts.len(), 3);
    assert!(played.report().provenance.contains("3 requests"));
    let waited = played.took;
    assert!((3.375..=3.5).contains(&waited.as_secs_f64()), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn what_will_not_pass_is_not_asked_again() {
    for kind in [
        JudgeFailure::Unauthorized,
        JudgeFailure::Rejected,
        JudgeFailure::Refused,
        JudgeFailure::Incomplete,
    ] {
        let played = play(2, vec![Act::fail(kind, None, 0)]).await;
        assert_eq!(played.failure(), kind);
        assert_eq!(played.prompts.len(), 1, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_again_more_often_than_allowed() {
    let unavailable = || Act::fail(JudgeFailure::Unavailable, None, 0);
    let played = play(1, vec![unavailable(), unavailable()]).await;
    played.error();
    assert_eq!(played.prompts.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_all_requests_cost_is_said_also_when_the_last_one_fails() {
    let acts = vec![
        Act::fail(JudgeFailure::Unavailable, None, 40),
        Act::fail(JudgeFailure::Refused, None, 2),
    ];
    let played = play(1, acts).await;
    assert_eq!(played.error().usage().input_tokens, 42);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_does_not_fit_is_not_begun_and_is_passed_on() {
    let wait = Some(Duration::from_secs(600));
    let played = play(3, vec![Act::fail(JudgeFailure::RateLimited, wait, 0)]).await;
    let error = played.error();
    assert!(matches!(error, JudgeError::Failed { retry_after, .. } if *retry_after == wait));
    assert_eq!(played.took, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn once_something_was_said_nothing_is_asked_again() {
    let played = play(3, vec![Act::Break("{\"summary\":")]).await;
    assert_eq!(played.failure(), JudgeFailure::Interrupted);
    assert_eq!(played.prompts.len(), 1);
}

const PROSE: &str = "I like it a lot.";

fn prose() -> Act {
    Act::Say(PROSE.to_owned())
}

#[tokio::test]
async fn an_answer_of_another_shape_is_asked_for_once_more() {
    let played = play(3, vec![prose(), praise()]).await;
    let report = played.report();
    assert!(report.provenance.contains("asked for again"));
    assert_eq!(report.usage.input_tokens, 200);
    assert!(played.input(1).contains(PROSE));
}

#[tokio::test]
async fn an_answer_of_another_shape_is_asked_for_no_third_time() {
    let played = play(3, vec![prose(), said(&json!({ "scores": [] }))]).await;
    assert_eq!(played.failure(), JudgeFailure::Malformed);
    assert_eq!(played.prompts.len(), 2);
}

#[tokio::test]
async fn an_answer_of_another_shape_is_asked_for_in_another_way_first_where_there_is_one() {
    let played = Case {
        another_way: true,
        ..Case::of(vec![prose(), prose(), praise()])
    }
    .play()
    .await;
    played.report();
    let prompts = &played.prompts;
    assert_eq!(prompts[0], prompts[1]);
    assert_ne!(prompts[1], prompts[2]);
}
