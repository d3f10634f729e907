//! A policy's answer in the words of the host, held against the contract on the way.
//!
//! The policy is not trusted: a number outside its range, a part that does not go with the status, or a text
//! out of proportion makes the whole decision invalid.

use crate::bindings::{contract, types as wit};
use crate::description::is_name;
use crate::error::SettingsProblem;
use crate::limits::Limits;
use gansauditor_audit::domain as host;
use gansauditor_audit::plain::quoted;
use gansauditor_audit::ports::PolicyError;

/// Most bytes of a memo, as the contract has it.
const MAX_MEMO: usize = 64 << 10;

/// Longest reason a policy may give for not deciding, in bytes.
const MAX_REFUSAL: usize = 4096;

/// Takes a decision that keeps the contract.
pub(crate) fn accept(
    given: contract::Decision,
    limits: &Limits,
) -> Result<host::Decision, PolicyError> {
    let decision = values(given, limits)?;
    match unmet_misfit(&decision).or_else(|| termination_misfit(&decision)) {
        Some(what) => Err(PolicyError::InvalidDecision(what.to_owned())),
        None => Ok(decision),
    }
}

/// Takes a decision each of whose values keeps the contract, whether or not they go together.
pub(crate) fn values(
    given: contract::Decision,
    limits: &Limits,
) -> Result<host::Decision, PolicyError> {
    let mut check = Check {
        text_left: limits.decision_bytes,
    };
    check.decision(given).map_err(|broken| match broken {
        Broken::TooMuchText => PolicyError::OverLimit(format!(
            "output ({} bytes of text in a decision)",
            limits.decision_bytes
        )),
        Broken::Promise(what) => PolicyError::InvalidDecision(what),
    })
}

/// Why the unmet conditions do not go with the status.
pub(crate) fn unmet_misfit(decision: &host::Decision) -> Option<&'static str> {
    let complete = matches!(decision.status, host::Status::Complete(_));
    match (complete, decision.unmet.is_empty()) {
        (true, false) => Some("it completes although conditions are unmet"),
        (false, true) => Some("it does not complete, and no condition is unmet"),
        _ => None,
    }
}

/// Why the termination report does not go with the status.
pub(crate) fn termination_misfit(decision: &host::Decision) -> Option<&'static str> {
    let stops = matches!(decision.status, host::Status::Stop(_));
    match (stops, decision.termination.is_some()) {
        (true, false) => Some("it stops without a termination report"),
        (false, true) => Some("it does not stop, and has a termination report"),
        _ => None,
    }
}

/// What a policy says when it does not decide, as one text.
pub(crate) fn refusal(error: wit::Error) -> PolicyError {
    let text = match error {
        wit::Error::InvalidSettings(problems) => {
            let problems: Vec<_> = problems
                .into_iter()
                .map(|p| {
                    SettingsProblem {
                        path: p.path,
                        message: p.message,
                    }
                    .to_string()
                })
                .collect();
            format!("the settings are invalid: {}", problems.join("; "))
        }
        wit::Error::InvalidSnapshot(what) => format!("the snapshot breaks the contract: {what}"),
        wit::Error::Other(what) => what,
    };
    PolicyError::Refused(quoted(&text, MAX_REFUSAL))
}

enum Broken {
    TooMuchText,
    Promise(String),
}

fn promise<T>(what: String) -> Result<T, Broken> {
    Err(Broken::Promise(what))
}

/// Goes through a decision with the text that may still come.
struct Check {
    text_left: usize,
}

impl Check {
    fn decision(&mut self, d: contract::Decision) -> Result<host::Decision, Broken> {
        if d.memo.as_ref().is_some_and(|memo| memo.len() > MAX_MEMO) {
            return promise(format!("the memo has more than {MAX_MEMO} bytes"));
        }
        Ok(host::Decision {
            status: self.status(d.status)?,
            loop_number: d.loop_,
            bar: score("bar", d.bar)?,
            hard_stop: d.hard_stop,
            score: d.score.map(|s| score("score", s)).transpose()?,
            unmet: self.each(d.unmet, Self::unmet)?,
            stagnation: self.stagnation(d.stagnation)?,
            termination: d.termination.map(|t| self.termination(t)).transpose()?,
            feedback: self.feedback(d.feedback)?,
            memo: d.memo,
            extensions: self.extensions(d.extensions)?,
        })
    }

    fn text(&mut self, text: String) -> Result<String, Broken> {
        self.text_left = self
            .text_left
            .checked_sub(text.len())
            .ok_or(Broken::TooMuchText)?;
        Ok(text)
    }

