//! Nobody completes by keeping a check from ending: the files on which one was last cut off wait for a run that
//! ends.

use crate::model::{CheckResult, Condition, Evidence, Iteration, UnmetCondition};
use crate::text::{listed, shortened};
use crate::view::View;
use std::collections::{BTreeMap, BTreeSet};

/// Checks that get a condition of their own.
const MOST_CHECKS: usize = 16;

/// A check that was cut off, and what it still has to run on.
struct Owed<'a> {
    files: BTreeSet<&'a str>,
    newest: &'a Evidence,
}

/// A condition for each check that did not run to its end on the latest version of some file. Counted in checks.
pub(crate) fn unmet(view: &View) -> Vec<UnmetCondition> {
    let submitted: BTreeSet<&str> = held(view.newest).collect();
    let conditions = owed(view).into_iter().take(MOST_CHECKS);
    conditions
        .map(|(check, owed)| {
            let check = shortened(check, 200);
            let left_out: BTreeSet<&str> = owed.files.difference(&submitted).copied().collect();
            let detail = if left_out.is_empty() {
                format!(
                    "The check {check:?} did not run to its end on this submission and must ({}).",
                    reason(owed.newest)
                )
            } else {
                format!(
                    "Submit {} again: the check {check:?} did not run to its end on the submission that held it last ({}).",
                    listed(left_out, 5),
                    reason(owed.newest)
                )
            };
            UnmetCondition {
                condition: Condition::MissingEvidence,
                required: 1.0,
                actual: 0.0,
                margin: 1.0,
                detail,
            }
        })
        .collect()
}

/// By check, the files of the cycle, in order of the evidence: a run that was cut off leaves its files waiting, one
/// that ended, however it ended, takes them off. A file that was deleted since waits for nothing.
fn owed<'a>(view: &View<'a>) -> BTreeMap<&'a str, Owed<'a>> {
    let iterations = view.snapshot.iterations.iter();
    let of_digest: BTreeMap<&str, &Iteration> = iterations
        .map(|iteration| (iteration.submission.as_str(), iteration))
        .collect();
    let there = view.latest_files();
    let mut all: BTreeMap<&str, Owed> = BTreeMap::new();
    for evidence in &view.snapshot.evidence {
        let Some(iteration) = of_digest.get(evidence.submission.as_str()) else {
            continue;
        };
        let files = held(iteration).filter(|path| there.contains_key(path));
        let check = evidence.check.as_str();
        if evidence.outcome == CheckResult::Errored {
            let owed = all.entry(check).or_insert_with(|| Owed {
                files: BTreeSet::new(),
                newest: evidence,
            });
            owed.newest = evidence;
            owed.files.extend(files);
        } else if let Some(owed) = all.get_mut(check) {
            for path in files {
                owed.files.remove(path);
            }
        }
    }
    all.retain(|_, owed| !owed.files.is_empty());
    all
}

/// Paths of the files that a submission held.
fn held(iteration: &Iteration) -> impl Iterator<Item = &str> {
    let files = iteration.files.iter();
    files
        .filter(|file| file.digest.is_some())
        .map(|file| file.path.as_str())
}

/// Why it was cut off: the first line of what is on record; what the program printed follows it.
fn reason(evidence: &Evidence) -> String {
    match evidence.detail.lines().next().map(str::trim) {
        None | Some("") => "it does not say why".to_owned(),
        Some(line) => shortened(line, 400),
    }
}
