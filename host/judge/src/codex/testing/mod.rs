//! A Codex CLI for tests: a shell script that does what each test says.

use super::{CodexCli, CodexSettings, Provider};
use crate::model::{Call, Prompt, Said};
use crate::secret::Secret;
use gansauditor_audit::domain::Usage;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// A stand-in for the CLI, with a folder of its own.
pub(crate) struct FakeCodex {
    folder: TempDir,
    path: PathBuf,
}

impl FakeCodex {
    /// One that runs that piece of shell.
    pub(crate) fn new(scenario: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("codex");
        // A link, not a file: nothing that is written is ever executed, so no test finds it busy.
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/codex/testing/codex");
        std::os::unix::fs::symlink(script, &path).unwrap();
        let fake = Self { folder, path };
        fake.write("scenario.sh", scenario);
        fake.write("version", "codex-cli 0.0.1\n");
        fake.write(
            "help",
            "Commands:\n  exec        Run\n  app-server  Serve\n",
        );
        fake
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn cli(&self) -> CodexCli {
        CodexCli::find(Some(&self.path)).unwrap()
    }

    pub(crate) fn settings(&self) -> CodexSettings {
        CodexSettings {
            executable: Some(self.path.clone()),
            model: Some("m-1".to_owned()),
            effort: Some("high".to_owned()),
            provider: Provider::Key {
                base_url: Some("http://127.0.0.1:9/v1".to_owned()),
                key: Secret::new("k-secret"),
            },
        }
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// What the script kept under that name.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    /// Which processes it started.
    pub(crate) fn started(&self) -> Vec<u32> {
        let pids = self.read("pids");
        pids.lines().map(|pid| pid.parse().unwrap()).collect()
    }

    /// Those that still run. A dead one that nobody has buried does not run.
    pub(crate) fn alive(&self) -> Vec<u32> {
        let runs = |pid: &u32| {
            fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
                let state = stat.rsplit(") ").next().unwrap_or_default();
                !state.starts_with('Z') && !state.starts_with('X')
            })
        };
        self.started().into_iter().filter(runs).collect()
    }

    /// Waits until the script kept a text that contains these words.
    pub(crate) async fn until(&self, name: &str, words: &str) {
        let look = async {
            while !self.read(name).contains(words) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(AMPLE, look)
            .await
            .unwrap_or_else(|_| panic!("`{words}` in {name}: {}", self.read(name)));
    }

    /// Waits until none of its processes runs.
    pub(crate) async fn gone(&self) {
        let look = async {
            while !self.alive().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(AMPLE, look)
            .await
            .unwrap_or_else(|_| panic!("left running: {:?}", self.alive()));
    }
}

/// Longer than anything here takes, however busy the machine is.
pub(crate) const AMPLE: Duration = Duration::from_secs(30);

/// What the answer of both `ANSWERS` costs: the sample scenarios of the two ways to ask.
pub(crate) const COST: Usage = Usage {
    input_tokens: 7,
    cached_tokens: 3,
    output_tokens: 5,
    money_micros: 0,
};

/// Who asks, and for how long.
pub(crate) struct Asker {
    pub(crate) cancel: CancellationToken,
    pub(crate) said: Said,
    time: Duration,
    first_sign: Duration,
}

impl Asker {
    pub(crate) fn patient() -> Self {
        Self::with_time(AMPLE)
    }

    pub(crate) fn with_time(time: Duration) -> Self {
        Self {
            cancel: CancellationToken::new(),
            said: Said::default(),
            time,
            first_sign: time,
        }
    }

    pub(crate) fn wanting_a_sign_within(self, first_sign: Duration) -> Self {
        Self { first_sign, ..self }
    }

    pub(crate) fn call(&self) -> Call<'_> {
        let now = Instant::now();
        Call {
            deadline: now + self.time,
            first_sign: now + self.first_sign,
            cancel: &self.cancel,
            said: &self.said,
        }
    }
}

/// A prompt with every letter that a shell or JSON could trip over.
pub(crate) fn prompt() -> Prompt {
    Prompt {
        instructions: "You audit.".to_owned(),
        input: "`$HOME` \\ \"quoted\"\n\u{e4}\u{1f600} end".to_owned(),
        schema: Arc::new(serde_json::json!({ "type": "object" })),
    }
}
