//! The judge over the checks.

use super::catalogue::{Catalogue, rules_digest};
use super::collector::{Collector, Place, Verdict, lines_of};
use super::deadline::Deadline;
use super::grammar::Grammar;
use super::readable::Readable;
use super::rule::RuleError;
use super::scan::scan;
use super::secrets::Text;
use super::source::Source;
use super::syntax_tree::{SyntaxTree, Unread, parse};
use super::{
    NAME, comments, complexity, conflict_markers, documentation, endless_loop, grades, recursion,
    secrets, summary, symbol, syntax_errors, test_code, testing,
};
use async_trait::async_trait;
use gansauditor_audit::domain::{
    Coverage, FileReading, JudgeIdentity, JudgeKind, ReadingClass, Reported, Usage, WorkFile,
};
use gansauditor_audit::ports::{Judge, JudgeError, JudgeFailure, JudgeReport, JudgeRequest};
use gansauditor_audit::rubric::Rubric;
use std::sync::Arc;

/// The built-in judge: rules over syntax trees, offline, without a key, deterministic.
///
/// It reads whole files and pieces of them; nothing in the code under audit switches a rule off. See `rules/README.md`
/// for the rules and the documentation of `grades` for how they make a grade.
#[derive(Debug, Clone)]
pub struct StaticJudge {
    identity: JudgeIdentity,
}

impl StaticJudge {
    /// Makes the judge. Rules are compiled when a language is first met.
    pub fn new() -> Self {
        let digest = rules_digest();
        let short: String = digest
            .as_str()
            .trim_start_matches("sha256:")
            .chars()
            .take(12)
            .collect();
        Self {
            identity: JudgeIdentity {
                name: NAME.to_owned(),
                version: format!("{}+rules.{short}", env!("CARGO_PKG_VERSION")),
                kind: JudgeKind::Static,
                deterministic: true,
            },
        }
    }
}

impl Default for StaticJudge {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Judge for StaticJudge {
    fn identity(&self) -> &JudgeIdentity {
        &self.identity
    }

