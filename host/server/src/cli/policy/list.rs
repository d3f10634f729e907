//! `gansauditor policy list`.

use super::stored_view::StoredView;
use super::{place, view};
use crate::cli::output;
use crate::config::Config;
use clap::Args;

/// Lists the stored components.
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
        view::checked(&history);
        let rows = stored.iter().map(|stored| StoredView::of(stored, &history));
        if self.json {
            return output::json(&rows.collect::<Vec<_>>());
        }
        let mut out = output::stdout();
        for row in rows {
            row.write(&mut out)?;
        }
        Ok(())
    }
}
