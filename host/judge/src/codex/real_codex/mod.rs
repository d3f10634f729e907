//! The real CLI, against a server that stands in for the service. `make codex-cli` installs it and runs these.

mod answering;
mod failing;
mod starting;
mod stopping;

use super::testing::{AMPLE, Asker};
use super::{AppServerModel, CodexSettings, ExecModel, Provider};
use crate::model::{Answer, Model, ModelError, Prompt};
use crate::secret::Secret;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

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

/// Asks once by a model of its own; nothing is left of it afterwards.
async fn once(way: Way, base_url: String, asker: &Asker) -> Result<Answer, ModelError> {
    let (settings, key) = settings(base_url);
    let model = way.model(settings);
    let outcome = model.answer(&prompt(), asker.call()).await;
    drop(model);
    gone(&key).await;
    outcome
}
