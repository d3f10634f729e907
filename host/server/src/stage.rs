//! Stages of an audit, for people.

use gansauditor_audit::ports::Stage;

/// What happens at a stage, for people.
pub(crate) fn words(stage: Stage) -> &'static str {
    match stage {
        Stage::Waiting => "waiting for earlier audits of the session",
        Stage::Queued => "waiting for other sessions' audits",
        Stage::Judging => "the submission is judged",
        Stage::Recording => "recording",
        Stage::Deciding => "the policy decides",
    }
}
