//! `gansauditor policy history`.

use super::place;
use super::view::{self, Over, RevisionView, Standing};
use crate::cli::output;
use crate::config::Config;
use clap::Args;
use gansauditor_policy::revisions::{Program, Revision};
use std::collections::HashSet;

/// Lists the revisions, the newest first. One whose component is not stored any more cannot be rolled back to.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn run(self, config: &Config) -> anyhow::Result<()> {
        let (history, stored) = match place::open(config)? {
            Some(policies) => (policies.history()?, policies.components()?),
            None => Default::default(),
        };
        let active = view::checked(&history);
        let stored: HashSet<_> = stored.into_iter().map(|stored| stored.digest).collect();
        let standing = |revision: &Revision| Standing {
            active: active == Some(revision.number),
            over: Over::of(revision, &history),
            stored: match revision.record.program {
                Program::Core => None,
                Program::Component => Some(stored.contains(&revision.record.policy.digest)),
            },
        };
        // The newest first.
        let revisions = history.revisions().iter().rev();
        if self.json {
            let views: Vec<RevisionView<'_>> = revisions
                .map(|revision| RevisionView::standing(revision, standing(revision)))
                .collect();
            return output::json(&views);
        }
        let mut out = output::stdout();
        for revision in revisions {
            view::write_standing(revision, standing(revision), &mut out)?;
        }
        Ok(())
    }
}
