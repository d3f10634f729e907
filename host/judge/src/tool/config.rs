//! The operator's configuration of tools and checks.

use super::confined::confined;
use super::error::ToolsError;
use super::fields::Fields;
use super::judge::ToolJudge;
use super::kinds::Kinds;
use super::settings::{Analysis, Command, Environment, Output, Settings, Task};
use super::version;
use crate::grades::{GRADABLE, is_gradable};
use gansauditor_audit::domain::{Category, Digest, Severity};
use gansauditor_audit::rubric::{CORRECTNESS, SECURITY, STYLE};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a tool may run when the operator does not say, in seconds; checks run tests and builds.
const TOOL_SECONDS: u64 = 30;
const CHECK_SECONDS: u64 = 120;
/// Longest time that can be configured, in seconds.
const MAX_SECONDS: u64 = 3600;
/// Most tools, and most checks.
const MAX_ENTRIES: usize = 64;
/// Longest name of a tool or check.
const MAX_NAME: usize = 40;

/// The tools and checks of the operator, every one found valid: its program is there, its patterns are patterns.
///
/// Read from JSON of the form `{"tools": {NAME: {…}}, "checks": {NAME: {…}}}`; `TOOLS.md` describes the fields.
#[derive(Debug, Default)]
pub struct ToolsConfig {
    judges: BTreeMap<String, ToolJudge>,
}

impl ToolsConfig {
    /// Reads the configuration and looks for every program. Runs the `version` commands, so it may take a while.
    pub fn read(json: &str) -> Result<Self, ToolsError> {
        let root: Value = serde_json::from_str(json)
            .map_err(|error| ToolsError::Unreadable(error.to_string()))?;
        let mut fields = Fields::of("the file", root)?;
        let tools = fields.optional("tools")?;
        let checks = fields.optional("checks")?;
        fields.finish()?;
        let mut judges = BTreeMap::new();
        for (section, entries) in [("tools", tools), ("checks", checks)] {
            let entries: Map<String, Value> = entries.unwrap_or_default();
            if entries.len() > MAX_ENTRIES {
                return Err(ToolsError::Unreadable(format!(
                    "there are more than {MAX_ENTRIES} {section}"
                )));
            }
            for (name, value) in entries {
                let judge = read_one(section, &name, value)?;
                judges.insert(judge_name(section, &name), judge);
            }
        }
        Ok(Self { judges })
    }

    /// The judge of a name: `sarif:NAME` for the tool, `check:NAME` for the check of that name.
    pub fn judge(&self, name: &str) -> Option<ToolJudge> {
        self.judges.get(name).cloned()
    }

    /// Names of all judges, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.judges.keys().map(String::as_str)
    }
}

fn judge_name(section: &str, name: &str) -> String {
    let prefix = if section == "tools" { "sarif" } else { "check" };
    format!("{prefix}:{name}")
}

fn read_one(section: &str, name: &str, value: Value) -> Result<ToolJudge, ToolsError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > MAX_NAME || !name.chars().all(is_plain) {
        return Err(ToolsError::Unreadable(format!(
            "`{}` in `{section}` is no name: up to {MAX_NAME} letters, digits, `-`, `_`, `.`",
            name.escape_debug()
        )));
    }
    let digest = Digest::of(value.to_string().as_bytes());
    let mut fields = Fields::of(&format!("{section}.{name}"), value)?;

    let line: Vec<String> = fields.required("command")?;
    let version_line: Option<Vec<String>> = fields.optional("version")?;
    let pass: Vec<String> = fields.optional("pass")?.unwrap_or_default();
    let set: BTreeMap<String, String> = fields.optional("environment")?.unwrap_or_default();
    check_variables(&fields, "pass", pass.iter())?;
    check_variables(&fields, "environment", set.keys())?;
    if set.values().any(|value| value.contains('\0')) {
        return Err(fields.wrong("environment", "has a value with a NUL in it".to_owned()));
    }
    let environment = Environment::new(&pass, set);
    let is_tool = section == "tools";
    let kinds = kinds(&mut fields, is_tool)?;
    let time = time(
        &mut fields,
        if is_tool { TOOL_SECONDS } else { CHECK_SECONDS },
    )?;
    let task = if is_tool {
        Task::Analyse(analysis(&mut fields)?)
    } else {
        Task::Check {
            severity: fields.optional("severity")?.unwrap_or(Severity::Critical),
        }
    };
    // Programs are looked for last: what is wrong with the file itself comes first.
    let command = found(&fields, "command", line, &environment)?;
    let version_command = version_line
        .map(|line| found(&fields, "version", line, &environment))
        .transpose()?;
    let owner = fields.owner().to_owned();
    fields.finish()?;
    let version = match version_command {
        Some(command) => {
            Some(version::ask(&command).map_err(|reason| ToolsError::Version { owner, reason })?)
        }
        None => None,
    };
    let settings = Settings {
        name: name.to_owned(),
        command,
        kinds,
        time,
        task,
    };
    Ok(ToolJudge::new(
        judge_name(section, name),
        settings,
        &digest,
        version,
    ))
}

