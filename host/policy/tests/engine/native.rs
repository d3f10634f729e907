//! The core policy without WebAssembly, in the host's words: what the component is held against.

use gansauditor_audit::domain as host;
use gansauditor_core::{Core, Policy, model};

/// What the core decides on a snapshot, as text: every field, numbers to the last bit.
pub(crate) fn decide(snapshot: &host::Snapshot) -> Result<String, String> {
    evaluate(&convert(snapshot)).map(|decision| format!("{decision:?}"))
}

/// The core's function itself.
pub(crate) fn evaluate(snapshot: &model::Snapshot) -> Result<model::Decision, String> {
    Core::evaluate(snapshot).map_err(|e| e.to_string())
}

/// A decision of the host as the text of the core's. Both name their fields alike; only scores have a type of
/// their own. Rust prints a float so that reading it gives the same bits.
pub(crate) fn as_native(decision: &host::Decision) -> String {
    let text = format!("{decision:?}");
    let mut parts = text.split("Score(");
    let mut native = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        native.push_str(&part.replacen(')', "", 1));
    }
    native
}

/// A unit enum that both sides name alike.
macro_rules! same {
    ($name:ident, $value:expr, $($case:ident),+) => {
        match $value { $(host::$name::$case => model::$name::$case),+ }
    };
}

fn severity(severity: host::Severity) -> model::Severity {
    same!(Severity, severity, Info, Minor, Major, Critical, Blocker)
}

/// The snapshot in the core's types.
pub(crate) fn convert(s: &host::Snapshot) -> model::Snapshot {
    model::Snapshot {
        now: s.now.0,
        criteria: model::Criteria {
            tiers: s
                .criteria
                .tiers
                .iter()
                .map(|tier| model::Tier {
                    score: tier.score.get(),
                    loops: tier.loops,
                })
                .collect(),
            hard_stop: s.criteria.hard_stop,
            stagnation: model::StagnationCriteria {
                enabled: s.criteria.stagnation.enabled,
                start_loop: s.criteria.stagnation.start_loop,
                threshold: s.criteria.stagnation.threshold,
            },
            blocking_severity: severity(s.criteria.blocking_severity),
            detail: same!(DetailLevel, s.criteria.detail, Basic, Detailed, Verbose),
        },
        request: model::Request {
            bar: s.request.bar.map(|bar| match bar {
                host::BarRequest::AtLeast(score) => model::BarRequest::AtLeast(score.get()),
                host::BarRequest::Exactly(score) => model::BarRequest::Exactly(score.get()),
            }),
            stop: s.request.stop.map(|stop| match stop {
                host::StopRequest::AtMost(n) => model::StopRequest::AtMost(n),
                host::StopRequest::Exactly(n) => model::StopRequest::Exactly(n),
            }),
            extensions: vec![],
        },
        limits: model::Limits {
            max_attempts: s.limits.max_attempts,
            max_reviews: s.limits.max_reviews,
            max_tokens: s.limits.max_tokens,
            max_money_micros: s.limits.max_money_micros,
            max_judge_millis: s.limits.max_judge_millis,
        },
        settings: s.settings.clone(),
        iterations: s.iterations.iter().map(iteration).collect(),
        sources: s
            .sources
            .iter()
            .map(|source| model::Source {
                attempt: source.attempt,
                files: source
                    .files
                    .iter()
                    .map(|file| model::SourceFile {
                        path: file.path.clone(),
                        language: file.language.clone(),
                        text: file.text.clone(),
                    })
                    .collect(),
            })
            .collect(),
        findings: s.findings.iter().map(finding).collect(),
        evidence: s
            .evidence
            .iter()
            .map(|e| model::Evidence {
                check: e.check.clone(),
                submission: e.submission.to_string(),
                outcome: same!(CheckResult, e.outcome, Passed, Failed, Errored),
                provenance: e.provenance.clone(),
                detail: e.detail.clone(),
                extensions: vec![],
            })
            .collect(),
        spend: model::Spend {
            input_tokens: s.spend.input_tokens,
            cached_tokens: s.spend.cached_tokens,
            output_tokens: s.spend.output_tokens,
            money_micros: s.spend.money_micros,
            judge_millis: s.spend.judge_millis,
            judge_calls: s.spend.judge_calls,
        },
        memo: s.memo.clone(),
        extensions: s.extensions.clone(),
    }
}

