//! The tool's arguments, read leniently.

use crate::text::bounded;
use gansauditor_audit::domain::SessionId;
use serde_json::{Map, Value};
use std::fmt;

/// Most bytes of a client's text that a problem quotes.
const MAX_QUOTE: usize = 60;

/// Whole numbers up to here are exact as a 64-bit float.
const MAX_EXACT_FLOAT: f64 = 9_007_199_254_740_992.0;

/// One call of the tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// The submission's text, not blank.
    pub thought: String,
    /// The client's own counter, from 1: echoed, never counted.
    pub thought_number: u64,
    /// How many the client expects, at least `thought_number`.
    pub total_thoughts: u64,
    /// The client's wish; echoed where nothing was audited.
    pub next_thought_needed: bool,
    /// The client says it revises an earlier thought.
    pub is_revision: bool,
    /// Which thought it revises.
    pub revises_thought: Option<u64>,
    /// Where a branch starts; registers a branch together with `branch_id`.
    pub branch_from_thought: Option<u64>,
    /// The audit session.
    pub branch_id: Option<SessionId>,
    /// The audit session where `branch_id` is absent.
    pub loop_id: Option<SessionId>,
    /// The client expects more thoughts than it said.
    pub needs_more_thoughts: bool,
}

/// The arguments cannot be used; says all that is wrong with them and what to send instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the arguments are not valid: {}", listed(.problems))]
pub struct ArgumentsError {
    /// In the order of the schema, never empty.
    pub problems: Vec<Problem>,
}

/// One thing wrong with the arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field by its published name.
    pub field: &'static str,
    /// What there is, quoted shortened.
    pub found: String,
    /// What to send instead.
    pub send: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is {}: send {}", self.field, self.found, self.send)
    }
}

fn listed(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

impl ToolCall {
    /// Reads a call. Beyond the schema it takes the snake_case names of the original's description, numbers
    /// and booleans written as texts, whole floats, and numbers as ids; null counts as absent, a blank id too,
    /// and unknown fields are ignored.
    ///
    /// # Errors
    /// All problems at once.
    pub fn read(arguments: &Map<String, Value>) -> Result<Self, ArgumentsError> {
        let mut fields = Fields {
            arguments,
            problems: Vec::new(),
        };
        let thought = fields.required(
            "thought",
            "thought",
            text_not_blank,
            "the text of your work",
        );
        let next = fields.required("nextThoughtNeeded", "next_thought_needed", boolean, BOOLEAN);
        let number = fields.required("thoughtNumber", "thought_number", positive, POSITIVE);
        let total = fields.required("totalThoughts", "total_thoughts", positive, POSITIVE);
        let is_revision = fields.optional("isRevision", "is_revision", boolean, BOOLEAN);
        let revises = fields.optional("revisesThought", "revises_thought", positive, POSITIVE);
        let branch_from = fields.optional(
            "branchFromThought",
            "branch_from_thought",
            positive,
            POSITIVE,
        );
        let branch_id = fields.session("branchId", "branch_id");
        let loop_id = fields.session("loopId", "loop_id");
        let needs_more =
            fields.optional("needsMoreThoughts", "needs_more_thoughts", boolean, BOOLEAN);
        match (thought, next, number, total) {
            (Some(thought), Some(next_thought_needed), Some(thought_number), Some(total))
                if fields.problems.is_empty() =>
            {
                Ok(Self {
                    thought: thought.to_owned(),
                    thought_number,
                    total_thoughts: total.max(thought_number),
                    next_thought_needed,
                    is_revision: is_revision.unwrap_or(false),
                    revises_thought: revises,
                    branch_from_thought: branch_from,
                    branch_id,
                    loop_id,
                    needs_more_thoughts: needs_more.unwrap_or(false),
                })
            }
            _ => Err(ArgumentsError {
                problems: fields.problems,
            }),
        }
    }
}

const BOOLEAN: &str = "true or false";
const POSITIVE: &str = "a whole number of at least 1";

struct Fields<'a> {
    arguments: &'a Map<String, Value>,
    problems: Vec<Problem>,
}

impl<'a> Fields<'a> {
    /// The value under either name; the published one first, null being absent.
    fn get(&self, field: &str, alias: &str) -> Option<&'a Value> {
        let present = |name| self.arguments.get(name).filter(|value| !value.is_null());
        present(field).or_else(|| present(alias))
    }

    fn optional<T>(
        &mut self,
        field: &'static str,
        alias: &str,
        read: fn(&'a Value) -> Option<T>,
        send: &str,
    ) -> Option<T> {
        let value = self.get(field, alias)?;
        let taken = read(value);
        if taken.is_none() {
            self.problem(field, found(value), send);
        }
        taken
    }

    fn required<T>(
        &mut self,
        field: &'static str,
        alias: &str,
        read: fn(&'a Value) -> Option<T>,
        send: &str,
    ) -> Option<T> {
        if self.get(field, alias).is_none() {
            self.problem(field, "missing".to_owned(), send);
            return None;
        }
        self.optional(field, alias, read, send)
    }

    fn session(&mut self, field: &'static str, alias: &str) -> Option<SessionId> {
        let id = self.optional(field, alias, id_text, "a text that names the session")?;
        if id.trim().is_empty() {
            return None;
        }
        match SessionId::new(id) {
            Ok(id) => Some(id),
            Err(error) => {
                self.problem(
                    field,
                    "not usable".to_owned(),
                    &format!("another id: {error}"),
                );
                None
            }
        }
    }

    fn problem(&mut self, field: &'static str, found: String, send: &str) {
        self.problems.push(Problem {
            field,
            found,
            send: send.to_owned(),
        });
    }
}

fn text_not_blank(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.trim().is_empty())
}

fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn positive(value: &Value) -> Option<u64> {
    let number = match value {
        Value::Number(number) => number.as_u64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| whole(text.parse().ok()?))
        }
        _ => None,
    };
    number.filter(|number| *number >= 1)
}

fn whole(value: f64) -> Option<u64> {
    // In this range the conversion is exact.
    (value.fract() == 0.0 && (1.0..=MAX_EXACT_FLOAT).contains(&value)).then_some(value as u64)
}

fn found(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => format!("the boolean {flag}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) if text.trim().is_empty() => "empty".to_owned(),
        Value::String(text) => format!("the text {:?}", bounded(text, MAX_QUOTE)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(arguments: Value) -> Result<ToolCall, ArgumentsError> {
        ToolCall::read(arguments.as_object().unwrap())
    }

    #[test]
    fn reads_the_published_form() {
        let call = read(json!({
            "thought": "x", "nextThoughtNeeded": true, "thoughtNumber": 2, "totalThoughts": 5,
            "isRevision": true, "revisesThought": 1, "branchFromThought": 1, "branchId": "b", "loopId": "l",
            "needsMoreThoughts": true, "unknown": [1]
        }));
        let id = |text: &str| Some(SessionId::new(text).unwrap());
        assert_eq!(
            call,
            Ok(ToolCall {
                thought: "x".into(),
                thought_number: 2,
                total_thoughts: 5,
                next_thought_needed: true,
                is_revision: true,
                revises_thought: Some(1),
                branch_from_thought: Some(1),
                branch_id: id("b"),
                loop_id: id("l"),
                needs_more_thoughts: true,
            })
        );
    }

    #[test]
    fn takes_snake_case_texts_for_numbers_and_whole_floats() {
        let call = read(json!({
            "thought": "x", "next_thought_needed": "False", "thought_number": " 3 ", "total_thoughts": 2.0,
            "branch_id": 7, "revises_thought": "2.0", "loopId": "", "isRevision": null
        }))
        .unwrap();
        assert_eq!(
            (
                call.thought_number,
                call.total_thoughts,
                call.next_thought_needed
            ),
            (3, 3, false)
        );
        assert_eq!(call.branch_id.unwrap().as_str(), "7");
        assert_eq!(
            (call.loop_id, call.revises_thought, call.is_revision),
            (None, Some(2), false)
        );
    }

    #[test]
    fn the_published_name_wins_over_its_alias() {
        let call = read(json!({
            "thought": "x", "nextThoughtNeeded": true, "next_thought_needed": false,
            "thoughtNumber": 1e9, "totalThoughts": 1
        }))
        .unwrap();
        assert!(call.next_thought_needed);
        assert_eq!(
            (call.thought_number, call.total_thoughts),
            (1_000_000_000, 1_000_000_000)
        );
    }

    #[test]
    fn lists_every_problem_and_what_to_send_instead() {
        let error = read(json!({
            "thought": " ", "thoughtNumber": 0, "totalThoughts": 1.5, "isRevision": 1, "branchId": "a\nb"
        }))
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the arguments are not valid: `thought` is empty: send the text of your work; \
             `nextThoughtNeeded` is missing: send true or false; \
             `thoughtNumber` is the number 0: send a whole number of at least 1; \
             `totalThoughts` is the number 1.5: send a whole number of at least 1; \
             `isRevision` is the number 1: send true or false; \
             `branchId` is not usable: send another id: a session id must not hold control characters"
        );
    }

    #[test]
    fn refuses_numbers_that_count_nothing() {
        for bad in [
            json!(0),
            json!(-3),
            json!(1.5),
            json!("1.5"),
            json!("-1"),
            json!("x"),
            json!(true),
            json!([1]),
            json!(1e300),
        ] {
            let call = json!({ "thought": "x", "nextThoughtNeeded": true, "thoughtNumber": bad, "totalThoughts": 1 });
            assert!(read(call).is_err(), "{bad}");
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,300}".prop_map(Value::from),
            Just(json!([1, "x"])),
            Just(json!({ "a": null })),
        ]
    }

    proptest! {
        #[test]
        fn reading_is_total_and_keeps_its_promises(values in prop::collection::vec(any_json(), 10), snake in any::<bool>()) {
            let camel = ["thought", "nextThoughtNeeded", "thoughtNumber", "totalThoughts", "isRevision",
                "revisesThought", "branchFromThought", "branchId", "loopId", "needsMoreThoughts"];
            let other = ["thought", "next_thought_needed", "thought_number", "total_thoughts", "is_revision",
                "revises_thought", "branch_from_thought", "branch_id", "loop_id", "needs_more_thoughts"];
            let names = if snake { other } else { camel };
            let arguments: Map<String, Value> = names.iter().map(|n| (*n).to_owned()).zip(values).collect();
            match ToolCall::read(&arguments) {
                Ok(call) => {
                    prop_assert!(!call.thought.trim().is_empty());
                    prop_assert!(call.thought_number >= 1 && call.total_thoughts >= call.thought_number);
                }
                Err(error) => {
                    prop_assert!(!error.problems.is_empty());
                    prop_assert!(error.to_string().len() < 10 * 400);
                }
            }
        }
    }
}
