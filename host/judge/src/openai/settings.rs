//! How to reach the model.

use crate::secret::Secret;
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use std::fmt;
use std::net::IpAddr;

/// Longest name of a model or effort, in bytes.
const MAX_NAME: usize = 200;
/// Headers that a client makes itself.
const OWN_HEADERS: [&str; 8] = [
    "accept",
    "connection",
    "content-length",
    "content-type",
    "host",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// How to reach a model over HTTP.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpSettings {
    /// What the endpoints' names are appended to, usually ending in `/v1`. A query is kept.
    pub base_url: String,
    /// The model's name.
    pub model: String,
    /// How hard it thinks: `low`, `medium`, `high` or what else the model knows. Absent, as it likes.
    pub effort: Option<String>,
    /// Sent as bearer token. Servers on this machine or in one's own network may want none.
    pub key: Option<Secret>,
    /// Sent with every request. Values count as secrets.
    pub headers: Vec<(String, String)>,
    /// Most tokens of an answer, those it thinks with included. Absent, the model's own limit.
    pub max_output_tokens: Option<u32>,
    /// Lets key and headers travel unencrypted to another machine.
    pub allow_plain_http: bool,
}

impl HttpSettings {
    /// OpenAI's own service.
    pub const DEFAULT_BASE_URL: &str = "https://api.openai.com/v1";
    /// Codex's own default of the time of writing: strong at code, below the price of the largest.
    pub const DEFAULT_MODEL: &str = "gpt-6.1-sol";
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            base_url: Self::DEFAULT_BASE_URL.to_owned(),
            model: Self::DEFAULT_MODEL.to_owned(),
            effort: None,
            key: None,
            headers: Vec::new(),
            max_output_tokens: None,
            allow_plain_http: false,
        }
    }
}

impl fmt::Debug for HttpSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        // The base URL is left out: until it is checked, it may hold a password.
        formatter
            .debug_struct("HttpSettings")
            .field("model", &self.model)
            .field("effort", &self.effort)
            .field("key", &self.key)
            .field("headers", &headers)
            .field("max_output_tokens", &self.max_output_tokens)
            .field("allow_plain_http", &self.allow_plain_http)
            .finish_non_exhaustive()
    }
}

/// Why no model can be reached with these settings. Every case says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// Not a URL.
    #[error("the base URL of the model is no URL ({0}); write e.g. {url}", url = HttpSettings::DEFAULT_BASE_URL)]
    NotAUrl(String),
    /// Something other than HTTP.
    #[error(
        "the base URL of the model begins with `{0}:`; it must be https, or http on a trusted network"
    )]
    Scheme(String),
    /// A user or password in the URL.
    #[error(
        "the base URL of the model holds a user name or password, which would end up in logs; \
         set them as the key or as a header"
    )]
    Credentials,
    /// A secret would travel in the open.
    #[error(
        "the key or a header would travel unencrypted to `{host}`; use https, or allow plain http if the \
         network can be trusted"
    )]
    PlainHttp {
        /// Where to.
        host: String,
    },
    /// OpenAI wants a key.
    #[error("`{host}` wants a key; set one, or set the base URL of another server")]
    NoKey {
        /// Who wants it.
        host: String,
    },
    /// A key no header can carry.
    #[error(
        "the key holds characters that no key has (blanks, line ends, other than ASCII); copy it again"
    )]
    Key,
    /// No name of a model.
    #[error("the model's name must be 1 to {MAX_NAME} printable characters, e.g. {model}", model = HttpSettings::DEFAULT_MODEL)]
    Model,
    /// No name of an effort.
    #[error("the reasoning effort must be a single word such as `low`, `medium` or `high`")]
    Effort,
    /// No token may be written.
    #[error(
        "the limit of output tokens is 0; leave it out, or set as many as a review may need (e.g. 32000)"
    )]
    NoTokens,
    /// Not a header, or one that is not the user's.
    #[error("the header `{name}` cannot be set: {reason}")]
    Header {
        /// Its name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// No connection could ever be made.
    #[error("no HTTPS client can be made: {0}; is the package ca-certificates installed?")]
    Tls(String),
}

/// Settings that were found sound.
#[derive(Debug)]
pub(super) struct Checked {
    /// With a host, and without credentials.
    pub(super) base_url: Url,
    /// What the URL names: host and port.
    pub(super) host: String,
    /// Whether the host is this machine.
    pub(super) local: bool,
    /// What is sent with every request.
    pub(super) headers: HeaderMap,
    /// What must not appear in any message.
    pub(super) secrets: Vec<Secret>,
}

impl HttpSettings {
    /// Checks everything that can be known without asking the server.
    pub(super) fn check(&self) -> Result<Checked, SetupError> {
        let base_url = Url::parse(self.base_url.trim())
            .map_err(|error| SetupError::NotAUrl(error.to_string()))?;
        if !matches!(base_url.scheme(), "http" | "https") {
            return Err(SetupError::Scheme(base_url.scheme().to_owned()));
        }
        if !base_url.username().is_empty() || base_url.password().is_some() {
            return Err(SetupError::Credentials);
        }
        let name = base_url.host_str().unwrap_or_default().to_owned();
        let local = is_local(&name);
        let host = match base_url.port() {
            Some(port) => format!("{name}:{port}"),
            None => name.clone(),
        };
        let (headers, secrets) = self.headers()?;
        if base_url.scheme() == "http" && !local && !secrets.is_empty() && !self.allow_plain_http {
            return Err(SetupError::PlainHttp { host });
        }
        if name == "api.openai.com" && !headers.contains_key(AUTHORIZATION) {
            return Err(SetupError::NoKey { host });
        }
        if !is_name(&self.model) || self.model.trim().is_empty() {
            return Err(SetupError::Model);
        }
        let word = |effort: &str| {
            !effort.is_empty()
                && effort.len() <= MAX_NAME
                && effort
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        if !self.effort.as_deref().is_none_or(word) {
            return Err(SetupError::Effort);
        }
        if self.max_output_tokens == Some(0) {
            return Err(SetupError::NoTokens);
        }
        Ok(Checked {
            base_url,
            host,
            local,
            headers,
            secrets,
        })
    }

    fn headers(&self) -> Result<(HeaderMap, Vec<Secret>), SetupError> {
        let mut headers = HeaderMap::new();
        let mut secrets = Vec::new();
        for (name, value) in &self.headers {
            let refused = |reason| SetupError::Header {
                name: name.escape_debug().take(MAX_NAME).collect(),
                reason,
            };
            let parsed = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| refused("that is no name of a header"))?;
            if OWN_HEADERS.contains(&parsed.as_str()) {
                return Err(refused("the connection depends on it"));
            }
            if parsed == AUTHORIZATION && self.key.is_some() {
                return Err(refused("the key is sent in it; set one of both"));
            }
            let mut parsed_value = HeaderValue::from_str(value)
                .map_err(|_| refused("its value holds characters that no header can carry"))?;
            parsed_value.set_sensitive(true);
            if headers.insert(parsed, parsed_value).is_some() {
                return Err(refused("it is there twice"));
            }
            secrets.push(Secret::new(value));
        }
        if let Some(key) = &self.key {
            let text = key.expose();
            if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(SetupError::Key);
            }
            let mut value =
                HeaderValue::from_str(&format!("Bearer {text}")).map_err(|_| SetupError::Key)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
            secrets.push(key.clone());
        }
        Ok((headers, secrets))
    }
}

fn is_name(text: &str) -> bool {
    text.len() <= MAX_NAME && !text.chars().any(char::is_control)
}

/// Whether that is this machine by name or address.
fn is_local(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
