//! The examples of the rules, as tests.

use super::catalogue::{Catalogue, RULE_FILES};
use super::deadline::Deadline;
use super::flow::Flow;
use super::grammar::Grammar;
use super::scan::scan;
use super::source::Source;
use super::syntax_tree::parse;
use super::test_code;
use gansauditor_audit::domain::{Extent, Severity, WorkFile};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const MARK: char = '◀';

/// Lines of an example, from 1, where the rule is to report.
fn marked(example: &str) -> (String, BTreeSet<usize>) {
    let mut lines = BTreeSet::new();
    let mut text = String::new();
    for (index, line) in example.lines().enumerate() {
        let cut = line.trim_end().strip_suffix(MARK);
        if cut.is_some() {
            lines.insert(index + 1);
        }
        text.push_str(cut.map_or(line, str::trim_end));
        text.push('\n');
    }
    if example.lines().count() == 1 {
        lines.insert(1);
    }
    (text, lines)
}

/// Every (rule, line) that is reported in a text.
fn reported(
    text: &str,
    grammar: Grammar,
    problems: &mut String,
    of: &str,
) -> BTreeSet<(String, usize)> {
    let deadline = Deadline::new(Duration::from_secs(60), CancellationToken::new());
    let file = WorkFile {
        path: "example".to_owned(),
        named: false,
        language: None,
        text: text.to_owned(),
        extent: Extent::Whole,
    };
    let tree = parse(text, grammar, &deadline).unwrap().unwrap();
    let root = tree.root();
    let source = Source::new(&file, grammar, root.get_inner_node(), false);
    if source.root.has_error() {
        let _ = writeln!(
            problems,
            "{of} ({}): the example does not parse:\n{text}",
            grammar.name()
        );
    }
    // A meta-variable that the rule does not bind leaves nothing between the quotes.
    let unfilled = "``";
    let flow = Flow::new(&source);
    let mut found = BTreeSet::new();
    scan(
        &tree,
        Catalogue::of(grammar).unwrap(),
        false,
        &deadline,
        |rule, node, place, text| {
            let severity = rule.card.severity;
            let weighed = flow.weigh(&rule.asked, severity, place, text, |_| true);
            if weighed.is_none() {
                return;
            }
            let (message, advice) = rule.texts(node);
            if message.contains(unfilled) || advice.contains(unfilled) || advice.is_empty() {
                let _ = writeln!(
                    problems,
                    "{}: not filled in: {message} | {advice}",
                    rule.id()
                );
            }
            if rule.card.holds_in_tests() || !test_code::contains(place, &source) {
                found.insert((rule.id().to_owned(), node.start_pos().line() + 1));
            }
        },
    )
    .unwrap();
    found
}

fn check(folder: &str) {
    let mut problems = String::new();
    for grammar in Grammar::ALL
        .into_iter()
        .filter(|grammar| grammar.folders().contains(&folder))
    {
        let catalogue = Catalogue::of(grammar).unwrap_or_else(|error| panic!("{error}"));
        let mut ids = BTreeSet::new();
        for rule in &catalogue.rules {
            let id = rule.id();
            if !ids.insert(id) {
                let _ = writeln!(problems, "{id}: two rules have this id");
            }
            if id.split_once('/').is_none_or(|(of, slug)| {
                !grammar.folders().contains(&of)
                    || slug.is_empty()
                    || slug.contains(|c: char| !matches!(c, 'a'..='z' | '0'..='9' | '-'))
            }) {
                let _ = writeln!(problems, "{id}: an id is <folder>/<slug> of a-z, 0-9 and -");
            }
            if !id.starts_with(&format!("{folder}/")) {
                continue;
            }
            if rule.card.invalid.is_empty() || rule.card.valid.is_empty() {
                let _ = writeln!(problems, "{id}: needs valid and invalid examples");
            }
            for example in &rule.card.invalid {
                let (text, expected) = marked(example);
                let found: BTreeSet<usize> = reported(&text, grammar, &mut problems, id)
                    .into_iter()
                    .filter(|(rule, _)| rule == id)
                    .map(|(_, line)| line)
                    .collect();
                if expected.is_empty() {
                    let _ = writeln!(
                        problems,
                        "{id}: an invalid example of several lines has no mark:\n{text}"
                    );
                } else if found != expected {
                    let _ = writeln!(
                        problems,
                        "{id} ({}): expected at lines {expected:?}, reported at {found:?}:\n{text}",
                        grammar.name()
                    );
                }
            }
            for example in &rule.card.valid {
                // A text file ends in a line break, and some grammars need it.
                for (other, line) in reported(
                    &format!("{}\n", example.trim_end()),
                    grammar,
                    &mut problems,
                    id,
                ) {
                    let severity = catalogue
                        .rules
                        .iter()
                        .find(|rule| rule.id() == other)
                        .unwrap()
                        .card
                        .severity;
                    if other == id {
                        let _ = writeln!(
                            problems,
                            "{id} ({}): reported in a valid example, line {line}:\n{example}",
                            grammar.name()
                        );
                    } else if severity >= Severity::Major {
                        let _ = writeln!(
                            problems,
                            "{id} ({}): `{other}` reports its valid example, line {line}:\n{example}",
                            grammar.name()
                        );
                    }
                }
            }
        }
    }
    assert!(problems.is_empty(), "\n{problems}");
}

macro_rules! folders {
    ($($test:ident: $folder:literal,)*) => {
        $(
            #[test]
            fn $test() {
                check($folder);
            }
        )*

        #[test]
        fn every_folder_is_checked() {
            for file in RULE_FILES {
                assert!([$($folder),*].contains(&file.folder), "{} has no test", file.folder);
            }
        }
    };
}

folders! {
    rules_of_c_report_their_examples: "c",
    rules_of_cpp_report_their_examples: "cpp",
    rules_of_go_report_their_examples: "go",
    rules_of_java_report_their_examples: "java",
    rules_of_javascript_report_their_examples: "javascript",
    rules_of_python_report_their_examples: "python",
    rules_of_rust_report_their_examples: "rust",
    rules_of_typescript_report_their_examples: "typescript",
}
