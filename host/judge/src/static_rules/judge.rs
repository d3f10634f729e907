//! The judge over the checks.

use super::catalogue::{Catalogue, rules_digest};
use super::collector::{Collector, Place, Verdict};
use super::deadline::Deadline;
use super::flow::Flow;
use super::grammar::Grammar;
use super::readable::Readable;
use super::rule::RuleError;
use super::scan::scan;
use super::secrets::Text;
use super::source::Source;
use super::syntax_tree::{SyntaxTree, Unread, parse};
use super::{
    NAME, comments, complexity, conflict_markers, documentation, endless_loop, grades, header,
    hidden, pieces, recursion, secrets, summary, symbol, syntax_errors, test_code, testing,
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
    Graded(Code),
    /// Searched by the rules for text, and by those for code where there is some; nothing in it can be graded.
    Screened {
        findings: Vec<Reported>,
        why: &'static str,
    },
    /// In a language without rules: searched by the rules for text.
    Unreadable {
        findings: Vec<Reported>,
        why: String,
    },
    /// A text that is too much for the parser.
    Unread(String),
}

/// Code that was read.
#[derive(Default)]
struct Code {
    findings: Vec<Reported>,
    /// By which grammar; none where there was only a comment.
    grammar: Option<Grammar>,
    has_tests: bool,
    /// The first line that could not be parsed, where the file was read by the rest.
    unparsed: Option<u32>,
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
    let mut unparsed = Vec::new();
    for file in files {
        deadline.check()?;
        let (class, reason, found) = match judge_file(file, deadline)? {
            Judged::Graded(code) => {
                grammars.extend(code.grammar);
                has_tests |= code.has_tests;
                unparsed.extend(code.unparsed.map(|line| (file.path.clone(), line)));
                (ReadingClass::Graded, String::new(), code.findings)
            }
            Judged::Screened { findings, why } => {
                (ReadingClass::Screened, why.to_owned(), findings)
            }
            Judged::Unreadable { findings, why } => (ReadingClass::Unreadable, why, findings),
            Judged::Unread(why) => (ReadingClass::Unread, why, Vec::new()),
        };
        findings.extend(found);
        readings.push(FileReading::apart(&file.path, class, reason));
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
    let summary = summary::summary(&readings, &grammars, &findings, &unparsed);
    Ok(JudgeReport {
        scores,
        findings,
        coverage: Coverage::Whole,
        readings,
        summary,
        usage: Usage::default(),
        provenance: String::new(),
        checks: Vec::new(),
        remarks: Vec::new(),
    })
}

/// The error ends the review.
fn judge_file(file: &WorkFile, deadline: &Deadline) -> Result<Judged, JudgeError> {
    let grammar = match Readable::of(file) {
        Readable::Nothing(why) => {
            let findings = search_text(file);
            return Ok(Judged::Unreadable { findings, why });
        }
        Readable::Text(why) => {
            let findings = search_text(file);
            return Ok(Judged::Screened { findings, why });
        }
        Readable::Code(grammar) => grammar,
    };
    let mut collector = Collector::new(file);
    let conflict = conflict_markers::check(&file.text, &mut collector);
    let mut code = Code::default();
    let pieces = pieces::of(file);
    for piece in &pieces {
        deadline.check()?;
        collector = collector.on(piece);
        let read = judge_code(
            piece,
            grammar,
            conflict,
            &mut collector,
            &mut code,
            deadline,
        )?;
        if let Err(reason) = read {
            return Ok(Judged::Unread(reason.to_string()));
        }
    }
    code.findings = collector.finish();
    // A file without code is searched like any other, and there is nothing in it to grade.
    Ok(if code.grammar.is_some() {
        Judged::Graded(code)
    } else {
        Judged::Screened {
            findings: code.findings,
            why: "it holds comments and no code",
        }
    })
}

/// Searches a text without a grammar: for conflict markers, secrets and hidden characters.
fn search_text(file: &WorkFile) -> Vec<Reported> {
    let mut collector = Collector::new(file);
    conflict_markers::check(&file.text, &mut collector);
    let text = if test_code::is_test_file(file) {
        Text::TestData
    } else {
        Text::Data
    };
    secrets::check(&file.text, &mut collector, |_| text, |_| None);
    hidden::check(&file.text, &hidden::Setting::of(file), &mut collector);
    collector.finish()
}

/// Judges code in one piece. The outer error ends the review, the inner one says why the piece was not read.
fn judge_code(
    file: &WorkFile,
    grammar: Grammar,
    conflict: bool,
    collector: &mut Collector<'_>,
    code: &mut Code,
    deadline: &Deadline,
) -> Result<Result<(), Unread>, JudgeError> {
    let tree = match parse_as(file, grammar, deadline)? {
        Ok(tree) => tree,
        Err(reason) => return Ok(Err(reason)),
    };
    let grammar = *tree.lang();
    let catalogue = Catalogue::of(grammar).map_err(unusable)?;
    let is_test = test_code::is_test_file(file);
    let root = tree.root();
    let source = Source::new(file, grammar, root.get_inner_node(), is_test);
    if !conflict && !source.is_fragment() {
        code.unparsed = syntax_errors::check(&source, collector);
    }
    run_rules(&tree, catalogue, &source, collector, deadline)?;
    let kind = |line| match usize::try_from(line)
        .ok()
        .and_then(|line| source.start_of(line.checked_sub(1)?))
    {
        Some(byte) if source.is_test_at(byte) => Text::TestCode,
        _ => Text::Code,
    };
    secrets::check(&file.text, collector, kind, |line| {
        symbol::enclosing(node_at(line, &source)?, &source)
    });
    hidden::check(&file.text, &hidden::Setting::Code(&source), collector);
    comments::check(&source, collector);
    complexity::check(&source, collector);
    recursion::check(&source, collector);
    endless_loop::check(&source, collector);
    documentation::check(&source, collector);
    code.has_tests |= testing::check(&source, collector);
    if source.holds_code() {
        code.grammar = Some(grammar);
    }
    Ok(Ok(()))
}

/// Parses a file. A header may be of C or of C++: it is of the one that its parser stumbles over less, and of C++ when
/// it says so.
fn parse_as(
    file: &WorkFile,
    grammar: Grammar,
    deadline: &Deadline,
) -> Result<Result<SyntaxTree, Unread>, JudgeError> {
    let tree = parse(&file.text, grammar, deadline)?;
    if grammar != Grammar::C || !file.path.to_ascii_lowercase().ends_with(".h") {
        return Ok(tree);
    }
    let unparsed = |tree: &Result<SyntaxTree, Unread>| match tree {
        Ok(tree) => syntax_errors::unparsed_bytes(tree.root().get_inner_node()),
        Err(_) => usize::MAX,
    };
    let says_cpp = header::says_cpp(&file.text);
    let as_c = unparsed(&tree);
    if as_c == 0 && !says_cpp {
        return Ok(tree);
    }
    let other = parse(&file.text, Grammar::Cpp, deadline)?;
    let as_cpp = unparsed(&other);
    Ok(if as_cpp < as_c || as_cpp == as_c && says_cpp {
        other
    } else {
        tree
    })
}

fn run_rules(
    tree: &SyntaxTree,
    catalogue: &'static Catalogue,
    source: &Source<'_>,
    collector: &mut Collector<'_>,
    deadline: &Deadline,
) -> Result<(), JudgeError> {
    let flow = Flow::new(source);
    scan(
        tree,
        catalogue,
        source.is_fragment(),
        deadline,
        |rule, found, node, text| {
            let severity = rule.card.severity;
            let concerns = |lines| collector.concerns(lines);
            let Some(weighed) = flow.weigh(&rule.asked, severity, node, text, concerns) else {
                return;
            };
            if !rule.card.holds_in_tests() && test_code::contains(node, source) {
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
                severity: weighed.severity,
                cwe: rule.card.cwe,
                advice: &advice,
            };
            collector.report(&verdict, weighed.lines, || {
                (message, Place::of(node, source))
            });
        },
    )
}

/// The node at the first word of a line.
fn node_at<'t>(line: u32, source: &Source<'t>) -> Option<tree_sitter::Node<'t>> {
    let row = usize::try_from(line).ok()?.checked_sub(1)?;
    let text = source.line(row)?;
    let point = tree_sitter::Point::new(row, text.len() - text.trim_start().len());
    source.root.descendant_for_point_range(point, point)
}

fn unusable(error: &RuleError) -> JudgeError {
    broken(format!("a built-in rule is wrong: {error}"))
}

fn broken(reason: String) -> JudgeError {
    JudgeError::failed(NAME, JudgeFailure::Broken, reason)
}
