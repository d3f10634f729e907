//! Holds a JSON value against a JSON Schema: of the standard (2020-12) what settings need, nothing more.
//!
//! A keyword that is not understood is a problem of its own: a schema must never promise what nobody checks.

use super::pointer;
use crate::model::Problem;
use crate::text::listed;
use serde_json::{Map, Value};

/// Keywords that say something to people only.
const ANNOTATIONS: [&str; 5] = ["$schema", "title", "description", "default", "examples"];

/// Names in one problem's text.
const MOST_NAMES: usize = 20;

/// Checks an object against a schema of `properties`, all others being forbidden. Whole numbers that are
/// written with a fraction (`3.0`) become what they mean.
pub(super) fn check_object(
    schema: &Value,
    members: &mut Map<String, Value>,
    at: &str,
    problems: &mut Vec<Problem>,
) {
    let problem = |path: String, message: String| Problem { path, message };
    let known = schema["properties"].as_object();
    for (name, value) in members.iter_mut() {
        let at = format!("{at}{}", pointer(name));
        match known.and_then(|known| known.get(name)) {
            Some(schema) => check(schema, value, &at, problems),
            None => {
                let known = known.into_iter().flat_map(|known| known.keys());
                let names = listed(known.map(String::as_str), MOST_NAMES);
                problems.push(problem(at, format!("is not a setting; there are {names}")));
            }
        }
    }
    let required = schema["required"].as_array().into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        if !members.contains_key(name) {
            let at = format!("{at}{}", pointer(name));
            problems.push(problem(at, "is missing".to_owned()));
        }
    }
}

fn check(schema: &Value, value: &mut Value, at: &str, problems: &mut Vec<Problem>) {
    let message = match mismatch(schema, value) {
        Some(message) => message,
        None => {
            match value {
                Value::Object(members) => check_object(schema, members, at, problems),
                Value::Array(items) => {
                    for (index, item) in items.iter_mut().enumerate() {
                        check(&schema["items"], item, &format!("{at}/{index}"), problems);
                    }
                }
                _ => {}
            }
            return;
        }
    };
    problems.push(Problem {
        path: at.to_owned(),
        message,
    });
}

/// What is wrong with a value as such, its items and members apart.
fn mismatch(schema: &Value, value: &mut Value) -> Option<String> {
    let Some(keywords) = schema.as_object() else {
        return Some("has no schema".to_owned());
    };
    if let Some(wanted) = keywords.get("type").and_then(Value::as_str) {
        let fits = match wanted {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "number" => value.is_number(),
            "integer" => make_whole(value),
            _ => return Some(format!("has a schema of the unknown type {wanted}")),
        };
        if !fits {
            return Some(format!("must be {}", described(keywords, wanted)));
        }
    }
    let holds = keywords.iter().all(|(keyword, limit)| {
        let least = || limit.as_f64().unwrap_or(f64::NAN);
        match (keyword.as_str(), &*value) {
            ("enum", value) => limit.as_array().is_some_and(|all| all.contains(value)),
            ("minimum", Value::Number(number)) => number.as_f64() >= Some(least()),
            ("maximum", Value::Number(number)) => number.as_f64() <= Some(least()),
            ("minLength", Value::String(text)) => text.chars().count() as f64 >= least(),
            ("maxLength", Value::String(text)) => text.chars().count() as f64 <= least(),
            ("minItems", Value::Array(items)) => items.len() as f64 >= least(),
            ("maxItems", Value::Array(items)) => items.len() as f64 <= least(),
            ("uniqueItems", Value::Array(items)) => {
                (1..items.len()).all(|index| !items[..index].contains(&items[index]))
            }
            ("type" | "items" | "properties" | "additionalProperties" | "required", _) => true,
            (keyword, _) => ANNOTATIONS.contains(&keyword),
        }
    });
    let wanted = keywords.get("type").and_then(Value::as_str);
    (!holds).then(|| format!("must be {}", described(keywords, wanted.unwrap_or("value"))))
}

/// Takes `3.0` for `3`.
fn make_whole(value: &mut Value) -> bool {
    if value.is_u64() || value.is_i64() {
        return true;
    }
    let whole = value
        .as_f64()
        .filter(|number| number.fract() == 0.0 && number.abs() < 9e15);
    if let Some(number) = whole {
        *value = Value::from(number as i64);
    }
    whole.is_some()
}

