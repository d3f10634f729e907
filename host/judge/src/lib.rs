//! The judges that review a submission.
//!
//! [`StaticJudge`] is the built-in one: rules over syntax trees, offline and deterministic.
//! [`codex_http`], [`codex_exec`] and [`codex_app_server`] ask a language model.
//! [`ToolJudge`] is one over an external analyser or check that the operator configured.

mod codex;
mod grades;
mod judged_lines;
mod model;
mod names;
mod openai;
mod process;
mod redact;
mod secret;
mod static_rules;
mod tool;
mod wording;

pub use codex::{CodexCli, CodexError, CodexSettings, Provider};
pub use model::ModelSettings;
pub use openai::{HttpSettings, SetupError};
pub use secret::Secret;
pub use static_rules::{Grammar, StaticJudge};
pub use tool::{ToolJudge, ToolsConfig, ToolsError};

use codex::{AppServerModel, ExecModel};
use gansauditor_audit::ports::Judge;
use model::ModelJudge;
use openai::HttpModel;
use std::sync::Arc;

/// The judge over a model behind OpenAI's interface, or one compatible with it.
pub fn codex_http(
    settings: HttpSettings,
    asking: ModelSettings,
) -> Result<Arc<dyn Judge>, SetupError> {
    let model = HttpModel::new(settings)?;
    Ok(Arc::new(ModelJudge::new(Box::new(model), asking)))
}

/// The judge that runs one `codex exec` a review. Blocks while the CLI tells its version.
pub fn codex_exec(
    settings: CodexSettings,
    asking: ModelSettings,
) -> Result<Arc<dyn Judge>, CodexError> {
    let model = ExecModel::new(settings)?;
    Ok(Arc::new(ModelJudge::new(Box::new(model), asking)))
}

/// The judge over a `codex app-server` that is kept running. Blocks while the CLI tells its version.
pub fn codex_app_server(
    settings: CodexSettings,
    asking: ModelSettings,
) -> Result<Arc<dyn Judge>, CodexError> {
    let model = AppServerModel::new(settings)?;
    Ok(Arc::new(ModelJudge::new(Box::new(model), asking)))
}
