//! `gansauditor policy status`.

use super::{place, view};
use crate::cli::output::{self, BAD, BOLD};
use crate::config::Config;
use crate::control::{Answer, Ask, Asked, Origin, Tried, ask_all};
use crate::text::plain;
use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use std::io::Write;

/// Shows what running servers have live.
#[derive(Debug, Args)]
pub(in crate::cli) struct Status {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct View<'a> {
    /// The active revision of the directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    active: Option<view::RevisionView<'a>>,
    servers: Vec<Server<'a>>,
}

#[derive(Debug, Serialize)]
struct Server<'a> {
    socket: &'a str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    answer: Option<&'a Answer>,
    /// Why it did not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

impl Status {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let history = match place::open(config)? {
            Some(policies) => policies.history()?,
            None => Default::default(),
        };
        let number = view::checked(&history);
        let active = number.map(|number| history.revision(number)).transpose()?;
        let asked = ask_all(place::state(config)?, Ask::Status)
            .await
            .context("the running servers cannot be asked")?;
        if self.json {
            return output::json(&View {
                active: active.map(|revision| view::RevisionView::of(revision, true)),
                servers: asked.iter().map(server).collect(),
            });
        }
        let mut out = output::stdout();
        match active {
            Some(revision) => view::write(revision, true, &mut out)?,
            None if history.newest() == 0 => {
                writeln!(
                    out,
                    "no policy was activated: servers decide by the built-in one"
                )?;
            }
            None => writeln!(out, "no policy is known to be active")?,
        }
        if asked.is_empty() {
            writeln!(out, "{}", place::no_server(place::state(config)?))?;
        }
        for asked in &asked {
            write(asked, &mut out)?;
        }
        Ok(())
    }
}

fn server(asked: &Asked) -> Server<'_> {
    Server {
        socket: &asked.socket,
        answer: asked.answer.as_ref().ok(),
        error: asked.answer.as_ref().err().map(String::as_str),
    }
}

fn write(asked: &Asked, out: &mut impl Write) -> std::io::Result<()> {
    let answer = match &asked.answer {
        Ok(answer) => answer,
        Err(error) => {
            let socket = plain(&asked.socket);
            return writeln!(out, "server at {socket}: {BAD}{}{BAD:#}", plain(error));
        }
    };
    let source = match &answer.source {
        Origin::File { path } => format!("the file {}", plain(path)),
        Origin::Directory {
            revision: Some(number),
            failure: None,
            ..
        } => format!("revision {number}"),
        Origin::Directory { .. } => "the state directory".to_owned(),
        Origin::Program => "the program".to_owned(),
    };
    writeln!(
        out,
        "{BOLD}server {}{BOLD:#} ({}): {}, from {source}, live since {}",
        answer.pid,
        plain(&answer.transport),
        view::policy(&answer.policy),
        plain(&answer.since),
    )?;
    if let Some(failed) = &answer.failed {
        let (at, error) = (plain(&failed.at), plain(&failed.error));
        writeln!(out, "      {BAD}failed{BAD:#} at {at}: {error}")?;
    }
    if let Origin::Directory {
        trial: Some(Tried { revision, failure }),
        ..
    } = &answer.source
    {
        match failure {
            None => writeln!(out, "      revision {revision} is on trial beside it")?,
            Some(failure) => writeln!(
                out,
                "      {BAD}trial {revision} does not run{BAD:#}: {}",
                plain(failure)
            )?,
        }
    }
    if let Some(trouble) = &answer.trouble {
        let error = plain(&trouble.error);
        let until = trouble.suspended_until.as_deref();
        let until = until.map(|until| format!("; not asked until {}", plain(until)));
        writeln!(
            out,
            "      {BAD}does not decide{BAD:#} ({} times in a row): {error}{}",
            trouble.failures,
            until.unwrap_or_default()
        )?;
    }
    Ok(())
}
