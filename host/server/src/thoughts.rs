//! What a connection remembers of its calls, and how a call is shown on stderr.

use crate::text::push_plain;
use gansauditor_legacy::{ThoughtLog, ToolCall};
use std::sync::{Mutex, PoisonError};

/// Newest branches remembered.
const MAX_BRANCHES: usize = 200;
/// Most lines of a submission shown.
const MAX_LINES: usize = 40;
/// Most characters of a line shown.
const MAX_COLUMNS: usize = 100;

/// Counts a connection's calls and remembers its branches.
#[derive(Debug, Default)]
pub(crate) struct Thoughts(Mutex<ThoughtLog>);

impl Thoughts {
    /// Takes note of a call; returns what is remembered, this call included.
    pub(crate) fn note(&self, call: &ToolCall) -> ThoughtLog {
        // The log is whole between any two statements, whatever panicked.
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.thought_history_length += 1;
        if let (Some(_), Some(branch)) = (call.branch_from_thought, &call.branch_id) {
            let branch = branch.as_str();
            if !log.branches.iter().any(|known| known == branch) {
                if log.branches.len() == MAX_BRANCHES {
                    log.branches.remove(0);
                }
                log.branches.push(branch.to_owned());
            }
        }
        log.clone()
    }
}

/// A call in a box, for people: shortened, and without a control character that a terminal would obey.
pub(crate) fn boxed(call: &ToolCall) -> String {
    let title = title(call);
    let mut lines: Vec<String> = call.thought.lines().take(MAX_LINES).map(shown).collect();
    let left = call.thought.lines().skip(MAX_LINES).count();
    if left > 0 {
        lines.push(format!("... {left} more lines"));
    }
    let width = lines
        .iter()
        .chain([&title])
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0);
    let rule = "─".repeat(width + 2);
    let row = |line: &String| format!("│ {line:width$} │\n");
    let body: String = lines.iter().map(row).collect();
    format!("┌{rule}┐\n{}├{rule}┤\n{body}└{rule}┘\n", row(&title))
}

fn title(call: &ToolCall) -> String {
    let count = format!("{}/{}", call.thought_number, call.total_thoughts);
    let title = match (
        call.revises_thought,
        call.branch_from_thought,
        &call.branch_id,
    ) {
        (Some(revised), ..) if call.is_revision => {
            format!("Revision {count} (revising thought {revised})")
        }
        (_, Some(from), Some(branch)) => {
            format!("Branch {count} (from thought {from}, id {branch})")
        }
        _ if call.is_revision => format!("Revision {count}"),
        _ => format!("Thought {count}"),
    };
    shown(&title)
}

fn shown(line: &str) -> String {
    let mut shown = String::new();
    for (column, c) in line.chars().enumerate() {
        if column == MAX_COLUMNS {
            shown.push('…');
            break;
        }
        push_plain(&mut shown, c);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call(thought: &str, more: &[(&str, serde_json::Value)]) -> ToolCall {
        let mut arguments = json!({
            "thought": thought, "nextThoughtNeeded": true, "thoughtNumber": 2, "totalThoughts": 3
        });
        for (name, value) in more {
            arguments[*name] = value.clone();
        }
        ToolCall::read(arguments.as_object().unwrap()).unwrap()
    }

    fn branch(id: &str) -> ToolCall {
        call(
            "x",
            &[("branchFromThought", json!(1)), ("branchId", json!(id))],
        )
    }

    #[test]
    fn counts_calls_and_registers_each_branch_once() {
        let thoughts = Thoughts::default();
        assert_eq!(
            thoughts
                .note(&call("x", &[("branchId", json!("a"))]))
                .branches,
            [""; 0]
        );
        thoughts.note(&branch("b"));
        thoughts.note(&branch("a"));
        let log = thoughts.note(&branch("b"));
        assert_eq!(log.branches, ["b", "a"]);
        assert_eq!(log.thought_history_length, 4);
    }

    #[test]
    fn forgets_the_oldest_branch_beyond_the_bound() {
        let thoughts = Thoughts::default();
        for number in 0..=MAX_BRANCHES {
            thoughts.note(&branch(&format!("branch {number}")));
        }
        let log = thoughts.note(&call("x", &[]));
        assert_eq!(log.branches.len(), MAX_BRANCHES);
        assert_eq!(log.branches[0], "branch 1");
        assert_eq!(log.thought_history_length, MAX_BRANCHES as u64 + 2);
    }

    #[test]
    fn shows_a_call_in_a_box() {
        let call = call("fn main() {}\n\tlet x;", &[]);
        assert_eq!(
            boxed(&call),
            "┌──────────────┐\n│ Thought 2/3  │\n├──────────────┤\n│ fn main() {} │\n│     let x;   │\n└──────────────┘\n"
        );
    }

    #[test]
    fn names_revisions_and_branches() {
        let revision = call(
            "x",
            &[("isRevision", json!(true)), ("revisesThought", json!(1))],
        );
        assert_eq!(title(&revision), "Revision 2/3 (revising thought 1)");
        assert_eq!(title(&branch("b")), "Branch 2/3 (from thought 1, id b)");
    }

    #[test]
    fn a_terminal_obeys_nothing_of_a_submission_and_is_not_flooded() {
        let hostile = format!(
            "\u{1b}]0;owned\u{7}\u{202e}\r{}\n{}",
            "x".repeat(500),
            "y\n".repeat(500)
        );
        let shown = boxed(&call(&hostile, &[]));
        assert!(
            shown
                .chars()
                .all(|c| c == '\n' || !crate::text::is_unsafe(c)),
            "{shown}"
        );
        assert_eq!(shown.lines().count(), MAX_LINES + 5);
        assert!(
            shown
                .lines()
                .all(|line| line.chars().count() <= MAX_COLUMNS + 64),
            "{shown}"
        );
        assert!(shown.contains("... 461 more lines"), "{shown}");
    }
}
