//! `codex exec` by a stand-in for the CLI.

use super::*;
use crate::codex::testing::{AMPLE, Asker, COST, FakeCodex, prompt};
use std::time::Instant;

/// What the current CLI prints around an answer.
const ANSWERS: &str = r#"
say '{"type":"thread.started","thread_id":"t"}'
say '{"type":"turn.started"}'
say '{"type":"item.completed","item":{"id":"0","type":"agent_message","text":"I look."}}'
say '{"type":"item.completed","item":{"id":"1","type":"agent_message","text":"{\"a\":1}"}}'
say '{"type":"turn.completed","usage":{"input_tokens":7,"cached_input_tokens":3,"output_tokens":5,"reasoning_output_tokens":2}}'
"#;

/// Starts somebody else too, tells both and never ends.
const HANGS: &str = r#"
trap '' TERM
sleep 600 &
echo $! >> "$here/pids"
say '{"type":"turn.started"}'
echo yes > "$here/ready"
wait
wait
sleep 600
"#;

fn model(fake: &FakeCodex) -> ExecModel {
    ExecModel::new(fake.settings()).unwrap()
}

async fn outcome(scenario: &str) -> Result<Answer, ModelError> {
    let fake = FakeCodex::new(scenario);
    let model = model(&fake);
    let asker = Asker::patient();
    let outcome = model.answer(&prompt(), asker.call()).await;
    finished(&model, &fake).await;
    outcome
}

/// All is over and nothing is left running.
async fn finished(model: &ExecModel, fake: &FakeCodex) {
    model.endings.close();
    tokio::time::timeout(AMPLE, model.endings.wait())
        .await
        .unwrap();
    fake.gone().await;
}

