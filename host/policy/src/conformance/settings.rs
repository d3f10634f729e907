//! What the policy makes of settings, good and hostile.

use super::{Check, schema};
use crate::bindings::types;
use crate::linked::{Linked, Validated};
use crate::load::check_settings;
use serde_json::{Value, json};

/// Deep enough to end a stack, long enough to end a buffer.
const DEEP: usize = 100_000;
const LONG: usize = 1 << 20;

const AGREE: &str = "settings-agree";

/// The checks that are not about the settings of this run.
pub(super) fn checks(linked: &Linked, schema: Option<&Value>) -> Vec<Check> {
    let agree = match schema {
        Some(schema) => agree(linked, schema),
        None => Check::skip(AGREE, "not tried: there is no schema of the settings"),
    };
    vec![empty(linked), no_json(linked), total(linked), agree]
}

/// The settings of this run.
pub(super) fn given(linked: &Linked, settings: &str) -> Check {
    match check_settings(linked, settings) {
        Ok(()) => Check::pass("settings-given", "the settings of this run are accepted"),
        Err(e) => Check::fail(
            "settings-given",
            e.to_string(),
            "give settings that the policy accepts with --settings; without it they are empty",
        ),
    }
}

/// `""` stands for `{}`.
fn empty(linked: &Linked) -> Check {
    let name = "settings-empty";
    let advice = "let `validate-settings` read an empty text as {}";
    let [nothing, object] = ["", "{}"].map(|text| linked.validate(text).map(plain));
    match (nothing, object) {
        (Ok(a), Ok(b)) if a == b => Check::pass(
            name,
            match a {
                Ok(()) => "an empty text and {} are accepted".to_owned(),
                Err(problems) => format!(
                    "an empty text and {{}} are refused alike, with {} problems",
                    problems.len()
                ),
            },
        ),
        (Ok(_), Ok(_)) => Check::fail(name, "an empty text is not taken for {}", advice),
        (Err(e), _) | (_, Err(e)) => Check::fail(name, e.to_string(), advice),
    }
}

fn no_json(linked: &Linked) -> Check {
    let accepted: Vec<String> = ["{", "nonsense", "{} {}", "[1", "{\"a\":}", "'a'"]
        .into_iter()
        .filter(|text| matches!(linked.validate(text), Ok(Ok(()))))
        .map(|text| format!("{text} is accepted"))
        .collect();
    Check::unless(
        "settings-refused",
        &accepted,
        "what is not JSON is refused",
        "let `validate-settings` parse the text as JSON and report what does not parse",
    )
}

/// Whatever the text, there is an answer, and its problems say where they are.
fn total(linked: &Linked) -> Check {
    let texts = hostile();
    let offenders: Vec<String> = texts
        .iter()
        .filter_map(|(name, text)| match linked.validate(text) {
            Ok(answer) => Some(format!("{name}: {}", misreported(&answer)?)),
            Err(e) => Some(format!("{name}: {e}")),
        })
        .collect();
    Check::unless(
        "settings-total",
        &offenders,
        format!(
            "{} hostile texts are answered, each problem with its place",
            texts.len()
        ),
        "let `validate-settings` answer every text: bound its depth and length, and give each problem a JSON Pointer and a message",
    )
}

fn hostile() -> Vec<(&'static str, String)> {
    let nested = |open: &str, close: &str| open.repeat(DEEP) + &close.repeat(DEEP);
    vec![
        ("100,000 lists within each other", nested("[", "]")),
        ("100,000 lists never closed", "[".repeat(DEEP)),
        ("100,000 objects within each other", nested("{\"a\":", "1}")),
        (
            "a text of 1 MiB",
            format!("{{\"a\":\"{}\"}}", "x".repeat(LONG)),
        ),
        ("a name of 1 MiB", format!("{{\"{}\":1}}", "x".repeat(LONG))),
        ("1 MiB of white space", " ".repeat(LONG)),
        ("NUL", "\0".to_owned()),
        ("NUL in an object", "{\"a\":\"\0\"}".to_owned()),
        ("an escaped NUL", "{\"\\u0000\":\"\\u0000\"}".to_owned()),
        ("half a surrogate pair", "{\"a\":\"\\ud800\"}".to_owned()),
        ("a byte order mark", "\u{feff}{}".to_owned()),
        ("a number past all numbers", "{\"a\":1e999}".to_owned()),
        (
            "a number of 100,000 digits",
            format!("{{\"a\":{}}}", "9".repeat(DEEP)),
        ),
        ("a name twice", "{\"a\":1,\"a\":2}".to_owned()),
        ("an empty name", "{\"\":1}".to_owned()),
        ("names that a pointer escapes", "{\"a/b~c\":1}".to_owned()),
        ("null", "null".to_owned()),
        ("true", "true".to_owned()),
        ("a number", "-1".to_owned()),
        ("a text", "\"{}\"".to_owned()),
        ("a list", "[]".to_owned()),
    ]
}

/// What is wrong with how problems are told.
fn misreported(answer: &Validated) -> Option<String> {
    let Err(problems) = answer else { return None };
    if problems.is_empty() {
        return Some("refused without a problem".to_owned());
    }
    problems.iter().find_map(|problem| {
        if problem.message.trim().is_empty() {
            Some("a problem without a message".to_owned())
        } else if !problem.path.is_empty() && !problem.path.starts_with('/') {
            let path = &problem.path[..problem.path.floor_char_boundary(40)];
            Some(format!("the place {path:?} is not a JSON Pointer"))
        } else {
            None
        }
    })
}

/// The schema and the check refuse the same.
fn agree(linked: &Linked, schema: &Value) -> Check {
    let name = AGREE;
    let accepts = |text: &str| matches!(linked.validate(text), Ok(Ok(())));
    let mut offenders = Vec::new();
    if let Some(example) = schema::of_another_type(schema)
        && accepts(example)
    {
        offenders.push(format!("{example} is accepted"));
    }
    if schema.get("additionalProperties") == Some(&Value::Bool(false))
        && accepts("{\"no such setting\":1}")
    {
        offenders.push("a name that the schema does not know is accepted".to_owned());
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (property, of) in properties.into_iter().flatten() {
        let wrong = schema::of_another_type(of).and_then(|text| serde_json::from_str(text).ok());
        if let Some(wrong) = wrong.map(|value: Value| json!({ (property.clone()): value }))
            && accepts(&wrong.to_string())
        {
            offenders.push(format!("{wrong} is accepted"));
        }
        if let Some(default) = of.get("default")
            && required(schema).is_empty()
            && !accepts(&json!({ (property.clone()): default }).to_string())
        {
            offenders.push(format!("the default of {property}, {default}, is refused"));
        }
    }
    if offenders.is_empty() {
        Check::pass(name, "the schema and `validate-settings` agree")
    } else {
        Check::warn(
            name,
            super::some(&offenders),
            "let the schema and `validate-settings` say the same: editors show people the schema",
        )
    }
}

fn required(schema: &Value) -> &[Value] {
    schema
        .get("required")
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

type Plain = Result<(), Vec<(String, String)>>;

fn plain(answer: Validated) -> Plain {
    answer.map_err(|problems| {
        problems
            .into_iter()
            .map(|types::Problem { path, message }| (path, message))
            .collect()
    })
}
