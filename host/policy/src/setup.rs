//! What a policy is run under: its settings, and limits of its own.

use crate::error::LoadError;
use crate::limits::Limits;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The settings of a policy and the limits that an operator set for it alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Setup {
    /// A JSON text; `""` stands for `{}`.
    pub settings: String,
    /// In place of the host's.
    pub limits: OwnLimits,
}

impl From<&str> for Setup {
    /// These settings under the host's limits.
    fn from(settings: &str) -> Self {
        Self {
            settings: settings.to_owned(),
            limits: OwnLimits::default(),
        }
    }
}

impl From<&String> for Setup {
    fn from(settings: &String) -> Self {
        settings.as_str().into()
    }
}

/// Limits of one policy in place of the host's ([`Limits`]); what is absent stays the host's. The operator sets them,
/// higher or lower; a policy has no way to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnLimits {
    /// Milliseconds for one call, 10 to 60,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u64>,
    /// Bytes of linear memory of one instance, 64 KiB to 1 GiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// Elements of all tables of one instance, up to 10,000,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_elements: Option<u64>,
    /// Bytes that one call returns, 64 KiB to 64 MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_bytes: Option<u64>,
    /// Units of fuel for one call, about one an instruction: a limit that does not depend on the machine. Absent: none
    /// is counted, which is quicker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fuel: Option<u64>,
}

impl OwnLimits {
    /// Reads them from a JSON object, e.g. `{"deadline_ms": 500, "fuel": 100000000}`.
    ///
    /// # Errors
    /// [`LoadError::Limits`] for what is no such object, or outside the ranges.
    pub fn parse(json: &str) -> Result<Self, LoadError> {
        let limits: Self =
            serde_json::from_str(json).map_err(|error| LoadError::Limits(error.to_string()))?;
        limits.over(&Limits::default())?;
        Ok(limits)
    }

    /// Nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The limits of a host with these in their place.
    pub(crate) fn over(&self, host: &Limits) -> Result<Limits, LoadError> {
        let deadline = ranged("deadline_ms", self.deadline_ms, 10, 60_000)?;
        let memory = ranged("memory_bytes", self.memory_bytes, 64 << 10, 1 << 30)?;
        let table = ranged("table_elements", self.table_elements, 0, 10_000_000)?;
        let output = ranged("output_bytes", self.output_bytes, 64 << 10, 64 << 20)?;
        let fuel = ranged("fuel", self.fuel, 1, u64::MAX)?;
        let size = |own: Option<u64>, host: usize| {
            own.and_then(|own| usize::try_from(own).ok())
                .unwrap_or(host)
        };
        Ok(Limits {
            deadline: deadline.map_or(host.deadline, Duration::from_millis),
            memory_bytes: size(memory, host.memory_bytes),
            table_elements: size(table, host.table_elements),
            output_bytes: size(output, host.output_bytes),
            fuel: fuel.or(host.fuel),
            ..host.clone()
        })
    }
}

fn ranged(name: &str, value: Option<u64>, least: u64, most: u64) -> Result<Option<u64>, LoadError> {
    match value {
        Some(value) if !(least..=most).contains(&value) => Err(LoadError::Limits(format!(
            "{name} is {value}; it may be {least} to {most}"
        ))),
        value => Ok(value),
    }
}
