//! The severities and categories a judge may give, each in one list: for schemas, reading and counting alike.

use gansauditor_audit::domain::{Category, Severity};

/// All severities, worst first.
pub(crate) const SEVERITIES: [Severity; 5] = [
    Severity::Blocker,
    Severity::Critical,
    Severity::Major,
    Severity::Minor,
    Severity::Info,
];

/// All categories but those that a tool makes up.
pub(crate) const CATEGORIES: [Category; 10] = [
    Category::Security,
    Category::Performance,
    Category::Style,
    Category::Logic,
    Category::ErrorHandling,
    Category::Maintainability,
    Category::Testing,
    Category::Documentation,
    Category::Architecture,
    Category::Compatibility,
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn severities_stand_worst_first_and_none_is_missing() {
        assert!(SEVERITIES.is_sorted_by(|worse, better| worse > better));
        // Does not compile once there is another one.
        let places = SEVERITIES.map(|severity| match severity {
            Severity::Blocker => 0,
            Severity::Critical => 1,
            Severity::Major => 2,
            Severity::Minor => 3,
            Severity::Info => 4,
        });
        assert_eq!(places, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn no_category_is_missing() {
        // Does not compile once there is another one.
        let places = CATEGORIES.map(|category| match category {
            Category::Security => 0,
            Category::Performance => 1,
            Category::Style => 2,
            Category::Logic => 3,
            Category::ErrorHandling => 4,
            Category::Maintainability => 5,
            Category::Testing => 6,
            Category::Documentation => 7,
            Category::Architecture => 8,
            Category::Compatibility => 9,
            Category::Custom(_) => 10,
        });
        assert_eq!(places, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn names_are_those_that_records_have() {
        let written = |value: Value| value.as_str().unwrap().to_owned();
        for severity in SEVERITIES {
            assert_eq!(written(json!(severity)), severity.name());
        }
        for category in CATEGORIES {
            assert_eq!(written(json!(category)), category.name());
        }
    }
}
