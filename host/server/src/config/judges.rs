//! Who reviews: the panel as it is written, and what its judges need.

use super::reader::{Reader, shown};
use super::table::judges as table;
use super::{ConfigError, table as tables};
use gansauditor_audit::ContextConfig;
use gansauditor_audit::domain::ContextScope;
use std::fmt;
use std::path::PathBuf;

/// A judge by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JudgeName {
    /// The best there is.
    Auto,
    /// The built-in rules.
    Static,
    /// Codex over the Responses API.
    CodexHttp,
    /// The Codex CLI, a process for each review.
    CodexExec,
    /// The Codex CLI, kept running.
    CodexAppServer,
    /// A command that emits SARIF, by its name in the operator's file.
    Sarif(String),
    /// A check, by its name in the operator's file.
    Check(String),
}

impl JudgeName {
    fn parse(text: &str) -> Option<Self> {
        let named = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        match text {
            "auto" => Some(Self::Auto),
            "static" => Some(Self::Static),
            "codex-http" => Some(Self::CodexHttp),
            "codex-exec" => Some(Self::CodexExec),
            "codex-app-server" => Some(Self::CodexAppServer),
            _ => match text.split_once(':')? {
                ("sarif", name) => named(name).map(Self::Sarif),
                ("check", name) => named(name).map(Self::Check),
                _ => None,
            },
        }
    }
}

impl fmt::Display for JudgeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Static => f.write_str("static"),
            Self::CodexHttp => f.write_str("codex-http"),
            Self::CodexExec => f.write_str("codex-exec"),
            Self::CodexAppServer => f.write_str("codex-app-server"),
            Self::Sarif(name) => write!(f, "sarif:{name}"),
            Self::Check(name) => write!(f, "check:{name}"),
        }
    }
}

/// A text that must not be shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Hidden(pub(crate) String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("********")
    }
}

/// What judges need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Codex {
    /// The key, if one is written.
    pub(crate) key: Option<Hidden>,
    /// Where it is read, if not.
    pub(crate) key_file: Option<PathBuf>,
    /// Of the API; OpenAI's when absent.
    pub(crate) base_url: Option<String>,
    /// Send a key unencrypted to another machine.
    pub(crate) allow_plain_http: bool,
    /// Further headers.
    pub(crate) headers: Option<Hidden>,
    /// Which model; a default when absent.
    pub(crate) model: Option<String>,
    /// How long it thinks.
    pub(crate) effort: Option<String>,
    /// Most bytes of a prompt.
    pub(crate) max_input_bytes: usize,
    /// Most tokens of an answer.
    pub(crate) max_output_tokens: Option<u32>,
    /// The CLI; `codex` on the PATH when absent.
    pub(crate) executable: Option<PathBuf>,
    /// Where the CLI keeps its login.
    pub(crate) home: Option<PathBuf>,
    /// How often it is asked again.
    pub(crate) retries: u32,
}

/// Who reviews.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Judges {
    /// Names with weights, in the order they are written; never empty.
    pub(crate) seats: Vec<(JudgeName, f64)>,
    /// Of the judges that are Codex.
    pub(crate) codex: Codex,
    /// File of the tools and checks.
    pub(crate) tools: Option<PathBuf>,
    /// Remember reviews.
    pub(crate) caching: bool,
}

/// What models are shown of the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContextChoice {
    /// What the submission asks.
    Request,
    /// Nothing.
    None,
    /// The uncommitted changes.
    Diff,
    /// The workspace.
    Workspace,
}

impl Judges {
    pub(super) fn read(reader: &Reader<'_>, home: Option<&str>) -> Result<Self, ConfigError> {
        let path = |setting| reader.text(setting).map(PathBuf::from);
        let hidden = |setting| reader.secret(setting).map(|text| Hidden(text.to_owned()));
        let text = |setting| reader.text(setting).map(|text| text.trim().to_owned());
        let max_output = reader.whole(&table::MAX_OUTPUT);
        let codex = Codex {
            // Both are read, so that both have an effect.
            key: hidden(&table::CODEX_KEY).or(hidden(&table::OPENAI_KEY)),
            key_file: path(&table::KEY_FILE),
            base_url: text(&table::BASE_URL),
            allow_plain_http: reader.switch(&table::ALLOW_PLAIN_HTTP),
            headers: hidden(&table::HEADERS),
            model: text(&table::MODEL),
            effort: text(&table::EFFORT),
            max_input_bytes: reader.whole(&table::MAX_INPUT) as usize,
            max_output_tokens: (max_output > 0).then_some(max_output),
            executable: path(&table::EXECUTABLE),
            home: path(&table::CODEX_HOME).or_else(|| Some(PathBuf::from(home?).join(".codex"))),
            retries: reader.whole(&tables::load::RETRIES),
        };
        Ok(Self {
            seats: seats(reader.text(&table::JUDGE).unwrap_or("auto"))?,
            codex,
            tools: path(&table::TOOLS),
            caching: reader.switch(&tables::load::CACHE),
        })
    }
}

/// `NAME[=WEIGHT]`, separated by commas. Nobody can guess what else was meant.
fn seats(text: &str) -> Result<Vec<(JudgeName, f64)>, ConfigError> {
    let mut panel: Vec<(JudgeName, f64)> = Vec::new();
    for part in text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let (name, weight) = match part.rsplit_once('=') {
            Some((name, weight)) => (name.trim(), weight.trim()),
            None => (part, "1"),
        };
        let judge = JudgeName::parse(name).ok_or_else(|| ConfigError::UnknownJudge(shown(name)))?;
        let weight = weight
            .parse()
            .ok()
            .filter(|weight: &f64| weight.is_finite() && *weight > 0.0)
            .ok_or_else(|| ConfigError::JudgeWeight(shown(part)))?;
        if panel.iter().any(|(seated, _)| *seated == judge) {
            return Err(ConfigError::JudgeTwice(judge.to_string()));
        }
        panel.push((judge, weight));
    }
    if panel.is_empty() {
        return Err(ConfigError::UnknownJudge(shown(text)));
    }
    Ok(panel)
}

/// What models are shown of the repository.
pub(super) fn context(reader: &Reader<'_>) -> ContextConfig {
    let (scope, on_request) = match reader.choice(&table::CONTEXT) {
        ContextChoice::Request => (ContextScope::Diff, true),
        ContextChoice::None => (ContextScope::None, false),
        ContextChoice::Diff => (ContextScope::Diff, false),
        ContextChoice::Workspace => (ContextScope::Workspace, false),
    };
    ContextConfig {
        scope,
        on_request,
        max_bytes: reader.whole(&table::CONTEXT_BYTES) as usize,
    }
}
