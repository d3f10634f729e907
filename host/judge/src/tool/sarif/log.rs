//! What is read of a SARIF 2.1.0 log. Field names are the standard's.
//!
//! The types of `serde-sarif`, with which we write SARIF, are for logs that are right: one wrong value anywhere refuses the
//! whole log, and everything in it is held, though most is never looked at.

use super::loose::{Few, Flag, Named, Number, Object, Text};
use serde::Deserialize;

/// Most results of a run that are looked at.
pub(crate) const MAX_READ: usize = 10_000;
/// Most runs of a log.
pub(crate) const MAX_RUNS: usize = 8;

/// The log.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Log {
    pub(crate) version: Text,
    pub(crate) runs: Few<Object<Run>, MAX_RUNS>,
}

/// One run of a tool.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Run {
    pub(crate) tool: Object<Tool>,
    pub(crate) results: Few<Object<SarifResult>, MAX_READ>,
    pub(crate) invocations: Few<Object<Invocation>, 8>,
    pub(crate) artifacts: Few<Object<Artifact>, 10_000>,
    pub(crate) taxonomies: Few<Object<Taxonomy>, 16>,
    pub(crate) original_uri_base_ids: Named<Object<ArtifactLocation>, 32>,
}

/// The tool of a run.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Tool {
    pub(crate) driver: Object<Component>,
    pub(crate) extensions: Few<Object<Component>, 64>,
}

/// The tool itself, or an extension of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Component {
    pub(crate) name: Text,
    pub(crate) rules: Few<Object<Rule>, 10_000>,
    pub(crate) global_message_strings: Named<Object<Message>, 256>,
}

/// What a tool says of one of its rules.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Rule {
    pub(crate) id: Text,
    pub(crate) short_description: Object<Message>,
    pub(crate) full_description: Object<Message>,
    pub(crate) help: Object<Message>,
    pub(crate) help_uri: Text,
    pub(crate) default_configuration: Object<Configuration>,
    pub(crate) message_strings: Named<Object<Message>, 64>,
    pub(crate) relationships: Few<Object<Relationship>, 32>,
    pub(crate) properties: Object<Properties>,
}

/// How a rule is set.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Configuration {
    pub(crate) level: Text,
}

/// A relation of a rule to an entry of a taxonomy.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Relationship {
    pub(crate) target: Object<Reference>,
}

/// A reference to a rule or to an entry of a taxonomy.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Reference {
    pub(crate) id: Text,
    pub(crate) index: Number,
    pub(crate) tool_component: Object<ComponentReference>,
}

/// A reference to a component or a taxonomy.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ComponentReference {
    pub(crate) name: Text,
    pub(crate) index: Number,
}

/// A classification, e.g. the Common Weakness Enumeration.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Taxonomy {
    pub(crate) name: Text,
}

/// What tools add to rules and results.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Properties {
    pub(crate) tags: Few<Text, 32>,
    #[serde(rename = "security-severity")]
    pub(crate) security_severity: Text,
    pub(crate) category: Text,
    pub(crate) kind: Text,
    pub(crate) cwe: Text,
}

/// A text of the tool.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Message {
    pub(crate) text: Text,
    pub(crate) id: Text,
    pub(crate) arguments: Few<Text, 32>,
}

/// One result.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct SarifResult {
    pub(crate) rule_id: Text,
    pub(crate) rule_index: Number,
    pub(crate) rule: Object<Reference>,
    pub(crate) kind: Text,
    pub(crate) level: Text,
    pub(crate) message: Object<Message>,
    pub(crate) locations: Few<Object<Location>, 16>,
    pub(crate) suppressions: Few<Object<Suppression>, 16>,
    pub(crate) baseline_state: Text,
    pub(crate) taxa: Few<Object<Reference>, 32>,
    pub(crate) fixes: Few<Object<Fix>, 4>,
    pub(crate) properties: Object<Properties>,
}

/// Why a result was silenced.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Suppression {
    pub(crate) kind: Text,
    pub(crate) status: Text,
}

/// A way to mend it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fix {
    pub(crate) description: Object<Message>,
}

/// A place.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Location {
    pub(crate) physical_location: Object<PhysicalLocation>,
}

/// A place in a file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct PhysicalLocation {
    pub(crate) artifact_location: Object<ArtifactLocation>,
    pub(crate) region: Object<Region>,
}

/// A file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ArtifactLocation {
    pub(crate) uri: Text,
    pub(crate) uri_base_id: Text,
    pub(crate) index: Number,
}

/// Lines of a file, from 1.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Region {
    pub(crate) start_line: Number,
    pub(crate) end_line: Number,
    pub(crate) end_column: Number,
}

/// A file that the run was about.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Artifact {
    pub(crate) location: Object<ArtifactLocation>,
}

/// How the tool was called and how it went.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Invocation {
    pub(crate) execution_successful: Flag,
    pub(crate) working_directory: Object<ArtifactLocation>,
    pub(crate) tool_execution_notifications: Few<Object<Notification>, 1000>,
    pub(crate) tool_configuration_notifications: Few<Object<Notification>, 1000>,
}

/// What the tool says of its own running.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Notification {
    pub(crate) level: Text,
    pub(crate) message: Object<Message>,
    pub(crate) locations: Few<Object<Location>, 16>,
}
