//! How an audit or a command gets on, for a person at a terminal.

use crate::stage::words;
use gansauditor_audit::ports::{ProgressSink, Stage, Unheard};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// Between two frames.
const TICK: Duration = Duration::from_millis(120);
const TEMPLATE: &str = "{spinner:.cyan} {msg} {elapsed:.dim}";
const COUNTING: &str = "{bar:30.cyan} {pos}/{len} {msg}";

/// A line that says what goes on and for how long, gone at the end. Only where stderr is a terminal.
pub(super) struct Progress(ProgressBar);

/// The sink for a command: silent unless it is wanted and seen.
pub(super) fn sink(wanted: bool) -> Box<dyn ProgressSink> {
    if !wanted || !std::io::stderr().is_terminal() {
        return Box::new(Unheard);
    }
    Box::new(working(""))
}

/// Says what goes on until it is dropped. Only where stderr is a terminal.
pub(super) fn working(what: &'static str) -> Progress {
    if !std::io::stderr().is_terminal() {
        return Progress(ProgressBar::hidden());
    }
    let bar = ProgressBar::new_spinner().with_message(what);
    if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(TICK);
    Progress(bar)
}

/// A bar that counts to `total`. Only where stderr is a terminal.
pub(super) fn bar(total: usize, what: &'static str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(total as u64).with_message(what);
    if let Ok(style) = ProgressStyle::with_template(COUNTING) {
        bar.set_style(style);
    }
    // At once: the first step may take long.
    bar.tick();
    bar
}

impl ProgressSink for Progress {
    fn stage(&self, stage: Stage) {
        self.0.set_message(words(stage));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
