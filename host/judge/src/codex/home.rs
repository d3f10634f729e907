//! A home of Codex's own, for as long as it runs: configuration, login and nothing of the user's.

use super::settings::{CodexSettings, Provider, auth_file};
use crate::model::ModelError;
use crate::redact::Redact;
use gansauditor_audit::ports::JudgeFailure;
use gansauditor_scratch::ScratchDir;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::{DirBuilder, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The variable that hands Codex the key.
const KEY_VARIABLE: &str = "GANSAUDITOR_CODEX_KEY";

/// What Codex gets of our environment: where programs are, how the network is reached, who is trusted there.
const INHERITED: [&str; 12] = [
    "PATH",
    "LANG",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// Longest login that is read, in bytes.
const LONGEST_LOGIN: u64 = 1 << 20;

/// What Codex does besides answering. All of it is off: no tools, no plug-ins, no telemetry, no waiting.
const FEATURES: [&str; 18] = [
    "plugins",
    "remote_plugin",
    "plugin_sharing",
    "apps",
    "tool_suggest",
    "shell_snapshot",
    "goals",
    "hooks",
    "image_generation",
    "browser_use",
    "computer_use",
    "in_app_browser",
    "view_image",
    "shell_tool",
    "unified_exec",
    "skill_search",
    "daemon_auto_start",
    "unbounded_connection_retries",
];

/// The rest of the configuration. The deadline is ours, so Codex's limit of an hour never counts.
const HERMETIC: &str = r#"approval_policy = "never"
sandbox_mode = "read-only"
web_search = "disabled"
check_for_update_on_startup = false
project_doc_max_bytes = 0
allow_login_shell = false
include_permissions_instructions = false
include_environment_context = false
cli_auth_credentials_store = "file"
analytics.enabled = false
feedback.enabled = false
history.persistence = "none"
agents.enabled = false
skills.bundled.enabled = false
otel.exporter = "none"
otel.trace_exporter = "none"
otel.metrics_exporter = "none"
shell_environment_policy.inherit = "none"

[model_providers.judge]
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
stream_idle_timeout_ms = 3600000
supports_websockets = false
"#;

/// A folder that is Codex's home, readable by nobody else, gone when it is dropped, and soon after
/// this process is killed.
#[derive(Debug)]
pub(crate) struct Home {
    folder: ScratchDir,
    settings: CodexSettings,
}

impl Home {
    /// Makes one, configured and logged in.
    pub(crate) fn new(settings: &CodexSettings) -> Result<Self, ModelError> {
        let folder = ScratchDir::create("codex").map_err(|error| unwritable(&error))?;
        let home = Self {
            folder,
            settings: settings.clone(),
        };
        home.furnish().map_err(|error| unwritable(&error))?;
        home.log_in()?;
        Ok(home)
    }

    fn furnish(&self) -> io::Result<()> {
        for folder in [self.temporary(), self.texts()] {
            DirBuilder::new().mode(0o700).create(folder)?;
        }
        // Nobody is to leave anything there.
        DirBuilder::new().mode(0o500).create(self.work())?;
        self.write("config.toml", configuration(&self.settings).as_bytes())
    }

    /// An empty folder for Codex to be in.
    pub(crate) fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    fn temporary(&self) -> PathBuf {
        self.folder.path().join("tmp")
    }

    fn texts(&self) -> PathBuf {
        self.folder.path().join("texts")
    }

    /// A file with that text, written once however often it is asked for.
    pub(crate) fn text(&self, text: &str) -> Result<PathBuf, ModelError> {
        let mut name = String::new();
        for byte in Sha256::digest(text) {
            let _ = write!(name, "{byte:02x}");
        }
        let path = self.texts().join(&name);
        if !path.exists() {
            self.write(&format!("texts/{name}"), text.as_bytes())
                .map_err(|error| unwritable(&error))?;
        }
        Ok(path)
    }

    /// Copies the user's login as it is now. The copy has no refresh token: it can be used once only, and
    /// using it here would end the user's own login.
    pub(crate) fn log_in(&self) -> Result<(), ModelError> {
        let Provider::Login { codex_home, .. } = &self.settings.provider else {
            return Ok(());
        };
        let path = auth_file(codex_home);
        let mut login = read_login(&path).map_err(|reason| {
            ModelError::new(
                JudgeFailure::Misconfigured,
                format!(
                    "no login of Codex in `{}` ({}): run `codex login`, or set a key",
                    path.display(),
                    Redact::default().quote(&reason)
                ),
            )
        })?;
        if let Some(token) = login.pointer_mut("/tokens/refresh_token") {
            *token = Value::String(String::new());
        }
        self.write("auth.json", login.to_string().as_bytes())
            .map_err(|error| unwritable(&error))
    }

    /// Writes a file as a whole, for nobody else to read. Two writers do not mix.
    fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .permissions(Permissions::from_mode(0o600))
            .tempfile_in(self.folder.path())?;
        file.write_all(content)?;
        file.persist(self.folder.path().join(name))?;
        Ok(())
    }

    /// The whole environment of a Codex in this home.
    pub(crate) fn environment(&self) -> Vec<(OsString, OsString)> {
        let home = self.folder.path();
        let mut environment: Vec<(OsString, OsString)> = INHERITED
            .iter()
            .filter_map(|name| Some((name.into(), std::env::var_os(name)?)))
            .collect();
        environment.push(("HOME".into(), home.into()));
        environment.push(("CODEX_HOME".into(), home.into()));
        // Not where the home is: Codex takes a home among temporary files for a mistake.
        environment.push(("TMPDIR".into(), self.temporary().into()));
        // Its complaints are read by us.
        environment.push(("NO_COLOR".into(), "1".into()));
        if let Some(key) = self.settings.provider.key() {
            environment.push((KEY_VARIABLE.into(), key.expose().into()));
        }
        environment
    }
}

fn read_login(path: &Path) -> Result<Value, String> {
    let mut text = Vec::new();
    // A pipe in its place would make us wait.
    if !path
        .metadata()
        .map_err(|error| error.to_string())?
        .is_file()
    {
        return Err("it is no file".to_owned());
    }
    File::open(path)
        .and_then(|file| file.take(LONGEST_LOGIN).read_to_end(&mut text))
        .map_err(|error| error.to_string())?;
    // Its words stay here: they are secrets.
    match serde_json::from_slice(&text) {
        Ok(login @ Value::Object(_)) => Ok(login),
        _ => Err("it is no JSON object".to_owned()),
    }
}

fn unwritable(error: &io::Error) -> ModelError {
    ModelError::new(
        JudgeFailure::Misconfigured,
        format!("no home for Codex can be made among the temporary files: {error}; check TMPDIR"),
    )
}

/// The whole `config.toml`.
fn configuration(settings: &CodexSettings) -> String {
    let mut text = String::from("model_provider = \"judge\"\n");
    let mut set = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            let _ = writeln!(text, "{name} = {}", quoted(value));
        }
    };
    set("model", settings.model.as_deref());
    set("model_reasoning_effort", settings.effort.as_deref());
    text.push_str(HERMETIC);
    let mut set = |name: &str, value: &str| {
        let _ = writeln!(text, "{name} = {value}");
    };
    if let Some(base_url) = settings.provider.base_url() {
        set("base_url", &quoted(base_url));
    }
    match settings.provider {
        Provider::Login { .. } => {
            // By this name Codex knows the service that logins are for.
            set("name", "\"OpenAI\"");
            set("requires_openai_auth", "true");
        }
        Provider::Key { .. } => {
            set("name", "\"judge\"");
            set("env_key", &quoted(KEY_VARIABLE));
        }
    }
    text.push_str("\n[features]\n");
    for feature in FEATURES {
        let _ = writeln!(text, "{feature} = false");
    }
    text
}

/// A string as TOML has it: JSON's notation, but for the one character that only TOML forbids.
pub(crate) fn quoted(text: &str) -> String {
    Value::String(text.to_owned())
        .to_string()
        .replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests;
