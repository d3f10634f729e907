//! What shuts the gate, and what opens it.

use crate::Settings;
use gansauditor_core::assessment::Loop;
use gansauditor_core::model::{Category, Condition, Finding, UnmetCondition};
use gansauditor_core::text::{counted, listed, points};
use std::collections::BTreeSet;

/// Names in one condition's text.
const MOST_NAMES: usize = 5;

/// Whether a finding shuts the gate while it stands.
pub(crate) fn shuts(settings: &Settings, finding: &Finding) -> bool {
    let weakness = finding.cwe.is_some_and(|cwe| settings.cwes.contains(&cwe));
    let security = finding.category == Category::Security;
    weakness || security && finding.severity >= settings.from_severity
}

/// No finding of a review shuts the gate. Counted in findings.
pub(crate) fn standing<'a>(
    settings: &Settings,
    blocking: impl Iterator<Item = &'a Finding>,
) -> Option<UnmetCondition> {
    let shutting: Vec<&Finding> = blocking
        .filter(|finding| shuts(settings, finding))
        .collect();
    if shutting.is_empty() {
        return None;
    }
    let weaknesses: BTreeSet<u32> = shutting.iter().filter_map(|finding| finding.cwe).collect();
    let weaknesses: Vec<String> = weaknesses.iter().map(|cwe| format!("CWE-{cwe}")).collect();
    let weaknesses = match listed(weaknesses.iter().map(String::as_str), MOST_NAMES) {
        names if names.is_empty() => names,
        names => format!(" ({names})"),
    };
    let files: BTreeSet<&str> = shutting
        .iter()
        .filter_map(|finding| finding.path())
        .collect();
    let place = match listed(files, MOST_NAMES) {
        names if names.is_empty() => names,
        names => format!(" in {names}"),
    };
    let count = shutting.len() as f64;
    Some(UnmetCondition {
        condition: Condition::Custom("security-findings".to_owned()),
        required: 0.0,
        actual: count,
        margin: count,
        detail: format!(
            "Nothing completes while {}{weaknesses} stands{place}; mend it, whatever the score.",
            counted(shutting.len(), "security finding")
        ),
    })
}

/// Every whole review of the newest loop assessed the dimension and gave it enough. In points.
pub(crate) fn assessed(settings: &Settings, newest: Option<&Loop>) -> Option<UnmetCondition> {
    if !settings.require_assessed && settings.minimum_score.is_none() {
        return None;
    }
    let name = &settings.dimension;
    let required = settings.minimum_score.unwrap_or(0.0);
    let unmet = |condition: &str, actual: f64, detail: String| UnmetCondition {
        condition: Condition::Custom(condition.to_owned()),
        required,
        actual,
        margin: (required - actual).max(0.0),
        detail,
    };
    let scores = newest?.iteration.whole_reviews().map(|(review, _)| {
        let dimension = review.dimensions.iter().find(|one| one.name == *name);
        dimension.and_then(|one| one.score)
    });
    let scores: Option<Vec<f64>> = scores.collect();
    match scores.map(|scores| scores.into_iter().reduce(f64::min)) {
        Some(Some(least)) if least >= required => None,
        Some(Some(least)) => Some(unmet(
            "security-score",
            least,
            format!(
                "Raise the score of {name:?} from {} to {}.",
                points(least),
                points(required)
            ),
        )),
        None | Some(None) => Some(unmet(
            "security-not-assessed",
            0.0,
            format!("The review did not assess {name:?}; submit what it needs for that."),
        )),
    }
}
