//! Trying again what failed for a reason that may pass.

use crate::error::LoadError;
use std::time::{Duration, SystemTime};

/// How long after a failure.
const AFTER: Duration = Duration::from_secs(30);

/// When to try again, if anything failed for a reason that may pass: the system was short of something, or a file was
/// not there yet. What is wrong in itself stays wrong until it is changed.
#[derive(Debug, Default)]
pub(crate) struct Retry(Option<SystemTime>);

impl Retry {
    /// Takes note of how things stand at this time. The first of several failures counts.
    pub(crate) fn note<'e>(
        &mut self,
        failures: impl IntoIterator<Item = &'e LoadError>,
        now: SystemTime,
    ) {
        let may_pass = failures.into_iter().any(LoadError::may_pass);
        self.0 = may_pass.then(|| self.0.unwrap_or(now + AFTER));
    }

    /// Whether it is time to try again. Then the next failure counts anew.
    pub(crate) fn is_due(&mut self, now: SystemTime) -> bool {
        // A clock that was set back has not begun a longer wait.
        let is_due = |at: SystemTime| now >= at || at > now + AFTER;
        self.0.take_if(|at| is_due(*at)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn what_may_pass_is_tried_again_after_a_while_and_nothing_else_is() {
        let passing = LoadError::Host("no threads left".to_owned());
        let mut retry = Retry::default();
        assert!(!retry.is_due(at(1000)));
        retry.note([&passing], at(1000));
        retry.note([&passing], at(1020));
        assert!(!retry.is_due(at(1029)));
        assert!(retry.is_due(at(1030)));
        assert!(!retry.is_due(at(1030)), "once");
        retry.note([&passing], at(1030));
        assert!(retry.is_due(at(500)), "the clock was set back");
        retry.note([&passing], at(1000));
        retry.note([], at(1001));
        retry.note([&LoadError::Empty], at(1001));
        assert!(!retry.is_due(at(9000)));
    }
}
