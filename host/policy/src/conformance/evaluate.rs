//! What the policy decides, on snapshots that were made to break it.

use super::cases::{self, Case};
use super::{Check, Outcome, UNDECIDED};
use crate::decision::{self, termination_misfit, unmet_misfit};
use crate::limits::Limits;
use crate::linked::{Answer, Linked};
use crate::runtime::Cost;
use crate::self_test;
use gansauditor_audit::domain::{Decision, HistoryRequest, Snapshot, Status};
use gansauditor_audit::ports::PolicyError;

/// Names of the checks, in their order.
pub(super) const CHECKS: [&str; 9] = [
    TOTAL,
    DECIDES,
    VALUES,
    UNMET,
    TERMINATION,
    UNREAD,
    DETERMINISTIC,
    STATELESS,
    MEMO,
];
const TOTAL: &str = "evaluate-total";
const DECIDES: &str = "evaluate-decides";
const VALUES: &str = "decision-values";
const UNMET: &str = "unmet-conditions";
const TERMINATION: &str = "termination-report";
const UNREAD: &str = "unread-work";
const DETERMINISTIC: &str = "deterministic";
const STATELESS: &str = "stateless";
const MEMO: &str = "memo";

/// What became of a snapshot.
enum Fate {
    /// Values that keep the contract, whether or not they go together.
    Decided(Box<Decision>),
    Refused(String),
    /// A decision with a value that the contract forbids.
    Invalid(String),
    /// No answer.
    Broke(PolicyError),
}

/// Every case with its fate.
pub(super) struct Tried {
    fates: Vec<(Case, Fate)>,
    /// What each took, by name of the case.
    pub(super) costs: Vec<(&'static str, Cost)>,
}

impl Tried {
    pub(super) fn new(linked: &Linked, settings: &str, history: Option<HistoryRequest>) -> Self {
        let mut tried = Self {
            fates: Vec::new(),
            costs: Vec::new(),
        };
        for case in cases::all(settings, history) {
            let (answer, cost) = linked.evaluate(&case.snapshot);
            tried.costs.push((case.name, cost));
            tried
                .fates
                .push((case, fate(answer, &linked.runtime.limits)));
        }
        tried
    }

    fn offenders(&self, of: impl Fn(&Case, &Fate) -> Option<String>) -> Vec<String> {
        self.fates
            .iter()
            .filter_map(|(case, fate)| Some(format!("{}: {}", case.name, of(case, fate)?)))
            .collect()
    }

    fn misfits(&self, of: fn(&Decision) -> Option<&'static str>) -> Vec<String> {
        self.offenders(|_, fate| match fate {
            Fate::Decided(decision) => of(decision).map(str::to_owned),
            _ => None,
        })
    }

