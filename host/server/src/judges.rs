//! From the names in the configuration to the panel that reviews.

use crate::config::{Codex, Config, Hidden, JudgeName};
use crate::files;
use anyhow::{Context as _, anyhow};
use gansauditor_audit::ports::{Judge, ReviewCache};
use gansauditor_audit::{CachedJudge, Panel, Seat};
use gansauditor_judge::{
    CodexSettings, HttpSettings, ModelSettings, Provider, Secret, StaticJudge, ToolsConfig,
    codex_app_server, codex_exec, codex_http,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Longest file of a key that is read.
const MAX_KEY: u64 = 16 << 10;
/// Longest file of tools that is read.
const MAX_TOOLS: u64 = 1 << 20;

/// Makes the panel. A judge that was asked for and cannot be had is an error: no other takes its place.
/// `cache` remembers what takes long: the reviews of models and tools.
pub(crate) fn panel(
    config: &Config,
    cache: Option<&Arc<dyn ReviewCache>>,
) -> anyhow::Result<Panel> {
    let mut maker = Maker {
        codex: &config.judges.codex,
        tools: None,
        config,
    };
    let mut seats = Vec::new();
    for (name, weight) in &config.judges.seats {
        let judge = maker
            .judge(name)
            .with_context(|| format!("AUDIT_JUDGE={name}"))?;
        seats.push(Seat {
            judge: match cache.filter(|_| is_worth_remembering(&*judge)) {
                Some(cache) => Arc::new(CachedJudge::new(judge, Arc::clone(cache))),
                None => judge,
            },
            weight: *weight,
        });
    }
    Panel::new(seats).context("AUDIT_JUDGE")
}

/// The name of the judge whose reviews are quicker made than remembered.
const STATIC: &str = "static";

/// A check grades nothing, so that its report is never kept: a cache would only have two runs wait for one another.
fn is_worth_remembering(judge: &dyn Judge) -> bool {
    judge.identity().name != STATIC && judge.check().is_none()
}

struct Maker<'a> {
    config: &'a Config,
    codex: &'a Codex,
    /// Read when the first tool is asked for.
    tools: Option<ToolsConfig>,
}

impl Maker<'_> {
    fn judge(&mut self, name: &JudgeName) -> anyhow::Result<Arc<dyn Judge>> {
        match name {
            JudgeName::Auto => self.best(),
            JudgeName::Static => Ok(Arc::new(StaticJudge::new())),
            JudgeName::CodexHttp => codex_http(self.http()?, self.model()).context(
                "see OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_EXTRA_HEADERS, CODEX_MODEL and CODEX_REASONING_EFFORT",
            ),
            JudgeName::CodexExec => Ok(codex_exec(self.cli()?, self.model())?),
            JudgeName::CodexAppServer => Ok(codex_app_server(self.cli()?, self.model())?),
            JudgeName::Sarif(_) | JudgeName::Check(_) => self.tool(&name.to_string()),
        }
    }

    /// The best judge there is, and why it is that.
    fn best(&mut self) -> anyhow::Result<Arc<dyn Judge>> {
        let codex = self.codex;
        let (name, why) = if codex.key.is_some() || codex.key_file.is_some() {
            (JudgeName::CodexHttp, "a key is set".to_owned())
        } else if codex.base_url.is_some() {
            (JudgeName::CodexHttp, "OPENAI_BASE_URL is set".to_owned())
        } else if !codex.home.as_deref().is_some_and(Provider::is_logged_in) {
            let why = "no key is set and no Codex CLI is logged in".to_owned();
            (JudgeName::Static, why)
        } else {
            match codex_app_server(self.cli()?, self.model()) {
                Ok(judge) => {
                    tracing::info!(
                        "judge auto: codex-app-server, because a Codex CLI is logged in"
                    );
                    return Ok(judge);
                }
                Err(error) => (JudgeName::Static, format!("no key is set, and {error}")),
            }
        };
        tracing::info!("judge auto: {name}, because {why}");
        self.judge(&name)
    }

    fn model(&self) -> ModelSettings {
        ModelSettings {
            retries: self.codex.retries,
            max_input_bytes: self.codex.max_input_bytes,
        }
    }

    fn key(&self) -> anyhow::Result<Option<Secret>> {
        if let Some(Hidden(key)) = &self.codex.key {
            return Ok(Some(Secret::new(key)));
        }
        let Some(file) = &self.codex.key_file else {
            return Ok(None);
        };
        let key = text(file, MAX_KEY)
            .with_context(|| format!("OPENAI_API_KEY_FILE={}", file.display()))?;
        Ok(Some(Secret::new(key)))
    }

    fn http(&self) -> anyhow::Result<HttpSettings> {
        let codex = self.codex;
        let defaults = HttpSettings::default();
        let headers = match &codex.headers {
            None => BTreeMap::new(),
            // The reader's own words could show a part of the secret.
            Some(Hidden(json)) => serde_json::from_str::<BTreeMap<String, String>>(json)
                .map_err(|_| anyhow!("OPENAI_EXTRA_HEADERS is not a JSON object of texts"))?,
        };
        Ok(HttpSettings {
            base_url: codex.base_url.clone().unwrap_or(defaults.base_url),
            model: codex.model.clone().unwrap_or(defaults.model),
            effort: codex.effort.clone(),
            key: self.key()?,
            headers: headers.into_iter().collect(),
            max_output_tokens: codex.max_output_tokens,
            allow_plain_http: codex.allow_plain_http,
        })
    }

    fn cli(&self) -> anyhow::Result<CodexSettings> {
        let codex = self.codex;
        let base_url = codex.base_url.clone();
        let provider = match (self.key()?, &codex.home) {
            (Some(key), _) => Provider::Key { base_url, key },
            (None, Some(home)) => Provider::Login {
                codex_home: home.clone(),
                base_url,
            },
            (None, None) => {
                return Err(anyhow!(
                    "neither a key nor a login is known; set CODEX_API_KEY, or HOME or CODEX_HOME where the CLI is logged in"
                ));
            }
        };
        Ok(CodexSettings {
            executable: codex.executable.clone(),
            model: codex.model.clone(),
            effort: codex.effort.clone(),
            provider,
        })
    }

    fn tool(&mut self, name: &str) -> anyhow::Result<Arc<dyn Judge>> {
        if self.tools.is_none() {
            self.tools = Some(self.read_tools()?);
        }
        let known = self.tools.as_ref();
        let judge = known.and_then(|tools| tools.judge(name)).ok_or_else(|| {
            let names: Vec<&str> = known.into_iter().flat_map(ToolsConfig::names).collect();
            anyhow!(
                "the file of AUDIT_TOOLS has no such command; it has: {}",
                names.join(", ")
            )
        })?;
        Ok(Arc::new(judge))
    }

    fn read_tools(&self) -> anyhow::Result<ToolsConfig> {
        let file = self.config.judges.tools.as_deref();
        let file = file.context("set AUDIT_TOOLS to the file that says what to run")?;
        text(file, MAX_TOOLS)
            .and_then(|json| Ok(ToolsConfig::read(&json)?))
            .with_context(|| format!("AUDIT_TOOLS={}", file.display()))
    }
}

fn text(file: &Path, limit: u64) -> anyhow::Result<String> {
    String::from_utf8(files::read(file, limit)?).context("the file is not text (UTF-8)")
}
