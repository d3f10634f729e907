//! How a policy reads a snapshot where it differs from the default policy.

use crate::bar::{self, BarRule};
use crate::model::{Finding, Severity};
use crate::settings::Settings;

/// What an [`Assessment`](crate::assessment::Assessment) is made with. Its default is the default policy's.
#[derive(Clone, Copy)]
pub struct Reading<'r> {
    /// The default policy's settings.
    pub settings: Settings,
    /// Which bar is in force at which loop.
    pub bar: BarRule,
    /// Severity from which standing findings forbid completion; absent for the operator's.
    pub blocking_severity: Option<Severity>,
    /// Findings that forbid completion while they stand, whatever their severity. Like all that blocks they
    /// come first in the feedback and count for stagnation.
    pub also_blocking: &'r dyn Fn(&Finding) -> bool,
}

impl Default for Reading<'_> {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            bar: bar::declining,
            blocking_severity: None,
            also_blocking: &|_| false,
        }
    }
}

impl std::fmt::Debug for Reading<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading")
            .field("settings", &self.settings)
            .field("blocking_severity", &self.blocking_severity)
            .finish_non_exhaustive()
    }
}
