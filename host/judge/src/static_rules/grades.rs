//! The grades of static rules: by the common rule (see [`crate::grades`]), with two additions.
//!
//! Tests are graded only when the submission holds some. A file that does not parse makes correctness 0, and nothing else
//! is graded: nobody can tell how secure or fast code is that is not of its language. The review's score is then 0,
//! whatever the other files hold.

use gansauditor_audit::domain::{Reported, Score};
use gansauditor_audit::rubric::{CORRECTNESS, Rubric, TESTS};

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
    crate::grades::grades(findings, |name| name != TESTS || has_tests, rubric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gansauditor_audit::domain::{Category, Severity};

    #[test]
    fn tests_are_graded_only_when_there_are_some() {
        let graded = |has_tests| {
            grades(&[], has_tests, &Rubric::default())
                .iter()
                .any(|(name, _)| name == TESTS)
        };
        assert!(!graded(false));
        assert!(graded(true));
    }

    #[test]
    fn code_that_does_not_parse_gets_nothing_but_a_zero() {
        let error = Reported {
            rule: Some(super::super::syntax_errors::RULE.to_owned()),
            category: Category::Logic,
            severity: Severity::Blocker,
            cwe: None,
            message: String::new(),
            advice: None,
            location: None,
            symbol: None,
            anchor: String::new(),
        };
        assert_eq!(
            grades(&[error], true, &Rubric::default()),
            [(CORRECTNESS.to_owned(), Score::MIN)]
        );
    }
}
