//! What was written of an answer that was cut off: the JSON text with everything closed that is open.

use serde_json::Value;

/// The JSON value that a cut text began, with the items that are whole; `None` when there is none. The last value
/// of the text, which may be only begun, is left out together with the innermost items it belongs to.
pub(super) fn complete(text: &str) -> Option<Value> {
    let start = text.find('{')?;
    let text = &text[start..];
    let mut open: Vec<char> = Vec::new();
    let mut in_string = false;
    let mut escaped = false;
    // Ends of whole values, with what was open there, newest last.
    let mut ends: Vec<(usize, Vec<char>)> = Vec::new();
    for (at, letter) in text.char_indices() {
        if in_string {
            match letter {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match letter {
            '"' => in_string = true,
            '{' => open.push('}'),
            '[' => {
                open.push(']');
                remember(&mut ends, at + 1, &open);
            }
            '}' | ']' => {
                if open.pop() != Some(letter) {
                    return None;
                }
                remember(&mut ends, at + 1, &open);
                if open.is_empty() {
                    break;
                }
            }
            ',' => remember(&mut ends, at, &open),
            _ => {}
        }
    }
    ends.into_iter().rev().find_map(|(end, open)| {
        let closing: String = open.iter().rev().collect();
        serde_json::from_str(&format!("{}{closing}", &text[..end])).ok()
    })
}

/// Keeps an end only where items end: at the top of the answer or directly in one of its lists. The fields of
/// an item that is not whole yet make no item.
fn remember(ends: &mut Vec<(usize, Vec<char>)>, end: usize, open: &[char]) {
    const NEWEST: usize = 4;
    if matches!(open, [] | ['}'] | ['}', ']']) {
        ends.push((end, open.to_vec()));
        if ends.len() > NEWEST {
            ends.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn whole_items_are_kept_and_the_begun_one_is_not() {
        let text = r#"{"summary":"a \"{\" b","scores":[{"d":"x","s":1},{"d":"y","s":2}],"findings":[{"m":"one"},{"m":"tw"#;
        assert_eq!(
            complete(text),
            Some(json!({
                "summary": "a \"{\" b",
                "scores": [{"d": "x", "s": 1}, {"d": "y", "s": 2}],
                "findings": [{"m": "one"}],
            }))
        );
        assert_eq!(complete("Here is it: {\"summary\":\"a"), None);
        assert_eq!(complete("no JSON"), None);
        assert_eq!(complete("{\"a\":1}} trailing"), Some(json!({"a": 1})));
        assert_eq!(complete("{]"), None);
    }

    proptest! {
        #[test]
        fn a_prefix_holds_a_prefix_of_the_items(cut in 0usize..400, items in prop::collection::vec("\\PC{0,12}", 0..6)) {
            let whole = json!({ "summary": "s", "findings": items.iter().map(|m| json!({"m": m})).collect::<Vec<_>>() });
            let text = whole.to_string();
            let end = text.floor_char_boundary(cut.min(text.len()));
            if let Some(Value::Object(got)) = complete(&text[..end])
                && let Some(Value::Array(found)) = got.get("findings")
            {
                let all = whole["findings"].as_array().unwrap();
                prop_assert_eq!(&found[..], &all[..found.len()]);
            }
        }

        #[test]
        fn no_text_is_too_odd(text in "[{}\\[\\],:\"\\\\a1 ]{0,60}") {
            let _ = complete(&text);
        }
    }
}
