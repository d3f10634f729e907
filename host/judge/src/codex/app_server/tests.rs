//! The warm app-server by a stand-in for the CLI.

use super::*;
use crate::codex::testing::{AMPLE, Asker, COST, FakeCodex, prompt};
use gansauditor_audit::ports::JudgeFailure;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Answers every turn at once.
const ANSWERS: &str = r#"
turn() {
    delta "$1" '{\"a\"'
    delta "$1" ':1}'
    message "$1" '{\"a\":1}'
    say "{\"method\":\"thread/tokenUsage/updated\",\"params\":{\"threadId\":\"$1\",\"tokenUsage\":{\"total\":{\"inputTokens\":7,\"cachedInputTokens\":3,\"outputTokens\":5}}}}"
    completed "$1" completed
}
serve
"#;

/// Says half a word in every turn and no more.
const STALLS: &str = r#"
turn() { delta "$1" 'half'; echo yes >> "$here/ready"; }
serve
"#;

fn model(fake: &FakeCodex) -> AppServerModel {
    AppServerModel::new(fake.settings()).unwrap()
}

async fn ask(model: &AppServerModel) -> Result<Answer, ModelError> {
    model.answer(&prompt(), Asker::patient().call()).await
}

/// Nothing is left running when the model is gone.
async fn finished(model: AppServerModel, fake: &FakeCodex) {
    let tasks = model.tasks.clone();
    drop(model);
    tasks.close();
    tokio::time::timeout(AMPLE, tasks.wait()).await.unwrap();
    fake.gone().await;
}

async fn outcome(scenario: &str) -> Result<Answer, ModelError> {
    let fake = FakeCodex::new(scenario);
    let model = model(&fake);
    let outcome = ask(&model).await;
    finished(model, &fake).await;
    outcome
}

