//! `gansauditor policy test`: fixtures, and the decisions that are expected on them.

use super::candidate::load_built;
use super::componentize::replace;
use super::source::Source;
use super::test_view::{Case, Outcome, json, text};
use crate::config::{Config, Variables, names};
use crate::files;
use anyhow::Context as _;
use clap::Args;
use gansauditor_policy::LoadedPolicy;
use gansauditor_policy::fixtures::{Fixture, Verdict};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr as _;

/// Largest fixture that is read, in bytes.
const MAX_FIXTURE: u64 = 16 << 20;

const FORMAT: &str = "\
A fixture is a JSON file: {\"name\"?, \"settings\"?, \"snapshot\": {...}, \"expect\": {...}}. Members have the names of \
the contract (wit/), with - or _ between words. All of the snapshot may be left out; expect says as much of the decision \
as matters: {\"status\": \"stop\"}, {\"status\": {\"stop\": \"hard-stop\"}}, {\"unmet\": [{\"condition\": \"score-below-bar\"}]}.

Exit code: 0 when all decisions are as expected, 1 when one is not, 2 when a fixture is wrong or nothing could be run. \
The policy is that of --policy or AUDIT_POLICY, which for this command may also be an address or a stored policy, as \
for `policy inspect`; else the built-in one.";

/// Holds a policy's decisions on fixtures against what is expected of them.
#[derive(Debug, Args)]
#[command(after_help = FORMAT)]
pub(in crate::cli) struct Test {
    /// Fixtures (.json), or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Settings for fixtures without settings of their own: a JSON object, or a file that holds one
    #[arg(long, value_name = "JSON|FILE")]
    settings: Option<String>,
    /// Write the present decisions into the fixtures: what was expected before, or all of it where nothing was
    #[arg(long)]
    update: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Test {
    pub(super) async fn run(self, variables: &Variables) -> anyhow::Result<ExitCode> {
        let named = variables.get(names::POLICY).filter(|name| !name.is_empty());
        let source = named.map(|name| Source::from_str(name)).transpose();
        let source = source.map_err(anyhow::Error::msg).context(names::POLICY)?;
        let settings = self.settings.as_deref();
        let policy = load_built(source.as_ref(), settings, &Config::read(variables)?).await?;
        let files = fixtures(&self.paths)?;
        // All are read before one is run: a wrong fixture is no reason to rewrite the others.
        let fixtures = files
            .into_iter()
            .map(|file| Ok((read(&file)?, file)))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let update = self.update;
        let inspected = policy.inspect();
        let cases = tokio::task::spawn_blocking(move || {
            fixtures
                .into_iter()
                .map(|(fixture, file)| run(&fixture, file, &policy, update))
                .collect::<anyhow::Result<Vec<_>>>()
        })
        .await??;
        if self.json {
            json(&inspected.identity, &cases)?;
        } else {
            text(&inspected.identity, &cases)?;
        }
        let failed = cases.iter().any(Case::failed);
        Ok(ExitCode::from(u8::from(failed)))
    }
}

fn read(file: &Path) -> anyhow::Result<Fixture> {
    let fixture = files::read(file, MAX_FIXTURE)
        .and_then(|bytes| Ok(String::from_utf8(bytes)?))
        .and_then(|text| Ok(Fixture::parse(&text)?));
    fixture.with_context(|| file.display().to_string())
}

fn run(
    fixture: &Fixture,
    file: PathBuf,
    policy: &LoadedPolicy,
    update: bool,
) -> anyhow::Result<Case> {
    let outcome = if update {
        match fixture.updated(policy) {
            Ok(fresh) => {
                let old = files::read(&file, MAX_FIXTURE).unwrap_or_default();
                if matches!(fixture.run(policy), Ok(Verdict::Same)) || old == fresh.as_bytes() {
                    Outcome::Passed
                } else {
                    replace(&file, fresh.as_bytes())
                        .with_context(|| format!("cannot write {}", file.display()))?;
                    Outcome::Updated
                }
            }
            Err(why) => Outcome::Undecided(why),
        }
    } else {
        match fixture
            .run(policy)
            .with_context(|| file.display().to_string())?
        {
            Verdict::Same => Outcome::Passed,
            Verdict::Different(differences) => Outcome::Different(differences),
            Verdict::Undecided(why) => Outcome::Undecided(why),
        }
    };
    Ok(Case {
        name: fixture.name.clone(),
        file,
        outcome,
    })
}

/// The files that are meant, in order: of a folder those that end in `.json`, of its folders too.
fn fixtures(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        collect(path, &mut files)?;
        files[before..].sort();
        anyhow::ensure!(
            files.len() > before,
            "there is no fixture (*.json) in {}",
            path.display()
        );
    }
    Ok(files)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let unreadable = || format!("cannot read {}", path.display());
    if !std::fs::metadata(path).with_context(unreadable)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        // Links within a folder are not followed: they may lead around in a circle.
        let kind = entry.file_type().with_context(unreadable)?;
        let path = entry.path();
        if kind.is_dir() {
            collect(&path, files)?;
        } else if kind.is_file() && path.extension().is_some_and(|end| end == "json") {
            files.push(path);
        }
    }
    Ok(())
}
