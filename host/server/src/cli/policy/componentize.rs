//! `gansauditor policy componentize`.

use super::candidate::{built_file, loader};
use crate::cli::output;
use anyhow::Context as _;
use clap::Args;
use gansauditor_policy::{HostConfig, LoadError};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Makes a component of a core module, in which the bindings' generator recorded the world. Replaces OUT.
#[derive(Debug, Args)]
pub(in crate::cli) struct Componentize {
    /// The module, e.g. target/wasm32-unknown-unknown/release/my_policy.wasm
    module: PathBuf,
    /// Where to write the component, e.g. my-policy.wasm
    out: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct View<'a> {
    component: &'a Path,
    bytes: usize,
}

impl Componentize {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let component = built_file(&self.module).await?;
        is_a_policy(&component)
            .await
            .with_context(|| format!("{} makes no policy", self.module.display()))?;
        replace(&self.out, &component)
            .with_context(|| format!("cannot write {}", self.out.display()))?;
        if self.json {
            return output::json(&View {
                component: &self.out,
                bytes: component.len(),
            });
        }
        let mut out = output::stdout();
        writeln!(out, "{}: {} bytes", self.out.display(), component.len())?;
        Ok(())
    }
}

/// It has the functions of the contract, and imports none. Whether they do right is for `conformance` to say.
pub(super) async fn is_a_policy(component: &[u8]) -> anyhow::Result<()> {
    use LoadError::{CheckSettings, Describe, Description, SelfTest, Settings};
    match loader(HostConfig::default())?.load(component, "").await {
        Ok(_)
        | Err(Describe(_) | Description(_) | CheckSettings(_) | Settings(_) | SelfTest(_)) => {
            Ok(())
        }
        Err(e) => Err(e.into()),
    }
}

/// Never half a file under its name: a server may be following it.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    std::fs::write(&partial, bytes)?;
    std::fs::rename(&partial, path)
}
