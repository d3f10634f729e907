//! From findings to grades, by one documented rule.
//!
//! Each dimension starts at 100. A finding costs the dimension its category belongs to: blocker 100, critical 60, major 25,
//! minor 8, info 0. Each further finding of the same rule costs half of the one before, so that a habit costs at
//! most twice its first occurrence. Nothing is divided by the amount of code: clean code beside bad code does not make it
//! better. No grade falls below 0.
//!
//! | category | dimension |
//! |---|---|
//! | security | security |
//! | performance | performance |
//! | style, maintainability, architecture | style and conventions |
//! | documentation | documentation and traceability |
//! | testing | tests |
//! | logic, error handling, compatibility, others | correctness and completeness |

use gansauditor_audit::domain::{Category, Reported, Score, Severity};
use gansauditor_audit::rubric::{
    CORRECTNESS, DOCUMENTATION, PERFORMANCE, Rubric, SECURITY, STYLE, TESTS,
};
use std::collections::HashMap;

/// What a first finding of a rule costs, in points of 100.
fn cost(severity: Severity) -> f64 {
    match severity {
        Severity::Blocker => 100.0,
        Severity::Critical => 60.0,
        Severity::Major => 25.0,
        Severity::Minor => 8.0,
        Severity::Info => 0.0,
    }
}

fn dimension(category: &Category) -> &'static str {
    match category {
        Category::Security => SECURITY,
        Category::Performance => PERFORMANCE,
        Category::Style | Category::Maintainability | Category::Architecture => STYLE,
        Category::Documentation => DOCUMENTATION,
        Category::Testing => TESTS,
        Category::Logic
        | Category::ErrorHandling
        | Category::Compatibility
        | Category::Custom(_) => CORRECTNESS,
    }
}

/// Whether findings can cost a dimension anything: only such dimensions can be graded by this rule.
pub(crate) fn is_gradable(dimension: &str) -> bool {
    GRADABLE.contains(&dimension)
}

/// The dimensions that findings can cost something.
pub(crate) const GRADABLE: &[&str] = &[
    CORRECTNESS,
    TESTS,
    STYLE,
    SECURITY,
    PERFORMANCE,
    DOCUMENTATION,
];

/// Grades those dimensions of the rubric that the judge says it can assess. The first finding of a rule sets its price.
pub(crate) fn grades(
    findings: &[Reported],
    assesses: impl Fn(&str) -> bool,
    rubric: &Rubric,
) -> Vec<(String, Score)> {
    let mut left: HashMap<&str, f64> = HashMap::new();
    let mut next_cost: HashMap<Option<&str>, f64> = HashMap::new();
    for finding in findings {
        let price = next_cost
            .entry(finding.rule.as_deref())
            .or_insert_with(|| cost(finding.severity));
        *left.entry(dimension(&finding.category)).or_insert(100.0) -= *price;
        *price /= 2.0;
    }
    rubric
        .dimensions
        .iter()
        .map(|graded| graded.name.as_str())
        .filter(|name| is_gradable(name) && assesses(name))
        .map(|name| {
            (
                name.to_owned(),
                Score::clamped(left.get(name).copied().unwrap_or(100.0)),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(rule: &str, category: Category, severity: Severity) -> Reported {
        Reported {
            rule: Some(rule.to_owned()),
            category,
            severity,
            cwe: None,
            message: String::new(),
            advice: None,
            location: None,
            symbol: None,
            anchor: String::new(),
        }
    }

    fn grade(findings: &[Reported], name: &str) -> Option<f64> {
        let grades = grades(findings, |_| true, &Rubric::default());
        grades
            .iter()
            .find(|(dimension, _)| dimension == name)
            .map(|(_, score)| score.get())
    }

    #[test]
    fn further_findings_of_a_rule_cost_half() {
        let major = finding("a/b", Category::Logic, Severity::Major);
        assert_eq!(grade(&[], CORRECTNESS), Some(100.0));
        assert_eq!(grade(std::slice::from_ref(&major), CORRECTNESS), Some(75.0));
        assert_eq!(
            grade(&[major.clone(), major.clone()], CORRECTNESS),
            Some(62.5)
        );
        let other = finding("a/c", Category::ErrorHandling, Severity::Critical);
        assert_eq!(grade(&[major, other], CORRECTNESS), Some(15.0));
    }

    #[test]
    fn only_what_the_judge_assesses_is_graded() {
        let names = |assesses: &dyn Fn(&str) -> bool| -> Vec<String> {
            grades(&[], assesses, &Rubric::default())
                .into_iter()
                .map(|(name, _)| name)
                .collect()
        };
        assert_eq!(names(&|name| name == SECURITY), [SECURITY]);
        assert_eq!(names(&|_| true).len(), GRADABLE.len());
    }

    #[test]
    fn no_grade_falls_below_zero() {
        let findings: Vec<Reported> = (0..9)
            .map(|n| finding(&format!("a/{n}"), Category::Security, Severity::Critical))
            .collect();
        assert_eq!(grade(&findings, SECURITY), Some(0.0));
    }
}
