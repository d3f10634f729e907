//! `gansauditor policy compose`.

use super::candidate::built_file;
use super::componentize::{is_a_policy, replace};
use crate::cli::output::{self, BOLD, WARN};
use crate::text::plain;
use anyhow::Context as _;
use clap::Args;
use gansauditor_audit::domain::Digest;
use gansauditor_policy::compose::{Composed, compose, core};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Makes one component of a policy and the parts that it imports: completion, stagnation, feedback, or a whole policy
/// to decide first. Replaces OUT.
#[derive(Debug, Args)]
pub(in crate::cli) struct Compose {
    /// The policy (.wasm), or a module that was built for one
    plugin: PathBuf,
    /// Whose parts to give it, instead of the built-in policy's
    #[arg(long, value_name = "CORE")]
    with: Option<PathBuf>,
    /// Where to write the component
    #[arg(long, short, value_name = "OUT")]
    out: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct View<'a> {
    component: &'a Path,
    satisfied: &'a [String],
    left: &'a [String],
    bytes: usize,
    digest: Digest,
}

impl Compose {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let composed = self.composed().await?;
        replace(&self.out, &composed.component)
            .with_context(|| format!("cannot write {}", self.out.display()))?;
        let view = View {
            component: &self.out,
            satisfied: &composed.satisfied,
            left: &composed.left,
            bytes: composed.component.len(),
            digest: Digest::of(&composed.component),
        };
        if self.json {
            output::json(&view)
        } else {
            text(&view)
        }
    }

    async fn composed(&self) -> anyhow::Result<Composed> {
        let policy = built_file(&self.plugin).await?;
        let (parts, name) = match &self.with {
            Some(file) => (built_file(file).await?, file.display().to_string()),
            None => (core()?.to_vec(), "the built-in policy".to_owned()),
        };
        let plugin = self.plugin.display();
        let composed = tokio::task::spawn_blocking(move || compose(policy, parts))
            .await?
            .with_context(|| format!("{plugin} cannot be composed with {name}"))?;
        // One that still imports functions is a step on the way, which nothing can run.
        if composed.left.is_empty() {
            is_a_policy(&composed.component)
                .await
                .with_context(|| format!("{plugin} makes no policy"))?;
        }
        Ok(composed)
    }
}

fn text(view: &View<'_>) -> anyhow::Result<()> {
    let mut out = output::stdout();
    writeln!(out, "{BOLD}{}{BOLD:#}", view.component.display())?;
    writeln!(out, "satisfied  {}", plain(&view.satisfied.join(", ")))?;
    if view.left.is_empty() {
        writeln!(out, "left       nothing")?;
    } else {
        let left = plain(&view.left.join(", "));
        writeln!(
            out,
            "{WARN}left       {left}{WARN:#}; a server refuses it until they are given too"
        )?;
    }
    writeln!(out, "size       {} bytes", view.bytes)?;
    writeln!(out, "digest     {}", view.digest)?;
    Ok(())
}