async fn kind(scenario: &str) -> JudgeFailure {
    match outcome(scenario).await {
        Err(ModelError::Failed { kind, .. }) => kind,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_last_message_is_the_answer() {
    let answer = outcome(ANSWERS).await.unwrap();
    assert_eq!(answer.text, r#"{"a":1}"#);
    assert_eq!(answer.usage, COST);
    assert_eq!(answer.way, "m-1 by codex-cli 0.0.1 exec");
}

#[tokio::test]
async fn the_old_format_is_understood() {
    let answer = outcome(
        r#"
say '{"id":"0","msg":{"type":"agent_message","message":"{}"}}'
say '{"id":"0","msg":{"type":"task_complete","last_agent_message":"{}"}}'
"#,
    )
    .await
    .unwrap();
    assert_eq!(answer.text, "{}");
}

#[tokio::test]
async fn codex_gets_the_prompt_byte_for_byte_and_nothing_of_ours() {
    let fake = FakeCodex::new(&format!(
        "{ANSWERS}
cp \"$CODEX_HOME/config.toml\" \"$here/config\"
for word; do case $word in model_instructions_file=*) file=${{word#*\\\"}}; cp \"${{file%\\\"}}\" \"$here/instructions\";; esac; done
while [ $# -gt 1 ]; do if [ \"$1\" = --output-schema ]; then cp \"$2\" \"$here/schema\"; fi; shift; done
pwd > \"$here/pwd\"; ls -A > \"$here/ls\""
    ));
    let model = model(&fake);
    let prompt = prompt();
    model
        .answer(&prompt, Asker::patient().call())
        .await
        .unwrap();
    assert_eq!(fake.read("stdin"), prompt.input);
    assert_eq!(fake.read("instructions"), prompt.instructions);
    assert_eq!(fake.read("schema"), r#"{"type":"object"}"#);
    assert_eq!(fake.read("ls"), "");
    let arguments = fake.read("argv");
    for argument in [
        "exec",
        "--strict-config",
        "--json",
        "--skip-git-repo-check",
        "--ephemeral",
        "--sandbox=read-only",
        "-",
    ] {
        assert!(
            arguments.lines().any(|line| line == argument),
            "{arguments}"
        );
    }
    assert!(!arguments.contains("quoted"), "{arguments}");
    let config = fake.read("config");
    assert!(config.contains("stream_max_retries = 0"), "{config}");
    let environment = fake.read("env");
    let allowed = |line: &&str| {
        let name = line.split('=').next().unwrap_or_default();
        let ours = [
            "CODEX_HOME",
            "HOME",
            "TMPDIR",
            "NO_COLOR",
            "PATH",
            "LANG",
            "GANSAUDITOR_CODEX_KEY",
        ];
        // The last three are the shell's own.
        ours.contains(&name)
            || name.to_lowercase().ends_with("_proxy")
            || name.starts_with("SSL_CERT_")
            || ["PWD", "SHLVL", "_", "OLDPWD"].contains(&name)
    };
    let foreign: Vec<_> = environment.lines().filter(|line| !allowed(line)).collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    assert!(environment.contains("GANSAUDITOR_CODEX_KEY=k-secret"));
}

#[tokio::test]
async fn a_turn_without_a_message_is_a_refusal() {
    let refusal = r#"say '{"type":"turn.completed","usage":{"input_tokens":7}}'"#;
    assert_eq!(kind(refusal).await, JudgeFailure::Refused);
}

#[tokio::test]
async fn a_message_alone_is_no_answer() {
    let message = r#"say '{"type":"item.completed","item":{"type":"agent_message","text":"{}"}}'"#;
    assert_eq!(kind(message).await, JudgeFailure::Broken);
    assert_eq!(
        kind(&format!("{ANSWERS} exit 3")).await,
        JudgeFailure::Broken
    );
    assert_eq!(
        kind(&format!("{ANSWERS} kill -9 $$")).await,
        JudgeFailure::Broken
    );
}

#[tokio::test]
async fn a_failed_turn_has_its_kind_and_words() {
    let failed = r#"say '{"type":"turn.failed","error":{"message":"exceeded retry limit, last status: 429 Too Many Requests"}}'; exit 1"#;
    let error = outcome(failed).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Codex says: exceeded retry limit, last status: 429 Too Many Requests"
    );
    assert_eq!(kind(failed).await, JudgeFailure::RateLimited);
    let complains = "echo 'Error loading config.toml: unknown configuration field `x`' >&2; exit 1";
    assert_eq!(kind(complains).await, JudgeFailure::Misconfigured);
}

#[tokio::test]
async fn a_cancelled_call_returns_at_once_and_leaves_nothing() {
    let fake = FakeCodex::new(HANGS);
    let model = model(&fake);
    let asker = Asker::patient();
    let prompt = prompt();
    let call = model.answer(&prompt, asker.call());
    let cancel = async {
        fake.until("ready", "yes").await;
        asker.cancel.cancel();
        Instant::now()
    };
    let (outcome, cancelled) = tokio::join!(call, cancel);
    assert_eq!(outcome, Err(ModelError::Cancelled));
    assert!(
        cancelled.elapsed() < Duration::from_millis(250),
        "{:?}",
        cancelled.elapsed()
    );
    finished(&model, &fake).await;
    assert_eq!(
        fake.started().len(),
        3,
        "the version, the run and its child"
    );
}

#[tokio::test]
async fn a_call_that_nobody_polls_any_more_leaves_nothing() {
    let fake = FakeCodex::new(HANGS);
    let model = model(&fake);
    let asker = Asker::patient();
    let prompt = prompt();
    tokio::select! {
        outcome = model.answer(&prompt, asker.call()) => panic!("{outcome:?}"),
        () = fake.until("ready", "yes") => {}
    }
    finished(&model, &fake).await;
}

#[tokio::test]
async fn the_deadline_ends_it() {
    let fake = FakeCodex::new(HANGS);
    let model = model(&fake);
    let asker = Asker::with_time(Duration::from_millis(300));
    let outcome = model.answer(&prompt(), asker.call()).await;
    assert_eq!(outcome, Err(ModelError::TimedOut));
    finished(&model, &fake).await;
}

#[tokio::test]
async fn endless_output_is_cut() {
    assert_eq!(
        kind("tr '\\0' x < /dev/zero").await,
        JudgeFailure::Oversized
    );
    assert_eq!(kind("yes '{}'").await, JudgeFailure::Oversized);
    let long = r#"text=$(head -c 1100000 /dev/zero | tr '\0' x)
say "{\"type\":\"item.completed\",\"item\":{\"type\":\"agent_message\",\"text\":\"$text\"}}"
say '{"type":"turn.completed"}'"#;
    assert_eq!(kind(long).await, JudgeFailure::Oversized);
}

#[tokio::test]
async fn closed_output_is_not_waited_on_for_ever() {
    let error = outcome("exec >&- 2>&-; sleep 600").await.unwrap_err();
    assert!(error.to_string().contains("did not end"), "{error}");
    let quick = format!("{ANSWERS} sleep 600 & echo $! >> \"$here/pids\"");
    outcome(&quick).await.unwrap();
}

#[tokio::test]
async fn a_prompt_too_long_is_refused_before_anything_starts() {
    let fake = FakeCodex::new(ANSWERS);
    let model = model(&fake);
    let before = fake.started().len();
    let mut prompt = prompt();
    prompt.input = "\u{e4}".repeat((1 << 20) + 1);
    let error = model
        .answer(&prompt, Asker::patient().call())
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        ModelError::Failed {
            kind: JudgeFailure::TooLong,
            ..
        }
    ));
    assert_eq!(fake.started().len(), before);
    prompt.input.pop();
    model
        .answer(&prompt, Asker::patient().call())
        .await
        .unwrap();
    assert_eq!(fake.read("stdin").chars().count(), 1 << 20);
}

#[tokio::test]
async fn runs_share_a_home_that_is_gone_with_the_model() {
    let fake = FakeCodex::new(&format!(
        "{ANSWERS} echo \"$CODEX_HOME\" >> \"$here/homes\""
    ));
    let model = model(&fake);
    let (prompt, asker) = (prompt(), Asker::patient());
    let (one, two) = tokio::join!(
        model.answer(&prompt, asker.call()),
        model.answer(&prompt, asker.call())
    );
    one.and(two).unwrap();
    finished(&model, &fake).await;
    drop(model);
    let homes = fake.read("homes");
    let homes: Vec<_> = homes.lines().collect();
    assert_eq!(homes.len(), 2);
    assert_eq!(homes[0], homes[1]);
    assert!(!std::path::Path::new(homes[0]).exists());
}
