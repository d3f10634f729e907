//! The policy's own settings: a JSON object, every member optional.
//!
//! A policy with settings of its own keeps the default policy's beside them in one flat object, so that an
//! operator who changes the policy keeps the rest: [`read`] and [`schema_with`].

mod schema;

use crate::blocking::Blocking;
use crate::model::Problem;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// JSON Schema (2020-12) of the settings.
pub const SCHEMA: &str = include_str!("settings.schema.json");

/// Longest settings text that is read, in bytes; the default policy's own settings need far less.
const MAX_BYTES: usize = 64 * 1024;
/// Most problems that are reported of one text.
const MAX_PROBLEMS: usize = 32;

/// What can be set about the policy beyond the operator's criteria. Scores in points of 100.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Points above the bar within which a noisy judge is asked again. Judges scatter with a standard
    /// deviation of about 4 points on the same code.
    pub noise_band: f64,
    /// Whole reviews of one submission before a score near the bar is believed.
    pub reviews_near_bar: u32,
    /// Share of the rubric that must have been assessed, 0..=1.
    pub minimum_assessed_weight: f64,
    /// Newest loops that are looked at for stagnation, 2..=4: the history request covers four.
    pub stagnation_window: u32,
    /// Rise of the score over the window that excuses stagnation: the standard deviation of the difference
    /// of two noisy scores (4 times the root of 2), rounded up.
    pub excusing_rise: f64,
    /// Findings that forbid completion below the operator's blocking severity, by what they are about.
    pub blocking: Blocking,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            noise_band: 4.0,
            reviews_near_bar: 2,
            minimum_assessed_weight: 0.5,
            stagnation_window: 3,
            excusing_rise: 6.0,
            blocking: Blocking::default(),
        }
    }
}

/// Range of one setting and where its value goes.
struct Field {
    name: &'static str,
    range: (f64, f64),
    integer: bool,
    set: fn(&mut Settings, f64),
}

/// Name of the one setting that is no number.
const BLOCKING: &str = "blocking";

const FIELDS: [Field; 5] = [
    Field {
        name: "noise_band",
        range: (0.0, 100.0),
        integer: false,
        set: |s, v| s.noise_band = v,
    },
    Field {
        name: "reviews_near_bar",
        range: (1.0, 10.0),
        integer: true,
        set: |s, v| s.reviews_near_bar = v as u32,
    },
    Field {
        name: "minimum_assessed_weight",
        range: (0.0, 1.0),
        integer: false,
        set: |s, v| s.minimum_assessed_weight = v,
    },
    Field {
        name: "stagnation_window",
        range: (2.0, 4.0),
        integer: true,
        set: |s, v| s.stagnation_window = v as u32,
    },
    Field {
        name: "excusing_rise",
        range: (0.0, 100.0),
        integer: false,
        set: |s, v| s.excusing_rise = v,
    },
];

impl Settings {
    /// Reads a settings text; `""` stands for `{}`. Reports the problems, 32 at most, with JSON
    /// Pointers and in their order.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let settings = Self::take(&members(text)?, &[], &mut problems);
        none(problems).map(|()| settings)
    }

    /// Reads the members of an object; `others` are the names that are settings too, but not these.
    fn take(members: &Map<String, Value>, others: &[&str], problems: &mut Vec<Problem>) -> Self {
        let mut settings = Self::default();
        for (name, value) in members {
            if name == BLOCKING {
                match Blocking::read(value) {
                    Ok(blocking) => settings.blocking = blocking,
                    Err(wrong) => problems.extend(wrong.into_iter().map(|(kind, message)| {
                        let below = if kind.is_empty() {
                            kind
                        } else {
                            pointer(&kind)
                        };
                        let path = format!("/{BLOCKING}{below}");
                        Problem { path, message }
                    })),
                }
                continue;
            }
            let outcome = match FIELDS.iter().find(|field| field.name == name) {
                Some(field) => field
                    .read(value)
                    .map(|number| (field.set)(&mut settings, number)),
                None => Err(format!("is not a setting; there are {}", names(others))),
            };
            if let Err(message) = outcome {
                let path = pointer(name);
                problems.push(Problem { path, message });
            }
        }
        settings
    }
}

/// Reads a settings text that holds a policy's own settings beside the default policy's. `own` is the JSON
/// Schema of the policy's own as an object; the text is held against it before it becomes a `T`. Reports the
/// problems as [`Settings::parse`] does.
pub fn read<T: DeserializeOwned>(own: &str, text: &str) -> Result<(T, Settings), Vec<Problem>> {
    let own = own_schema(own)?;
    let known = own["properties"].as_object();
    let (mut taken, rest): (Map<_, _>, Map<_, _>) = members(text)?
        .into_iter()
        .partition(|(name, _)| known.is_some_and(|known| known.contains_key(name)));
    let others: Vec<&str> = known
        .map(|known| known.keys().map(String::as_str).collect())
        .unwrap_or_default();
    let mut problems = Vec::new();
    let settings = Settings::take(&rest, &others, &mut problems);
    schema::check_object(&own, &mut taken, "", &mut problems);
    none(problems)?;
    serde_json::from_value(Value::Object(taken))
        .map(|own| (own, settings))
        .map_err(|error| whole(error.to_string()))
}

