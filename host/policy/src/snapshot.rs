//! The host's snapshot in the words of the contract.

use crate::bindings::types as wit;
use gansauditor_audit::domain as host;

impl From<&host::Snapshot> for wit::Snapshot {
    fn from(s: &host::Snapshot) -> Self {
        Self {
            now: s.now.0,
            criteria: (&s.criteria).into(),
            request: s.request.into(),
            limits: s.limits.into(),
            settings: s.settings.clone(),
            iterations: all(&s.iterations),
            sources: all(&s.sources),
            findings: all(&s.findings),
            evidence: all(&s.evidence),
            spend: s.spend.into(),
            memo: s.memo.clone(),
            extensions: s.extensions.clone(),
        }
    }
}

fn all<'a, A, B: From<&'a A>>(items: &'a [A]) -> Vec<B> {
    items.iter().map(B::from).collect()
}

impl From<&host::Criteria> for wit::Criteria {
    fn from(c: &host::Criteria) -> Self {
        Self {
            tiers: c
                .tiers
                .iter()
                .map(|tier| wit::Tier {
                    score: tier.score.get(),
                    loops: tier.loops,
                })
                .collect(),
            hard_stop: c.hard_stop,
            stagnation: wit::StagnationCriteria {
                enabled: c.stagnation.enabled,
                start_loop: c.stagnation.start_loop,
                threshold: c.stagnation.threshold,
            },
            blocking_severity: c.blocking_severity.into(),
            detail: match c.detail {
                host::DetailLevel::Basic => wit::DetailLevel::Basic,
                host::DetailLevel::Detailed => wit::DetailLevel::Detailed,
                host::DetailLevel::Verbose => wit::DetailLevel::Verbose,
            },
        }
    }
}

impl From<host::Request> for wit::Request {
    fn from(r: host::Request) -> Self {
        Self {
            bar: r.bar.map(|bar| match bar {
                host::BarRequest::AtLeast(score) => wit::BarRequest::AtLeast(score.get()),
                host::BarRequest::Exactly(score) => wit::BarRequest::Exactly(score.get()),
            }),
            stop: r.stop.map(|stop| match stop {
                host::StopRequest::AtMost(loops) => wit::StopRequest::AtMost(loops),
                host::StopRequest::Exactly(loops) => wit::StopRequest::Exactly(loops),
            }),
            extensions: Vec::new(),
        }
    }
}

impl From<host::Caps> for wit::Limits {
    fn from(c: host::Caps) -> Self {
        Self {
            max_attempts: c.max_attempts,
            max_reviews: c.max_reviews,
            max_tokens: c.max_tokens,
            max_money_micros: c.max_money_micros,
            max_judge_millis: c.max_judge_millis,
        }
    }
}

impl From<&host::IterationView> for wit::Iteration {
    fn from(i: &host::IterationView) -> Self {
        Self {
            attempt: i.attempt,
            loop_: i.loop_number,
            submission: i.submission.to_string(),
            submitted_at: i.submitted_at.0,
            files: all(&i.files),
            unchanged: i.unchanged,
            reviews: all(&i.reviews),
            extensions: Vec::new(),
        }
    }
}