    async fn review(&self, request: &JudgeRequest) -> Result<JudgeReport, JudgeError> {
        let files = Arc::clone(&request.files);
        let rubric = request.rubric.clone();
        let deadline = Deadline::new(request.time, request.cancel.clone());
        tokio::task::spawn_blocking(move || review(&files, &rubric, &deadline))
            .await
            .unwrap_or_else(|error| Err(broken(error.to_string())))
    }
}

/// What became of one file.
enum Judged {
    /// Code that was graded.
    Graded {
        findings: Vec<Reported>,
        grammar: Grammar,
        has_tests: bool,
    },
    /// Searched by the rules for text, and by those for code where there is some; nothing in it can be graded.
    Screened {
        findings: Vec<Reported>,
        why: &'static str,
    },
    /// In a language without rules.
    Unreadable(String),
    /// A text that is too much for the parser.
    Unread(String),
}

fn review(
    files: &[WorkFile],
    rubric: &Rubric,
    deadline: &Deadline,
) -> Result<JudgeReport, JudgeError> {
    let mut findings = Vec::new();
    let mut readings = Vec::new();
    let mut grammars = Vec::new();
    let mut has_tests = false;
    for file in files {
        deadline.check()?;
        readings.push(match judge_file(file, deadline)? {
            Judged::Graded {
                findings: found,
                grammar,
                has_tests: tests,
            } => {
                findings.extend(found);
                grammars.push(grammar);
                has_tests |= tests;
                FileReading::graded(&file.path)
            }
            Judged::Screened {
                findings: found,
                why,
            } => {
                findings.extend(found);
                FileReading::apart(&file.path, ReadingClass::Screened, why)
            }
            Judged::Unreadable(why) => {
                FileReading::apart(&file.path, ReadingClass::Unreadable, why)
            }
            Judged::Unread(why) => FileReading::apart(&file.path, ReadingClass::Unread, why),
        });
    }
    let scores = if grammars.is_empty() {
        Vec::new()
    } else {
        let scores = grades::grades(&findings, has_tests, rubric);
        if !has_tests {
            findings.push(testing::missing());
        }
        scores
    };
    let summary = summary::summary(&readings, &grammars, &findings);
    Ok(JudgeReport {
        scores,
        findings,
        coverage: Coverage::Whole,
        readings,
        summary,
        usage: Usage::default(),
        provenance: String::new(),
        checks: Vec::new(),
    })
}

/// The error ends the review.
fn judge_file(file: &WorkFile, deadline: &Deadline) -> Result<Judged, JudgeError> {
    let grammar = match Readable::of(file) {
        Readable::Nothing(reason) => return Ok(Judged::Unreadable(reason)),
        Readable::Text(why) => {
            let mut collector = Collector::new(file);
            conflict_markers::check(&file.text, &mut collector);
            secrets::check(&file.text, &mut collector, |_| Text::Data, |_| None);
            return Ok(Judged::Screened {
                findings: collector.finish(),
                why,
            });
        }
        Readable::Code(grammar) => grammar,
    };
    let tree = match parse_as(file, grammar, deadline)? {
        Ok(tree) => tree,
        Err(reason) => return Ok(Judged::Unread(reason.to_string())),
    };
    let grammar = *tree.lang();
    let catalogue = Catalogue::of(grammar).map_err(unusable)?;
    let is_test = test_code::is_test_file(file);
    let root = tree.root();
    let source = Source {
        file,
        grammar,
        root: root.get_inner_node(),
        is_test,
    };
    let mut collector = Collector::new(file);

    let conflict = conflict_markers::check(&file.text, &mut collector);
    if !conflict && !source.is_fragment() {
        syntax_errors::check(&source, &mut collector);
    }
    run_rules(&tree, catalogue, &source, &mut collector, deadline)?;
    let kind = |line| match node_at(line, &source) {
        Some(node) if test_code::contains(node, &source) => Text::TestCode,
        _ => Text::Code,
    };
    secrets::check(&file.text, &mut collector, kind, |line| {
        symbol::enclosing(node_at(line, &source)?, &source)
    });
    comments::check(&source, &mut collector);
    complexity::check(&source, &mut collector);
    recursion::check(&source, &mut collector);
    endless_loop::check(&source, &mut collector);
    documentation::check(&source, &mut collector);
    let has_tests = testing::check(&source, &mut collector);
    let findings = collector.finish();
    // A file without code is searched like any other, and there is nothing in it to grade.
    Ok(if source.holds_code() {
        Judged::Graded {
            findings,
            grammar,
            has_tests,
        }
    } else {
        Judged::Screened {
            findings,
            why: "it holds comments and no code",
        }
    })
}

/// Parses a file. A header of C that is not C is one of C++.
fn parse_as(
    file: &WorkFile,
    grammar: Grammar,
    deadline: &Deadline,
) -> Result<Result<SyntaxTree, Unread>, JudgeError> {
    let tree = parse(&file.text, grammar, deadline)?;
    let broken = |tree: &SyntaxTree| tree.root().get_inner_node().has_error();
    if grammar == Grammar::C
        && file.path.to_ascii_lowercase().ends_with(".h")
        && tree.as_ref().is_ok_and(broken)
    {
        let other = parse(&file.text, Grammar::Cpp, deadline)?;
        if other.as_ref().is_ok_and(|tree| !broken(tree)) {
            return Ok(other);
        }
    }
    Ok(tree)
}

fn run_rules(
    tree: &SyntaxTree,
    catalogue: &'static Catalogue,
    source: &Source<'_>,
    collector: &mut Collector<'_>,
    deadline: &Deadline,
) -> Result<(), JudgeError> {
    scan(
        tree,
        catalogue,
        source.is_fragment(),
        deadline,
        |rule, found| {
            let node = found.get_inner_node();
            let lines = lines_of(node);
            if !collector.concerns(lines)
                || !rule.card.holds_in_tests() && test_code::contains(node, source)
            {
                return;
            }
            let (message, advice) = if collector.keeps(rule.id()) {
                rule.texts(found)
            } else {
                Default::default()
            };
            let verdict = Verdict {
                rule: rule.id(),
                category: rule.card.category.clone(),
                severity: rule.card.severity,
                cwe: rule.card.cwe,
                advice: &advice,
            };
            collector.report(&verdict, lines, || (message, Place::of(node, source)));
        },
    )
}

/// The node at the first word of a line.
fn node_at<'t>(line: u32, source: &Source<'t>) -> Option<tree_sitter::Node<'t>> {
    let row = usize::try_from(line).ok()?.checked_sub(1)?;
    let text = source.file.text.lines().nth(row)?;
    let point = tree_sitter::Point::new(row, text.len() - text.trim_start().len());
    source.root.descendant_for_point_range(point, point)
}

fn unusable(error: &RuleError) -> JudgeError {
    broken(format!("a built-in rule is wrong: {error}"))
}

fn broken(reason: String) -> JudgeError {
    JudgeError::failed(NAME, JudgeFailure::Broken, reason)
}
