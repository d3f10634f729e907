//! What the tool publishes about its input.

use serde_json::{Map, Value, json};

/// Name of the original's one tool.
pub const TOOL: &str = "gansauditor_codex";

/// Other names it answers to: the one in the original's agent documentation.
pub const TOOL_ALIASES: &[&str] = &["sequentialthinking"];

/// JSON Schema of the tool's input.
///
/// It states what a client should send; [`crate::ToolCall::read`] takes more. Kept to what every client's
/// schema reader knows: one type a field, no formats.
pub fn input_schema() -> Map<String, Value> {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let flag = |description: &str| json!({ "type": "boolean", "description": description });
    let count =
        |description: &str| json!({ "type": "integer", "minimum": 1, "description": description });
    let schema = json!({
        "type": "object",
        "properties": {
            "thought": {
                "type": "string",
                "minLength": 1,
                "description": "Your current work and what you say about it. Put code in fences with the file's \
                    path after the language (```rust src/main.rs), or send a unified diff. A fence labelled \
                    gan-config may hold {\"task\": ..., \"threshold\": 0-100, \"maxCycles\": 1-10}."
            },
            "nextThoughtNeeded": flag(
                "Whether you want to go on. In an audited answer the server overrides it: submit again until it \
                 answers false."
            ),
            "thoughtNumber": count("Your own count of calls, echoed. Loops are counted by the server."),
            "totalThoughts": count("How many calls you expect; raised to thoughtNumber when smaller."),
            "isRevision": flag("Whether this revises an earlier thought."),
            "revisesThought": count("Which thought is revised."),
            "branchFromThought": count("Where a branch starts; with branchId it registers the branch."),
            "branchId": text("The audit session: send the same one with every version of the same work."),
            "loopId": text("Names the audit session when branchId is absent."),
            "needsMoreThoughts": flag("Whether more thoughts are needed than expected.")
        },
        "required": ["thought", "nextThoughtNeeded", "thoughtNumber", "totalThoughts"]
    });
    match schema {
        Value::Object(schema) => schema,
        // The literal above is an object.
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_the_fields_of_the_original_in_portable_terms() {
        let schema = input_schema();
        let properties = schema["properties"].as_object().unwrap();
        let kind = |field: &str| properties[field]["type"].as_str().unwrap().to_owned();
        for (field, expected) in [
            ("thought", "string"),
            ("nextThoughtNeeded", "boolean"),
            ("thoughtNumber", "integer"),
            ("totalThoughts", "integer"),
            ("isRevision", "boolean"),
            ("revisesThought", "integer"),
            ("branchFromThought", "integer"),
            ("branchId", "string"),
            ("loopId", "string"),
            ("needsMoreThoughts", "boolean"),
        ] {
            assert_eq!(kind(field), expected, "{field}");
            assert!(properties[field]["description"].is_string(), "{field}");
            assert!(properties[field].get("format").is_none(), "{field}");
            assert_eq!(
                properties[field].get("minimum") == Some(&json!(1)),
                expected == "integer",
                "{field}"
            );
        }
        assert_eq!(properties.len(), 10);
        assert_eq!(
            schema["required"],
            json!([
                "thought",
                "nextThoughtNeeded",
                "thoughtNumber",
                "totalThoughts"
            ])
        );
    }
}
