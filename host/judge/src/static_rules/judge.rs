//! The judge over the checks.

use super::catalogue::{Catalogue, rules_digest};
use super::collector::{Collector, Place, Verdict, lines_of};
use super::deadline::Deadline;
use super::file_kind::{FileKind, kind_of};
use super::grammar::Grammar;
use super::rule::RuleError;
use super::scan::scan;
use super::secrets::Text;
use super::source::Source;
use super::syntax_tree::{SyntaxTree, Unread, parse};
use super::{
    NAME, comments, complexity, conflict_markers, documentation, endless_loop, grades, recursion,
    secrets, summary, symbol, syntax_errors, test_code, testing,
};
use crate::wording::left_out;
use async_trait::async_trait;
use gansauditor_audit::domain::{Coverage, JudgeIdentity, JudgeKind, Reported, Usage, WorkFile};
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
struct Judged {
    findings: Vec<Reported>,
    /// The grammar, for code.
    grammar: Option<Grammar>,
    has_tests: bool,
}

fn review(
    files: &[WorkFile],
    rubric: &Rubric,
    deadline: &Deadline,
) -> Result<JudgeReport, JudgeError> {
    let mut findings = Vec::new();
    let mut covered = Vec::new();
    let mut unread = Vec::new();
    let mut grammars = Vec::new();
    let mut has_tests = false;
    for file in files {
        deadline.check()?;
        match judge_file(file, deadline)? {
            Ok(judged) => {
                findings.extend(judged.findings);
                covered.push(file.path.clone());
                grammars.extend(judged.grammar);
                has_tests |= judged.has_tests;
            }
            Err(reason) => unread.push((file.path.clone(), reason)),
        }
    }
    let coverage = coverage(&grammars, &unread, covered.len());
    let scores = match coverage {
        Coverage::Unscored(_) => Vec::new(),
        Coverage::Whole | Coverage::Partial(_) => {
            let scores = grades::grades(&findings, has_tests, rubric);
            if !has_tests {
                findings.push(testing::missing());
            }
            scores
        }
    };
    let summary = summary::summary(covered.len(), &grammars, &findings, &unread);
    Ok(JudgeReport {
        scores,
        findings,
        coverage,
        covered,
        summary,
        usage: Usage::default(),
        provenance: String::new(),
        checks: Vec::new(),
    })
}

fn coverage(grammars: &[Grammar], unread: &[(String, String)], covered: usize) -> Coverage {
    let left_out = || left_out(unread);
    if !grammars.is_empty() {
        if unread.is_empty() {
            Coverage::Whole
        } else {
            Coverage::Partial(format!("not read: {}", left_out()))
        }
    } else if unread.is_empty() && covered == 0 {
        Coverage::Unscored("the submission holds no files".to_owned())
    } else if unread.is_empty() {
        Coverage::Unscored(
            "the submission holds no code in a language with rules; other files, and comments alone, are searched and not graded"
                .to_owned(),
        )
    } else {
        Coverage::Unscored(format!("nothing could be graded: {}", left_out()))
    }
}

/// The outer error ends the review, the inner one says why this file was not read.
fn judge_file(file: &WorkFile, deadline: &Deadline) -> Result<Result<Judged, String>, JudgeError> {
    let grammar = match kind_of(file) {
        FileKind::Unknown(reason) => return Ok(Err(reason)),
        FileKind::Data if file.text.len() > super::syntax_tree::MAX_BYTES => {
            return Ok(Err(Unread::Large.to_string()));
        }
        FileKind::Data => {
            let mut collector = Collector::new(file);
            conflict_markers::check(&file.text, &mut collector);
            secrets::check(&file.text, &mut collector, |_| Text::Data, |_| None);
            return Ok(Ok(Judged {
                findings: collector.finish(),
                grammar: None,
                has_tests: false,
            }));
        }
        FileKind::Code(grammar) => grammar,
    };
    let tree = match parse_as(file, grammar, deadline)? {
        Ok(tree) => tree,
        Err(reason) => return Ok(Err(reason.to_string())),
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
    Ok(Ok(Judged {
        findings: collector.finish(),
        // A file without code is searched like any other, and there is nothing in it to grade.
        grammar: source.holds_code().then_some(grammar),
        has_tests,
    }))
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
