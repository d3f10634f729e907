//! What a replay shows: totals and the decisions that differ, for people and as JSON.

use super::view;
use crate::cli::output::{self, BAD, BOLD, GOOD};
use crate::text::{counted, plain};
use gansauditor_audit::domain::{Decision, PolicyIdentity, SessionId};
use gansauditor_audit::ports::StoreError;
use gansauditor_audit::replay::{CycleReplay, DecisionReplay, Outcome, SessionReplay};
use gansauditor_policy::Inspection;
use serde::Serialize;
use std::io::Write;

/// A session that could not be read.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Unreadable {
    /// Absent when nobody can tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<SessionId>,
    /// Its file in the state directory, where it was the file that told.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    reason: String,
}

impl Unreadable {
    /// A session, with why it could not be read.
    pub(super) fn new(session: SessionId, error: &StoreError) -> Self {
        Self {
            session: Some(session),
            file: None,
            reason: error.to_string(),
        }
    }

    fn name(&self) -> &str {
        let session = self.session.as_ref().map(SessionId::as_str);
        session.or(self.file.as_deref()).unwrap_or_default()
    }
}

impl From<gansauditor_store::Unreadable> for Unreadable {
    fn from(journal: gansauditor_store::Unreadable) -> Self {
        Self {
            session: journal.session,
            file: Some(journal.file),
            reason: journal.reason,
        }
    }
}

/// Totals over all sessions.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary {
    sessions: usize,
    unreadable: usize,
    /// Sessions with at least one decision that is another.
    sessions_changed: usize,
    decisions: usize,
    same: usize,
    changed: usize,
    failed: usize,
    not_replayable: usize,
    /// Decisions of a fallback, where the policy had failed: nothing to compare with.
    by_fallback: usize,
    loops: u32,
    loops_saved: u32,
    /// How many decisions became which, the most first.
    turns: Vec<Turn>,
    /// Cycles that the candidate completes or stops earlier than they ended.
    ends_earlier: usize,
    /// Cycles that ended, and for which the candidate asks for more.
    goes_on: usize,
}

/// Decisions of one status that would have another.
#[derive(Debug, Serialize)]
struct Turn {
    recorded: &'static str,
    candidate: &'static str,
    count: usize,
}

impl Summary {
    pub(super) fn of(replays: &[SessionReplay], unreadable: &[Unreadable]) -> Self {
        let mut summary = Self {
            sessions: replays.len() + unreadable.len(),
            unreadable: unreadable.len(),
            ..Self::default()
        };
        for replay in replays {
            let before = summary.changed;
            for cycle in &replay.cycles {
                summary.count(cycle);
            }
            summary.sessions_changed += usize::from(summary.changed > before);
        }
        summary
            .turns
            .sort_by_key(|turn| std::cmp::Reverse(turn.count));
        summary
    }

    fn count(&mut self, cycle: &CycleReplay) {
        self.loops += cycle.loops;
        self.loops_saved += cycle.loops_saved();
        self.ends_earlier += usize::from(cycle.loops_saved() > 0);
        self.goes_on += usize::from(cycle.goes_on());
        for made in &cycle.decisions {
            self.decisions += 1;
            *match made.outcome {
                Outcome::Same => &mut self.same,
                Outcome::Changed(_) => &mut self.changed,
                Outcome::Failed(_) => &mut self.failed,
                Outcome::NotReplayable(_) => &mut self.not_replayable,
                Outcome::ByFallback(_) => &mut self.by_fallback,
            } += 1;
            if let Outcome::Changed(decision) = &made.outcome {
                self.turn(made.recorded.status.name(), decision.status.name());
            }
        }
    }

    fn turn(&mut self, recorded: &'static str, candidate: &'static str) {
        let mut known = self.turns.iter_mut();
        match known.find(|turn| (turn.recorded, turn.candidate) == (recorded, candidate)) {
            Some(turn) => turn.count += 1,
            None => self.turns.push(Turn {
                recorded,
                candidate,
                count: 1,
            }),
        }
    }

    /// Decisions that say something of the candidate.
    pub(super) fn replayed(&self) -> usize {
        self.same + self.changed + self.failed
    }

    /// The candidate decides all it was asked for as it was decided, and no session is unknown.
    pub(super) fn is_same(&self) -> bool {
        self.changed + self.failed + self.unreadable == 0
    }
}

/// A replay as JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct View<'a> {
    candidate: &'a PolicyIdentity,
    #[serde(flatten)]
    summary: &'a Summary,
    /// Every decision that is not known to be the same.
    differences: Vec<Difference<'a>>,
    unreadable_sessions: &'a [Unreadable],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Difference<'a> {
    session: &'a str,
    cycle: u32,
    attempt: u32,
    #[serde(rename = "loop")]
    loop_number: u32,
    /// Milliseconds since the Unix epoch.
    at: u64,
    decided_by: &'a PolicyIdentity,
    recorded: Decided<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<Decided<'a>>,
    /// Why the candidate did not decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
    /// Why it was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_replayable: Option<&'a str>,
    /// A fallback had decided, so the two are not compared.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    by_fallback: bool,
}

#[derive(Debug, Serialize)]
struct Decided<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    bar: f64,
    unmet: Vec<&'a str>,
}

