//! What rules see of a loop. The README of this policy lists the variables with their types.

use cel::{Context, Value};
use gansauditor_core::assessment::Assessment;
use gansauditor_core::model::{
    CheckResult, Condition, Evidence, Finding, Severity, Snapshot, Spend,
};
use std::collections::{BTreeSet, HashMap};

/// The variables.
pub(crate) const NAMES: [&str; 13] = [
    "score",
    "scores",
    "bar",
    "loop_number",
    "hard_stop",
    "findings",
    "open",
    "blocking",
    "dimensions",
    "evidence",
    "spend",
    "unmet",
    "stagnant",
];

const SEVERITIES: [Severity; 5] = [
    Severity::Blocker,
    Severity::Critical,
    Severity::Major,
    Severity::Minor,
    Severity::Info,
];

/// A map from names to values.
type Members = HashMap<String, Value>;

/// Binds every variable of [`NAMES`] to what it is at the newest loop.
pub(crate) fn bind(snapshot: &Snapshot, assessment: &Assessment) -> Context<'static, 'static> {
    let completion = assessment.completion();
    let unmet: BTreeSet<&str> = completion
        .unmet
        .iter()
        .map(|one| condition(&one.condition))
        .collect();
    let scores: Vec<f64> = assessment.loops().iter().map(|at| at.score).collect();
    let values: [Value; 13] = [
        completion.score.into(),
        scores.into(),
        completion.bar.into(),
        i64::from(completion.loop_number).into(),
        i64::from(completion.hard_stop).into(),
        list(snapshot.findings.iter().map(finding)),
        open(&snapshot.findings).into(),
        count(assessment.blocking().count()),
        dimensions(assessment).into(),
        evidence(snapshot),
        spend(&snapshot.spend).into(),
        list(unmet.into_iter().map(Value::from)),
        assessment.stagnation().stagnant.into(),
    ];
    let mut context = Context::default();
    for (name, value) in NAMES.into_iter().zip(values) {
        context.add_variable_from_value(name, value);
    }
    context
}

fn members<const N: usize>(members: [(&str, Value); N]) -> Members {
    let named = members.into_iter();
    named
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn list(values: impl Iterator<Item = Value>) -> Value {
    values.collect::<Vec<Value>>().into()
}

fn count(number: usize) -> Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

fn amount(number: u64) -> Value {
    i64::try_from(number).unwrap_or(i64::MAX).into()
}

/// Texts that are not there are empty, numbers that are not there 0: rules need not ask first.
fn finding(finding: &Finding) -> Value {
    let line = finding.location.as_ref().and_then(|place| place.line);
    members([
        ("fingerprint", finding.fingerprint.as_str().into()),
        ("rule", finding.rule.as_deref().unwrap_or_default().into()),
        ("category", finding.category.name().into()),
        ("severity", finding.severity.name().into()),
        ("state", finding.state.name().into()),
        ("standing", finding.state.is_standing().into()),
        ("cwe", i64::from(finding.cwe.unwrap_or(0)).into()),
        ("path", finding.path().unwrap_or_default().into()),
        ("line", i64::from(line.unwrap_or(0)).into()),
        ("judge", finding.judge.as_str().into()),
        ("first_seen", i64::from(finding.first_seen).into()),
        ("last_seen", i64::from(finding.last_seen).into()),
        ("reopened", i64::from(finding.reopened).into()),
    ])
    .into()
}

/// How many findings stand, by severity, and `total`.
fn open(findings: &[Finding]) -> Members {
    let standing = || findings.iter().filter(|one| one.state.is_standing());
    let mut open = members([("total", count(standing().count()))]);
    open.extend(SEVERITIES.map(|severity| {
        let number = standing().filter(|one| one.severity == severity).count();
        (severity.name().to_owned(), count(number))
    }));
    open
}

/// The least score of each dimension that the whole reviews of the newest loop assessed.
fn dimensions(assessment: &Assessment) -> Members {
    let mut least: HashMap<String, f64> = HashMap::new();
    let newest = assessment.loops().last();
    let reviews = newest
        .into_iter()
        .flat_map(|at| at.iteration.whole_reviews());
    for dimension in reviews.flat_map(|(review, _)| &review.dimensions) {
        if let Some(score) = dimension.score {
            let known = least.entry(dimension.name.clone()).or_insert(score);
            *known = known.min(score);
        }
    }
    let least = least.into_iter();
    least.map(|(name, score)| (name, score.into())).collect()
}

/// Results of checks, oldest first; `current` says that it is about the newest submission.
fn evidence(snapshot: &Snapshot) -> Value {
    let newest = snapshot.iterations.last().map(|one| &one.submission);
    list(snapshot.evidence.iter().map(|one: &Evidence| {
        let outcome = match one.outcome {
            CheckResult::Passed => "passed",
            CheckResult::Failed => "failed",
            CheckResult::Errored => "errored",
        };
        members([
            ("check", one.check.as_str().into()),
            ("outcome", outcome.into()),
            ("current", (Some(&one.submission) == newest).into()),
        ])
        .into()
    }))
}

fn spend(spend: &Spend) -> Members {
    members([
        (
            "tokens",
            amount(spend.input_tokens.saturating_add(spend.output_tokens)),
        ),
        ("money", (spend.money_micros as f64 / 1_000_000.0).into()),
        ("minutes", (spend.judge_millis as f64 / 60_000.0).into()),
        ("reviews", i64::from(spend.judge_calls).into()),
    ])
}

fn condition(condition: &Condition) -> &str {
    match condition {
        Condition::ScoreBelowBar => "score-below-bar",
        Condition::BlockingFindings => "blocking-findings",
        Condition::PartialReview => "partial-review",
        Condition::TooLittleAssessed => "too-little-assessed",
        Condition::UncoveredFiles => "uncovered-files",
        Condition::LeftOutFiles => "left-out-files",
        Condition::MissingEvidence => "missing-evidence",
        Condition::Custom(name) => name,
    }
}
