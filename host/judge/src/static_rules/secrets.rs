//! Secrets in the text, whatever its language.
//!
//! A finding never repeats the secret: neither its message nor its anchor, which is journalled.

use super::collector::{Collector, Place, Verdict};
use super::secret_value::{is_made_up, is_password, is_placeholder, is_random_key};
use gansauditor_audit::domain::{Category, Severity};
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// Longest line that is searched, in bytes; minified code has no line to point at.
const MAX_LINE: usize = 4_096;

/// A token that whoever knows its key can write, tests included.
const SIGNED_TOKEN: &str = "a signed token";

/// Forms that their issuers gave to keys so that they can be found. The first group is the secret.
static FORMS: LazyLock<Vec<(&'static str, Regex)>> = LazyLock::new(|| {
    [
        ("an AWS access key", r"\b((?:AKIA|ASIA)[0-9A-Z]{16})\b"),
        (
            "a GitHub token",
            r"\b(gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{50,})\b",
        ),
        ("a GitLab token", r"\b(glpat-[A-Za-z0-9_-]{20,})"),
        (
            "an API key of a model provider",
            r"\b(sk-(?:proj-|ant-|svcacct-|or-)?[A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]{19,})",
        ),
        ("a Stripe key", r"\b([sr]k_live_[0-9a-zA-Z]{16,})\b"),
        ("a Slack token", r"\b(xox[abeprs]-[0-9A-Za-z-]{16,})"),
        (
            "a Slack webhook",
            r"(https://hooks\.slack\.com/services/T[A-Z0-9]{8,}/B[A-Z0-9]{8,}/[A-Za-z0-9]{20,})",
        ),
        ("a Google API key", r"\b(AIza[0-9A-Za-z_-]{35})"),
        ("an npm token", r"\b(npm_[A-Za-z0-9]{36})\b"),
        (
            "a PyPI token",
            r"\b(pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,})",
        ),
        ("a Hugging Face token", r"\b(hf_[A-Za-z]{34})\b"),
        (
            "a SendGrid key",
            r"\b(SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43})",
        ),
        (
            SIGNED_TOKEN,
            r"\b(eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,})",
        ),
    ]
    .into_iter()
    .filter_map(|(what, form)| Some((what, Regex::new(form).ok()?)))
    .collect()
});

/// A name that holds a secret, given a quoted text.
static QUOTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?ix) (?: ^ | [^\w.$-] ) ( [\w.$-]* (?: passw(?:or)?d | passphrase | pwd | secret | api[_-]?key | apikey | access[_-]?key | token | private[_-]?key | credentials? ) [\w-]* ) ["']? \]? \s* (?: :\s* [\w<>&'\s\[\]]{1,24} = | => | := | [:=] ) \s* (?: [rbu] | String::from\( )? (?: "([^"\\]{4,256})" | '([^'\\]{4,256})' | `([^`\\]{4,256})` )"#,
    )
    .ok()
});

/// The same in files of settings, where values need no quotes.
static UNQUOTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?ix) ^ \s* (?: export \s+ | ENV \s+ | ARG \s+ | - \s+ )? ( [\w.-]* (?: passw(?:or)?d | passphrase | pwd | secret | api[_-]?key | apikey | access[_-]?key | token | private[_-]?key ) [\w-]* ) \s* [:=] \s* ([^\s"'\#]{8,256}) \s* $"#,
    )
    .ok()
});

/// A URL with a password in it.
static URL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b[a-z][a-z0-9+.-]{2,20}://[^\s:/@'\x22]{1,64}:([^\s:/@'\x22]{3,128})@[\w.-]+")
        .ok()
});

static PRIVATE_KEY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"-----BEGIN (?:[A-Z]+ ){0,2}PRIVATE KEY(?: BLOCK)?-----").ok());

/// What kind of text is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    /// Code: values are quoted.
    Code,
    /// Test code: names and values are made up, so that only what has an issuer's form and looks drawn at random counts.
    TestCode,
    /// Settings, markup, prose.
    Data,
    /// The same in a folder of tests: certificates and tokens made for them, as in test code.
    TestData,
}

impl Text {
    /// Keys and tokens in it are made up, unless an issuer's form says otherwise.
    fn is_test(self) -> bool {
        matches!(self, Self::TestCode | Self::TestData)
    }
}

/// Reports each line that holds a secret, once. `kind` tells what stands at a line and `symbol` names the definition around
/// it; both are asked only about lines where something was found.
pub(crate) fn check(
    text: &str,
    collector: &mut Collector<'_>,
    kind: impl Fn(u32) -> Text,
    symbol: impl Fn(u32) -> Option<String>,
) {
    let verdict = Verdict {
        rule: "generic/secret",
        category: Category::Security,
        severity: Severity::Critical,
        cwe: Some(798),
        advice: "Take it out and revoke it: whoever has read the code has it. Read it from the environment or a secret store.",
    };
    let mut lines = text.lines().zip(1..).peekable();
    while let Some((line, number)) = lines.next() {
        if line.len() > MAX_LINE {
            continue;
        }
        let next = lines.peek().map_or("", |(next, _)| *next);
        // Data is what most forms hold for, so that a line it clears needs no second look.
        if find(line, next, Text::Data).is_none() {
            continue;
        }
        if let Some((what, secret)) = find(line, next, kind(number)) {
            collector.report(&verdict, (number, number), || {
                let message = format!("{what} stands in the text for everybody to read.");
                let anchor = if secret.is_empty() {
                    line.to_owned()
                } else {
                    line.replace(secret, "***")
                };
                (
                    message,
                    Place {
                        symbol: symbol(number),
                        anchor,
                    },
                )
            });
        }
    }
}

