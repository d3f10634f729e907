//! Who reviews, and what they are shown.

use crate::config::judges::ContextChoice;
use crate::config::setting::{Choice, Secret, Switch, Text, Whole};
use gansauditor_audit::Unreadable;
use gansauditor_judge::ModelSettings;

pub(in crate::config) static JUDGE: Text = Text {
    name: "AUDIT_JUDGE",
    values: "auto, static, codex-http, codex-exec, codex-app-server, sarif:NAME, check:NAME; several separated by commas, each with =WEIGHT where its grades weigh more or less than 1",
    default: Some("auto"),
    meaning: "Who reviews. `auto` takes Codex over HTTP when a key is set, else a Codex CLI that is logged in, else the built-in static rules.",
};

pub(in crate::config) static TOOLS: Text = Text {
    name: "AUDIT_TOOLS",
    values: "file",
    default: None,
    meaning: "JSON file with the commands behind sarif:NAME and check:NAME.",
};

pub(in crate::config) static CODEX_KEY: Secret = Secret {
    name: "CODEX_API_KEY",
    meaning: "Key of the Responses API; stands above OPENAI_API_KEY.",
};

pub(in crate::config) static OPENAI_KEY: Secret = Secret {
    name: "OPENAI_API_KEY",
    meaning: "Key of the Responses API.",
};

pub(in crate::config) static KEY_FILE: Text = Text {
    name: "OPENAI_API_KEY_FILE",
    values: "file",
    default: None,
    meaning: "File that holds the key, where no variable does.",
};

pub(in crate::config) static BASE_URL: Text = Text {
    name: "OPENAI_BASE_URL",
    values: "URL",
    default: None,
    meaning: "Where the Responses API, or a server compatible with OpenAI, is reached. Unset: OpenAI.",
};

pub(in crate::config) static ALLOW_PLAIN_HTTP: Switch = Switch {
    name: "OPENAI_ALLOW_PLAIN_HTTP",
    default: false,
    meaning: "Send a key over http:// to another machine.",
};

pub(in crate::config) static HEADERS: Secret = Secret {
    name: "OPENAI_EXTRA_HEADERS",
    meaning: "Further headers for the API, a JSON object of texts.",
};

pub(in crate::config) static MODEL: Text = Text {
    name: "CODEX_MODEL",
    values: "name of a model",
    default: None,
    meaning: "Which model reviews. Unset: the newest this build knows, or what the CLI takes by itself.",
};

pub(in crate::config) static EFFORT: Text = Text {
    name: "CODEX_REASONING_EFFORT",
    values: "none, minimal, low, medium, high, xhigh or max, by model",
    default: None,
    meaning: "How long the model thinks. Unset: as long as it likes.",
};

pub(in crate::config) static MAX_INPUT: Whole = Whole {
    name: "CODEX_MAX_INPUT_BYTES",
    min: 8_000,
    max: ModelSettings::MOST_INPUT_BYTES,
    default: 400_000,
    meaning: "Bytes that are sent at once: instructions, task, work and context; about four make a token. Files that do not fit are named in the review, which then is one in part.",
};

pub(in crate::config) static MAX_OUTPUT: Whole = Whole {
    name: "CODEX_MAX_OUTPUT_TOKENS",
    min: 0,
    max: 1_000_000,
    default: 0,
    meaning: "Tokens the model may write over HTTP, thinking included; 0 leaves it to the server.",
};

pub(in crate::config) static EXECUTABLE: Text = Text {
    name: "CODEX_EXECUTABLE",
    values: "file, or a name on the PATH",
    default: None,
    meaning: "The Codex CLI. Unset: `codex` on the PATH.",
};

pub(in crate::config) static CODEX_HOME: Text = Text {
    name: "CODEX_HOME",
    values: "directory",
    default: None,
    meaning: "Where the Codex CLI keeps its login; never written to. Unset: ~/.codex.",
};

pub(in crate::config) static CONTEXT_MANAGEMENT: Switch = Switch {
    name: "ENABLE_CODEX_CONTEXT_MANAGEMENT",
    default: true,
    meaning: "Show judges what the session found earlier, and ask what became of it. Off: each review stands alone.",
};

pub(in crate::config) static UNREAD: Choice<Unreadable> = Choice {
    name: "AUDIT_UNREAD",
    options: &[("block", Unreadable::Block), ("note", Unreadable::Note)],
    default: ("block", Unreadable::Block),
    meaning: "Code in a language that no judge here reads: once all else is done, `block` stops the session and names the files, `note` lets it complete and says so.",
};

pub(in crate::config) static CONTEXT: Choice<ContextChoice> = Choice {
    name: "AUDIT_CONTEXT",
    options: &[
        ("request", ContextChoice::Request),
        ("none", ContextChoice::None),
        ("diff", ContextChoice::Diff),
        ("workspace", ContextChoice::Workspace),
    ],
    default: ("request", ContextChoice::Request),
    meaning: "What models are shown of the repository: what the gan-config asks and else the uncommitted changes, or always nothing, the changes, or the workspace.",
};

pub(in crate::config) static CONTEXT_BYTES: Whole = Whole {
    name: "AUDIT_CONTEXT_BYTES",
    min: 0,
    max: 1_000_000,
    default: 50_000,
    meaning: "Most bytes of the repository that models are shown.",
};

pub(in crate::config) static WORKSPACE: Text = Text {
    name: "AUDIT_WORKSPACE",
    values: "directory",
    default: None,
    meaning: "Root of the repository that models are shown. Unset: the git repository around the working directory, and none when serving over HTTP.",
};
