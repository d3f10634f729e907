//! What can be wrong with the operator's configuration.

/// Why the configuration of tools and checks cannot be used. Every case says where to look and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ToolsError {
    /// The file is no JSON of this kind at all.
    #[error("the configuration of tools is not readable: {0}")]
    Unreadable(String),
    /// One field is wrong.
    #[error("the configuration of tools: {owner}: `{field}` {reason}")]
    Field {
        /// Whose field, e.g. `tools.ruff`.
        owner: String,
        /// Its name.
        field: String,
        /// What is wrong with it, and what is right.
        reason: String,
    },
    /// A program is not there.
    #[error(
        "the configuration of tools: {owner}: the program `{program}` of `{field}` was not found on PATH; install it, or give its absolute path"
    )]
    MissingProgram {
        /// Whose program, e.g. `tools.ruff`.
        owner: String,
        /// The field that names it: `command` or `version`.
        field: String,
        /// As the operator wrote it.
        program: String,
    },
    /// The program that was to tell its version did not.
    #[error("the configuration of tools: {owner}: `version` did not tell a version: {reason}")]
    Version {
        /// Whose version, e.g. `tools.ruff`.
        owner: String,
        /// What happened.
        reason: String,
    },
}
