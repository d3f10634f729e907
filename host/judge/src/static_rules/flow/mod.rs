//! What a match of a rule is really about: which function a call runs, and what the text that it is given is made of.
//!
//! One walk over a file collects what its names are bound to ([`bindings`]); names of calls are followed through imports
//! and aliases ([`names`]), texts through assignments, sums, formats and builders ([`built_text`], lists of arguments in [`command`]); a text is then held
//! against its purpose ([`danger`]). Within one file, flow-insensitive but for the order of the text, and linear in its size.

mod bindings;
mod built_text;
mod command;
mod danger;
mod known;
mod names;

use self::bindings::Bindings;
use self::built_text::{Assembly, Part, Seen};
use self::danger::Danger;
use self::known::Purpose;
use super::collector::lines_of;
use super::source::Source;
use gansauditor_audit::domain::Severity;
use regex::Regex;
use serde::Deserialize;
use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use tree_sitter::Node;

/// What `metadata.calls` and `metadata.text` of a rule ask for, beyond its syntax.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// The name of the function that the matched call runs.
    pub(crate) calls: Option<Regex>,
    /// What a text must be.
    pub(crate) text: Option<AskedText>,
}

/// Which text is looked at, and what has to be wrong with it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskedText {
    /// The meta-variable of the rule that holds it.
    pub(crate) of: String,
    /// What it is for.
    #[serde(rename = "for")]
    purpose: Purpose,
    /// It is the line that the arguments of a process give to a shell; `of` holds the arguments.
    #[serde(default)]
    argv: bool,
    /// The least that must be wrong with it.
    #[serde(default)]
    holds: Holds,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Holds {
    /// A value within a text.
    #[default]
    Parts,
    /// A value where data stands, not a name.
    Data,
    /// Nothing but a value.
    Bare,
    /// Any value, with a text or without.
    Value,
}

/// What is known of the names of one file; collected when a rule first asks.
pub(crate) struct Flow<'s, 't> {
    source: &'s Source<'t>,
    bindings: OnceCell<Bindings<'t>>,
    seen: Seen<'t>,
    /// Values that a rule was already reported for, by purpose: one that is pasted here and executed there is one defect.
    accused: RefCell<HashSet<(Purpose, usize)>>,
}

/// A match that is what its rule asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weighed {
    /// How severe it is.
    pub(crate) severity: Severity,
    /// First and last line to report it at, from 1.
    pub(crate) lines: (u32, u32),
}

impl<'s, 't> Flow<'s, 't> {
    /// Of one file.
    pub(crate) fn new(source: &'s Source<'t>) -> Self {
        Self {
            source,
            bindings: OnceCell::new(),
            seen: Seen::default(),
            accused: RefCell::default(),
        }
    }

    /// Holds a match against what its rule asks. `None` when it is not what the rule means, or `concerns` says that its
    /// lines are not judged: those of the match, or of a value in its text. `text` is the node of the meta-variable that
    /// the rule names.
    pub(crate) fn weigh(
        &self,
        asked: &Asked,
        severity: Severity,
        node: Node<'t>,
        text: Option<Node<'t>>,
        concerns: impl Fn((u32, u32)) -> bool,
    ) -> Option<Weighed> {
        let lines = lines_of(node);
        let concerned = concerns(lines);
        if asked.text.is_none() && !concerned {
            return None;
        }
        if asked.calls.is_none() && asked.text.is_none() {
            return Some(Weighed { severity, lines });
        }
        let bindings = self.bindings.get_or_init(|| Bindings::of(self.source));
        if let Some(calls) = &asked.calls
            && !calls.is_match(&names::called(node, self.source, bindings))
        {
            return None;
        }
        let Some(of) = &asked.text else {
            return Some(Weighed { severity, lines });
        };
        let assembly = Assembly::new(self.source, bindings, of.purpose, &self.seen);
        let text = if of.argv {
            command::shell_line(text?, &assembly, bindings)?
        } else {
            statement(text?, self.source)
        };
        let parts = assembly.parts(text);
        let danger = danger::danger(&parts, of.purpose)?;
        let holds = match of.holds {
            Holds::Parts => danger != Danger::Bare,
            Holds::Data => danger >= Danger::Pasted,
            Holds::Bare => danger == Danger::Bare,
            Holds::Value => true,
        };
        let values = || {
            parts.iter().filter_map(|part| match part {
                Part::Value(value) => Some(value),
                _ => None,
            })
        };
        // A change that only adds a value to a text that is run elsewhere is reported where it adds it.
        let lines = if concerned {
            lines
        } else {
            values()
                .filter_map(|value| u32::try_from(value.row + 1).ok())
                .map(|line| (line, line))
                .find(|&lines| concerns(lines))?
        };
        if !holds {
            return None;
        }
        let mut accused = self.accused.borrow_mut();
        let mut news = false;
        for value in values() {
            news |= accused.insert((of.purpose, value.node));
        }
        let severity = match danger {
            Danger::Name | Danger::Bare => severity.min(Severity::Major),
            Danger::Pasted | Danger::Outside => severity,
        };
        news.then_some(Weighed { severity, lines })
    }
}

/// The statement in what a call is given: `{ text: "SELECT ...", values: [...] }` holds it under a name of its own.
fn statement<'t>(node: Node<'t>, source: &Source<'t>) -> Node<'t> {
    if node.kind() != "object" {
        return node;
    }
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|pair| {
            matches!(
                source.field(*pair, "key"),
                Some("text" | "sql" | "query" | "statement")
            )
        })
        .find_map(|pair| pair.child_by_field_name("value"))
        .unwrap_or(node)
}

#[cfg(test)]
mod tests;
