//! `gansauditor policy trial status`.

use crate::cli::output::{self, BAD, BOLD, GOOD};
use crate::cli::policy::number::{REVISION, number};
use crate::cli::policy::view::{Over, Standing};
use crate::cli::policy::{place, view};
use crate::config::Config;
use crate::policies::warn_of_damage;
use crate::text::plain;
use anyhow::Context as _;
use clap::Args;
use gansauditor_policy::revisions::{Change, History, Revision};
use gansauditor_policy::{Compared, Outcome, Tally, TrialRules, Verdict};
use serde::Serialize;
use std::io::Write;
use std::process::ExitCode;

/// Shows how the trial goes, or how the newest one went.
#[derive(Debug, Args)]
pub(in crate::cli) struct Status {
    /// The revision that began the trial; without it, the newest trial
    #[arg(value_parser = number::<u64>(REVISION, 1, None))]
    revision: Option<u64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct View<'a> {
    trial: view::RevisionView<'a>,
    tally: Tally,
    /// Whether it goes on; a trial that was passed goes on until somebody decides about it.
    running: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
    /// What ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by: Option<view::RevisionView<'a>>,
    /// Each comparison that is not the same.
    differences: Vec<&'a Compared>,
}

impl Status {
    pub(super) fn run(self, config: &Config) -> anyhow::Result<ExitCode> {
        let none = "no policy was ever on trial; `gansauditor policy trial start` begins a trial";
        let policies = place::open(config)?.context(none)?;
        let history = policies.history()?;
        warn_of_damage(&history);
        let (trial, rules) = wanted(&history, self.revision)?.context(none)?;
        let compared = policies.comparisons(trial.number)?;
        let tally = Tally::of(&compared);
        let active = view::checked(&history);
        let after = history
            .revisions()
            .iter()
            .find(|revision| revision.number > trial.number);
        let standing = Standing {
            over: Over::of(trial, &history),
            ..Standing::default()
        };
        let view = View {
            trial: view::RevisionView::standing(trial, standing),
            tally,
            running: standing.over.is_none(),
            verdict: rules.verdict(&tally),
            ended_by: after
                .map(|after| view::RevisionView::of(after, active == Some(after.number))),
            differences: compared.iter().filter(|one| !one.is_same()).collect(),
        };
        if self.json {
            output::json(&view)?;
        } else {
            let mut out = output::stdout();
            view::write_standing(trial, standing, &mut out)?;
            write(&view, &rules, &mut out)?;
            if let Some(after) = after {
                writeln!(out, "ended by")?;
                view::write(after, active == Some(after.number), &mut out)?;
            }
            out.flush()?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The trial that this revision began, or the newest one.
fn wanted(
    history: &History,
    number: Option<u64>,
) -> anyhow::Result<Option<(&Revision, TrialRules)>> {
    let rules = |revision: &Revision| match revision.record.change {
        Change::Try(rules) => Some(rules),
        _ => None,
    };
    if let Some(number) = number {
        let revision = history.revision(number)?;
        let rules =
            rules(revision).with_context(|| format!("revision {number} did not begin a trial"))?;
        return Ok(Some((revision, rules)));
    }
    let mut newest_first = history.revisions().iter().rev();
    Ok(newest_first.find_map(|revision| Some((revision, rules(revision)?))))
}

fn write(view: &View<'_>, rules: &TrialRules, out: &mut impl Write) -> std::io::Result<()> {
    let tally = &view.tally;
    match rules.share {
        0 => writeln!(out, "      watches all sessions")?,
        share => writeln!(
            out,
            "      decides on {share} % of the sessions and watches the others"
        )?,
    }
    writeln!(
        out,
        "      {} of {} decisions: {tally}; {} % may be changed and {} failed",
        tally.decisions(),
        rules.decisions,
        rules.max_changed,
        rules.max_failures
    )?;
    match view.verdict {
        Some(Verdict::Passed) if view.running => writeln!(
            out,
            "      {GOOD}passed{GOOD:#}; `gansauditor policy trial promote` puts it in force"
        )?,
        Some(Verdict::Passed) => writeln!(out, "      {GOOD}passed{GOOD:#}")?,
        Some(Verdict::TooManyFailures) => writeln!(out, "      {BAD}failed too often{BAD:#}")?,
        Some(Verdict::TooManyChanges) => {
            writeln!(out, "      {BAD}decided otherwise too often{BAD:#}")?;
        }
        None => {}
    }
    let mut shown = None;
    for compared in &view.differences {
        if shown != Some(&compared.session) {
            writeln!(out, "\n{BOLD}{}{BOLD:#}", plain(compared.session.as_str()))?;
            shown = Some(&compared.session);
        }
        let live = view::status(&compared.live);
        let candidate = match &compared.candidate {
            Outcome::Decided(status) => view::status(status),
            Outcome::Failed(error) => format!("{BAD}{}{BAD:#}", plain(error)),
        };
        let acted = if compared.candidate_acts {
            "  (on trial, it decided)"
        } else {
            ""
        };
        writeln!(
            out,
            "  cycle {} submission {:<3} {live:<24} -> {candidate}{acted}",
            compared.cycle, compared.attempt
        )?;
    }
    Ok(())
}