fn analysis(fields: &mut Fields) -> Result<Analysis, ToolsError> {
    let output: Output = fields.optional("output")?.unwrap_or_default();
    if let Output::File(path) = &output
        && let Err(reason) = confined(path)
    {
        return Err(fields.wrong(
            "output",
            format!("names a file outside the folder of the run: {reason}"),
        ));
    }
    let grades: Vec<String> = fields
        .optional("grades")?
        .unwrap_or_else(|| [CORRECTNESS, STYLE, SECURITY].map(str::to_owned).to_vec());
    if let Some(unknown) = grades.iter().find(|name| !is_gradable(name)) {
        return Err(fields.wrong(
            "grades",
            format!(
                "names `{}`, which findings cannot grade; there are {}",
                unknown.escape_debug(),
                GRADABLE.join(", ")
            ),
        ));
    }
    Ok(Analysis {
        output,
        grades,
        levels: fields.optional("severity")?.unwrap_or_default(),
        category: fields.optional("category")?.unwrap_or(Category::Logic),
    })
}

fn kinds(fields: &mut Fields, required: bool) -> Result<Kinds, ToolsError> {
    let patterns: Vec<String> = if required {
        fields.required("files")?
    } else {
        fields
            .optional("files")?
            .unwrap_or_else(|| vec!["*".to_owned()])
    };
    if patterns.is_empty() {
        return Err(fields.wrong("files", "is empty; give patterns like `*.py`".to_owned()));
    }
    Kinds::new(&patterns).map_err(|error| fields.wrong("files", format!("is wrong: {error}")))
}

fn time(fields: &mut Fields, default: u64) -> Result<Duration, ToolsError> {
    let seconds: u64 = fields.optional("time_seconds")?.unwrap_or(default);
    if (1..=MAX_SECONDS).contains(&seconds) {
        Ok(Duration::from_secs(seconds))
    } else {
        Err(fields.wrong(
            "time_seconds",
            format!("is {seconds}; it must be between 1 and {MAX_SECONDS}"),
        ))
    }
}

fn found(
    fields: &Fields,
    field: &str,
    line: Vec<String>,
    environment: &Environment,
) -> Result<Command, ToolsError> {
    if line.first().is_none_or(String::is_empty) {
        return Err(fields.wrong(
            field,
            "is empty; give the program and its arguments".to_owned(),
        ));
    }
    if line.iter().any(|word| word.contains('\0')) {
        return Err(fields.wrong(field, "has a NUL in it".to_owned()));
    }
    Command::find(line, environment).map_err(|program| ToolsError::MissingProgram {
        owner: fields.owner().to_owned(),
        field: field.to_owned(),
        program,
    })
}

fn check_variables<'n>(
    fields: &Fields,
    field: &str,
    mut names: impl Iterator<Item = &'n String>,
) -> Result<(), ToolsError> {
    match names.find(|name| name.is_empty() || name.contains(['=', '\0'])) {
        None => Ok(()),
        Some(name) => Err(fields.wrong(
            field,
            format!(
                "names `{}`, which cannot be a variable",
                name.escape_debug()
            ),
        )),
    }
}
