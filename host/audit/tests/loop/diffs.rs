//! What a diff says of the work, and of the findings in it.

use crate::support::*;
use gansauditor_audit::domain::*;
use gansauditor_audit::ports::{JudgeError, JudgeFailure, Unheard};

/// A world that has seen the defect and is content with whatever comes then.
async fn after_a_defect(anchor: &str) -> World {
    let world = World::ordinary(vec![Act::finds(60.0, anchor), Act::clean(100.0)]);
    world.round(EVIL).await;
    world
}

#[tokio::test]
async fn a_diff_of_a_known_file_is_judged_as_the_whole_file() {
    let world = after_a_defect("return eval(text)").await;
    let report = world.submit(MENDING).await.unwrap();
    assert_eq!(states(&report), [FindingState::Fixed]);
    let works = world.works();
    let newest = works.last().expect("a submission is on record");
    assert_eq!(newest.files[0].extent, Extent::Whole);
    assert_eq!(newest.files[0].text.trim_end(), GOOD);
}

#[tokio::test]
async fn a_diff_elsewhere_in_an_unknown_file_fixes_nothing() {
    let world = World::ordinary(vec![
        Act::finds(60.0, "eval(text)"),
        Act::clean(100.0),
        Act::clean(100.0),
    ]);
    for (line, old, new, state) in [
        (7, "pass", "eval(text)", FindingState::Open),
        (90, "x = 1", "x = 2", FindingState::Unreviewed),
        (7, "eval(text)", "literal(text)", FindingState::Fixed),
    ] {
        let report = world.submit(&diff(line, old, new)).await.unwrap();
        assert_eq!(states(&report), [state], "{new}");
    }
}

#[tokio::test]
async fn renaming_a_file_fixes_nothing_unless_all_of_it_is_seen_again() {
    let rename = "```diff\ndiff --git a/a.py b/b.py\nsimilarity index 90%\nrename from a.py\nrename to b.py\n--- a/a.py\n+++ b/b.py\n@@ -9,1 +9,1 @@\n-x = 1\n+x = 2\n```";
    let world = World::ordinary(vec![Act::finds(60.0, "eval(text)"), Act::clean(100.0)]);
    world.submit(&diff(1, "pass", "eval(text)")).await.unwrap();
    let renamed = world.submit(rename).await.unwrap();
    assert_eq!(states(&renamed), [FindingState::Unreviewed]);
}

#[tokio::test]
async fn a_diff_with_the_file_beside_it_is_judged_where_it_added() {
    let world = World::ordinary(vec![Act::clean(96.0)]);
    let mut request = request("s", MENDING);
    request.patched.insert("a.py".into(), GOOD.into());
    world.audits.audit(request, &Unheard).await.unwrap();
    let file = &world.works()[0].files[0];
    assert_eq!(file.extent, Extent::Changed(vec![2]));
    assert_eq!(file.text, GOOD);
}

#[tokio::test]
async fn a_diff_that_is_sent_again_after_a_failed_attempt_is_the_same_work() {
    let failed = JudgeError::failed("scripted", JudgeFailure::RateLimited, "too many requests");
    let world = World::ordinary(vec![Act::clean(60.0), Act::Fail(failed), Act::clean(96.0)]);
    world.round(EVIL).await;
    world.submit(MENDING).await.unwrap_err();
    world.submit(MENDING).await.unwrap();
    let requests = world.judge.requests.lock().unwrap();
    assert_eq!(requests[1].files, requests[2].files);
    assert_eq!(requests[2].files[0].extent, Extent::Whole);
}

#[tokio::test]
async fn a_file_deleted_on_purpose_takes_its_findings_along() {
    let world = World::ordinary(vec![Act::finds(60.0, "eval(text)"), Act::clean(100.0)]);
    let both = python("a.py", EVIL) + &python("b.py", "y = 2");
    world.submit(&both).await.unwrap();
    let rest = format!("{DELETION}{}", python("b.py", "y = 3"));
    let report = world.submit(&rest).await.unwrap();
    assert_eq!(states(&report), [FindingState::Fixed]);
}

#[tokio::test]
async fn a_submission_that_only_deletes_takes_findings_along_and_asks_nobody() {
    let world = after_a_defect("eval(text)").await;
    let report = world.submit(DELETION).await.unwrap();
    assert_eq!(world.judge.calls(), 1);
    assert_eq!(states(&report), [FindingState::Fixed]);
    assert_eq!(report.decision.status, Status::Continue);
}
