//! What a submission may ask for: the operator's mode, applied to its gan-config.

use crate::domain::{BarRequest, ContextScope, Request, Score, StopRequest};
use gansauditor_submission::{GanConfig, Scope};
use serde::{Deserialize, Serialize};

/// What a submission's gan-config may do (GAN_CONFIG_MODE).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GanConfigMode {
    /// The threshold only raises the bar, maxCycles only lowers the hard stop.
    #[default]
    Tighten,
    /// Both are taken as given.
    Honour,
    /// Neither counts.
    Ignore,
}

/// Applies the mode. What is asked now replaces what the cycle asked earlier, field by field: only what is
/// written counts. Also says what was not taken, and why.
pub(crate) fn request(
    mode: GanConfigMode,
    config: Option<&GanConfig>,
    earlier: Request,
) -> (Request, Vec<String>) {
    let Some(config) = config else {
        return (earlier, Vec::new());
    };
    let mut notes = Vec::new();
    for (field, asked) in [
        ("candidates", config.candidates.is_some()),
        ("judges", config.judges.is_some()),
        ("applyFixes", config.apply_fixes.is_some()),
    ] {
        if asked {
            notes.push(format!(
                "gan-config: `{field}` was not taken: what is judged, and by whom, is the operator's choice"
            ));
        }
    }
    let (bar, stop) = (config.threshold.map(Score::clamped), config.max_cycles);
    let asked = match mode {
        GanConfigMode::Tighten => Request {
            bar: bar.map(BarRequest::AtLeast),
            stop: stop.map(StopRequest::AtMost),
        },
        GanConfigMode::Honour => Request {
            bar: bar.map(BarRequest::Exactly),
            stop: stop.map(StopRequest::Exactly),
        },
        GanConfigMode::Ignore => {
            for (field, asked) in [("threshold", bar.is_some()), ("maxCycles", stop.is_some())] {
                if asked {
                    notes.push(format!("gan-config: `{field}` was not taken: the operator set GAN_CONFIG_MODE=ignore"));
                }
            }
            Request::default()
        }
    };
    (
        Request {
            bar: asked.bar.or(earlier.bar),
            stop: asked.stop.or(earlier.stop),
        },
        notes,
    )
}

/// What the submission asks to show the judge of the repository, when it may; else says that it was not taken.
/// Paths without a scope mean these paths; the scope `paths` without any means the whole repository, as in
/// the original.
pub(crate) fn context(
    may_ask: bool,
    config: Option<&GanConfig>,
) -> (Option<ContextScope>, Vec<String>) {
    let Some(config) = config else {
        return (None, Vec::new());
    };
    if !may_ask {
        let asked = [
            ("scope", config.scope.is_some()),
            ("paths", config.paths.is_some()),
        ];
        let notes = asked.into_iter().filter(|(_, asked)| *asked).map(|(field, _)| {
            format!("gan-config: `{field}` was not taken: the judge is shown no repository on request here")
        });
        return (None, notes.collect());
    }
    let paths = config.paths.clone().filter(|paths| !paths.is_empty());
    let scope = match (config.scope, paths) {
        (None | Some(Scope::Paths), Some(paths)) => Some(ContextScope::Paths(paths)),
        (None, None) => None,
        (Some(Scope::Diff), _) => Some(ContextScope::Diff),
        (Some(Scope::Workspace), _) | (Some(Scope::Paths), None) => Some(ContextScope::Workspace),
    };
    (scope, Vec::new())
}

/// What was asked but has no effect beside the bar and hard stop in force.
pub(crate) fn without_effect(request: Request, bar: Score, hard_stop: u32) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(BarRequest::AtLeast(asked)) = request.bar
        && asked < bar
    {
        notes.push(format!(
            "gan-config: threshold {asked} does not lower the bar of {bar}: the operator set GAN_CONFIG_MODE=tighten"
        ));
    }
    if let Some(StopRequest::AtMost(asked)) = request.stop
        && asked > hard_stop
    {
        notes.push(format!(
            "gan-config: maxCycles {asked} does not raise the hard stop of {hard_stop}: the operator set GAN_CONFIG_MODE=tighten"
        ));
    }
    notes
}
