//! The shape of an answer: one Rust type, from which the schema that the model is given is made and by which
//! its answer is read.

use crate::names::{CATEGORIES, SEVERITIES};
use gansauditor_audit::domain::{Category, Severity};
use gansauditor_audit::rubric::Rubric;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

/// A review as a model writes it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Written {
    /// What the work amounts to, in a few sentences for its author.
    pub(super) summary: String,
    /// One entry for each dimension of the rubric.
    pub(super) scores: Vec<Grade>,
    /// Defects that the list of earlier findings does not hold, worst first.
    pub(super) findings: Vec<Defect>,
    /// One entry for each earlier finding, by its id.
    pub(super) earlier: Vec<Fate>,
    /// Paths of submitted files that could not be assessed.
    pub(super) not_assessed: Vec<String>,
}

/// The grade of one dimension.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Grade {
    /// Name of the dimension.
    pub(super) dimension: String,
    /// Why this grade, in one sentence. Written before the grade, so that the grade follows from it.
    #[serde(default)]
    #[allow(dead_code, reason = "written for the model's own sake")]
    pub(super) reason: String,
    /// 0 to 100; null when the submission does not let it be assessed.
    #[schemars(range(min = 0, max = 100))]
    pub(super) score: Option<f64>,
}

/// One defect.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Defect {
    /// Path of the submitted file, as given; null when it concerns the work as a whole.
    #[serde(default)]
    pub(super) path: Option<String>,
    /// The offending source text, one line or a few, copied exactly; null when there is none.
    #[serde(default)]
    pub(super) quote: Option<String>,
    /// Line number in the text of the file, from 1; null when unknown.
    #[serde(default)]
    pub(super) line: Option<f64>,
    /// Enclosing function, method or type; null when there is none.
    #[serde(default)]
    pub(super) symbol: Option<String>,
    /// What it is about.
    #[serde(deserialize_with = "category")]
    #[schemars(schema_with = "categories")]
    pub(super) category: Category,
    /// How bad it is.
    #[serde(deserialize_with = "severity")]
    #[schemars(schema_with = "severities")]
    pub(super) severity: Severity,
    /// Number of the CWE entry; null when none fits.
    #[serde(default)]
    pub(super) cwe: Option<f64>,
    /// What is wrong and what it leads to, in one or two sentences.
    pub(super) message: String,
    /// What to do about it, concretely.
    #[serde(default)]
    pub(super) advice: Option<String>,
}

/// What became of an earlier finding.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Fate {
    /// Its id in the list.
    pub(super) id: String,
    /// What became of it.
    pub(super) state: FateName,
    /// What in the code shows it, in one sentence.
    #[serde(default)]
    #[allow(dead_code, reason = "written for the model's own sake")]
    pub(super) evidence: String,
}

/// What became of an earlier finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum FateName {
    /// The code shows that it is mended.
    Fixed,
    /// It is there, or there again.
    Open,
    /// The submission does not show it.
    Unclear,
}

impl Default for Written {
    /// What a review amounts to of which nothing was written.
    fn default() -> Self {
        Self {
            summary: String::new(),
            scores: Vec::new(),
            findings: Vec::new(),
            earlier: Vec::new(),
            not_assessed: Vec::new(),
        }
    }
}

fn severity<'de, D: Deserializer<'de>>(written: D) -> Result<Severity, D::Error> {
    let name = String::deserialize(written)?;
    SEVERITIES
        .into_iter()
        .find(|severity| severity.name() == name)
        .ok_or_else(|| D::Error::custom("no severity has that name"))
}

fn severities(_: &mut SchemaGenerator) -> Schema {
    one_of(&SEVERITIES.map(Severity::name))
}

fn category<'de, D: Deserializer<'de>>(written: D) -> Result<Category, D::Error> {
    let name = String::deserialize(written)?;
    CATEGORIES
        .into_iter()
        .find(|category| category.name() == name)
        .ok_or_else(|| D::Error::custom("no category has that name"))
}

fn categories(_: &mut SchemaGenerator) -> Schema {
    one_of(&CATEGORIES.each_ref().map(Category::name))
}

