//! The report for people.

use super::Sources;
use crate::text::plain;
use annotate_snippets::{
    AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str,
};
use anstyle::{AnsiColor, Style};
use gansauditor_audit::AuditReport;
use gansauditor_audit::domain::{
    DecidedBy, Dimension, Finding, FindingState, PolicyIdentity, Priority, Severity, Status,
    StopReason,
};
use std::fmt::Write as _;

/// Most lines of source shown for one finding.
const EXCERPT_LINES: u32 = 6;
/// Cells of a bar.
const BAR_CELLS: usize = 20;

/// The whole report. With `styled`, it holds ANSI escape sequences; the caller strips them where nobody sees
/// colours. Nothing that comes from the work under review can add any.
pub(crate) fn text(report: &AuditReport, sources: &Sources, styled: bool) -> String {
    let paint = Paint { styled };
    let mut out = String::new();
    findings(&mut out, report, sources, paint);
    scores(&mut out, report, paint);
    outcome(&mut out, report, paint);
    out
}

#[derive(Clone, Copy)]
struct Paint {
    styled: bool,
}

impl Paint {
    fn with(self, style: Style, text: &str) -> String {
        if self.styled {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    fn colour(self, colour: AnsiColor, text: &str) -> String {
        self.with(colour.on_default().bold(), text)
    }
}

/// Standing findings with their source, worst first; then what was fixed, in a line each.
fn findings(out: &mut String, report: &AuditReport, sources: &Sources, paint: Paint) {
    let mut standing: Vec<&Finding> = report
        .ledger
        .iter()
        .filter(|finding| finding.state.is_standing())
        .collect();
    standing.sort_by(|a, b| {
        b.reported
            .severity
            .cmp(&a.reported.severity)
            .then_with(|| a.reported.location.cmp(&b.reported.location))
    });
    let renderer = if paint.styled {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    for finding in standing {
        out.push_str(&renderer.render(&[excerpt(finding, sources)]));
        out.push_str("\n\n");
    }
    let fixed = report.ledger.iter().filter(|finding| {
        finding.state == FindingState::Fixed
            && finding.fixed_in == Some(report.decision.loop_number)
    });
    let mut any = false;
    for finding in fixed {
        any = true;
        let _ = writeln!(
            out,
            "{} {} {}",
            paint.colour(AnsiColor::Green, "fixed"),
            place(finding),
            plain(name(finding))
        );
    }
    if any {
        out.push('\n');
    }
}

fn excerpt<'a>(finding: &'a Finding, sources: &Sources) -> Group<'a> {
    let reported = &finding.reported;
    let level = match reported.severity {
        Severity::Blocker => Level::ERROR.with_name("blocker"),
        Severity::Critical => Level::ERROR.with_name("critical"),
        Severity::Major => Level::WARNING.with_name("major"),
        Severity::Minor => Level::NOTE.with_name("minor"),
        Severity::Info => Level::INFO.with_name("info"),
    };
    let title = level
        .primary_title(normalize_untrusted_str(&reported.message))
        .id(normalize_untrusted_str(name(finding)));
    let mut group = match &reported.location {
        None => Group::with_title(title),
        Some(location) => {
            let path = normalize_untrusted_str(&location.path);
            let first = location.line.unwrap_or(1);
            let last = location
                .end_line
                .unwrap_or(first)
                .min(first.saturating_add(EXCERPT_LINES - 1));
            match location
                .line
                .and_then(|_| sources.lines(&location.path, first, last))
            {
                Some(source) => {
                    let span = span_of(&source, &reported.anchor);
                    title.element(
                        Snippet::source(source)
                            .line_start(first as usize)
                            .path(path)
                            .fold(false)
                            .annotation(AnnotationKind::Primary.span(span)),
                    )
                }
                None => match location.line {
                    Some(line) => title.element(Origin::path(path).line(line as usize)),
                    None => title.element(Origin::path(path)),
                },
            }
        }
    };
    if finding.state == FindingState::Unreviewed {
        group = group.element(
            Level::NOTE.message("its file was left out: submit it again, or delete it in a diff"),
        );
    }
    if let Some(advice) = &reported.advice {
        group = group.element(Level::HELP.message(normalize_untrusted_str(advice)));
    }
    group
}

/// Where in the excerpt the finding is: its anchor when it stands there, else the whole first line.
fn span_of(source: &str, anchor: &str) -> std::ops::Range<usize> {
    let anchor = anchor.trim();
    if !anchor.is_empty()
        && let Some(start) = source.find(anchor)
    {
        return start..start + anchor.len();
    }
    let line = source.lines().next().unwrap_or_default();
    let start = line.len() - line.trim_start().len();
    start..line.len().max(start)
}

/// The grades, dimension by dimension.
fn scores(out: &mut String, report: &AuditReport, paint: Paint) {
    let Some(review) = &report.review else { return };
    let width = review
        .dimensions
        .iter()
        .map(|d| d.name.len())
        .max()
        .unwrap_or(0);
    for Dimension {
        name,
        weight,
        score,
    } in &review.dimensions
    {
        let grade = match score {
            Some(score) => {
                // A score is within 0..=100, so this is within the bar.
                let filled = (score.get() / 100.0 * BAR_CELLS as f64).round() as usize;
                let bar = format!("{}{}", "█".repeat(filled), "░".repeat(BAR_CELLS - filled));
                let colour = match score.get() {
                    s if s >= report.decision.bar.get() => AnsiColor::Green,
                    s if s >= 60.0 => AnsiColor::Yellow,
                    _ => AnsiColor::Red,
                };
                format!("{} {score:>3}", paint.with(colour.on_default(), &bar))
            }
            None => "not assessed".to_owned(),
        };
        let _ = writeln!(out, "  {name:<width$}  {:>3.0} %  {grade}", weight * 100.0);
    }
    if !review.summary.is_empty() {
        let _ = writeln!(out, "  {}", plain(&review.summary));
    }
    out.push('\n');
}

/// What was decided, why, by whom, and what comes next.
fn outcome(out: &mut String, report: &AuditReport, paint: Paint) {
    let decision = &report.decision;
    let word = match &decision.status {
        Status::Complete(_) => paint.colour(AnsiColor::Green, "COMPLETE"),
        Status::Stop(reason) => {
            let why = match reason {
                StopReason::HardStop => "hard stop",
                StopReason::Stagnation => "stagnation",
                StopReason::Custom(name) => name,
            };
            paint.colour(AnsiColor::Red, &format!("STOP ({})", plain(why)))
        }
        Status::Continue | Status::ReviewAgain(_) => paint.colour(AnsiColor::Yellow, "REVISE"),
    };
    let score = match decision.score {
        Some(score) => format!("score {score} of {}", decision.bar),
        None => format!("no score; {} completes", decision.bar),
    };
    let _ = writeln!(
        out,
        "{word}  {score}, loop {} of {} in session {}",
        decision.loop_number,
        decision.hard_stop,
        plain(report.session.as_str())
    );
    for unmet in &decision.unmet {
        let _ = writeln!(out, "  - {}", plain(&unmet.detail));
    }
    if let Some(termination) = &decision.termination {
        let _ = writeln!(out, "  {}", plain(&termination.assessment));
        for recommendation in &termination.recommendations {
            let _ = writeln!(out, "  - {}", plain(recommendation));
        }
    }
    let steps = &decision.feedback.next_steps;
    if !steps.is_empty() && !matches!(decision.status, Status::Complete(_)) {
        let _ = writeln!(out, "{}", paint.with(Style::new().bold(), "next"));
        for (number, step) in (1..).zip(steps) {
            let mark = match step.priority {
                Priority::Critical => " (critical)",
                Priority::High => " (high)",
                Priority::Medium | Priority::Low => "",
            };
            let _ = writeln!(out, "  {number}. {}{mark}", plain(&step.action));
        }
    }
    for note in &report.notes {
        let _ = writeln!(
            out,
            "{} {}",
            paint.with(Style::new().bold(), "note"),
            plain(note)
        );
    }
    let judges = report.review.iter().flat_map(|review| &review.judges);
    let judges: Vec<String> = judges
        .map(|judge| format!("{} {}", judge.name, judge.version))
        .collect();
    let by = match &report.decided_by {
        DecidedBy::Policy(policy) => format!("policy {}", named(policy)),
        DecidedBy::Fallback(policy) => format!("the fallback policy {}", named(policy)),
        DecidedBy::Host(cap) => format!("the host's cap {cap}"),
        DecidedBy::Original => "the original server".to_owned(),
    };
    let line = format!("judged by {}; decided by {by}", plain(&judges.join(", ")));
    let _ = writeln!(out, "{}", paint.with(Style::new().dimmed(), &line));
}

/// A policy by name, version and the beginning of its digest.
fn named(policy: &PolicyIdentity) -> String {
    let digest: String = policy.digest.to_string().chars().take(19).collect();
    format!(
        "{} {} ({digest})",
        plain(&policy.name),
        plain(&policy.version)
    )
}

fn name(finding: &Finding) -> &str {
    finding
        .reported
        .rule
        .as_deref()
        .unwrap_or_else(|| finding.reported.category.name())
}

fn place(finding: &Finding) -> String {
    match &finding.reported.location {
        Some(location) => match location.line {
            Some(line) => plain(&format!("{}:{line}", location.path)),
            None => plain(&location.path),
        },
        None => "the work as a whole:".to_owned(),
    }
}
