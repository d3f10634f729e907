//! What became of fixtures, for people and programs.

use super::view;
use crate::cli::output::{self, BAD, BOLD, GOOD};
use crate::text::{cut, plain};
use gansauditor_audit::domain::PolicyIdentity;
use gansauditor_policy::fixtures::Difference;
use serde::Serialize;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Longest value that a difference shows, in bytes.
const MAX_SHOWN: usize = 300;

/// How a fixture came out.
pub(super) enum Outcome {
    Passed,
    Updated,
    Different(Vec<Difference>),
    /// There is no decision; why.
    Undecided(String),
    /// It is no fixture, or cannot be read or written; why, and where.
    Broken(String),
}

/// A fixture that was run.
pub(super) struct Case {
    pub(super) file: PathBuf,
    pub(super) name: Option<String>,
    pub(super) outcome: Outcome,
}

impl Case {
    /// The decision is not as expected, and was not made so.
    fn failed(&self) -> bool {
        matches!(self.outcome, Outcome::Different(_) | Outcome::Undecided(_))
    }

    /// There was nothing to run.
    pub(super) fn is_broken(&self) -> bool {
        matches!(self.outcome, Outcome::Broken(_))
    }

    /// It proves nothing good about the policy.
    pub(super) fn is_bad(&self) -> bool {
        self.failed() || self.is_broken()
    }

    fn word(&self) -> &'static str {
        match self.outcome {
            Outcome::Passed => "passed",
            Outcome::Updated => "updated",
            Outcome::Different(_) => "different",
            Outcome::Undecided(_) => "undecided",
            Outcome::Broken(_) => "broken",
        }
    }

    fn differences(&self) -> &[Difference] {
        match &self.outcome {
            Outcome::Different(differences) => differences,
            _ => &[],
        }
    }

    fn why(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Undecided(why) | Outcome::Broken(why) => Some(why),
            _ => None,
        }
    }
}

#[derive(Serialize)]
struct View<'a> {
    policy: &'a PolicyIdentity,
    passed: usize,
    updated: usize,
    failed: usize,
    broken: usize,
    cases: Vec<CaseView<'a>>,
}

#[derive(Serialize)]
struct CaseView<'a> {
    file: &'a Path,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<DifferenceView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct DifferenceView<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<&'a Value>,
}

fn count(cases: &[Case], word: &str) -> usize {
    cases.iter().filter(|case| case.word() == word).count()
}

fn failed(cases: &[Case]) -> usize {
    cases.iter().filter(|case| case.failed()).count()
}

pub(super) fn json(policy: &PolicyIdentity, cases: &[Case]) -> anyhow::Result<()> {
    let views = cases.iter().map(|case| CaseView {
        file: &case.file,
        name: case.name.as_deref(),
        outcome: case.word(),
        differences: case
            .differences()
            .iter()
            .map(|difference| DifferenceView {
                path: &difference.path,
                expected: difference.expected.as_ref(),
                decided: difference.decided.as_ref(),
            })
            .collect(),
        reason: case.why(),
    });
    output::json(&View {
        policy,
        passed: count(cases, "passed"),
        updated: count(cases, "updated"),
        failed: failed(cases),
        broken: count(cases, "broken"),
        cases: views.collect(),
    })
}

pub(super) fn text(policy: &PolicyIdentity, cases: &[Case]) -> anyhow::Result<()> {
    let mut out = output::stdout();
    writeln!(out, "{BOLD}{}{BOLD:#}", view::policy(policy))?;
    for case in cases {
        let style = if case.is_bad() { BAD } else { GOOD };
        let name = case
            .name
            .as_deref()
            .map(|name| format!("  {}", plain(name)));
        writeln!(
            out,
            "{style}{:<9}{style:#}  {}{}",
            case.word(),
            plain(&case.file.display().to_string()),
            name.unwrap_or_default()
        )?;
        for difference in case.differences() {
            writeln!(out, "    {}", plain(&difference.path))?;
            let expected = shown(difference.expected.as_ref());
            let decided = shown(difference.decided.as_ref());
            writeln!(out, "      {BAD}- expected {expected}{BAD:#}")?;
            writeln!(out, "      {GOOD}+ decided  {decided}{GOOD:#}")?;
        }
        if let Some(why) = case.why() {
            writeln!(out, "    {}", plain(why))?;
        }
    }
    writeln!(
        out,
        "{} passed, {} updated, {} failed, {} broken",
        count(cases, "passed"),
        count(cases, "updated"),
        failed(cases),
        count(cases, "broken")
    )?;
    Ok(())
}

fn shown(value: Option<&Value>) -> String {
    let Some(value) = value else {
        return "nothing".to_owned();
    };
    cut(plain(&value.to_string()), MAX_SHOWN)
}
