//! Members of JSON that both interfaces have, read without trust: whatever is not as it should be counts as
//! not there.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

/// More tokens than any model reads; what says more is lying.
const MAX_TOKENS: f64 = 1e10;

/// A count of tokens: absent, null and negative are 0.
pub(super) fn tokens<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let count = match Loose::deserialize(deserializer)? {
        Loose::Number(count) => count.clamp(0.0, MAX_TOKENS),
        Loose::Text(_) | Loose::Other(_) => 0.0,
    };
    // Within 0 and MAX_TOKENS: nothing is lost but a fraction.
    Ok(count as u64)
}

/// A text, a number, or something that is not needed.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Loose {
    Text(String),
    Number(f64),
    Other(IgnoredAny),
}

/// What a server says went wrong: the body of an error status, or an event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Complaint {
    /// E.g. `insufficient_quota`.
    pub(super) code: Option<String>,
    /// E.g. `invalid_request_error`.
    pub(super) kind: Option<String>,
    /// For people.
    pub(super) message: Option<String>,
    /// The code where it is a number, as some servers have it: an HTTP status.
    pub(super) status: Option<u16>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Members {
    error: Option<ErrorMember>,
    message: Option<Loose>,
    detail: Option<Loose>,
    code: Option<Loose>,
    #[serde(rename = "type")]
    kind: Option<Loose>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum ErrorMember {
    Text(String),
    Object(ErrorObject),
    Other(IgnoredAny),
}

/// The member `error` of a response or a body.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ErrorObject {
    message: Option<Loose>,
    code: Option<Loose>,
    #[serde(rename = "type")]
    kind: Option<Loose>,
}

impl Complaint {
    /// Reads JSON in which somebody complains: OpenAI's form, or one of those that others have.
    pub(super) fn read(json: &str) -> Option<Self> {
        let members: Members = serde_json::from_str(json).ok()?;
        let complaint = match members.error {
            Some(ErrorMember::Object(error)) => error.into(),
            Some(ErrorMember::Text(message)) => Self {
                message: Some(message),
                ..Self::default()
            },
            Some(ErrorMember::Other(_)) | None => Self::from(ErrorObject {
                message: members.message.or(members.detail),
                code: members.code,
                kind: members.kind,
            }),
        };
        (complaint != Self::default()).then_some(complaint)
    }

    /// Whether it names that code, as code or as type.
    pub(super) fn names(&self, name: &str) -> bool {
        [&self.code, &self.kind]
            .into_iter()
            .flatten()
            .any(|code| code == name)
    }

    /// Whether the message holds one of these, written in lower case.
    pub(super) fn mentions(&self, words: &[&str]) -> bool {
        self.message.as_deref().is_some_and(|message| {
            let message = message.to_lowercase();
            words.iter().any(|word| message.contains(word))
        })
    }
}

impl From<ErrorObject> for Complaint {
    fn from(error: ErrorObject) -> Self {
        let text = |member| match member {
            Some(Loose::Text(text)) if !text.is_empty() => Some(text),
            _ => None,
        };
        let status = match error.code {
            // Compared as it is: only whole numbers of three digits are statuses.
            Some(Loose::Number(number)) if (100.0..1000.0).contains(&number) => Some(number as u16),
            _ => None,
        };
        Self {
            code: text(error.code),
            kind: text(error.kind),
            message: text(error.message),
            status,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn complaints_are_read_in_the_forms_that_servers_have() {
        for (json, code, message) in [
            (
                json!({"error": {"message": "m", "type": "t", "param": null, "code": "c"}}),
                Some("c"),
                Some("m"),
            ),
            (
                json!({"error": {"message": "m", "type": null, "code": null}}),
                None,
                Some("m"),
            ),
            (json!({"error": "m"}), None, Some("m")),
            (
                json!({"type": "error", "code": "c", "message": "m"}),
                Some("c"),
                Some("m"),
            ),
            (json!({"detail": "m"}), None, Some("m")),
        ] {
            let complaint = Complaint::read(&json.to_string()).unwrap();
            assert_eq!(complaint.code.as_deref(), code);
            assert_eq!(complaint.message.as_deref(), message);
        }
        let numbered = json!({"error": {"code": 503, "message": "Loading model"}});
        assert_eq!(
            Complaint::read(&numbered.to_string()).unwrap().status,
            Some(503)
        );
        for nothing in [
            "",
            "<html>",
            "[]",
            "{}",
            r#"{"error": null}"#,
            r#"{"error": [1]}"#,
        ] {
            assert_eq!(Complaint::read(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn nonsense_counts_as_no_tokens() {
        #[derive(Deserialize)]
        struct Usage {
            #[serde(default, deserialize_with = "tokens")]
            count: u64,
        }
        for (json, count) in [
            ("{}", 0),
            (r#"{"count": null}"#, 0),
            (r#"{"count": "many"}"#, 0),
            (r#"{"count": -5}"#, 0),
            (r#"{"count": 12}"#, 12),
            (r#"{"count": 12.0}"#, 12),
            (r#"{"count": 1e300}"#, 10_000_000_000),
        ] {
            assert_eq!(
                serde_json::from_str::<Usage>(json).unwrap().count,
                count,
                "{json}"
            );
        }
    }
}