    fn texts(&mut self, texts: Vec<String>) -> Result<Vec<String>, Broken> {
        self.each(texts, Self::text)
    }

    fn each<A, B>(
        &mut self,
        items: Vec<A>,
        convert: fn(&mut Self, A) -> Result<B, Broken>,
    ) -> Result<Vec<B>, Broken> {
        items.into_iter().map(|item| convert(self, item)).collect()
    }

    /// A reason of the policy's own.
    fn custom(&mut self, name: String) -> Result<String, Broken> {
        if is_name(&name.replace('_', "-")) {
            self.text(name)
        } else {
            promise(
                "the name of a reason, sign, condition or category is not a short lower-case name"
                    .into(),
            )
        }
    }

    fn status(&mut self, status: wit::Status) -> Result<host::Status, Broken> {
        Ok(match status {
            wit::Status::Continue => host::Status::Continue,
            wit::Status::Complete(reason) => host::Status::Complete(match reason {
                wit::CompleteReason::BarMet(tier) => host::CompleteReason::BarMet(tier),
                wit::CompleteReason::Custom(name) => {
                    host::CompleteReason::Custom(self.custom(name)?)
                }
            }),
            wit::Status::Stop(reason) => host::Status::Stop(match reason {
                wit::StopReason::HardStop => host::StopReason::HardStop,
                wit::StopReason::Stagnation => host::StopReason::Stagnation,
                wit::StopReason::Custom(name) => host::StopReason::Custom(self.custom(name)?),
            }),
            wit::Status::ReviewAgain(reason) => host::Status::ReviewAgain(match reason {
                wit::ReviewReason::NearTheBar => host::ReviewReason::NearTheBar,
                wit::ReviewReason::Custom(name) => host::ReviewReason::Custom(self.custom(name)?),
            }),
        })
    }

    fn unmet(&mut self, u: wit::UnmetCondition) -> Result<host::UnmetCondition, Broken> {
        Ok(host::UnmetCondition {
            condition: match u.condition {
                wit::Condition::ScoreBelowBar => host::Condition::ScoreBelowBar,
                wit::Condition::BlockingFindings => host::Condition::BlockingFindings,
                wit::Condition::PartialReview => host::Condition::PartialReview,
                wit::Condition::TooLittleAssessed => host::Condition::TooLittleAssessed,
                wit::Condition::UncoveredFiles => host::Condition::UncoveredFiles,
                wit::Condition::LeftOutFiles => host::Condition::LeftOutFiles,
                wit::Condition::MissingEvidence => host::Condition::MissingEvidence,
                wit::Condition::Custom(name) => host::Condition::Custom(self.custom(name)?),
            },
            required: within("required", u.required, f64::MIN, f64::MAX)?,
            actual: within("actual", u.actual, f64::MIN, f64::MAX)?,
            margin: within("margin", u.margin, 0.0, f64::MAX)?,
            detail: self.text(u.detail)?,
        })
    }

    fn stagnation(&mut self, s: wit::StagnationReport) -> Result<host::StagnationReport, Broken> {
        Ok(host::StagnationReport {
            stagnant: s.stagnant,
            signs: self.each(s.signs, |check, sign| {
                Ok(match sign {
                    wit::StagnationSign::NearIdentical => host::StagnationSign::NearIdentical,
                    wit::StagnationSign::Oscillation => host::StagnationSign::Oscillation,
                    wit::StagnationSign::NoProgress => host::StagnationSign::NoProgress,
                    wit::StagnationSign::ReopenedFindings => host::StagnationSign::ReopenedFindings,
                    wit::StagnationSign::Custom(name) => {
                        host::StagnationSign::Custom(check.custom(name)?)
                    }
                })
            })?,
            similarities: self.each(s.similarities, |_, x| share("similarity", x))?,
            mean_similarity: s
                .mean_similarity
                .map(|x| share("mean similarity", x))
                .transpose()?,
            open_blocking: s.open_blocking,
            score_rise: s
                .score_rise
                .map(|x| within("score rise", x, -100.0, 100.0))
                .transpose()?,
            excused: s.excused,
            explanation: self.text(s.explanation)?,
            alternatives: self.texts(s.alternatives)?,
        })
    }

    fn termination(
        &mut self,
        t: wit::TerminationReport,
    ) -> Result<host::TerminationReport, Broken> {
        Ok(host::TerminationReport {
            failure_rate: share("failure rate", t.failure_rate)?,
            critical_findings: self.texts(t.critical_findings)?,
            assessment: self.text(t.assessment)?,
            recommendations: self.texts(t.recommendations)?,
        })
    }

