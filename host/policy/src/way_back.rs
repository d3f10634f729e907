//! Back to the policy before, when the active one fails again and again and the operator wants the last good one.

use crate::guard::Trouble;
use crate::revisions::{Change, Draft, PolicyDirectory, RevisionError};
use gansauditor_audit::domain::Timestamp;
use std::time::Duration;

/// Who goes back, in the history.
const BY: &str = "gansauditor, since the policy failed";

/// How long another writer of the history is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Puts the revision before `active` in force, unless `active` is not that any more, there is none before it, or it
/// is one that was gone back to already: what is good then is for a person to say. Tells the number gone back to.
/// Blocks.
pub(crate) fn go_back(
    directory: &PolicyDirectory,
    active: u64,
    trouble: &Trouble,
    at: Timestamp,
) -> Result<Option<u64>, RevisionError> {
    let history = directory.history()?;
    let (Some(failing), Some(before)) = (history.active()?, history.before_active()) else {
        return Ok(None);
    };
    let was_back = matches!(failing.record.change, Change::Rollback { .. });
    if failing.number != active || was_back {
        return Ok(None);
    }
    let draft = Draft {
        at,
        by: BY.to_owned(),
        reason: Some(format!(
            "revision {active} failed {} times in a row: {}",
            trouble.failures, trouble.error
        )),
        change: Change::Rollback { to: before.number },
        ..before.record.clone()
    };
    directory.record(draft, None, Some(history.newest()), PATIENCE)?;
    Ok(Some(before.number))
}
