//! `gansauditor policy test`: fixtures, and the decisions that are expected on them.

use super::NOTHING_DONE;
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
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr as _;

/// Largest fixture that is read, in bytes.
const MAX_FIXTURE: u64 = 16 << 20;

const FORMAT: &str = "\
A fixture is a JSON file: {\"name\"?, \"settings\"?, \"snapshot\": {...}, \"expect\": {...}}. Members have the names of \
the contract (wit/), with - or _ between words. All of the snapshot may be left out; expect says as much of the decision \
as matters: {\"status\": \"stop\"}, {\"status\": {\"stop\": \"hard-stop\"}}, {\"unmet\": [{\"condition\": \"score-below-bar\"}]}.

Exit code: 0 when all decisions are as expected, 1 when one is not or a fixture cannot be used, 2 when none could be run. \
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
        let update = self.update;
        let inspected = policy.inspect();
        let cases = tokio::task::spawn_blocking(move || -> Vec<Case> {
            files
                .into_iter()
                .map(|file| case(file, &policy, update))
                .collect()
        })
        .await?;
        if self.json {
            json(&inspected.identity, &cases)?;
        } else {
            text(&inspected.identity, &cases)?;
        }
        Ok(if cases.iter().all(Case::is_broken) {
            ExitCode::from(NOTHING_DONE)
        } else {
            ExitCode::from(u8::from(cases.iter().any(Case::is_bad)))
        })
    }
}

/// Runs one fixture. What is wrong with it says nothing about the others.
fn case(file: PathBuf, policy: &LoadedPolicy, update: bool) -> Case {
    let broken = |error: anyhow::Error| Outcome::Broken(format!("{error:#}"));
    match read(&file) {
        Ok(fixture) => Case {
            outcome: outcome(&fixture, &file, policy, update).unwrap_or_else(broken),
            name: fixture.name,
            file,
        },
        Err(error) => Case {
            outcome: broken(error),
            name: None,
            file,
        },
    }
}

fn read(file: &Path) -> anyhow::Result<Fixture> {
    let text = String::from_utf8(files::read(file, MAX_FIXTURE)?)?;
    Ok(Fixture::parse(&text)?)
}

fn outcome(
    fixture: &Fixture,
    file: &Path,
    policy: &LoadedPolicy,
    update: bool,
) -> anyhow::Result<Outcome> {
    if !update {
        return Ok(match fixture.run(policy)? {
            Verdict::Same => Outcome::Passed,
            Verdict::Different(differences) => Outcome::Different(differences),
            Verdict::Undecided(why) => Outcome::Undecided(why),
        });
    }
    let fresh = match fixture.updated(policy) {
        Ok(fresh) => fresh,
        Err(why) => return Ok(Outcome::Undecided(why)),
    };
    let old = files::read(file, MAX_FIXTURE).unwrap_or_default();
    if matches!(fixture.run(policy), Ok(Verdict::Same)) || old == fresh.as_bytes() {
        return Ok(Outcome::Passed);
    }
    replace(file, fresh.as_bytes()).context("it cannot be written")?;
    Ok(Outcome::Updated)
}

/// The files that are meant, in order: of a folder those that end in `.json`, of its folders too. What cannot be
/// looked at is among them, and is told when it is read.
fn fixtures(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        collect(path, &mut files);
        files[before..].sort();
        anyhow::ensure!(
            files.len() > before,
            "there is no fixture (*.json) in {}",
            path.display()
        );
    }
    Ok(files)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if !path.is_dir() {
        files.push(path.to_owned());
        return;
    }
    let Ok(entries) = std::fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>)
    else {
        files.push(path.to_owned());
        return;
    };
    for entry in entries {
        let path = entry.path();
        // Links within a folder are not followed: they may lead around in a circle.
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => collect(&path, files),
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|end| end == "json") => {
                files.push(path);
            }
            _ => {}
        }
    }
}