/// What is found in a line, and the secret itself.
fn find<'l>(line: &'l str, next: &str, kind: Text) -> Option<(String, &'l str)> {
    if !kind.is_test()
        && PRIVATE_KEY.as_ref().is_some_and(|form| form.is_match(line))
        && has_key_body(line, next)
    {
        return Some(("A private key".to_owned(), ""));
    }
    for (what, form) in FORMS.iter() {
        if kind.is_test() && *what == SIGNED_TOKEN {
            continue;
        }
        if let Some(secret) = form.captures(line).and_then(|groups| groups.get(1))
            && !is_placeholder(secret.as_str())
            && !(kind.is_test() && is_made_up(secret.as_str()))
        {
            let mut what = (*what).to_owned();
            what.replace_range(..1, &what[..1].to_uppercase());
            return Some((what, secret.as_str()));
        }
    }
    if kind.is_test() {
        return None;
    }
    let in_url = URL
        .as_ref()
        .and_then(|form| form.captures(line))
        .and_then(|groups| groups.get(1));
    if let Some(secret) = in_url.filter(|secret| is_password("password", secret.as_str(), false)) {
        return Some(("The password in a URL".to_owned(), secret.as_str()));
    }
    let forms = if kind == Text::Data {
        [QUOTED.as_ref(), UNQUOTED.as_ref()]
    } else {
        [QUOTED.as_ref(), None]
    };
    forms
        .into_iter()
        .flatten()
        .flat_map(|form| form.captures_iter(line))
        .find_map(|groups| {
            let (name, value) = named_value(&groups)?;
            let assigned = line.contains('=');
            let known = is_password(name, value, assigned) || is_random_key(name, value);
            known.then(|| (format!("The value of `{name}`"), value))
        })
}

fn named_value<'l>(groups: &Captures<'l>) -> Option<(&'l str, &'l str)> {
    let value = groups.iter().skip(2).flatten().next()?;
    Some((groups.get(1)?.as_str(), value.as_str()))
}

/// A header alone is what code that reads keys looks for; a key has a body.
fn has_key_body(line: &str, next: &str) -> bool {
    let after = line.split("PRIVATE KEY").nth(1).unwrap_or_default();
    [after, next].into_iter().any(|text| {
        text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')))
            // The line break of a quoted key is an `n` after its backslash.
            .any(|run| run.len() >= 40)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Put together here, so that this file holds no secret itself.
    fn github() -> String {
        format!("gh{}_{}", "p", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8")
    }

    fn finds(line: &str, kind: Text) -> bool {
        find(line, "", kind).is_some()
    }

    #[test]
    fn finds_what_looks_like_a_secret() {
        for line in [
            format!("TOKEN = '{}'", github()),
            format!("client = Client(\"AK{}\")", "IAZ7QW3ERTY5UIOP4L"),
            "password = \"hunter2\"".to_owned(),
            "const dbPassword = 'S3cure!pass'".to_owned(),
            "let api_key: &str = \"9f8e7d6c5b4a39281706f5e4d3c2b1a0\";".to_owned(),
            "  \"client_secret\": \"GOCSPX-k3J9dLq2mZx8vB4nR7tY\",".to_owned(),
            "url = \"postgres://app:Tr0ub4dor@db.internal/app\"".to_owned(),
            "private static final String API_TOKEN = \"f3a9c1d2e4b5a6978812\";".to_owned(),
            "password := \"letmein99\"".to_owned(),
        ] {
            assert!(finds(&line, Text::Code), "{line}");
        }
        assert!(finds("DB_PASSWORD=tr0ub4dor3", Text::Data));
        assert!(finds(
            "  api_token: 8f14e45fceea167a5a36dedd4bea2543",
            Text::Data
        ));
    }

    #[test]
    fn leaves_placeholders_and_other_texts_alone() {
        for line in [
            "password = \"${DB_PASSWORD}\"",
            "password = os.environ['DB_PASSWORD']",
            "token = \"<your-token>\"",
            "api_key = \"YOUR_API_KEY_HERE_1234\"",
            "password = \"changeme1\"",
            "PASSWORD_FIELD = \"password1_input\"",
            "token_url = \"https://example.com/oauth2/token\"",
            "label = { password: 'Passwort' }",
            "error.token = \"auth.token.expired\"",
            "raise ValueError(\"password must have 8 characters\")",
            "secret = \"xxxxxxxxxxxx1\"",
            "type: 'password'",
            "csrf_token_name = 'csrf_token_v2'",
            "password: string = \"\"",
            "header = '-----BEGIN RSA PRIVATE KEY-----'",
            "url = \"postgres://user:password@localhost/db\"",
            "next_token = \"NEXT_TOKEN\"",
            "tokenizer = \"bert-base-uncased-2023\"",
            "max_tokens = \"4096\"",
            "key = \"AKIAIOSFODNN7EXAMPLE\"",
        ] {
            assert!(!finds(line, Text::Code), "{line}");
        }
        assert!(!finds("password = 'hunter22'", Text::TestCode));
        assert!(!finds("DB_PASSWORD=${DB_PASSWORD:-none}", Text::Data));
    }

    #[test]
    fn a_private_key_is_one_only_with_its_body() {
        let header = "-----BEGIN PRIVATE KEY-----";
        assert!(find(header, &"QUJD".repeat(16), Text::Code).is_some());
        assert!(find(header, "", Text::Code).is_none());
        assert!(
            find(
                &format!("k = \"{header}\\n{}\"", "QUJD".repeat(16)),
                "",
                Text::Code
            )
            .is_some()
        );
    }
}
