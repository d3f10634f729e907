//! Which findings forbid completion below the operator's blocking severity, by what they are about.

use crate::model::{Category, Finding, Severity};
use serde_json::Value;

/// Resources that are never given back: CWE-401 memory, 404 and 459 clean-up, 771 to 775 handles.
const LEAKS: &[u32] = &[401, 404, 459, 771, 772, 773, 775];
/// Memory that is read or written where it must not be: out of bounds (CWE-119 to 122, 125, 787), freed twice (415),
/// used after it was freed (416), not initialised (457, 824, 908).
const MEMORY: &[u32] = &[119, 120, 121, 122, 125, 415, 416, 457, 787, 824, 908];

/// What a finding can be about: the categories of the contract, and two kinds that go across them.
const KINDS: [&str; 12] = [
    "security",
    "performance",
    "style",
    "logic",
    "error-handling",
    "maintainability",
    "testing",
    "documentation",
    "architecture",
    "compatibility",
    "leak",
    "memory",
];

/// The value of a kind that only the operator's blocking severity holds for.
const OFF: &str = "off";

const SEVERITIES: [Severity; 5] = [
    Severity::Info,
    Severity::Minor,
    Severity::Major,
    Severity::Critical,
    Severity::Blocker,
];

/// For each kind the severity from which an open finding forbids completion; none where only the operator's blocking
/// severity holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Blocking([Option<Severity>; KINDS.len()]);

impl Default for Blocking {
    /// A user who relies on the verdict expects that complete work is safe against attack, keeps memory intact, and runs
    /// out of neither memory nor handles.
    fn default() -> Self {
        let mut blocking = Self([None; KINDS.len()]);
        for kind in ["security", "leak", "memory"] {
            blocking.set(kind, Some(Severity::Major));
        }
        blocking
    }
}

impl Blocking {
    /// Whether the finding forbids completion while it is open.
    pub fn holds(&self, finding: &Finding) -> bool {
        let leads = |kind: &str| match kind {
            "leak" => finding.cwe.is_some_and(|cwe| LEAKS.contains(&cwe)),
            "memory" => finding.cwe.is_some_and(|cwe| MEMORY.contains(&cwe)),
            // A judge's own category is none of the contract's, whatever it is called.
            name => {
                !matches!(finding.category, Category::Custom(_)) && finding.category.name() == name
            }
        };
        KINDS
            .iter()
            .zip(self.0)
            .filter_map(|(kind, from)| Some((kind, from?)))
            .any(|(kind, from)| finding.severity >= from && leads(kind))
    }

    /// Reads the setting: an object from kinds to severities. What it does not name keeps its default. Errors: pairs of
    /// a member's name (`""` for the whole) and what is wrong with it.
    pub(crate) fn read(value: &Value) -> Result<Self, Vec<(String, String)>> {
        let Value::Object(members) = value else {
            return Err(vec![(String::new(), "must be an object".to_owned())]);
        };
        let mut blocking = Self::default();
        let mut wrong = Vec::new();
        for (kind, from) in members {
            let severity = SEVERITIES
                .into_iter()
                .find(|severity| from.as_str() == Some(severity.name()));
            if !KINDS.contains(&kind.as_str()) {
                let known = KINDS.join(", ");
                wrong.push((kind.clone(), format!("is not a kind; there are {known}")));
            } else if severity.is_none() && from.as_str() != Some(OFF) {
                let known = SEVERITIES.map(Severity::name).join(", ");
                wrong.push((kind.clone(), format!("must be one of {known}, {OFF}")));
            } else {
                blocking.set(kind, severity);
            }
        }
        if wrong.is_empty() {
            Ok(blocking)
        } else {
            Err(wrong)
        }
    }

    fn set(&mut self, kind: &str, from: Option<Severity>) {
        if let Some(at) = KINDS.iter().position(|known| *known == kind) {
            self.0[at] = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::finding;
    use serde_json::json;

    fn found(category: Category, severity: Severity, cwe: Option<u32>) -> Finding {
        Finding {
            category,
            severity,
            cwe,
            ..finding("f", severity, "a.c", 1)
        }
    }

    #[test]
    fn a_major_of_security_a_leak_and_corrupted_memory_forbid_completion() {
        let blocking = Blocking::default();
        for (category, severity, cwe, holds) in [
            (Category::Security, Severity::Major, Some(502), true),
            (Category::Security, Severity::Major, None, true),
            (Category::Security, Severity::Minor, Some(502), false),
            (Category::Logic, Severity::Major, Some(416), true),
            (Category::Performance, Severity::Major, Some(401), true),
            (Category::ErrorHandling, Severity::Major, Some(772), true),
            (Category::Logic, Severity::Major, Some(476), false),
            (
                Category::Custom("security".into()),
                Severity::Major,
                None,
                false,
            ),
        ] {
            let finding = found(category, severity, cwe);
            assert_eq!(blocking.holds(&finding), holds, "{finding:?}");
        }
    }

    #[test]
    fn a_setting_moves_one_kind_and_leaves_the_others() {
        let blocking = Blocking::read(&json!({"security": "off", "style": "info"})).unwrap();
        assert!(!blocking.holds(&found(Category::Security, Severity::Blocker, None)));
        assert!(blocking.holds(&found(Category::Style, Severity::Info, None)));
        assert!(blocking.holds(&found(Category::Logic, Severity::Major, Some(401))));
    }

    #[test]
    fn unknown_kinds_and_severities_are_refused_by_name() {
        let wrong = Blocking::read(&json!({"smell": "major", "leak": "bad"})).unwrap_err();
        let mut names: Vec<&str> = wrong.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["leak", "smell"]);
        assert!(Blocking::read(&json!("major")).is_err());
    }
}