fn kind(outcome: Result<Answer, ModelError>) -> JudgeFailure {
    match outcome {
        Err(ModelError::Failed { kind, .. }) => kind,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_answer_is_heard_as_it_comes_and_returned_whole() {
    let fake = FakeCodex::new(ANSWERS);
    let model = model(&fake);
    let asker = Asker::patient();
    let answer = model.answer(&prompt(), asker.call()).await.unwrap();
    assert_eq!(answer.text, r#"{"a":1}"#);
    assert_eq!(asker.said.text(), answer.text);
    assert_eq!(answer.usage, COST);
    assert_eq!(answer.way, "fake-model by codex-cli 0.0.1 app-server");
    finished(model, &fake).await;
}

#[tokio::test]
async fn every_request_has_a_thread_of_its_own_in_one_process() {
    let fake = FakeCodex::new(ANSWERS);
    let model = model(&fake);
    let before = fake.started().len();
    assert_eq!(before, 1, "only its version was asked for");
    ask(&model).await.unwrap();
    ask(&model).await.unwrap();
    assert_eq!(fake.started().len(), before + 1);
    assert_eq!(fake.read("argv"), "app-server\n--strict-config\n");
    let heard: Vec<Value> = fake
        .read("heard")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let methods: Vec<_> = heard
        .iter()
        .map(|line| line["method"].as_str().unwrap())
        .collect();
    assert_eq!(
        methods,
        [
            "initialize",
            "initialized",
            "thread/start",
            "turn/start",
            "thread/start",
            "turn/start"
        ]
    );
    let (prompt, thread, turn) = (prompt(), &heard[2]["params"], &heard[3]["params"]);
    assert_eq!(thread["ephemeral"], true);
    assert_eq!(thread["sandbox"], "read-only");
    assert_eq!(thread["approvalPolicy"], "never");
    assert_eq!(thread["baseInstructions"], prompt.instructions.as_str());
    assert_eq!(
        turn["input"],
        json!([{ "type": "text", "text": prompt.input }])
    );
    assert_eq!(turn["outputSchema"], *prompt.schema);
    assert_ne!(turn["threadId"], heard[5]["params"]["threadId"]);
    assert!(fake.read("env").contains("GANSAUDITOR_CODEX_KEY=k-secret"));
    finished(model, &fake).await;
}

#[tokio::test]
async fn turns_at_the_same_time_do_not_mix() {
    // Says nothing before both have begun, and then to both in turns.
    let fake = FakeCodex::new(
        r#"
all=
turn() {
    all="$all $1"
    set -- $all
    [ $# = 2 ] || return 0
    for part in a b; do for thread in $all; do delta "$thread" "$part.$thread "; done; done
    for thread in $all; do completed "$thread" interrupted; done
}
serve
"#,
    );
    let model = model(&fake);
    let (prompt, one, two) = (prompt(), Asker::patient(), Asker::patient());
    let _ = tokio::join!(
        model.answer(&prompt, one.call()),
        model.answer(&prompt, two.call())
    );
    let heard = |asker: &Asker| {
        let text = asker.said.text();
        let (first, second) = text.trim().split_once(' ').unwrap();
        let thread = first.strip_prefix("a.").unwrap().to_owned();
        assert_eq!(second, format!("b.{thread}"));
        thread
    };
    assert_ne!(heard(&one), heard(&two));
    assert_eq!(fake.started().len(), 2, "one process for both");
    finished(model, &fake).await;
}

#[tokio::test]
async fn what_the_server_asks_is_declined() {
    let outcome = outcome(
        r#"
turn() {
    waiting=$1
    say "{\"id\":\"ask-1\",\"method\":\"item/commandExecution/requestApproval\",\"params\":{\"threadId\":\"$1\"}}"
}
other() {
    case $line in *'"id":"ask-1"'*'"decision":"decline"'*) message "$waiting" '{}'; completed "$waiting" completed ;; esac
}
serve
"#,
    )
    .await;
    assert_eq!(outcome.unwrap().text, "{}");
}

#[tokio::test]
async fn failures_have_their_kind() {
    let failed = |error: &str| format!("turn() {{ completed \"$1\" failed '{error}'; }}\nserve");
    let error = r#"{"message":"later","codexErrorInfo":{"responseTooManyFailedAttempts":{"httpStatusCode":429}}}"#;
    assert_eq!(
        kind(outcome(&failed(error)).await),
        JudgeFailure::RateLimited
    );
    let error = r#"{"message":"Incomplete response returned, reason: max_output_tokens","codexErrorInfo":"other"}"#;
    assert_eq!(
        kind(outcome(&failed(error)).await),
        JudgeFailure::Incomplete
    );
    let silent = "turn() { completed \"$1\" completed; }\nserve";
    assert_eq!(kind(outcome(silent).await), JudgeFailure::Refused);
    let interrupted = "turn() { completed \"$1\" interrupted; }\nserve";
    assert_eq!(kind(outcome(interrupted).await), JudgeFailure::Interrupted);
}

#[tokio::test]
async fn a_cancelled_call_returns_at_once_and_its_turn_is_interrupted() {
    let fake = FakeCodex::new(STALLS);
    let model = model(&fake);
    let (prompt, asker) = (prompt(), Asker::patient());
    let cancel = async {
        fake.until("ready", "yes").await;
        asker.cancel.cancel();
        Instant::now()
    };
    let (outcome, cancelled) = tokio::join!(model.answer(&prompt, asker.call()), cancel);
    assert_eq!(outcome, Err(ModelError::Cancelled));
    assert!(
        cancelled.elapsed() < Duration::from_millis(250),
        "{:?}",
        cancelled.elapsed()
    );
    fake.until("heard", "turn/interrupt").await;
    let again = Asker::with_time(Duration::from_millis(300));
    let outcome = model.answer(&prompt, again.call()).await;
    assert_eq!(outcome, Err(ModelError::TimedOut));
    assert_eq!(
        again.said.text(),
        "half",
        "what was said until the deadline is kept"
    );
    assert_eq!(
        fake.started().len(),
        2,
        "the process is still the first one"
    );
    finished(model, &fake).await;
}

#[tokio::test]
async fn a_server_that_does_not_interrupt_is_ended() {
    let fake = FakeCodex::new(&format!("interrupt() {{ :; }}\n{STALLS}"));
    let model = model(&fake);
    let asker = Asker::with_time(Duration::from_millis(300));
    model.answer(&prompt(), asker.call()).await.unwrap_err();
    // Nobody needs to ask again for that.
    fake.gone().await;
    let started = fake.started().len();
    let asker = Asker::with_time(Duration::from_millis(300));
    let outcome = model.answer(&prompt(), asker.call()).await;
    assert_eq!(outcome, Err(ModelError::TimedOut));
    assert_eq!(fake.started().len(), started + 1);
    finished(model, &fake).await;
}

#[tokio::test]
async fn no_sign_of_the_model_is_silence() {
    let fake = FakeCodex::new("turn() { :; }\nserve");
    let model = model(&fake);
    let asker = Asker::patient().wanting_a_sign_within(Duration::from_millis(300));
    let outcome = model.answer(&prompt(), asker.call()).await;
    assert_eq!(outcome, Err(ModelError::Silent));
    let stalls = FakeCodex::new(STALLS);
    let other = AppServerModel::new(stalls.settings()).unwrap();
    let asker = Asker::with_time(Duration::from_millis(900))
        .wanting_a_sign_within(Duration::from_millis(800));
    let outcome = other.answer(&prompt(), asker.call()).await;
    assert_eq!(outcome, Err(ModelError::TimedOut), "there was a sign");
    finished(model, &fake).await;
    finished(other, &stalls).await;
}

#[tokio::test]
async fn calls_are_told_when_the_process_dies_and_the_next_one_starts_another() {
    let fake = FakeCodex::new(
        r#"
turn() {
    if [ -e "$here/died" ]; then message "$1" '{}'; completed "$1" completed; return; fi
    delta "$1" 'half'
    echo boom >&2
    touch "$here/died"
    exit 3
}
serve
"#,
    );
    let model = model(&fake);
    let asker = Asker::patient();
    let error = model.answer(&prompt(), asker.call()).await.unwrap_err();
    assert!(error.to_string().contains("boom"), "{error}");
    assert_eq!(kind(Err(error)), JudgeFailure::Interrupted);
    assert_eq!(asker.said.text(), "half");
    assert_eq!(ask(&model).await.unwrap().text, "{}");
    finished(model, &fake).await;
}

#[tokio::test]
async fn a_process_that_had_its_threads_is_replaced_and_ends_with_its_last_turn() {
    // The first turn of all stays open until a file says otherwise.
    let fake = FakeCodex::new(
        r#"
turn() {
    if [ ! -e "$here/held" ]; then echo "$1" > "$here/held"; held=$1; return; fi
    message "$1" "$$"
    completed "$1" completed
    [ -z "$held" ] || { until [ -e "$here/release" ]; do sleep 0.01; done; message "$held" "$$"; completed "$held" completed; }
}
serve
"#,
    );
    let mut model = model(&fake);
    model.recycle_after(2);
    let model = model;
    let (prompt, asker) = (prompt(), Asker::patient());
    let held = model.answer(&prompt, asker.call());
    let others = async {
        fake.until("held", "-").await;
        let second = ask(&model).await.unwrap().text;
        let third = ask(&model).await.unwrap().text;
        assert_ne!(second, third, "the third has a new process");
        let old: u32 = second.parse().unwrap();
        assert!(fake.alive().contains(&old), "its first turn is still open");
        fake.write("release", "");
        old
    };
    let (held, old) = tokio::join!(held, others);
    assert_eq!(held.unwrap().text, old.to_string());
    let ended = async {
        while fake.alive().contains(&old) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(AMPLE, ended).await.unwrap();
    assert_eq!(fake.alive().len(), 1, "the new process serves on");
    finished(model, &fake).await;
}

#[tokio::test]
async fn a_cli_without_app_server_is_said_to_have_none() {
    let fake = FakeCodex::new("echo 'error: unexpected argument' >&2; exit 2");
    fake.write("help", "Commands:\n  exec        Run\n");
    let model = model(&fake);
    let error = ask(&model).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("codex-cli 0.0.1 has no app-server"),
        "{error}"
    );
    assert_eq!(kind(Err(error)), JudgeFailure::Misconfigured);
    finished(model, &fake).await;
    let refuses = "echo 'Error: unknown configuration field `x`' >&2; exit 1";
    assert_eq!(kind(outcome(refuses).await), JudgeFailure::Misconfigured);
}

#[tokio::test]
async fn endless_talk_is_cut() {
    let endless = r#"turn() { text=$(head -c 60000 /dev/zero | tr '\0' x); while :; do delta "$1" "$text"; done; }
serve"#;
    assert_eq!(kind(outcome(endless).await), JudgeFailure::Oversized);
    let line = "turn() { tr '\\0' x < /dev/zero; }\nserve";
    assert_eq!(kind(outcome(line).await), JudgeFailure::Interrupted);
}
