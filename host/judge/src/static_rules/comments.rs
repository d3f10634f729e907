//! What comments confess: work left out, and work put off.

use super::collector::{Collector, Place, Verdict, lines_of};
use super::source::Source;
use super::syntax_tree::{Descend, walk};
use super::test_code;
use gansauditor_audit::domain::{Category, Severity};
use regex::Regex;
use std::sync::LazyLock;

/// Phrases that stand where code should: the whole comment, or its sentence, is about code that is not there.
static ELIDED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)
        ^ \W* (?: \.\.\. | … ) \s* \(? (?: the \s+ )? (?: rest | remaining | existing | other | previous | unchanged | omitted | same | more )\b
        | \b rest \s+ of \s+ (?: the \s+ | your \s+ | this \s+ )? (?: \w+ \s+ )? (?: code | implementation | functions? | methods? | class | file | logic ) (?: \s+ (?: (?: is | remains | stays | goes ) \s+ )? (?: here | unchanged | omitted | (?: the \s+ )? same ) \b | \s* (?: \.\.\. | … ) )
        | ^ \W* (?: the \s+ )? rest \s+ of \s+ (?: the \s+ | your \s+ )? (?: code | implementation | functions? | methods? | logic ) \W* $
        | ^ \W* (?: existing | remaining | previous ) \s+ (?: code | implementation | logic | methods? | functions? | imports? ) (?: \s+ (?: here | unchanged | remains? .* | stays? .* | as \s before | goes \s here ) | \s* (?: \.\.\. | … ) ) \W* $
        | \b (?: your | add | insert | put | more ) \s+ (?: your \s+ | the \s+ | actual \s+ | real \s+ )? (?: code | logic | implementation ) \s+ (?: goes \s+ )? here \b
        | \b (?: code | logic | implementation ) \s+ goes \s+ here \b
        | \b (?: omitted | removed | abbreviated | truncated | shortened | left \s out | elided ) \s+ for \s+ brevity \b
        | ^ \W* (?: placeholder | stub | dummy | mock ) \s+ (?: implementation | logic | code ) \b
        | ^ \W* (?: in | for ) \s+ (?: a \s+ )? (?: real | actual | production ) (?: [-\s] world )? \s+ (?: implementation | application | app | system | scenario | code | version | environment ) ,? .{0,40}? \b (?: would | should | we['’]d | you['’]d | you | we ) \b
        | ^ \W* (?: (?: not (?: \s+ yet)? \s+ implemented (?: \s+ yet)? | unimplemented ) \s* (?: [.!:;,)-] | $ ) | to \s+ be \s+ implemented \b | implement \s+ (?: this | me | later | here ) \s* (?: [.!:;,)-] | $ ) )
        ",
    )
    .ok()
});

/// Marks of work put off.
static PUT_OFF: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(?:TODO|FIXME|XXX|HACK)\b").ok());

/// Reports each comment once, by what is worse.
pub(crate) fn check(source: &Source<'_>, collector: &mut Collector<'_>) {
    let elided = Verdict {
        rule: "generic/elided-code",
        category: Category::Logic,
        severity: Severity::Major,
        cwe: None,
        advice: "Write the code out in full; a comment does not run.",
    };
    let put_off = Verdict {
        rule: "generic/todo-comment",
        category: Category::Maintainability,
        severity: Severity::Minor,
        cwe: Some(546),
        advice: "Do it now, or record it where work is planned and take the comment out.",
    };
    // The row that the comment before ends in, and its last line.
    let mut before: Option<(usize, &str)> = None;
    walk(source.root, |node| {
        if !source.kinds().comments.contains(&node.kind()) {
            return Descend::Into;
        }
        let goes_on = before
            .take()
            .is_some_and(|(row, line)| row + 1 == node.start_position().row && goes_on_after(line));
        let text = source.text_of(node);
        let first = lines_of(node).0;
        let line_with = |pattern: &LazyLock<Option<Regex>>, sentences: bool| {
            // In the middle of a sentence the words mean what the sentence says.
            let mut within = goes_on;
            // Of a comment that was there before, only the line that is new counts.
            text.lines().zip(first..).find(|(line, number)| {
                let begins = !std::mem::replace(&mut within, goes_on_after(line));
                (begins || !sentences)
                    && collector.concerns((*number, *number))
                    && pattern
                        .as_ref()
                        .is_some_and(|pattern| pattern.is_match(comment_text(line)))
            })
        };
        before = text.lines().last().map(|line| {
            let row = node.start_position().row + text.trim_end().matches('\n').count();
            (row, line)
        });
        if let Some((line, number)) = line_with(&ELIDED, true) {
            collector.report(&elided, (number, number), || {
                let message = format!("Work is left out here: \"{}\".", comment_text(line));
                (
                    message,
                    Place {
                        anchor: line.to_owned(),
                        ..Place::of(node, source)
                    },
                )
            });
        } else if let Some((line, number)) = line_with(&PUT_OFF, false)
            && !test_code::contains(node, source)
        {
            collector.report(&put_off, (number, number), || {
                let message = format!("Work is put off here: \"{}\".", comment_text(line));
                (
                    message,
                    Place {
                        anchor: line.to_owned(),
                        ..Place::of(node, source)
                    },
                )
            });
        }
        Descend::Over
    });
}

/// Words that a sentence does not end in.
const UNFINISHED: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "for", "from", "if", "in", "is", "its",
    "may", "must", "no", "not", "of", "on", "or", "should", "that", "the", "their", "this", "to",
    "when", "which", "will", "with", "would", "your",
];

/// Whether a line of a comment ends in the middle of a sentence.
fn goes_on_after(line: &str) -> bool {
    let text = comment_text(line);
    let last = text.rsplit(' ').next().unwrap_or_default();
    text.ends_with(',') || UNFINISHED.contains(&last.to_ascii_lowercase().as_str())
}

/// A line of a comment without the signs that make it one.
fn comment_text(line: &str) -> &str {
    line.trim()
        .trim_start_matches(['/', '*', '#', '!', ' ', '{'])
        .trim_end_matches(['*', '/', '}', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_elisions_from_prose() {
        let elided = ELIDED.as_ref().unwrap();
        for text in [
            "... rest of the code remains the same",
            "... existing code ...",
            "rest of the implementation",
            "rest of your code here",
            "your code here",
            "Add your logic here",
            "TODO: implementation goes here",
            "error handling omitted for brevity",
            "Placeholder implementation",
            "In a real application, you would check the password",
            "In a production environment we would use a vault",
            "not implemented yet",
            "existing code unchanged",
            "... (other methods)",
        ] {
            assert!(elided.is_match(text), "{text}");
        }
        for text in [
            "The rest of the arguments are passed on.",
            "Reads the rest of the file into memory",
            "code points here are UTF-16",
            "placeholder text of the input field",
            "stub resolvers answer from the cache",
            "see the real implementation in parser.rs",
            "existing code depends on the order",
            "implement this trait explicitly",
            "implement this themselves since they know best",
            "Not implemented by Safari before 15.",
            "for production use the release profile",
            "... and so on",
        ] {
            assert!(!elided.is_match(text), "{text}");
        }
    }
}
