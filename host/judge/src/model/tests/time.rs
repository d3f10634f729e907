//! What the time allows: silence, reviews in part, and being cancelled.

use super::samples::*;
use super::scripted::*;
use gansauditor_audit::domain::Coverage;
use gansauditor_audit::ports::JudgeError;
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn a_silent_service_has_its_share_of_the_time() {
    let played = play(1, vec![Act::Silent, praise()]).await;
    played.report();
    assert_eq!(played.took.as_secs(), 14, "half of the time");
    assert_eq!(played.prompts.len(), 2);
}

/// The time is up and nothing can be said of the work.
#[track_caller]
fn ran_out(played: &Played) {
    let error = played.error();
    assert!(
        matches!(error, JudgeError::TimedOut { partial: None, .. }),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_service_that_stays_silent_is_no_review() {
    ran_out(&play(1, vec![Act::Silent, Act::Silent]).await);
}

#[tokio::test(start_paused = true)]
async fn what_was_said_when_the_time_was_up_is_a_review_in_part() {
    const BEGUN: &str = r#"{"summary":"bad","scores":[{"dimension":"security","reason":"r","score":20}],"findings":[{"path":"a.py","quote":"return eval(text)","line":4,"symbol":null,"category":"security","severity":"critical","cwe":95,"message":"It runs any code.","advice":null},{"path":"a.p"#;
    let played = play(1, vec![Act::Stall(BEGUN)]).await;
    assert!(
        played.took < Duration::from_secs(30),
        "before the time is up"
    );
    let JudgeError::TimedOut {
        partial: Some(partial),
        ..
    } = played.error()
    else {
        panic!("{:?}", played.error());
    };
    assert_eq!((partial.findings.len(), partial.scores.len()), (1, 1));
    assert!(partial.covered().is_empty());
    assert!(matches!(partial.coverage, Coverage::Partial(_)));
}

#[tokio::test(start_paused = true)]
async fn half_a_sentence_when_the_time_is_up_is_no_review() {
    ran_out(&play(1, vec![Act::Stall("{\"summary\":\"it beg")]).await);
}

#[tokio::test]
async fn an_answer_that_breaks_off_by_itself_is_a_review_in_part() {
    const BEGUN: &str = r#"{"summary":"bad","scores":[{"dimension":"security","reason":"r","score":20}],"findings":[{"path":"a.py""#;
    let played = play(3, vec![Act::Break(BEGUN)]).await;
    let report = played.report();
    assert!(matches!(&report.coverage, Coverage::Partial(why) if why.contains("broke off")));
    assert!(report.covered().is_empty() && report.scores.len() == 1);
    assert_eq!(played.prompts.len(), 1, "nothing is asked again");
}

#[tokio::test]
async fn cancelling_ends_it() {
    let case = Case {
        retries: 3,
        ..Case::of(vec![Act::Wait])
    };
    let cancel = case.request.cancel.clone();
    let (played, ()) = tokio::join!(case.play(), async {
        tokio::task::yield_now().await;
        cancel.cancel();
    });
    assert_eq!(played.result, Err(JudgeError::Cancelled));
}
