//! The policy's own settings, beside those of the policy it imports in one flat object.

use serde_json::{Map, Value};

/// The JSON Schema of each setting, by its name.
const PROPERTIES: &str = include_str!("settings.properties.json");

/// Most reviews that can be wanted.
const MOST_OPINIONS: u64 = 10;

/// What can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Reviews of the very submission before the session ends with it.
    pub opinions: u32,
    /// Whether they are wanted before a stop for stagnation too.
    pub before_stopping: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            opinions: 2,
            before_stopping: true,
        }
    }
}

/// A settings text taken apart.
#[derive(Debug, PartialEq)]
pub struct Split {
    /// The policy's own, where they are right.
    pub own: Settings,
    /// What the imported policy is given.
    pub rest: String,
    /// What is wrong with the policy's own: JSON Pointers and messages.
    pub problems: Vec<(String, &'static str)>,
}

/// Takes the policy's own settings out of the text. What is no object is left whole, for the imported policy to say
/// what is wrong with it.
pub fn split(text: &str) -> Split {
    let mut split = Split {
        own: Settings::default(),
        rest: text.to_owned(),
        problems: Vec::new(),
    };
    let Ok(mut members) = serde_json::from_str::<Map<String, Value>>(text) else {
        return split;
    };
    if let Some(value) = members.remove("before_stopping") {
        match value {
            Value::Bool(value) => split.own.before_stopping = value,
            _ => split.problem("/before_stopping", "must be true or false"),
        }
    }
    if let Some(value) = members.remove("opinions") {
        match whole(&value).filter(|number| (1..=MOST_OPINIONS).contains(number)) {
            Some(number) => split.own.opinions = number as u32,
            None => split.problem("/opinions", "must be a whole number from 1 to 10"),
        }
    }
    split.rest = Value::Object(members).to_string();
    split
}

impl Split {
    fn problem(&mut self, path: &str, message: &'static str) {
        self.problems.push((path.to_owned(), message));
    }
}

/// A whole number, also where it is written with a fraction (`3.0`).
fn whole(value: &Value) -> Option<u64> {
    let number = value.as_f64()?;
    (number.fract() == 0.0 && number >= 0.0).then_some(number as u64)
}

/// The schema of the imported policy's settings with the policy's own beside them.
pub fn schema_with(imported: &str) -> String {
    let (Ok(mut all), Ok(own)) = (
        serde_json::from_str::<Value>(imported),
        serde_json::from_str::<Map<String, Value>>(PROPERTIES),
    ) else {
        return imported.to_owned();
    };
    all["title"] = "Settings of second-opinion".into();
    match all.get_mut("properties").and_then(Value::as_object_mut) {
        Some(properties) => properties.extend(own),
        None => all["properties"] = own.into(),
    }
    format!("{all:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        split(text)
            .problems
            .into_iter()
            .map(|(path, _)| path)
            .collect()
    }

    #[test]
    fn what_is_not_its_own_is_left_to_the_imported_policy() {
        let taken = split(r#"{"opinions": 3, "noise_band": 2, "before_stopping": false}"#);
        assert_eq!(taken.rest, r#"{"noise_band":2}"#);
        assert_eq!((taken.own.opinions, taken.own.before_stopping), (3, false));
        assert!(taken.problems.is_empty());
        for text in ["", "{", "[]", "7"] {
            assert_eq!(split(text).rest, text);
            assert_eq!(split(text).own, Settings::default());
        }
    }

    #[test]
    fn wrong_settings_are_pointed_at() {
        let wrong = r#"{"opinions": 0, "before_stopping": "no"}"#;
        assert_eq!(paths(wrong), ["/before_stopping", "/opinions"]);
        for opinions in ["11", "1.5", "-1", "\"2\"", "null"] {
            assert_eq!(
                paths(&format!("{{\"opinions\": {opinions}}}")),
                ["/opinions"]
            );
        }
        assert_eq!(split(r#"{"opinions": 3.0}"#).own.opinions, 3);
    }

    #[test]
    fn the_schema_has_both_and_its_defaults_are_the_ones_in_force() {
        let imported = r#"{"type": "object", "additionalProperties": false, "properties": {"noise_band": {}}}"#;
        let schema: Value = serde_json::from_str(&schema_with(imported)).unwrap();
        assert_eq!(schema["additionalProperties"], false);
        let properties = schema["properties"].as_object().unwrap();
        assert!(properties.contains_key("noise_band"));
        for name in ["opinions", "before_stopping"] {
            let text = serde_json::json!({ name: properties[name]["default"] }).to_string();
            assert_eq!(split(&text).own, Settings::default(), "{name}");
        }
        let bare: Value = serde_json::from_str(&schema_with("{}")).unwrap();
        assert_eq!(bare["properties"].as_object().unwrap().len(), 2);
    }

    #[test]
    fn the_examples_of_the_page_are_valid() {
        let page = include_str!("../README.md");
        let examples = page
            .split("```json\n")
            .skip(1)
            .filter_map(|rest| rest.split("```").next());
        assert!(
            examples
                .inspect(|example| assert!(paths(example).is_empty()))
                .count()
                > 0
        );
    }
}