    fn feedback(&mut self, f: wit::Feedback) -> Result<host::Feedback, Broken> {
        Ok(host::Feedback {
            summary: self.text(f.summary)?,
            items: self.each(f.items, Self::item)?,
            omitted: f.omitted,
            fixed: self.texts(f.fixed)?,
            new: self.texts(f.new)?,
            reopened: self.texts(f.reopened)?,
            progress: host::Progress {
                trend: match f.progress.trend {
                    wit::Trend::Improving => host::Trend::Improving,
                    wit::Trend::Stagnant => host::Trend::Stagnant,
                    wit::Trend::Declining => host::Trend::Declining,
                    wit::Trend::Oscillating => host::Trend::Oscillating,
                },
                confidence: share("confidence", f.progress.confidence)?,
                scores: self.each(f.progress.scores, |_, x| score("score of a loop", x))?,
                factors: self.texts(f.progress.factors)?,
            },
            next_steps: self.each(f.next_steps, |check, step| {
                Ok(host::NextStep {
                    action: check.text(step.action)?,
                    rationale: check.text(step.rationale)?,
                    expected_outcome: check.text(step.expected_outcome)?,
                    priority: priority(step.priority),
                })
            })?,
        })
    }

    fn item(&mut self, i: wit::FeedbackItem) -> Result<host::FeedbackItem, Broken> {
        Ok(host::FeedbackItem {
            finding: self.text(i.finding)?,
            category: match i.category {
                wit::Category::Security => host::Category::Security,
                wit::Category::Performance => host::Category::Performance,
                wit::Category::Style => host::Category::Style,
                wit::Category::Logic => host::Category::Logic,
                wit::Category::ErrorHandling => host::Category::ErrorHandling,
                wit::Category::Maintainability => host::Category::Maintainability,
                wit::Category::Testing => host::Category::Testing,
                wit::Category::Documentation => host::Category::Documentation,
                wit::Category::Architecture => host::Category::Architecture,
                wit::Category::Compatibility => host::Category::Compatibility,
                // A judge's own word, which the policy passes on.
                wit::Category::Custom(name) => host::Category::Custom(self.text(name)?),
            },
            severity: match i.severity {
                wit::Severity::Blocker => host::Severity::Blocker,
                wit::Severity::Critical => host::Severity::Critical,
                wit::Severity::Major => host::Severity::Major,
                wit::Severity::Minor => host::Severity::Minor,
                wit::Severity::Info => host::Severity::Info,
            },
            priority: priority(i.priority),
            location: i
                .location
                .map(|l| {
                    Ok(host::Location {
                        path: self.text(l.path)?,
                        line: l.line,
                        end_line: l.end_line,
                    })
                })
                .transpose()?,
            description: self.text(i.description)?,
            impact: i.impact.map(|text| self.text(text)).transpose()?,
            action: self.text(i.action)?,
        })
    }

    fn extensions(&mut self, extensions: wit::Extensions) -> Result<host::Extensions, Broken> {
        self.each(extensions, |check, (name, value)| {
            let json: Result<serde::de::IgnoredAny, _> = serde_json::from_str(&value);
            match json {
                Ok(_) if !name.is_empty() => Ok((check.text(name)?, check.text(value)?)),
                Ok(_) => promise("an extension has no name".into()),
                Err(e) => promise(format!("the value of an extension is not JSON: {e}")),
            }
        })
    }
}

fn priority(p: wit::Priority) -> host::Priority {
    match p {
        wit::Priority::Critical => host::Priority::Critical,
        wit::Priority::High => host::Priority::High,
        wit::Priority::Medium => host::Priority::Medium,
        wit::Priority::Low => host::Priority::Low,
    }
}

fn score(what: &str, value: f64) -> Result<host::Score, Broken> {
    host::Score::new(value)
        .or_else(|_| promise(format!("the {what} is {value}, not within 0..=100")))
}

fn share(what: &str, value: f64) -> Result<f64, Broken> {
    within(what, value, 0.0, 1.0)
}

/// Takes a number that is finite and within the bounds.
fn within(what: &str, value: f64, least: f64, most: f64) -> Result<f64, Broken> {
    if (least..=most).contains(&value) {
        Ok(value)
    } else if most == f64::MAX {
        promise(format!(
            "the {what} of a condition is {value}, which no distance can be"
        ))
    } else {
        promise(format!(
            "the {what} is {value}, not within {least}..={most}"
        ))
    }
}