/// The JSON Schema of a policy's own settings with the default policy's beside them.
pub fn schema_with(own: &str) -> String {
    let (Ok(mut all), Ok(core)) = (own_schema(own), own_schema(SCHEMA)) else {
        return own.to_owned();
    };
    if let (Some(all), Some(core)) = (
        all["properties"].as_object_mut(),
        core["properties"].as_object(),
    ) {
        all.extend(core.clone());
    }
    format!("{all:#}")
}

fn own_schema(text: &str) -> Result<Value, Vec<Problem>> {
    serde_json::from_str(text).map_err(|error| whole(format!("have no schema: {error}")))
}

/// The members of a settings text; `""` stands for `{}`.
fn members(text: &str) -> Result<Map<String, Value>, Vec<Problem>> {
    if text.is_empty() {
        return Ok(Map::new());
    }
    if text.len() > MAX_BYTES {
        let length = text.len();
        return Err(whole(format!(
            "is {length} bytes long; at most {MAX_BYTES} are read"
        )));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(whole("must be an object".to_owned())),
        Err(error) => Err(whole(format!("is not JSON: {error}"))),
    }
}

/// A problem with the whole text.
fn whole(message: String) -> Vec<Problem> {
    let path = String::new();
    vec![Problem { path, message }]
}

/// The problems in their order: that of an object's members depends on how the JSON library was built.
fn none(mut problems: Vec<Problem>) -> Result<(), Vec<Problem>> {
    problems.sort_by(|a, b| a.path.cmp(&b.path));
    problems.truncate(MAX_PROBLEMS);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

impl Field {
    fn read(&self, value: &Value) -> Result<f64, String> {
        let (low, high) = self.range;
        value
            .as_f64()
            .filter(|number| (low..=high).contains(number))
            .filter(|number| !self.integer || number.fract() == 0.0)
            .ok_or_else(|| {
                let kind = if self.integer {
                    "a whole number"
                } else {
                    "a number"
                };
                format!("must be {kind} from {low} to {high}")
            })
    }
}

fn names(others: &[&str]) -> String {
    [others, &FIELDS.map(|field| field.name), &[BLOCKING]]
        .concat()
        .join(", ")
}

/// JSON Pointer (RFC 6901) to a member of the root, shortened where the name is absurdly long.
pub fn pointer(name: &str) -> String {
    let name = crate::text::shortened(name, 200);
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        Settings::parse(text)
            .unwrap_err()
            .into_iter()
            .map(|problem| problem.path)
            .collect()
    }

    #[test]
    fn an_empty_text_stands_for_an_empty_object() {
        assert_eq!(Settings::parse(""), Ok(Settings::default()));
        assert_eq!(Settings::parse("{}"), Ok(Settings::default()));
    }

    #[test]
    fn every_setting_is_read() {
        let text = r#"{"noise_band":1.5,"reviews_near_bar":3.0,"minimum_assessed_weight":0.25,"stagnation_window":4,"excusing_rise":9,"blocking":{"style":"info"}}"#;
        let expected = Settings {
            noise_band: 1.5,
            reviews_near_bar: 3,
            minimum_assessed_weight: 0.25,
            stagnation_window: 4,
            excusing_rise: 9.0,
            blocking: Blocking::read(&serde_json::json!({"style": "info"})).unwrap(),
        };
        assert_eq!(Settings::parse(text), Ok(expected));
    }

    #[test]
    fn problems_point_at_what_is_wrong() {
        assert_eq!(paths("{"), [""]);
        assert_eq!(paths("[]"), [""]);
        assert_eq!(
            paths(r#"{"noise_band":-1,"a/b~c":1}"#),
            ["/a~1b~0c", "/noise_band"]
        );
        assert_eq!(paths(r#"{"reviews_near_bar":1.5}"#), ["/reviews_near_bar"]);
        assert_eq!(
            paths(r#"{"stagnation_window":"3"}"#),
            ["/stagnation_window"]
        );
        assert_eq!(
            paths(r#"{"blocking":{"smell":"major"}}"#),
            ["/blocking/smell"]
        );
        assert_eq!(paths(r#"{"blocking":1}"#), ["/blocking"]);
        assert_eq!(paths(&format!("\"{}\"", "x".repeat(MAX_BYTES))), [""]);
    }

    #[test]
    fn schema_defaults_and_validation_agree() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let properties = schema["properties"].as_object().unwrap();
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(properties.len(), FIELDS.len() + 1);
        for (kind, schema) in properties[BLOCKING]["properties"].as_object().unwrap() {
            for value in schema["enum"].as_array().unwrap() {
                let text = serde_json::json!({ BLOCKING: { kind: value } }).to_string();
                assert!(Settings::parse(&text).is_ok(), "{text}");
            }
            let default = serde_json::json!({ BLOCKING: { kind: schema["default"] } });
            assert_eq!(
                Settings::parse(&default.to_string()),
                Ok(Settings::default())
            );
        }
        for field in &FIELDS {
            let property = &properties[field.name];
            let (low, high) = field.range;
            assert_eq!(property["minimum"].as_f64(), Some(low), "{}", field.name);
            assert_eq!(property["maximum"].as_f64(), Some(high), "{}", field.name);
            assert_eq!(
                property["type"],
                if field.integer { "integer" } else { "number" }
            );
            let accepts = |value: f64| Settings::parse(&format!("{{\"{}\":{value}}}", field.name));
            assert_eq!(
                accepts(property["default"].as_f64().unwrap()),
                Ok(Settings::default())
            );
            assert!(accepts(low).is_ok() && accepts(high).is_ok());
            assert!(accepts(low - 0.5).is_err() && accepts(high + 0.5).is_err());
        }
    }
}
