//! The real CLI, against a server that stands in for the service. `make codex-cli` installs it and runs these.

use super::testing::{AMPLE, Asker};
use super::{AppServerModel, CodexCli, CodexSettings, ExecModel, Provider};
use crate::model::{Answer, Model, ModelError, Prompt};
use crate::secret::Secret;
use gansauditor_audit::ports::JudgeFailure;
use gansauditor_stand_in::{Recorded, StandIn, Step};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const ANSWER: &str = r#"{"verdict":"pass","reason":"nothing \"odd\" in \u00e4"}"#;

/// The CLI, or npm's wrapper around it.
fn executable() -> PathBuf {
    let named = std::env::var_os("GANSAUDITOR_CODEX");
    PathBuf::from(named.expect("GANSAUDITOR_CODEX names the CLI: run these by `make codex-cli`"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Exec,
    AppServer,
}

const BOTH: [Way; 2] = [Way::Exec, Way::AppServer];

impl Way {
    fn model(self, settings: CodexSettings) -> Box<dyn Model> {
        match self {
            Self::Exec => Box::new(ExecModel::new(settings).unwrap()),
            Self::AppServer => Box::new(AppServerModel::new(settings).unwrap()),
        }
    }
}

/// Settings with a key that no other test has: its processes are known by it.
fn settings(base_url: String) -> (CodexSettings, String) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let key = format!("k-{}-{number}-end", std::process::id());
    let settings = CodexSettings {
        executable: Some(executable()),
        model: Some("stand-in".to_owned()),
        effort: Some("high".to_owned()),
        provider: Provider::Key {
            base_url: Some(base_url),
            key: Secret::new(key.clone()),
        },
    };
    (settings, key)
}

fn prompt() -> Prompt {
    Prompt {
        instructions: "You audit, and `nothing` else.".to_owned(),
        input: "$HOME `id` \\ \"quoted\"\n\u{e4}\u{1f600}</end>".to_owned(),
        schema: Arc::new(json!({
            "type": "object",
            "properties": { "verdict": { "type": "string" }, "reason": { "type": "string" } },
            "required": ["verdict", "reason"],
            "additionalProperties": false,
        })),
    }
}

/// Waits until no process has that key in its environment, children of ours included.
async fn gone(key: &str) {
    let look = async {
        loop {
            let found: Vec<_> = std::fs::read_dir("/proc")
                .unwrap()
                .flatten()
                .map(|entry| entry.path())
                .filter(|process| holds(process, key))
                .collect();
            if found.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(AMPLE, look)
        .await
        .expect("a process is left");
}

fn holds(process: &Path, key: &str) -> bool {
    std::fs::read(process.join("environ")).is_ok_and(|text| {
        text.windows(key.len())
            .any(|window| window == key.as_bytes())
    })
}

/// The requests to the model. With a login, Codex asks for the list of models too.
fn posts(server: &StandIn, script: &str) -> Vec<Recorded> {
    let mut requests = server.requests(script);
    requests.retain(|request| request.method == "POST");
    requests
}

/// Asks once by a model of its own; nothing is left of it afterwards.
async fn once(way: Way, base_url: String, asker: &Asker) -> Result<Answer, ModelError> {
    let (settings, key) = settings(base_url);
    let model = way.model(settings);
    let outcome = model.answer(&prompt(), asker.call()).await;
    drop(model);
    gone(&key).await;
    outcome
}

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
async fn real_codex_fails_in_one_request_and_says_of_which_kind() {
    use JudgeFailure::*;
    let text = || ANSWER.to_owned();
    let cases = [
        (Step::status(400), Rejected),
        (Step::status(401), Unauthorized),
        (Step::status(403), Forbidden),
        (Step::status(404), Rejected),
        (Step::rate_limited("2"), RateLimited),
        (Step::error(429, "insufficient_quota"), QuotaExhausted),
        (Step::error(400, "context_length_exceeded"), TooLong),
        (Step::status(500), Unavailable),
        (Step::bad_gateway(), Unavailable),
        (Step::status(503), Unavailable),
        (Step::Close, Interrupted),
        (
            Step::Cut {
                text: text(),
                after: 2,
            },
            Interrupted,
        ),
        (
            Step::Eof {
                text: text(),
                after: 2,
            },
            Interrupted,
        ),
        (
            Step::Malformed {
                text: text(),
                after: 2,
            },
            Interrupted,
        ),
        (
            Step::Incomplete {
                text: text(),
                reason: "max_output_tokens".to_owned(),
            },
            Incomplete,
        ),
        (
            Step::Incomplete {
                text: text(),
                reason: "content_filter".to_owned(),
            },
            Refused,
        ),
        (
            Step::Refusal {
                text: "I cannot help.".to_owned(),
            },
            Refused,
        ),
        (
            Step::Failed {
                code: "rate_limit_exceeded".to_owned(),
                message: "try again in 7s".to_owned(),
            },
            RateLimited,
        ),
        (
            Step::Failed {
                code: "server_error".to_owned(),
                message: "it broke".to_owned(),
            },
            Interrupted,
        ),
    ];
    let server = StandIn::start().await.unwrap();
    for way in BOTH {
        for (step, expected) in &cases {
            let base_url = server.script("fails", vec![step.clone()]);
            let outcome = once(way, base_url, &Asker::patient()).await;
            let Err(ModelError::Failed {
                kind,
                message,
                retry_after,
                ..
            }) = outcome
            else {
                panic!("{way:?} {step:?}: {outcome:?}");
            };
            assert_eq!(kind, *expected, "{way:?} {step:?}: {message}");
            assert_eq!(server.requests("fails").len(), 1, "{way:?} {step:?}");
            if message.contains("try again in 7s") {
                assert_eq!(retry_after, Some(Duration::from_secs(7)));
            }
        }
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_codex_says_that_nobody_listens() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    for way in BOTH {
        let outcome = once(way, format!("http://{address}/v1"), &Asker::patient()).await;
        let Err(ModelError::Failed { kind, message, .. }) = outcome else {
            panic!("{way:?}: {outcome:?}");
        };
        assert_eq!(kind, JudgeFailure::Unreachable, "{way:?}: {message}");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_codex_uses_the_users_login_and_leaves_it_alone() {
    let server = StandIn::start().await.unwrap();
    let theirs = tempfile::tempdir().unwrap();
    let path = theirs.path().join("auth.json");
    let login = r#"{"OPENAI_API_KEY":"sk-of-the-user"}"#;
    std::fs::write(&path, login).unwrap();
    for way in BOTH {
        let base_url = server.script("login", vec![Step::answer(ANSWER)]);
        let (settings, _) = settings(String::new());
        let settings = CodexSettings {
            provider: Provider::Login {
                codex_home: theirs.path().to_owned(),
                base_url: Some(base_url),
            },
            ..settings
        };
        let model = way.model(settings);
        let answer = model
            .answer(&prompt(), Asker::patient().call())
            .await
            .unwrap();
        assert_eq!(answer.text, ANSWER);
        let requests = posts(&server, "login");
        assert_eq!(requests.len(), 1);
        assert_eq!(
            requests[0].headers["authorization"],
            "Bearer sk-of-the-user"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), login);
        assert_eq!(std::fs::read_dir(theirs.path()).unwrap().count(), 1);
    }
}

#[test]
fn real_codex_is_found_behind_its_wrapper() {
    let cli = CodexCli::find(Some(&executable())).unwrap();
    assert!(
        cli.version().starts_with("codex-cli 0."),
        "{}",
        cli.version()
    );
    assert_ne!(
        cli.path().extension().and_then(|end| end.to_str()),
        Some("js")
    );
    let start = std::fs::read(cli.path()).unwrap();
    assert_ne!(&start[..2], b"#!", "{}", cli.path().display());
}
