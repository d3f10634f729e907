//! Whether a text that was given to a name like `password` or `api_key` is a secret.

/// Parts of a value that say it is an example or stands for the real one.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "dummy",
    "fake",
    "sample",
    "redacted",
    "your",
    "todo",
    "xxxx",
    "****",
    "....",
    "1234567890",
    "abcdef",
    "insert",
    "replace",
    "secret_here",
    "foobar",
    "test",
    "mock",
    "undefined",
    "environ",
    "process.env",
    "getenv",
    "env.",
    "env:",
    "vault:",
    "secretref",
    "arn:aws",
];

/// Parts of a name that say its value is about a secret and not one.
const ABOUT: &[&str] = &[
    "name",
    "field",
    "label",
    "url",
    "uri",
    "path",
    "file",
    "header",
    "type",
    "prefix",
    "regex",
    "pattern",
    "hint",
    "message",
    "error",
    "title",
    "text",
    "expir",
    "ttl",
    "length",
    "policy",
    "endpoint",
    "input",
    "selector",
    "param",
    "column",
    "public",
    "tokenizer",
    "tokeniz",
    "max",
    "min",
    "count",
    "limit",
    "hash",
    "algorithm",
    "format",
    "mode",
    "env",
    "arn",
    "scope",
    "kind",
    "description",
    "help",
    "prompt",
    "class",
    "regexp",
    "template",
    "usage",
    "rule",
    "required",
    "reset",
    "manager",
    "provider",
    "option",
    "html",
    "icon",
    "theme",
    "style",
    "color",
    "separator",
    "delimiter",
    "_id",
    "keyid",
    "page",
    "next",
    "cursor",
];

/// Whether a value stands for another one.
pub(crate) fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let mut chars = value.chars();
    let first = chars.next();
    value.contains(['{', '}', '<', '>', '%', '$', '(', ')', '[', ']'])
        || first.is_some_and(|first| {
            matches!(first, '@' | '!' | '&' | '*') || chars.all(|c| c == first)
        })
        || PLACEHOLDERS.iter().any(|part| lower.contains(part))
}

/// Whether a key was written by hand to look like one: runs of one character or of neighbours in the alphabet, or hardly any
/// variety.
pub(crate) fn is_made_up(value: &str) -> bool {
    let body = value.rsplit(['_', '-']).next().unwrap_or(value);
    let bytes = body.as_bytes();
    let runs = bytes
        .windows(4)
        .filter(|part| {
            let step = |pair: &[u8]| {
                i16::from(pair[1].to_ascii_lowercase()) - i16::from(pair[0].to_ascii_lowercase())
            };
            let first = step(&part[..2]);
            (-1..=1).contains(&first) && part.windows(2).all(|pair| step(pair) == first)
        })
        .count();
    bytes.len() >= 8 && (runs * 4 >= bytes.len() || entropy(body) < 2.8)
}

/// Whether a value is a password: of a name for passwords, and no word of the language. `assigned` tells an assignment from
/// an entry of a table, where plain words are labels.
pub(crate) fn is_password(name: &str, value: &str, assigned: bool) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_name = ["password", "passwd", "passphrase", "pwd"]
        .iter()
        .any(|part| lower.contains(part));
    if !is_name || is_about(&lower) || is_placeholder(value) || value.contains(char::is_whitespace)
    {
        return false;
    }
    let plain = value.to_ascii_lowercase();
    if [
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "none",
        "null",
        "true",
        "false",
    ]
    .contains(&plain.as_str())
        || plain.contains('/')
        || (plain.starts_with("pass") && plain.contains(['_', '.']))
    {
        return false;
    }
    let has = |test: fn(char) -> bool| value.contains(test);
    let is_mixed = has(|c| c.is_ascii_digit()) && has(|c| c.is_alphabetic());
    let is_word = value.chars().all(|c| c.is_ascii_lowercase());
    value.chars().count() >= 5
        && (is_mixed && !looks_like_identifier(value) || assigned && is_word && value.len() >= 6)
}

/// Whether a value is a key: of a name for keys, long, and too irregular to be words.
pub(crate) fn is_random_key(name: &str, value: &str) -> bool {
    value.len() >= 16
        && !is_about(&name.to_ascii_lowercase())
        && !is_placeholder(value)
        && value.chars().all(|c| {
            c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '_' | '-' | '.' | ':')
        })
        && value.contains(|c: char| c.is_ascii_digit())
        && value.contains(|c: char| c.is_ascii_alphabetic())
        && !value.contains("://")
        && !looks_like_identifier(value)
        && entropy(value) >= 3.0
}

fn is_about(lower_name: &str) -> bool {
    ABOUT.iter().any(|part| lower_name.contains(part))
}

/// Words joined by separators, with numbers only as a part of their own or at an end: `auth.token.v2`, `csrf-token-1`.
fn looks_like_identifier(value: &str) -> bool {
    let mut words = value.split(['_', '-', '.', ':', '/']).peekable();
    let joined = value.contains(['_', '-', '.', ':', '/']);
    joined
        && words.all(|word| {
            let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
            let number = word.len() - letters.len();
            number <= 4 && letters.chars().all(|c| c.is_ascii_alphabetic()) && letters.len() <= 14
        })
}

/// Bits a character (Shannon), by the frequencies within the text.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = text.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_that_of_the_frequencies() {
        assert!(entropy("aaaa").abs() < 1e-9);
        assert!((entropy("abab") - 1.0).abs() < 1e-9);
        assert!((entropy("abcd") - 2.0).abs() < 1e-9);
    }

    #[test]
    fn words_are_no_keys() {
        for value in ["auth.token.v2", "csrf-token-1", "my_secret_key_name_v2"] {
            assert!(!is_random_key("token", value), "{value}");
        }
        assert!(is_random_key("token", "f3a9c1d2e4b5a6978812"));
    }
}
