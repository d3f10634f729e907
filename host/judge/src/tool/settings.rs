//! What the operator says of one tool or check, found valid.

use super::executable::find;
use super::kinds::Kinds;
use super::scratch::Scratch;
use crate::process::Program;
use gansauditor_audit::domain::{Category, Severity};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// The argument that stands for the submitted files.
const FILES: &str = "{files}";

/// A tool or check, ready to run.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Its name in the configuration.
    pub(crate) name: String,
    /// What to run.
    pub(crate) command: Command,
    /// The files it is given.
    pub(crate) kinds: Kinds,
    /// How long it may run.
    pub(crate) time: Duration,
    /// What is made of it.
    pub(crate) task: Task,
}

/// What is made of a run.
#[derive(Debug)]
pub(crate) enum Task {
    /// Findings and grades, of the SARIF it writes.
    Analyse(Analysis),
    /// Evidence, of its exit status.
    Check {
        /// How bad it is when it fails.
        severity: Severity,
    },
}

/// How an analyser's log is read.
#[derive(Debug)]
pub(crate) struct Analysis {
    /// Where the log is.
    pub(crate) output: Output,
    /// The dimensions it grades.
    pub(crate) grades: Vec<String>,
    /// What its levels weigh.
    pub(crate) levels: Levels,
    /// What a finding is about when the log does not tell.
    pub(crate) category: Category,
}

/// Where an analyser writes its log.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Output {
    /// To standard output.
    #[default]
    Stdout,
    /// To a file below the folder it runs in.
    File(String),
}

/// The severities of SARIF's levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Levels {
    /// Of `error`.
    pub(crate) error: Severity,
    /// Of `warning`.
    pub(crate) warning: Severity,
    /// Of `note`.
    pub(crate) note: Severity,
    /// Of `none`.
    pub(crate) none: Severity,
}

impl Default for Levels {
    fn default() -> Self {
        Self {
            error: Severity::Major,
            warning: Severity::Minor,
            note: Severity::Info,
            none: Severity::Info,
        }
    }
}

/// A command line with its environment.
#[derive(Debug, Clone)]
pub(crate) struct Command {
    executable: PathBuf,
    /// As the operator wrote it.
    line: Vec<String>,
    environment: Environment,
}

impl Command {
    /// A command whose program is on the operator's search path; the program's name when it is not.
    pub(crate) fn find(line: Vec<String>, environment: &Environment) -> Result<Self, String> {
        let program = line.first().cloned().unwrap_or_default();
        match find(&program, environment.search()) {
            Some(executable) => Ok(Self {
                executable,
                line,
                environment: environment.clone(),
            }),
            None => Err(program),
        }
    }

    /// The program to start in a folder, for some files.
    pub(crate) fn program<'f>(
        &self,
        scratch: &Scratch,
        files: impl Iterator<Item = &'f str> + Clone,
    ) -> Program {
        let mut arguments = Vec::new();
        for argument in self.line.iter().skip(1) {
            if argument == FILES {
                // A file named like an option is none.
                arguments.extend(
                    files
                        .clone()
                        .map(|path| OsString::from(format!("./{path}"))),
                );
            } else {
                arguments.push(OsString::from(argument));
            }
        }
        let mut environment: Vec<(OsString, OsString)> = vec![
            ("HOME".into(), scratch.home().into()),
            ("TMPDIR".into(), scratch.temporary().into()),
        ];
        // The operator's word comes last and counts.
        environment.extend(self.environment.0.iter().cloned());
        Program {
            executable: self.executable.clone(),
            arguments,
            environment,
            folder: scratch.work(),
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.line.join(" "))
    }
}

/// The environment of a program, but for what depends on the run. Shows names only: values may be secrets.
#[derive(Clone)]
pub(crate) struct Environment(Vec<(OsString, OsString)>);

impl Environment {
    /// `PATH` and a language, the variables of ours that the operator passes on, and those the operator sets.
    pub(crate) fn new(pass: &[String], set: BTreeMap<String, String>) -> Self {
        let mut all: Vec<(OsString, OsString)> = vec![
            ("PATH".into(), env::var_os("PATH").unwrap_or_default()),
            (
                "LANG".into(),
                env::var_os("LANG").unwrap_or_else(|| "C.UTF-8".into()),
            ),
        ];
        all.extend(
            pass.iter()
                .filter_map(|name| Some((name.into(), env::var_os(name)?))),
        );
        all.extend(
            set.into_iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
        Self(all)
    }

    /// Where programs are searched.
    fn search(&self) -> &OsStr {
        self.0
            .iter()
            .rev()
            .find(|(name, _)| name == "PATH")
            .map_or(OsStr::new(""), |(_, value)| value)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}