impl From<&host::FileVersion> for wit::FileVersion {
    fn from(f: &host::FileVersion) -> Self {
        Self {
            path: f.path.clone(),
            digest: f.digest.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&host::Review> for wit::Review {
    fn from(r: &host::Review) -> Self {
        Self {
            judges: all(&r.judges),
            score: r.score.map(host::Score::get),
            verdict: match r.verdict {
                host::Verdict::Pass => wit::Verdict::Pass,
                host::Verdict::Revise => wit::Verdict::Revise,
                host::Verdict::Reject => wit::Verdict::Reject,
            },
            dimensions: r
                .dimensions
                .iter()
                .map(|d| wit::Dimension {
                    name: d.name.clone(),
                    weight: d.weight,
                    score: d.score.map(host::Score::get),
                })
                .collect(),
            assessed_weight: r.assessed_weight,
            coverage: match &r.coverage {
                host::Coverage::Whole => wit::Coverage::Whole,
                host::Coverage::Partial(why) => wit::Coverage::Partial(why.clone()),
                host::Coverage::Unscored(why) => wit::Coverage::Unscored(why.clone()),
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
}

/// The pieces that no judge graded, as an addition to the review: `wit/README.md` describes it.
fn readings(readings: &[host::FileReading]) -> Option<(String, String)> {
    let apart: Vec<&host::FileReading> = readings
        .iter()
        .filter(|reading| reading.class != host::ReadingClass::Graded)
        .collect();
    let json = serde_json::to_string(&apart).ok()?;
    (!apart.is_empty()).then(|| ("readings".to_owned(), json))
}

impl From<&host::JudgeIdentity> for wit::Judge {
    fn from(j: &host::JudgeIdentity) -> Self {
        Self {
            name: j.name.clone(),
            version: j.version.clone(),
            kind: match j.kind {
                host::JudgeKind::Static => wit::JudgeKind::Static,
                host::JudgeKind::Tool => wit::JudgeKind::Tool,
                host::JudgeKind::Model => wit::JudgeKind::Model,
                host::JudgeKind::Human => wit::JudgeKind::Human,
            },
            deterministic: j.deterministic,
        }
    }
}

impl From<&host::Source> for wit::Source {
    fn from(s: &host::Source) -> Self {
        Self {
            attempt: s.attempt,
            files: all(&s.files),
        }
    }
}

impl From<&host::SourceFile> for wit::SourceFile {
    fn from(f: &host::SourceFile) -> Self {
        Self {
            path: f.path.clone(),
            language: f.language.clone(),
            text: f.text.clone(),
        }
    }
}

impl From<&host::Finding> for wit::Finding {
    fn from(f: &host::Finding) -> Self {
        Self {
            fingerprint: f.fingerprint.clone(),
            rule: f.reported.rule.clone(),
            category: (&f.reported.category).into(),
            severity: f.reported.severity.into(),
            cwe: f.reported.cwe,
            message: f.reported.message.clone(),
            advice: f.reported.advice.clone(),
            location: f.reported.location.as_ref().map(Into::into),
            symbol: f.reported.symbol.clone(),
            judge: f.judge.clone(),
            state: match f.state {
                host::FindingState::Open => wit::FindingState::Open,
                host::FindingState::Unreviewed => wit::FindingState::Unreviewed,
                host::FindingState::Fixed => wit::FindingState::Fixed,
                host::FindingState::Waived => wit::FindingState::Waived,
            },
            first_seen: f.first_seen,
            last_seen: f.last_seen,
            fixed_in: f.fixed_in,
            reopened: f.reopened,
            extensions: Vec::new(),
        }
    }
}

impl From<&host::Location> for wit::Location {
    fn from(l: &host::Location) -> Self {
        Self {
            path: l.path.clone(),
            line: l.line,
            end_line: l.end_line,
        }
    }
}

impl From<host::Severity> for wit::Severity {
    fn from(s: host::Severity) -> Self {
        match s {
            host::Severity::Blocker => Self::Blocker,
            host::Severity::Critical => Self::Critical,
            host::Severity::Major => Self::Major,
            host::Severity::Minor => Self::Minor,
            host::Severity::Info => Self::Info,
        }
    }
}

impl From<&host::Category> for wit::Category {
    fn from(c: &host::Category) -> Self {
        match c {
            host::Category::Security => Self::Security,
            host::Category::Performance => Self::Performance,
            host::Category::Style => Self::Style,
            host::Category::Logic => Self::Logic,
            host::Category::ErrorHandling => Self::ErrorHandling,
            host::Category::Maintainability => Self::Maintainability,
            host::Category::Testing => Self::Testing,
            host::Category::Documentation => Self::Documentation,
            host::Category::Architecture => Self::Architecture,
            host::Category::Compatibility => Self::Compatibility,
            host::Category::Custom(name) => Self::Custom(name.clone()),
        }
    }
}

impl From<&host::Evidence> for wit::Evidence {
    fn from(e: &host::Evidence) -> Self {
        Self {
            check: e.check.clone(),
            submission: e.submission.to_string(),
            outcome: match e.outcome {
                host::CheckResult::Passed => wit::CheckResult::Passed,
                host::CheckResult::Failed => wit::CheckResult::Failed,
                host::CheckResult::Errored => wit::CheckResult::Errored,
            },
            provenance: e.provenance.clone(),
            detail: e.detail.clone(),
            extensions: Vec::new(),
        }
    }
}

impl From<host::Spend> for wit::Spend {
    fn from(s: host::Spend) -> Self {
        Self {
            input_tokens: s.input_tokens,
            cached_tokens: s.cached_tokens,
            output_tokens: s.output_tokens,
            money_micros: s.money_micros,
            judge_millis: s.judge_millis,
            judge_calls: s.judge_calls,
        }
    }
}