fn iteration(i: &host::IterationView) -> model::Iteration {
    model::Iteration {
        attempt: i.attempt,
        loop_number: i.loop_number,
        submission: i.submission.to_string(),
        submitted_at: i.submitted_at.0,
        files: i
            .files
            .iter()
            .map(|file| model::FileVersion {
                path: file.path.clone(),
                digest: file.digest.as_ref().map(ToString::to_string),
            })
            .collect(),
        unchanged: i.unchanged,
        reviews: i.reviews.iter().map(review).collect(),
        extensions: vec![],
    }
}

fn review(r: &host::Review) -> model::Review {
    model::Review {
        judges: r
            .judges
            .iter()
            .map(|judge| model::Judge {
                name: judge.name.clone(),
                version: judge.version.clone(),
                kind: same!(JudgeKind, judge.kind, Static, Tool, Model, Human),
                deterministic: judge.deterministic,
            })
            .collect(),
        score: r.score.map(host::Score::get),
        verdict: same!(Verdict, r.verdict, Pass, Revise, Reject),
        dimensions: r
            .dimensions
            .iter()
            .map(|d| model::Dimension {
                name: d.name.clone(),
                weight: d.weight,
                score: d.score.map(host::Score::get),
            })
            .collect(),
        assessed_weight: r.assessed_weight,
        coverage: match &r.coverage {
            host::Coverage::Whole => model::Coverage::Whole,
            host::Coverage::Partial(why) => model::Coverage::Partial(why.clone()),
            host::Coverage::Unscored(why) => model::Coverage::Unscored(why.clone()),
        },
        covered: r.covered.clone(),
        reported: r
            .findings
            .iter()
            .map(|(fingerprint, _)| fingerprint.clone())
            .collect(),
        summary: r.summary.clone(),
        extensions: readings(&r.readings).into_iter().collect(),
    }
}

/// As `wit/README.md` describes the addition, written without the host's help.
fn readings(readings: &[host::FileReading]) -> Option<(String, String)> {
    let apart: Vec<serde_json::Value> = readings
        .iter()
        .filter(|reading| reading.class != host::ReadingClass::Graded)
        .map(|reading| {
            let class = match reading.class {
                host::ReadingClass::Graded => "graded",
                host::ReadingClass::Screened => "screened",
                host::ReadingClass::Unread => "unread",
                host::ReadingClass::Unreadable => "unreadable",
            };
            serde_json::json!({ "path": reading.path, "class": class, "reason": reading.reason })
        })
        .collect();
    (!apart.is_empty()).then(|| {
        let json = serde_json::Value::Array(apart).to_string();
        ("readings".to_owned(), json)
    })
}

fn finding(f: &host::Finding) -> model::Finding {
    let r = &f.reported;
    model::Finding {
        fingerprint: f.fingerprint.clone(),
        rule: r.rule.clone(),
        category: match &r.category {
            host::Category::Security => model::Category::Security,
            host::Category::Performance => model::Category::Performance,
            host::Category::Style => model::Category::Style,
            host::Category::Logic => model::Category::Logic,
            host::Category::ErrorHandling => model::Category::ErrorHandling,
            host::Category::Maintainability => model::Category::Maintainability,
            host::Category::Testing => model::Category::Testing,
            host::Category::Documentation => model::Category::Documentation,
            host::Category::Architecture => model::Category::Architecture,
            host::Category::Compatibility => model::Category::Compatibility,
            host::Category::Custom(name) => model::Category::Custom(name.clone()),
        },
        severity: severity(r.severity),
        cwe: r.cwe,
        message: r.message.clone(),
        advice: r.advice.clone(),
        location: r.location.as_ref().map(|l| model::Location {
            path: l.path.clone(),
            line: l.line,
            end_line: l.end_line,
        }),
        symbol: r.symbol.clone(),
        judge: f.judge.clone(),
        state: same!(FindingState, f.state, Open, Unreviewed, Fixed, Waived),
        first_seen: f.first_seen,
        last_seen: f.last_seen,
        fixed_in: f.fixed_in,
        reopened: f.reopened,
        extensions: vec![],
    }
}
