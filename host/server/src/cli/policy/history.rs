//! `gansauditor policy history`.

use super::place;
use super::view::{self, RevisionView};
use crate::cli::output;
use crate::config::Config;
use clap::Args;

/// Lists the revisions.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn run(self, config: &Config) -> anyhow::Result<()> {
        let history = match place::open(config)? {
            Some(policies) => policies.history()?,
            None => Default::default(),
        };
        let active = view::checked(&history);
        let is_active = |number: u64| active == Some(number);
        // The newest first.
        let revisions = history.revisions().iter().rev();
        if self.json {
            let views: Vec<RevisionView<'_>> = revisions
                .map(|revision| RevisionView::of(revision, is_active(revision.number)))
                .collect();
            return output::json(&views);
        }
        let mut out = output::stdout();
        for revision in revisions {
            view::write(revision, is_active(revision.number), &mut out)?;
        }
        Ok(())
    }
}
