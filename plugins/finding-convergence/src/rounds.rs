//! What the newest loops found and mended.

use gansauditor_core::assessment::Assessment;
use gansauditor_core::model::Severity;
use gansauditor_core::text::counted;

/// The newest loops and the one before them, which they are held against.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rounds {
    /// How many loops it takes, the one before not counted.
    wanted: usize,
    /// Blocking findings that stood at each, the one before included, oldest first.
    pub(crate) open: Vec<u32>,
    /// Blocking findings that were new, or back, at each.
    pub(crate) new: Vec<u32>,
    /// Rise of the score since the one before, by the same judges.
    rise: Option<f64>,
}

impl Rounds {
    pub(crate) fn of(assessment: &Assessment, wanted: usize) -> Self {
        Self {
            wanted,
            open: assessment.open_blocking(wanted + 1),
            new: assessment.new_blocking(wanted),
            rise: assessment.score_rise(wanted + 1),
        }
    }

    /// There were enough loops, none brought anything new, there are no fewer open ones than before, and the
    /// score did not rise by more than its noise.
    pub(crate) fn converged(&self, excusing_rise: f64) -> bool {
        self.open.len() > self.wanted
            && self.new.iter().all(|&new| new == 0)
            && self.open.last() >= self.open.first()
            && self.rise.is_none_or(|rise| rise < excusing_rise)
    }

    pub(crate) fn told(&self, severity: Severity) -> String {
        let open = self.open.last().copied().unwrap_or(0) as usize;
        format!(
            "{} running brought no new finding of severity {} or worse, and {} still open: more of them would not help.",
            counted(self.wanted, "loop"),
            severity.name(),
            match open {
                0 => "none is".to_owned(),
                1 => "1 is".to_owned(),
                many => format!("{many} are"),
            }
        )
    }
}
