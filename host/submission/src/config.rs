//! The `gan-config` fence: what the sender asks of the audit.

use crate::note::{Note, Notes, quote};
use crate::path::cut;
use serde::{Deserialize, Serialize};
use serde_json::Value;

const MAX_TASK: usize = 8 * 1024;
const MAX_ITEMS: usize = 100;
const MAX_ITEM: usize = 512;

/// What the fence wrote, and nothing else: an absent field is `None`, so that it changes nothing. Whether any of it
/// is granted is decided elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GanConfig {
    /// What the code is for; at most 8 KiB.
    pub task: Option<String>,
    /// What to show the judge of the repository.
    pub scope: Option<Scope>,
    /// Paths to show the judge when the scope is `paths`, as written; at most 100 of at most 512 bytes.
    pub paths: Option<Vec<String>>,
    /// Score to reach, 0 to 100.
    pub threshold: Option<f64>,
    /// Most loops, 1 to 10.
    pub max_cycles: Option<u32>,
    /// Candidates wanted, 1 to 5.
    pub candidates: Option<u32>,
    /// Names of judges; at most 100 of at most 512 bytes.
    pub judges: Option<Vec<String>>,
    /// Whether proposed fixes shall be applied.
    pub apply_fixes: Option<bool>,
}

/// What to show the judge of the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The uncommitted changes.
    Diff,
    /// Named paths.
    Paths,
    /// The whole workspace.
    Workspace,
}

/// Reads the content of a `gan-config` fence. `None`, with a note, when it is not a JSON object.
pub(crate) fn parse(text: &str, notes: &mut Notes) -> Option<GanConfig> {
    let fields = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => {
            notes.push(Note::MalformedConfig {
                why: "it must hold one JSON object".to_owned(),
            });
            return None;
        }
        Err(error) => {
            notes.push(Note::MalformedConfig {
                why: format!("it must hold one JSON object: {error}"),
            });
            return None;
        }
    };
    let mut config = GanConfig::default();
    for (field, value) in &fields {
        let needs = match field.as_str() {
            "task" => set(
                &mut config.task,
                value.as_str().and_then(task),
                "a text that is not empty",
            ),
            "scope" => set(
                &mut config.scope,
                value.as_str().and_then(scope),
                "`diff`, `paths` or `workspace`",
            ),
            "paths" => set(&mut config.paths, list(value), "a list of texts"),
            "judges" => set(&mut config.judges, list(value), "a list of texts"),
            "threshold" => {
                let taken = value
                    .as_f64()
                    .map(|given| clamp(field, given, 0.0, 100.0, notes));
                set(&mut config.threshold, taken, "a number from 0 to 100")
            }
            "maxCycles" => set(
                &mut config.max_cycles,
                count(field, value, 10, notes),
                "a number from 1 to 10",
            ),
            "candidates" => set(
                &mut config.candidates,
                count(field, value, 5, notes),
                "a number from 1 to 5",
            ),
            "applyFixes" => set(&mut config.apply_fixes, value.as_bool(), "true or false"),
            _ => {
                notes.push(Note::UnknownConfigField {
                    field: quote(field),
                });
                continue;
            }
        };
        if let Err(needs) = needs {
            notes.push(Note::ConfigFieldDropped {
                field: quote(field),
                needs: needs.to_owned(),
            });
        }
    }
    Some(config)
}

fn set<T>(
    field: &mut Option<T>,
    value: Option<T>,
    needs: &'static str,
) -> Result<(), &'static str> {
    *field = value;
    if field.is_some() { Ok(()) } else { Err(needs) }
}

fn task(text: &str) -> Option<String> {
    let text = cut(text.trim(), MAX_TASK);
    (!text.is_empty()).then(|| text.to_owned())
}

fn scope(text: &str) -> Option<Scope> {
    match text {
        "diff" => Some(Scope::Diff),
        "paths" => Some(Scope::Paths),
        "workspace" => Some(Scope::Workspace),
        _ => None,
    }
}

/// A list of texts without its blank ones; `None` for anything else, and when none is left.
fn list(value: &Value) -> Option<Vec<String>> {
    let texts: Option<Vec<&str>> = value.as_array()?.iter().map(Value::as_str).collect();
    let kept = texts?
        .into_iter()
        .map(str::trim)
        .filter(|text| !text.is_empty() && text.len() <= MAX_ITEM);
    let kept: Vec<String> = kept.take(MAX_ITEMS).map(str::to_owned).collect();
    (!kept.is_empty()).then_some(kept)
}

fn count(field: &str, value: &Value, max: u32, notes: &mut Notes) -> Option<u32> {
    let whole = value.as_f64()?.floor();
    // The value lies between 1 and `max`, so the conversion is exact.
    Some(clamp(field, whole, 1.0, f64::from(max), notes) as u32)
}

fn clamp(field: &str, given: f64, min: f64, max: f64, notes: &mut Notes) -> f64 {
    let taken = given.clamp(min, max);
    if taken != given {
        notes.push(Note::ConfigFieldClamped {
            field: quote(field),
            taken: taken.to_string(),
        });
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<GanConfig>, Vec<Note>) {
        let mut notes = Notes::default();
        let config = parse(text, &mut notes);
        (config, notes.finish())
    }

    #[test]
    fn keeps_only_what_was_written() {
        assert_eq!(read("{}"), (Some(GanConfig::default()), vec![]));
        let (config, notes) = read(
            r#"{"task":" t ","scope":"paths","paths":["a"," "],"threshold":90.5,"maxCycles":3,"candidates":2,"judges":["j"],"applyFixes":true}"#,
        );
        let all = GanConfig {
            task: Some("t".into()),
            scope: Some(Scope::Paths),
            paths: Some(vec!["a".into()]),
            threshold: Some(90.5),
            max_cycles: Some(3),
            candidates: Some(2),
            judges: Some(vec!["j".into()]),
            apply_fixes: Some(true),
        };
        assert_eq!((config.as_ref(), notes.len()), (Some(&all), 0));
        let record = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<GanConfig>(&record).unwrap(), all);
    }

    #[test]
    fn clamps_numbers_and_says_so() {
        let (config, notes) = read(r#"{"threshold":1000,"maxCycles":0,"candidates":9.9}"#);
        let config = config.unwrap();
        assert_eq!(
            (config.threshold, config.max_cycles, config.candidates),
            (Some(100.0), Some(1), Some(5))
        );
        assert_eq!(notes.len(), 3);
        assert_eq!(read(r#"{"maxCycles":2.7}"#).0.unwrap().max_cycles, Some(2));
    }

    #[test]
    fn drops_wrong_types_and_unknown_fields_and_says_so() {
        let (config, notes) = read(
            r#"{"threshold":"90","task":"  ","scope":"all","paths":[1],"judges":[],"applyFixes":"yes","treshold":1}"#,
        );
        assert_eq!(config, Some(GanConfig::default()));
        assert_eq!(notes.len(), 7);
        assert!(notes.contains(&Note::UnknownConfigField {
            field: "treshold".into()
        }));
    }

    #[test]
    fn anything_but_an_object_is_malformed() {
        for text in [
            "",
            "[]",
            "1",
            "{",
            "{\"threshold\":1e999}",
            &"[".repeat(10_000),
        ] {
            let (config, notes) = read(text);
            assert!(config.is_none() && matches!(notes.as_slice(), [Note::MalformedConfig { .. }]));
        }
    }
}
