//! `gansauditor policy prune`.

use super::number::number;
use super::stored_view::StoredView;
use super::{change, place, view};
use crate::cli::output;
use crate::config::Config;
use crate::text::counted;
use clap::Args;
use std::io::Write as _;
use std::num::NonZeroUsize;

/// Removes the stored components that only old revisions used. The history stays whole; what is active, and what is on
/// trial, stays in any case.
#[derive(Debug, Args)]
pub(in crate::cli) struct Prune {
    /// How many revisions in force keep their components, counted from the active one: those can be rolled back to
    #[arg(long, value_name = "N", default_value = "10", value_parser = number::<NonZeroUsize>("a number of revisions", NonZeroUsize::MIN, None))]
    keep: NonZeroUsize,
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Prune {
    pub(super) fn run(self, config: &Config) -> anyhow::Result<()> {
        let (removed, history) = match place::open(config)? {
            Some(policies) => {
                let removed = policies.prune(self.keep, self.dry_run, change::PATIENCE)?;
                (removed, policies.history()?)
            }
            None => Default::default(),
        };
        view::checked(&history);
        let rows = removed
            .iter()
            .map(|stored| StoredView::of(stored, &history));
        if self.json {
            return output::json(&rows.collect::<Vec<_>>());
        }
        let mut out = output::stdout();
        for row in rows {
            row.write(&mut out)?;
        }
        let bytes: u64 = removed.iter().map(|stored| stored.bytes).sum();
        let what = if self.dry_run {
            "would be removed"
        } else {
            "removed"
        };
        writeln!(
            out,
            "{} {what}, {bytes} bytes",
            counted(removed.len(), "component")
        )?;
        Ok(())
    }
}