    /// How many of them it decided on.
    pub(super) fn decided(&self) -> usize {
        let decided = |(_, fate): &&(Case, Fate)| matches!(fate, Fate::Decided(_));
        self.fates.iter().filter(decided).count()
    }
}

fn fate(answer: Result<Answer, PolicyError>, limits: &Limits) -> Fate {
    match answer {
        Ok(Ok(given)) => match decision::values(given, limits) {
            Ok(decision) => Fate::Decided(Box::new(decision)),
            Err(PolicyError::InvalidDecision(what)) => Fate::Invalid(what),
            Err(e) => Fate::Broke(e),
        },
        Ok(Err(refusal)) => Fate::Refused(decision::refusal(refusal).to_string()),
        Err(PolicyError::InvalidDecision(what)) => Fate::Invalid(what),
        Err(e) => Fate::Broke(e),
    }
}

pub(super) fn checks(linked: &Linked, settings: &str, tried: &Tried) -> Vec<Check> {
    let count = tried.fates.len();
    let mut checks = vec![
        Check::unless(
            TOTAL,
            &tried.offenders(|_, fate| match fate {
                Fate::Broke(e) => Some(e.to_string()),
                _ => None,
            }),
            format!("{count} hostile snapshots are answered"),
            "let `evaluate` answer every snapshot within its limits: no unchecked index, no overflow, no recursion or work without a bound; an error is an answer",
        ),
        Check::unless(
            DECIDES,
            &tried.offenders(|case, fate| match fate {
                Fate::Refused(why) if case.lawful => Some(why.clone()),
                _ => None,
            }),
            "whatever keeps the contract is decided on",
            "decide on every snapshot that keeps the contract; an error is for those that break it",
        ),
        Check::unless(
            VALUES,
            &tried.offenders(|_, fate| match fate {
                Fate::Invalid(what) => Some(what.clone()),
                _ => None,
            }),
            format!("{} decisions keep the contract", tried.decided()),
            "keep scores within 0..=100, shares within 0..=1, numbers finite, names short and lower-case, the memo within 64 KiB",
        ),
        Check::unless(
            UNMET,
            &tried.misfits(unmet_misfit),
            "`unmet` is empty exactly when it completes",
            "list every condition that does not hold in `unmet`, and complete only when there is none",
        ),
        Check::unless(
            TERMINATION,
            &tried.misfits(termination_misfit),
            "there is a termination report exactly when it stops",
            "return `termination` with the status `stop`, and with no other",
        ),
        Check::unless(
            UNREAD,
            &tried.offenders(|case, fate| match fate {
                Fate::Decided(d) if case.unread && matches!(d.status, Status::Complete(_)) => {
                    Some("it completes".to_owned())
                }
                _ => None,
            }),
            "what was not read whole never completes",
            "complete only when the newest iteration has a review whose coverage is `whole` and which covers every file",
        ),
        deterministic(linked, settings),
        stateless(linked, settings),
        memo(linked, settings),
    ];
    if tried.decided() == 0 {
        // What holds for every decision holds where there is none.
        for check in &mut checks {
            if check.outcome == Outcome::Pass && check.name != TOTAL {
                *check = Check::skip(check.name, UNDECIDED);
            }
        }
    }
    checks
}

/// The same snapshot in fresh instances.
fn deterministic(linked: &Linked, settings: &str) -> Check {
    let offenders: Vec<String> = cases::all(settings, None)
        .into_iter()
        .filter(|case| case.lawful)
        .filter(|case| {
            let mut answers = (0..2).map(|_| text(linked.evaluate(&case.snapshot).0, linked));
            answers.next() != answers.next()
        })
        .map(|case| case.name.to_owned())
        .collect();
    Check::unless(
        DETERMINISTIC,
        &offenders,
        "equal snapshots get equal decisions, in fresh instances",
        "use no hash order, no address and nothing uninitialised in a decision",
    )
}

/// The same snapshot again in one instance, with another between.
fn stateless(linked: &Linked, settings: &str) -> Check {
    let name = STATELESS;
    let advice = "keep nothing in statics: what must last goes into `memo`";
    let plain = self_test::example(settings);
    let other = crate::sample::session(settings, &[100.0, 10.0, 99.0]);
    match linked.evaluate_in_turn(&[&plain, &other, &plain]) {
        Ok(answers) => {
            let mut texts = answers.into_iter().map(|answer| text(Ok(answer), linked));
            if texts.next() == texts.nth(1) {
                Check::pass(name, "an evaluation leaves no trace in the next")
            } else {
                Check::fail(
                    name,
                    "it decides otherwise after another evaluation",
                    advice,
                )
            }
        }
        // The contract has a fresh instance for each call, so this costs nobody a decision.
        Err(e) => Check::warn(
            name,
            format!("several evaluations in one instance: {e}"),
            advice,
        ),
    }
}

/// What it returns as memo it takes back.
fn memo(linked: &Linked, settings: &str) -> Check {
    let name = MEMO;
    let mut snapshot = self_test::example(settings);
    let fate_of = |snapshot: &Snapshot| fate(linked.evaluate(snapshot).0, &linked.runtime.limits);
    let Fate::Decided(first) = fate_of(&snapshot) else {
        return Check::fail(
            name,
            "it does not decide on a plain example",
            "decide on a first loop",
        );
    };
    let Some(kept) = first.memo else {
        return Check::pass(name, "it keeps none");
    };
    let bytes = kept.len();
    snapshot.memo = Some(kept);
    match fate_of(&snapshot) {
        Fate::Decided(_) => Check::pass(name, format!("{bytes} bytes, and it takes them back")),
        Fate::Refused(why) | Fate::Invalid(why) => {
            Check::fail(name, why, "read back every memo that the policy writes")
        }
        Fate::Broke(e) => Check::fail(
            name,
            e.to_string(),
            "read back every memo that the policy writes",
        ),
    }
}

/// An answer as what can be compared: the generated types cannot.
fn text(answer: Result<Answer, PolicyError>, linked: &Linked) -> String {
    match fate(answer, &linked.runtime.limits) {
        Fate::Decided(decision) => format!("{decision:?}"),
        Fate::Refused(why) => format!("refused: {why}"),
        Fate::Invalid(what) => what,
        Fate::Broke(e) => e.to_string(),
    }
}
