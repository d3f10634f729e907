//! Programs that do not end, start others, or print without end.

use crate::support::*;
use gansauditor_audit::ports::{Judge as _, JudgeError, JudgeFailure};
use gansauditor_judge::ToolJudge;
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};

/// Leaves the numbers of a child that hangs, of a grandchild, and the folder; then hangs.
const HANGING: &str = r#"
    sh -c 'echo $$ > "$W/grandchild"; trap "" TERM; sleep 1000 & wait' &
    pwd > "$W/pwd"; echo $$ > "$W/child"
    trap "" TERM
    while [ ! -s "$W/grandchild" ]; do :; done
    touch "$W/ready"
    sleep 1000 & wait
"#;

fn assert_nothing_is_left(script: &Script) {
    for name in ["child", "grandchild"] {
        let pid = script.left(name);
        eventually(&format!("the {name} lives"), || is_dead(&pid));
    }
    let folder = script.left("pwd");
    assert!(!folder.is_empty());
    let root = Path::new(&folder).parent().unwrap().to_owned();
    eventually("the folder is there", || !root.exists());
}

#[test]
fn cancelling_ends_the_program_and_all_it_started_at_once() {
    for as_check in [false, true] {
        let script = Script::new(HANGING);
        let judge = if as_check {
            script.check(json!({}))
        } else {
            script.tool(json!({}))
        };
        let request = request(vec![app()]);
        let cancel = request.cancel.clone();
        let ready = script.path("ready");
        let canceller = std::thread::spawn(move || {
            eventually("the program starts", || ready.exists());
            cancel.cancel();
            Instant::now()
        });
        let result = try_review(&judge, &request);
        let took = canceller.join().unwrap().elapsed();
        assert_eq!(result, Err(JudgeError::Cancelled));
        assert!(took < Duration::from_millis(250), "{took:?}");
        assert_nothing_is_left(&script);
    }
}

#[test]
fn a_review_that_is_cancelled_before_starts_nothing() {
    let script = Script::new(r#"touch "$W/ran""#);
    let request = request(vec![app()]);
    request.cancel.cancel();
    let result = try_review(&script.tool(json!({})), &request);
    assert_eq!(result, Err(JudgeError::Cancelled));
    assert!(!script.path("ran").exists());
}

#[test]
fn the_time_of_the_configuration_ends_the_program() {
    let script = Script::new(HANGING);
    let judge = script.tool(json!({"time_seconds": 1}));
    let error = try_review(&judge, &request(vec![app()])).unwrap_err();
    assert!(
        matches!(&error, JudgeError::Failed { kind: JudgeFailure::Incomplete, reason, .. } if reason.contains("`time_seconds`")),
        "{error}"
    );
    assert_nothing_is_left(&script);
}

#[test]
fn the_time_of_the_request_ends_the_program_before_it_is_up() {
    let script = Script::new(HANGING);
    let mut request = request(vec![app()]);
    request.time = Duration::from_secs(2);
    let began = Instant::now();
    let error = try_review(&script.tool(json!({})), &request).unwrap_err();
    assert!(began.elapsed() < request.time, "{:?}", began.elapsed());
    assert!(matches!(error, JudgeError::TimedOut { after, .. } if after == request.time));
    assert_nothing_is_left(&script);
}

#[test]
fn a_review_that_nobody_follows_any_more_leaves_nothing() {
    let script = Script::new(HANGING);
    let judge: ToolJudge = script.tool(json!({}));
    in_runtime(async {
        let request = request(vec![app()]);
        let review = judge.review(&request);
        let ready = async {
            while !script.path("ready").exists() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            result = review => panic!("{result:?}"),
            () = ready => {}
        }
    });
    assert_nothing_is_left(&script);
}

#[test]
fn what_the_program_leaves_running_is_killed() {
    let script = Script::new(
        r#"pwd > "$W/pwd"; echo $$ > "$W/child"
           sh -c 'echo $$ > "$W/grandchild"; exec sleep 1000' &
           while [ ! -s "$W/grandchild" ]; do :; done"#,
    );
    let began = Instant::now();
    let report = review(&script.check(json!({})), vec![app()]);
    assert_eq!(report.checks.len(), 1);
    assert!(began.elapsed() < Duration::from_secs(30));
    assert_nothing_is_left(&script);
}

#[test]
fn a_process_that_left_the_group_and_holds_the_output_keeps_nobody_waiting() {
    let script = Script::new(
        r#"setsid sh -c 'echo $$ > "$W/escaped"; exec sleep 60' &
           while [ ! -s "$W/escaped" ]; do :; done; echo done"#,
    );
    let began = Instant::now();
    let report = review(&script.check(json!({})), vec![app()]);
    let took = began.elapsed();
    assert_eq!(report.checks[0].detail, "done");
    assert!(took < Duration::from_secs(20), "{took:?}");
    let escaped = script.left("escaped");
    let killed = std::process::Command::new("kill")
        .arg(&escaped)
        .status()
        .unwrap();
    assert!(killed.success());
}

#[test]
fn floods_of_output_are_read_and_thrown_away() {
    let script = Script::new(r#"yes error | head -c 30000000 >&2; cat "$W/log""#);
    script.leave("log", &log(json!([at("R", 1)]), json!([])).to_string());
    let report = review(&script.tool(json!({})), vec![app()]);
    assert_eq!(report.findings.len(), 1);
}

#[test]
fn a_program_that_locks_its_folder_is_cleaned_up_after() {
    let script = Script::new(r#"pwd > "$W/pwd"; mkdir -p a/b; touch a/b/c; chmod 000 a/b a ."#);
    review(&script.check(json!({})), vec![app()]);
    let folder = script.left("pwd");
    let root = Path::new(&folder).parent().unwrap().to_owned();
    eventually("the folder is there", || !root.exists());
}