/// What a schema wants, in words.
fn described(keywords: &Map<String, Value>, wanted: &str) -> String {
    let kind = match wanted {
        "object" => "an object",
        "array" => "a list",
        "string" => "a text",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        _ => "a value",
    };
    if let Some(all) = keywords.get("enum").and_then(Value::as_array) {
        return format!(
            "one of {}",
            listed(all.iter().filter_map(Value::as_str), MOST_NAMES)
        );
    }
    let limit = |name: &str| keywords.get(name).filter(|limit| limit.is_number());
    let bounds = [
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
    ];
    let bounds: Vec<String> = bounds
        .iter()
        .filter_map(|&(low, high, unit)| match (limit(low), limit(high)) {
            (Some(low), Some(high)) if unit.is_empty() => Some(format!(" from {low} to {high}")),
            (Some(low), Some(high)) => Some(format!(" of {low} to {high}{unit}")),
            (Some(low), None) => Some(format!(" of at least {low}{unit}")),
            (None, Some(high)) => Some(format!(" of at most {high}{unit}")),
            (None, None) => None,
        })
        .collect();
    let unique = match keywords.get("uniqueItems") {
        Some(Value::Bool(true)) => ", each once",
        _ => "",
    };
    format!("{kind}{}{unique}", bounds.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problems(schema: Value, value: Value) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let Value::Object(mut members) = value else {
            panic!("settings are objects");
        };
        check_object(&schema, &mut members, "", &mut found);
        found.into_iter().map(|p| (p.path, p.message)).collect()
    }

    fn of(schema: Value, value: Value) -> Vec<(String, String)> {
        problems(json!({"properties": {"x": schema}}), json!({"x": value}))
    }

    #[test]
    fn each_kind_of_value_is_told_from_the_others() {
        let kinds = [
            ("object", json!({})),
            ("array", json!([])),
            ("string", json!("a")),
            ("boolean", json!(true)),
            ("number", json!(1.5)),
        ];
        for (wanted, _) in &kinds {
            for (kind, value) in &kinds {
                let fits = of(
                    json!({"type": wanted, "items": {}, "properties": {}}),
                    value.clone(),
                );
                assert_eq!(fits.is_empty(), wanted == kind, "{kind} as {wanted}");
            }
        }
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_fraction() {
        let mut members = json!({"x": 3.0}).as_object().unwrap().clone();
        let schema = json!({"properties": {"x": {"type": "integer", "minimum": 1, "maximum": 3}}});
        let mut found = Vec::new();
        check_object(&schema, &mut members, "", &mut found);
        assert_eq!((found, members["x"].as_u64()), (Vec::new(), Some(3)));
        let wrong = of(
            json!({"type": "integer", "minimum": 1, "maximum": 3}),
            json!(2.5),
        );
        assert_eq!(wrong[0].1, "must be a whole number from 1 to 3");
        assert!(!of(json!({"type": "integer", "maximum": 3}), json!(4)).is_empty());
    }

    #[test]
    fn a_problem_points_at_the_very_item() {
        let schema = json!({"type": "array", "items": {"type": "object", "required": ["a"], "properties": {
            "a": {"type": "string", "enum": ["b", "c"]}
        }}});
        assert!(of(schema.clone(), json!([{"a": "b"}])).is_empty());
        let found = of(schema, json!([{"a": "b"}, {"a": "x", "d/e": 1}, {}]));
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(path, message)| (path.as_str(), message.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("/x/1/a", "must be one of b, c"),
                ("/x/1/d~1e", "is not a setting; there are a"),
                ("/x/2/a", "is missing"),
            ]
        );
    }

    #[test]
    fn lengths_are_bounded_and_items_unique() {
        let texts = json!({"type": "string", "minLength": 1, "maxLength": 2});
        assert!(of(texts.clone(), json!("ab")).is_empty());
        assert_eq!(
            of(texts.clone(), json!(""))[0].1,
            "must be a text of 1 to 2 characters"
        );
        assert!(!of(texts, json!("abc")).is_empty());
        let list = json!({"type": "array", "items": {}, "minItems": 1, "maxItems": 2, "uniqueItems": true});
        assert!(of(list.clone(), json!([1, 2])).is_empty());
        for wrong in [json!([]), json!([1, 2, 3]), json!([1, 1])] {
            assert_eq!(
                of(list.clone(), wrong)[0].1,
                "must be a list of 1 to 2 items, each once"
            );
        }
    }

    #[test]
    fn what_a_schema_says_and_nobody_understands_is_a_problem() {
        assert!(!of(json!({"type": "string", "pattern": "^a"}), json!("a")).is_empty());
        assert!(!of(json!({"type": "date"}), json!("a")).is_empty());
        assert!(!of(json!(null), json!("a")).is_empty());
    }
}
