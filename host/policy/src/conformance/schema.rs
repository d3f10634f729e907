//! The shape of a JSON Schema: not all of its rules, but the mistakes that are made when one is written by hand.

use serde_json::Value;

/// Types that a schema may name.
const TYPES: [&str; 7] = [
    "array", "boolean", "integer", "null", "number", "object", "string",
];

/// Deepest level that is looked at.
const MAX_DEPTH: usize = 32;

/// What is wrong with it, each with a JSON Pointer.
pub(super) fn faults(schema: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    walk(schema, "", 0, &mut faults);
    faults
}

fn walk(schema: &Value, at: &str, depth: usize, faults: &mut Vec<String>) {
    let members = match schema {
        Value::Bool(_) => return,
        Value::Object(members) if depth < MAX_DEPTH => members,
        Value::Object(_) => return,
        other => return faults.push(format!("{at}: {} is not a schema", kind(other))),
    };
    for (name, value) in members {
        let here = format!("{at}/{name}");
        let fault = match name.as_str() {
            "type" => !is_type(value),
            "properties" | "patternProperties" | "$defs" | "definitions" => {
                match value.as_object() {
                    Some(schemas) => {
                        for (member, schema) in schemas {
                            walk(schema, &format!("{here}/{member}"), depth + 1, faults);
                        }
                        false
                    }
                    None => true,
                }
            }
            "items" | "additionalProperties" | "not" | "contains" | "if" | "then" | "else" => {
                walk(value, &here, depth + 1, faults);
                false
            }
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => match value.as_array() {
                Some(schemas) if !schemas.is_empty() => {
                    for (index, schema) in schemas.iter().enumerate() {
                        walk(schema, &format!("{here}/{index}"), depth + 1, faults);
                    }
                    false
                }
                _ => true,
            },
            "required" => !is_texts(value),
            "enum" => !value.is_array(),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
                !value.is_number()
            }
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
            | "maxProperties" => !value.is_u64(),
            "$schema" | "$id" | "$ref" | "title" | "description" | "pattern" | "format" => {
                !value.is_string()
            }
            _ => false,
        };
        if fault {
            faults.push(format!("{here}: {} does not belong there", kind(value)));
        }
    }
}

/// The value is the name of a type, or several.
fn is_type(value: &Value) -> bool {
    let known = |value: &Value| value.as_str().is_some_and(|name| TYPES.contains(&name));
    match value {
        Value::Array(names) => !names.is_empty() && names.iter().all(known),
        name => known(name),
    }
}

fn is_texts(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|texts| texts.iter().all(Value::is_string))
}

/// What a value is, in words.
fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => format!("{:?}", &text[..text.floor_char_boundary(40)]),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// A value that the schema's own `type` forbids; none when it names no type or all.
pub(super) fn of_another_type(schema: &Value) -> Option<&'static str> {
    let named: Vec<&str> = match schema.get("type")? {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    [
        ("boolean", "true"),
        ("string", "\"text\""),
        ("object", "{\"a\":1}"),
        ("array", "[1]"),
    ]
    .into_iter()
    .find(|(name, _)| !named.contains(name))
    .map(|(_, example)| example)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn finds_what_cannot_be_a_schema_and_says_where() {
        assert_eq!(faults(&json!({})), Vec::<String>::new());
        let wrong = json!({
            "type": "objekt",
            "required": "name",
            "properties": {"a": {"minimum": "0"}, "b": 3, "c": {"type": ["string", "null"]}},
        });
        assert_eq!(
            faults(&wrong)
                .into_iter()
                .collect::<std::collections::BTreeSet<_>>(),
            [
                "/properties/a/minimum: \"0\" does not belong there".to_owned(),
                "/properties/b: 3 is not a schema".to_owned(),
                "/required: \"name\" does not belong there".to_owned(),
                "/type: \"objekt\" does not belong there".to_owned(),
            ]
            .into()
        );
    }

    #[test]
    fn knows_a_value_that_a_type_forbids() {
        assert_eq!(
            of_another_type(&json!({"type": "boolean"})),
            Some("\"text\"")
        );
        assert_eq!(
            of_another_type(&json!({"type": ["boolean", "string"]})),
            Some("{\"a\":1}")
        );
        assert_eq!(of_another_type(&json!({})), None);
    }
}
