//! What a policy says of itself, checked.

use crate::bindings::contract;
use crate::error::LoadError;
use gansauditor_audit::domain::HistoryRequest;

const MAX_NAME: usize = 64;
const MAX_SUMMARY: usize = 1024;
const MAX_SCHEMA: usize = 256 << 10;

/// Most history that is given, whatever is asked: the contract lets a host give less.
const MAX_HISTORY: HistoryRequest = HistoryRequest {
    submissions: 100,
    bytes: 16 << 20,
};

/// A description that keeps its promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Description {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) summary: String,
    pub(crate) settings_schema: String,
    pub(crate) history: HistoryRequest,
}

impl TryFrom<contract::Description> for Description {
    type Error = LoadError;

    fn try_from(given: contract::Description) -> Result<Self, LoadError> {
        let broken = |what: String| Err(LoadError::Description(what));
        if !is_name(&given.name) {
            return broken(format!(
                "the name {} is not lower-case words joined by `-`, of at most {MAX_NAME} bytes",
                excerpt(&given.name)
            ));
        }
        if given.version.len() > MAX_NAME || semver::Version::parse(&given.version).is_err() {
            return broken(format!(
                "the version {} is not a semantic version such as 1.0.0",
                excerpt(&given.version)
            ));
        }
        if given.summary.trim().is_empty() || given.summary.len() > MAX_SUMMARY {
            return broken(format!(
                "the summary is empty or has more than {MAX_SUMMARY} bytes"
            ));
        }
        if given.settings_schema.len() > MAX_SCHEMA {
            return broken(format!(
                "the schema of the settings has more than {MAX_SCHEMA} bytes"
            ));
        }
        match serde_json::from_str(&given.settings_schema) {
            Ok(serde_json::Value::Object(_) | serde_json::Value::Bool(_)) => {}
            Ok(_) => return broken("the schema of the settings is not a JSON Schema".to_owned()),
            Err(e) => return broken(format!("the schema of the settings is not JSON: {e}")),
        }
        Ok(Self {
            name: given.name,
            version: given.version,
            summary: given.summary,
            settings_schema: given.settings_schema,
            history: HistoryRequest {
                submissions: given.history.submissions.min(MAX_HISTORY.submissions),
                bytes: given.history.bytes.min(MAX_HISTORY.bytes),
            },
        })
    }
}

/// Lower-case words joined by `-`.
pub(crate) fn is_name(text: &str) -> bool {
    text.len() <= MAX_NAME
        && text.split('-').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

/// The beginning of a text, quoted, for an error.
fn excerpt(text: &str) -> String {
    format!("{:?}", &text[..text.floor_char_boundary(MAX_NAME)])
}
