//! Reads an object of the configuration field by field, so that every error names its owner and its field.

use super::error::ToolsError;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The fields of an object that were not taken yet.
pub(crate) struct Fields {
    owner: String,
    left: Map<String, Value>,
    known: Vec<&'static str>,
}

impl Fields {
    /// The fields of `value`, which is `owner`'s.
    pub(crate) fn of(owner: &str, value: Value) -> Result<Self, ToolsError> {
        match value {
            Value::Object(left) => Ok(Self {
                owner: owner.to_owned(),
                left,
                known: Vec::new(),
            }),
            _ => Err(ToolsError::Unreadable(format!(
                "{owner} must be an object in braces"
            ))),
        }
    }

    /// A field that may be left out.
    pub(crate) fn optional<T: DeserializeOwned>(
        &mut self,
        field: &'static str,
    ) -> Result<Option<T>, ToolsError> {
        self.known.push(field);
        match self.left.remove(field) {
            None => Ok(None),
            Some(value) => serde_json::from_value(value)
                .map(Some)
                .map_err(|error| self.wrong(field, format!("is wrong: {error}"))),
        }
    }

    /// A field that must be there.
    pub(crate) fn required<T: DeserializeOwned>(
        &mut self,
        field: &'static str,
    ) -> Result<T, ToolsError> {
        self.optional(field)?
            .ok_or_else(|| self.wrong(field, "is missing".to_owned()))
    }

    /// The error that a field is wrong.
    pub(crate) fn wrong(&self, field: &str, reason: String) -> ToolsError {
        ToolsError::Field {
            owner: self.owner.clone(),
            field: field.to_owned(),
            reason,
        }
    }

    /// Nothing may be left: a field that nobody knows is a mistake of the operator's.
    pub(crate) fn finish(self) -> Result<(), ToolsError> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(unknown) => Err(self.wrong(
                unknown,
                format!(
                    "is not a field; there are {}",
                    self.known
                        .iter()
                        .map(|name| format!("`{name}`"))
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            )),
        }
    }

    /// Whose fields these are.
    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }
}
