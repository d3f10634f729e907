//! What a result weighs and what it is about.

use super::super::settings::Levels;
use super::log::{Properties, Reference, Rule, Run, SarifResult};
use gansauditor_audit::domain::{Category, Severity};

/// The severity of a result: by the security score the tool gives, else by its level.
///
/// The scores are those of the Common Vulnerability Scoring System, 0 to 10. None makes a blocker: a tool's estimate alone
/// does not make work unusable.
pub(crate) fn severity(result: &SarifResult, rule: Option<&Rule>, levels: &Levels) -> Severity {
    let score = properties(result, rule)
        .filter_map(|properties| properties.security_severity.some())
        .find_map(|score| score.trim().parse::<f64>().ok())
        .filter(|score| (0.0..=10.0).contains(score));
    match score {
        Some(score) if score >= 7.0 => Severity::Critical,
        Some(score) if score >= 4.0 => Severity::Major,
        Some(score) if score > 0.0 => Severity::Minor,
        Some(_) => Severity::Info,
        None => of_level(level(result, rule), levels),
    }
}

/// The level of a result as the standard derives it.
fn level<'l>(result: &'l SarifResult, rule: Option<&'l Rule>) -> &'l str {
    let kind = result.kind.some().unwrap_or("fail");
    result
        .level
        .some()
        .or_else(|| (kind != "fail").then_some("none"))
        .or_else(|| rule?.default_configuration.level.some())
        .unwrap_or("warning")
}

fn of_level(level: &str, levels: &Levels) -> Severity {
    match level {
        "error" => levels.error,
        "note" => levels.note,
        "none" => levels.none,
        _ => levels.warning,
    }
}

/// How much of a tag is looked at, in bytes.
const TAG_BYTES: usize = 80;

/// Words that tell a category, the weightier category first: a rule may have several tags.
const WORDS: &[(&str, Category)] = &[
    ("security", Category::Security),
    ("vulnerab", Category::Security),
    ("bandit", Category::Security),
    ("owasp", Category::Security),
    ("cwe", Category::Security),
    ("error-handling", Category::ErrorHandling),
    ("exceptions", Category::ErrorHandling),
    ("perf", Category::Performance),
    ("efficiency", Category::Performance),
    ("test", Category::Testing),
    ("documentation", Category::Documentation),
    ("docs", Category::Documentation),
    ("docstyle", Category::Documentation),
    ("compatib", Category::Compatibility),
    ("portability", Category::Compatibility),
    ("architecture", Category::Architecture),
    ("maintainab", Category::Maintainability),
    ("complexity", Category::Maintainability),
    ("readability", Category::Maintainability),
    ("simplif", Category::Maintainability),
    ("style", Category::Style),
    ("format", Category::Style),
    ("convention", Category::Style),
    ("naming", Category::Style),
    ("isort", Category::Style),
    ("correctness", Category::Logic),
    ("reliability", Category::Logic),
    ("bug", Category::Logic),
    ("logic", Category::Logic),
    ("pyflakes", Category::Logic),
];

/// What a result is about, by its tags and those of its rule, then by other properties; `default` when none tells.
pub(crate) fn category(
    result: &SarifResult,
    rule: Option<&Rule>,
    cwe: Option<u32>,
    default: &Category,
) -> Category {
    let both = || properties(result, rule);
    let tags = both().flat_map(|one| one.tags.items.iter().filter_map(|tag| tag.some()));
    let others = both().flat_map(|one| {
        [&one.category, &one.kind]
            .into_iter()
            .filter_map(|p| p.some())
    });
    told(tags)
        .or_else(|| told(others))
        .or_else(|| cwe.is_some().then_some(Category::Security))
        .unwrap_or_else(|| default.clone())
}

/// The weightiest category that any of the texts tells.
fn told<'t>(texts: impl Iterator<Item = &'t str>) -> Option<Category> {
    texts
        .filter_map(|text| {
            let end = text.floor_char_boundary(TAG_BYTES);
            let text = text.get(..end)?.to_ascii_lowercase();
            WORDS.iter().position(|(word, _)| text.contains(word))
        })
        .min()
        .and_then(|at| Some(WORDS.get(at)?.1.clone()))
}

fn properties<'l>(
    result: &'l SarifResult,
    rule: Option<&'l Rule>,
) -> impl Iterator<Item = &'l Properties> {
    std::iter::once(&*result.properties).chain(rule.map(|rule| &*rule.properties))
}

/// The number in the Common Weakness Enumeration, from tags, properties or taxonomies; the first that is told.
pub(crate) fn cwe(result: &SarifResult, rule: Option<&Rule>, run: &Run) -> Option<u32> {
    let entries = || {
        result
            .taxa
            .items
            .iter()
            .map(|entry| &**entry)
            .chain(rule.into_iter().flat_map(|rule| {
                rule.relationships
                    .items
                    .iter()
                    .map(|relation| &*relation.target)
            }))
    };
    properties(result, rule)
        .flat_map(|one| one.tags.items.iter().chain(std::iter::once(&one.cwe)))
        .find_map(|tag| number_after_cwe(tag.some()?))
        .or_else(|| entries().find_map(|entry| number_of_entry(entry, run)))
}

fn number_of_entry(entry: &Reference, run: &Run) -> Option<u32> {
    let id = entry.id.some()?;
    let component = &entry.tool_component;
    let by_index = || {
        let index = component.index.index()?;
        run.taxonomies.items.get(index)?.name.some()
    };
    let is_cwe = component
        .name
        .some()
        .or_else(by_index)
        .is_some_and(|name| name.eq_ignore_ascii_case("cwe"));
    number_after_cwe(id).or_else(|| if is_cwe { valid(id) } else { None })
}

/// `CWE-79`, `external/cwe/cwe-079`, `CWE-79: Cross-site …`.
fn number_after_cwe(text: &str) -> Option<u32> {
    let lower = text.to_ascii_lowercase();
    lower.match_indices("cwe").find_map(|(at, word)| {
        let digits: String = lower
            .get(at + word.len()..)?
            .strip_prefix(['-', '_', '/', ':', ' '])?
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        valid(&digits)
    })
}

fn valid(digits: &str) -> Option<u32> {
    // The enumeration has some 1400 entries; more digits are no number of it.
    (digits.len() <= 5)
        .then(|| digits.parse().ok())
        .flatten()
        .filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weaknesses_are_found_in_tags() {
        for (tag, number) in [
            ("external/cwe/cwe-079", Some(79)),
            ("CWE-79", Some(79)),
            ("CWE-95: Improper Neutralization", Some(95)),
            ("cwe:1004", Some(1004)),
            ("security", None),
            ("cwe-", None),
            ("cwe-0", None),
            ("CWE-99999999999", None),
        ] {
            assert_eq!(number_after_cwe(tag), number, "{tag}");
        }
    }

    #[test]
    fn the_weightiest_tag_tells_the_category() {
        let of = |tags: &[&str]| told(tags.iter().copied());
        assert_eq!(
            of(&["maintainability", "Security"]),
            Some(Category::Security)
        );
        assert_eq!(
            of(&["useless-code", "Perflint"]),
            Some(Category::Performance)
        );
        assert_eq!(of(&["pycodestyle"]), Some(Category::Style));
        assert_eq!(of(&["pydocstyle"]), Some(Category::Documentation));
        assert_eq!(of(&["flake8-bandit"]), Some(Category::Security));
        assert_eq!(of(&["experimental"]), None);
        assert_eq!(of(&[]), None);
    }
}
