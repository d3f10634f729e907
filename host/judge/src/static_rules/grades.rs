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
//! | testing | tests, which are graded only when the submission holds some |
//! | logic, error handling, compatibility, others | correctness and completeness |
//!
//! A file that does not parse makes correctness 0, and nothing else is graded: nobody can tell how secure or fast code is
//! that is not of its language. The review's score is then 0, whatever the other files hold.

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

/// Grades the dimensions of the rubric that static rules can say something about.
pub(crate) fn grades(
    findings: &[Reported],
    has_tests: bool,
    rubric: &Rubric,
) -> Vec<(String, Score)> {
    if findings
        .iter()
        .any(|finding| finding.rule.as_deref() == Some(super::syntax_errors::RULE))
    {
        return vec![(CORRECTNESS.to_owned(), Score::MIN)];
    }
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
        .filter(|name| match *name {
            CORRECTNESS | STYLE | SECURITY | PERFORMANCE | DOCUMENTATION => true,
            TESTS => has_tests,
            _ => false,
        })
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
        let grades = grades(findings, false, &Rubric::default());
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
    fn tests_are_graded_only_when_there_are_some() {
        assert_eq!(grade(&[], TESTS), None);
        assert!(
            grades(&[], true, &Rubric::default())
                .iter()
                .any(|(name, _)| name == TESTS)
        );
    }

    #[test]
    fn code_that_does_not_parse_gets_nothing_but_a_zero() {
        let error = finding(
            super::super::syntax_errors::RULE,
            Category::Logic,
            Severity::Blocker,
        );
        assert_eq!(
            grades(&[error], true, &Rubric::default()),
            [(CORRECTNESS.to_owned(), Score::MIN)]
        );
    }

    #[test]
    fn no_grade_falls_below_zero() {
        let findings: Vec<Reported> = (0..9)
            .map(|n| finding(&format!("a/{n}"), Category::Security, Severity::Critical))
            .collect();
        assert_eq!(grade(&findings, SECURITY), Some(0.0));
    }
}
