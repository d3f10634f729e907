//! `feedback`: what the policy tells the agent, in the original's shape and words.

use super::{NAME, Notices, PARAGRAPH, SENTENCE, room};
use crate::text::{Number, bounded, fitting};
use gansauditor_audit::AuditReport;
use gansauditor_audit::domain::{Category, FeedbackItem, Location, Priority, Severity, Trend};
use serde::Serialize;

/// The original's bounds, at every detail level.
const MAX_IMPROVEMENTS: usize = 10;
const MAX_CRITICAL_ISSUES: usize = 5;
const MAX_NEXT_STEPS: usize = 5;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Feedback {
    summary: String,
    improvements: Vec<Improvement>,
    critical_issues: Vec<CriticalIssue>,
    next_steps: Vec<Step>,
    progress_assessment: ProgressAssessment,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Improvement {
    category: &'static str,
    priority: Priority,
    description: String,
    action: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Place>,
    /// Fingerprint in the ledger: not in the original.
    finding: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct CriticalIssue {
    #[serde(rename = "type")]
    kind: &'static str,
    severity: Severity,
    description: String,
    impact: String,
    resolution: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Place>,
    /// Fingerprint in the ledger: not in the original.
    finding: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    path: String,
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    step: usize,
    action: String,
    rationale: String,
    expected_outcome: String,
    priority: Priority,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct ProgressAssessment {
    trend: Trend,
    confidence: Number,
    factors: Vec<String>,
    recommendations: Vec<String>,
}

impl Feedback {
    pub(super) fn new(report: &AuditReport, notices: &mut Notices) -> Self {
        let feedback = &report.decision.feedback;
        // Whatever blocks is critical to the loop, even where the operator set the bar lower.
        let critical = report.criteria.blocking_severity.min(Severity::Critical);
        let improvements = fitting(
            feedback.items.iter().map(improvement),
            MAX_IMPROVEMENTS,
            room(report, 5_000),
        );
        let issues = feedback
            .items
            .iter()
            .filter(|item| item.severity >= critical);
        let issues = fitting(
            issues.map(|item| critical_issue(item, report)),
            MAX_CRITICAL_ISSUES,
            room(report, 3_000),
        );
        let steps = (1..).zip(&feedback.next_steps).map(|(step, next)| Step {
            step,
            action: bounded(&next.action, SENTENCE),
            rationale: bounded(&next.rationale, SENTENCE),
            expected_outcome: bounded(&next.expected_outcome, SENTENCE),
            priority: next.priority,
        });
        let steps = fitting(steps, MAX_NEXT_STEPS, room(report, 2_500));
        notices.omitted(
            improvements
                .omitted
                .saturating_add(feedback.omitted as usize),
            "feedback.improvements",
        );
        notices.omitted(issues.omitted, "feedback.criticalIssues");
        notices.omitted(steps.omitted, "feedback.nextSteps");
        Self {
            summary: bounded(&feedback.summary, PARAGRAPH),
            improvements: improvements.items,
            critical_issues: issues.items,
            next_steps: steps.items,
            progress_assessment: ProgressAssessment {
                trend: feedback.progress.trend,
                confidence: Number(feedback.progress.confidence.clamp(0.0, 1.0)),
                factors: sentences(&feedback.progress.factors),
                recommendations: recommendations(report),
            },
        }
    }
}

/// A short list of sentences.
pub(super) fn sentences(texts: &[String]) -> Vec<String> {
    fitting(texts.iter().map(|text| bounded(text, SENTENCE)), 10, 1_000).items
}

/// Other ways to go on, when the loop does not move; what to do instead, when it ended.
fn recommendations(report: &AuditReport) -> Vec<String> {
    match &report.decision.termination {
        Some(termination) => sentences(&termination.recommendations),
        None => sentences(&report.decision.stagnation.alternatives),
    }
}

fn improvement(item: &FeedbackItem) -> Improvement {
    Improvement {
        category: category(&item.category),
        priority: item.priority,
        description: bounded(&item.description, SENTENCE),
        action: bounded(&item.action, SENTENCE),
        location: item.location.as_ref().map(place),
        finding: bounded(&item.finding, NAME),
    }
}

fn critical_issue(item: &FeedbackItem, report: &AuditReport) -> CriticalIssue {
    let cwe = report
        .ledger
        .iter()
        .find(|finding| finding.fingerprint == item.finding)
        .and_then(|finding| finding.reported.cwe);
    let impact = item
        .impact
        .as_deref()
        .unwrap_or("The work cannot complete while this stands.");
    CriticalIssue {
        kind: issue_type(&item.category, cwe),
        // The original's scale ends at minor.
        severity: item.severity.max(Severity::Minor),
        description: bounded(&item.description, SENTENCE),
        impact: bounded(impact, SENTENCE),
        resolution: bounded(&item.action, SENTENCE),
        location: item.location.as_ref().map(place),
        finding: bounded(&item.finding, NAME),
    }
}

/// The original has no place without a line: a whole file is its first line.
fn place(location: &Location) -> Place {
    Place {
        path: bounded(&location.path, NAME),
        line: location.line.unwrap_or(1),
        end_line: location.end_line,
    }
}

/// The original's word for a category; its words are all there are.
fn category(category: &Category) -> &'static str {
    match category {
        Category::Security => "security",
        Category::Performance => "performance",
        Category::Style => "style",
        Category::Logic => "logic",
        Category::ErrorHandling => "error_handling",
        Category::Maintainability | Category::Custom(_) => "maintainability",
        Category::Testing => "testing",
        Category::Documentation => "documentation",
        Category::Architecture => "architecture",
        Category::Compatibility => "compatibility",
    }
}

/// The original's word for a kind of issue: by the weakness where it is one that the original names, else by
/// category. Numbers are of the Common Weakness Enumeration, <https://cwe.mitre.org>.
fn issue_type(category: &Category, cwe: Option<u32>) -> &'static str {
    match (cwe, category) {
        (Some(362..=368 | 421), _) => "race_condition",
        (Some(667 | 764 | 833), _) => "deadlock_risk",
        (Some(834 | 835), _) => "infinite_loop",
        (Some(476 | 690), _) => "null_pointer",
        (Some(401 | 404 | 459 | 772 | 775), _) => "resource_leak",
        (_, Category::Security) => "security_vulnerability",
        (Some(119..=122 | 124 | 131 | 415 | 416 | 787), _) => "data_corruption_risk",
        (_, Category::Performance) => "performance_bottleneck",
        (_, Category::Compatibility) => "compatibility_issue",
        _ => "logic_error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_an_issue_by_its_weakness_then_by_its_category() {
        for (cwe, category, kind) in [
            (Some(367), Category::Security, "race_condition"),
            (Some(833), Category::Logic, "deadlock_risk"),
            (Some(835), Category::Performance, "infinite_loop"),
            (Some(476), Category::Logic, "null_pointer"),
            (Some(401), Category::Performance, "resource_leak"),
            (Some(787), Category::Security, "security_vulnerability"),
            (Some(787), Category::Logic, "data_corruption_risk"),
            (Some(95), Category::Security, "security_vulnerability"),
            (None, Category::Performance, "performance_bottleneck"),
            (None, Category::Compatibility, "compatibility_issue"),
            (None, Category::Custom("odd".into()), "logic_error"),
        ] {
            assert_eq!(issue_type(&category, cwe), kind, "{cwe:?} {category:?}");
        }
    }

    #[test]
    fn a_category_the_original_does_not_know_is_maintainability() {
        assert_eq!(
            category(&Category::Custom("licensing".into())),
            "maintainability"
        );
        assert_eq!(
            category(&Category::ErrorHandling),
            Category::ErrorHandling.name()
        );
    }
}
