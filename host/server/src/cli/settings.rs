//! `gansauditor settings`.

use super::output::{self, BAD, BOLD};
use crate::config::{Config, Description, SETTINGS, Variables};
use crate::text::plain;
use clap::Args;
use serde::Serialize;
use std::io::Write;

/// Stands for a secret that is written.
const MASK: &str = "********";

/// Lists the table of settings.
#[derive(Debug, Args)]
pub(super) struct Settings {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    name: &'static str,
    values: String,
    default: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<&'a str>,
    meaning: &'static str,
}

#[derive(Debug, Serialize)]
struct Listing<'a> {
    settings: Vec<Row<'a>>,
    remarks: Vec<String>,
}

impl Settings {
    pub(super) fn run(self, variables: &Variables) -> anyhow::Result<()> {
        let listing = Listing {
            settings: SETTINGS
                .iter()
                .map(|setting| row(setting.describe(), variables))
                .collect(),
            remarks: match Config::read(variables) {
                Ok(config) => config.remarks,
                Err(error) => vec![error.to_string()],
            },
        };
        if self.json {
            return output::json(&listing);
        }
        let mut out = output::stdout();
        for row in &listing.settings {
            let Row {
                name,
                values,
                default,
                meaning,
                ..
            } = row;
            match row.written {
                Some(written) => writeln!(out, "{BOLD}{name}{BOLD:#}={}", plain(written))?,
                None => writeln!(out, "{name}={default}")?,
            }
            let default = if default.is_empty() { "none" } else { default };
            writeln!(out, "    {meaning} {values}; default {default}.")?;
        }
        for remark in &listing.remarks {
            writeln!(out, "{BAD}!{BAD:#} {}", plain(remark))?;
        }
        Ok(())
    }
}

fn row(description: Description, variables: &Variables) -> Row<'_> {
    let Description {
        name,
        values,
        default,
        meaning,
        secret,
    } = description;
    let written = variables
        .get(name)
        .map(String::as_str)
        .filter(|text| !text.is_empty())
        .map(|text| if secret { MASK } else { text });
    Row {
        name,
        values,
        default,
        written,
        meaning,
    }
}