fn one_of(names: &[&str]) -> Schema {
    json_schema!({ "type": "string", "enum": names })
}

/// The schema of a review under this rubric, within the subset that OpenAI's strict mode takes.
pub(super) fn schema(rubric: &Rubric) -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        })
        .into_generator();
    let mut schema = generator.root_schema_for::<Written>().to_value();
    strict(&mut schema);
    let names: Vec<&str> = rubric
        .dimensions
        .iter()
        .map(|dimension| dimension.name.as_str())
        .collect();
    if let Some(name) = schema.pointer_mut("/properties/scores/items/properties/dimension") {
        *name = json!({ "type": "string", "enum": names });
    }
    schema
}

/// Every object closed and all of its properties required, and nothing the strict subset does not know.
fn strict(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(strict),
        Value::Object(fields) => {
            for unknown in ["$schema", "title", "default", "format"] {
                // A property may have such a name: properties hold schemas, which are objects.
                if fields.get(unknown).is_some_and(|value| !value.is_object()) {
                    fields.remove(unknown);
                }
            }
            one_of_names(fields);
            if let Some(Value::Object(properties)) = fields.get("properties") {
                let names: Vec<Value> = properties.keys().cloned().map(Value::String).collect();
                fields.insert("required".to_owned(), Value::Array(names));
                fields.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            fields.values_mut().for_each(strict);
        }
        _ => {}
    }
}

/// An enumeration whose words are documented one by one, as one list of words.
fn one_of_names(fields: &mut Map<String, Value>) {
    let words: Option<Vec<Value>> = fields.get("oneOf").and_then(Value::as_array).map(|cases| {
        cases
            .iter()
            .filter_map(|case| case.get("const").cloned())
            .collect()
    });
    if let Some(words) = words.filter(|words| !words.is_empty()) {
        fields.remove("oneOf");
        fields.insert("type".to_owned(), json!("string"));
        fields.insert("enum".to_owned(), Value::Array(words));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules of the strict subset, as OpenAI documents them.
    fn lint(schema: &Value, at: &str, depth: usize) {
        assert!(depth <= 10, "{at} is too deep");
        let fields = schema
            .as_object()
            .unwrap_or_else(|| panic!("{at} is no object"));
        for word in fields.keys() {
            let known = [
                "type",
                "properties",
                "required",
                "additionalProperties",
                "items",
                "enum",
                "anyOf",
                "description",
                "minimum",
                "maximum",
            ];
            assert!(known.contains(&word.as_str()), "{at}: {word}");
        }
        if let Some(properties) = fields.get("properties").and_then(Value::as_object) {
            assert_eq!(fields["additionalProperties"], false, "{at}");
            let required: Vec<&str> = fields["required"]
                .as_array()
                .unwrap()
                .iter()
                .map(|name| name.as_str().unwrap())
                .collect();
            let names: Vec<&str> = properties.keys().map(String::as_str).collect();
            assert_eq!(required, names, "{at}");
            for (name, property) in properties {
                lint(property, &format!("{at}/{name}"), depth + 1);
            }
        } else {
            assert_ne!(fields.get("type"), Some(&json!("object")), "{at} is open");
        }
        if let Some(items) = fields.get("items") {
            lint(items, &format!("{at}[]"), depth + 1);
        }
        for case in fields
            .get("anyOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            lint(case, &format!("{at}|"), depth + 1);
        }
    }

    #[test]
    fn the_schema_is_of_the_strict_subset_and_names_the_rubrics_dimensions() {
        let rubric = Rubric::default();
        let schema = schema(&rubric);
        assert_eq!(schema["type"], "object");
        lint(&schema, "", 1);
        let names = &schema["properties"]["scores"]["items"]["properties"]["dimension"]["enum"];
        assert_eq!(names.as_array().unwrap().len(), rubric.dimensions.len());
        let severity = &schema["properties"]["findings"]["items"]["properties"]["severity"];
        assert_eq!(severity["enum"][0], "blocker", "{severity}");
    }
}