impl<'a> Decided<'a> {
    fn new(decision: &'a Decision) -> Self {
        Self {
            status: decision.status.name(),
            reason: decision.status.reason(),
            bar: decision.bar.get(),
            unmet: decision
                .unmet
                .iter()
                .map(|unmet| unmet.detail.as_str())
                .collect(),
        }
    }
}

impl<'a> View<'a> {
    pub(super) fn new(
        candidate: &'a Inspection,
        summary: &'a Summary,
        replays: &'a [SessionReplay],
        unreadable: &'a [Unreadable],
    ) -> Self {
        Self {
            candidate: &candidate.identity,
            summary,
            differences: differing(replays).map(Difference::new).collect(),
            unreadable_sessions: unreadable,
        }
    }
}

impl<'a> Difference<'a> {
    fn new((session, cycle, made): Differing<'a>) -> Self {
        let mut difference = Self {
            session: session.session.as_str(),
            cycle: cycle.number,
            attempt: made.attempt,
            loop_number: made.loop_number,
            at: made.at.0,
            decided_by: &made.by,
            recorded: Decided::new(&made.recorded),
            candidate: None,
            failed: None,
            not_replayable: None,
            by_fallback: false,
        };
        match &made.outcome {
            Outcome::Same => {}
            Outcome::Changed(decision) => difference.candidate = Some(Decided::new(decision)),
            Outcome::ByFallback(decision) => {
                difference.candidate = Some(Decided::new(decision));
                difference.by_fallback = true;
            }
            Outcome::Failed(error) => difference.failed = Some(error.to_string()),
            Outcome::NotReplayable(why) => difference.not_replayable = Some(why),
        }
        difference
    }
}

type Differing<'a> = (&'a SessionReplay, &'a CycleReplay, &'a DecisionReplay);

fn differing(replays: &[SessionReplay]) -> impl Iterator<Item = Differing<'_>> {
    replays
        .iter()
        .flat_map(|session| session.cycles.iter().map(move |cycle| (session, cycle)))
        .flat_map(|(session, cycle)| {
            let made = cycle.decisions.iter();
            made.map(move |made| (session, cycle, made))
        })
        .filter(|(_, _, made)| made.outcome != Outcome::Same)
}

/// The differences that count, by session, `most` of them, then the totals.
pub(super) fn text(
    candidate: &Inspection,
    summary: &Summary,
    replays: &[SessionReplay],
    unreadable: &[Unreadable],
    most: usize,
) -> anyhow::Result<()> {
    let mut out = output::stdout();
    writeln!(
        out,
        "{BOLD}{} {}{BOLD:#} on {}, {}",
        plain(&candidate.identity.name),
        plain(&candidate.identity.version),
        counted(summary.sessions, "session"),
        counted(summary.decisions, "decision")
    )?;
    // As many as there are of them, what a fallback decided would only hide the others.
    let compared = || {
        differing(replays).filter(|(_, _, made)| !matches!(made.outcome, Outcome::ByFallback(_)))
    };
    let mut shown = None;
    for (session, cycle, made) in compared().take(most) {
        if shown != Some(&session.session) {
            writeln!(out, "\n{BOLD}{}{BOLD:#}", plain(session.session.as_str()))?;
            shown = Some(&session.session);
        }
        let recorded = view::status(&made.recorded.status);
        write!(
            out,
            "  cycle {} loop {:<3} {recorded:<24} -> ",
            cycle.number, made.loop_number
        )?;
        match &made.outcome {
            // Not among them.
            Outcome::Same | Outcome::ByFallback(_) => writeln!(out, "not compared")?,
            Outcome::Changed(decision) => {
                writeln!(out, "{}", view::status(&decision.status))?;
                for unmet in &decision.unmet {
                    writeln!(out, "      {}", plain(&unmet.detail))?;
                }
            }
            Outcome::Failed(error) => {
                writeln!(out, "{BAD}{}{BAD:#}", plain(&error.to_string()))?;
            }
            Outcome::NotReplayable(why) => writeln!(out, "not replayable: {}", plain(why))?,
        }
    }
    match compared().skip(most).count() {
        0 => {}
        more => writeln!(out, "\n{more} more; --all shows them, --json has all")?,
    }
    for session in unreadable {
        writeln!(out, "\n{BOLD}{}{BOLD:#}", plain(session.name()))?;
        writeln!(out, "  {BAD}{}{BAD:#}", plain(&session.reason))?;
    }
    writeln!(out)?;
    let Summary {
        sessions_changed,
        same,
        changed,
        failed,
        not_replayable,
        by_fallback,
        turns,
        loops,
        loops_saved,
        ends_earlier,
        goes_on,
        ..
    } = summary;
    let mark = if summary.is_same() { GOOD } else { BAD };
    writeln!(
        out,
        "{mark}{same} the same, {changed} changed (in {}), {failed} failed, {not_replayable} not replayable, {by_fallback} decided by a fallback{mark:#}",
        counted(*sessions_changed, "session")
    )?;
    for turn in turns {
        writeln!(
            out,
            "  {} {} -> {}",
            turn.count, turn.recorded, turn.candidate
        )?;
    }
    writeln!(
        out,
        "{loops_saved} of {loops} loops saved in {}; {} that had ended would go on",
        counted(*ends_earlier, "cycle"),
        counted(*goes_on, "cycle")
    )?;
    out.flush()?;
    Ok(())
}
