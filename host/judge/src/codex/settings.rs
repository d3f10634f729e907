//! How the operator wants Codex run.

use crate::secret::Secret;
use std::path::{Path, PathBuf};

/// How the operator wants Codex run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodexSettings {
    /// The `codex` to run, as in `CODEX_EXECUTABLE`. None: the one on `PATH`.
    pub executable: Option<PathBuf>,
    /// Which model. None: what Codex takes by default.
    pub model: Option<String>,
    /// How hard it thinks, e.g. `high`. None: the model's default.
    pub effort: Option<String>,
    /// Who answers.
    pub provider: Provider,
}

/// The service behind the model, and how it knows us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provider {
    /// The user's own login with Codex, whose `auth.json` is read and never written.
    Login {
        /// Where the login lies: `CODEX_HOME`, by default `~/.codex`.
        codex_home: PathBuf,
        /// Where the service is. None: OpenAI's, as Codex chooses by the kind of login.
        base_url: Option<String>,
    },
    /// A key for a service with the Responses API.
    Key {
        /// Where the service is, up to and without `/responses`. None: OpenAI's.
        base_url: Option<String>,
        /// The key.
        key: Secret,
    },
}

/// OpenAI's own service.
const OPENAI: &str = "https://api.openai.com/v1";

impl Provider {
    /// Whether somebody is logged in there. A login that Codex keeps in the system's keyring is not seen.
    pub fn is_logged_in(codex_home: &Path) -> bool {
        auth_file(codex_home).is_file()
    }

    /// Where Codex keeps a login: `CODEX_HOME`, else `.codex` in the home folder.
    pub fn default_codex_home() -> Option<PathBuf> {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        set("CODEX_HOME")
            .map(PathBuf::from)
            .or_else(|| set("HOME").map(|home| Path::new(&home).join(".codex")))
    }

    /// Where requests go. None: Codex chooses.
    pub(crate) fn base_url(&self) -> Option<&str> {
        match self {
            Self::Login { base_url, .. } => base_url.as_deref(),
            Self::Key { base_url, .. } => Some(base_url.as_deref().unwrap_or(OPENAI)),
        }
    }

    /// The key, where there is one.
    pub(crate) fn key(&self) -> Option<&Secret> {
        match self {
            Self::Login { .. } => None,
            Self::Key { key, .. } => Some(key),
        }
    }
}

/// Where a login lies in a home of Codex.
pub(crate) fn auth_file(codex_home: &Path) -> PathBuf {
    codex_home.join("auth.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_printed() {
        let settings = CodexSettings {
            executable: None,
            model: None,
            effort: None,
            provider: Provider::Key {
                base_url: None,
                key: Secret::new("k-123"),
            },
        };
        assert!(!format!("{settings:?}").contains("k-123"));
    }
}
