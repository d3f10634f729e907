//! Other people's words in our messages: shortened, on one line, and without secrets.

use crate::secret::Secret;

/// Most characters that are quoted.
const MAX_QUOTE: usize = 300;
/// Most bytes that are looked at.
const MAX_READ: usize = 16 << 10;
/// What stands for a secret.
const HIDDEN: &str = "[key]";
/// Shorter secrets, such as a header's `1`, are in every text.
const SHORTEST: usize = 6;
/// So much of a key's beginning or end gives it away, as services quote `sk-abc***wxyz`.
const TELLING: usize = 6;

/// Hides what must not be said.
#[derive(Debug, Clone, Default)]
pub(super) struct Redact(Vec<Secret>);

impl Redact {
    /// Hides these, and whatever looks like a key.
    pub(super) fn new(secrets: Vec<Secret>) -> Self {
        let secrets = secrets
            .into_iter()
            .filter(|secret| secret.expose().len() >= SHORTEST)
            .collect();
        Self(secrets)
    }

    /// The text as it may be quoted.
    pub(super) fn quote(&self, text: &str) -> String {
        let end = text.floor_char_boundary(MAX_READ.min(text.len()));
        let mut text = text[..end].to_owned();
        for secret in &self.0 {
            text = text.replace(secret.expose(), HIDDEN);
        }
        let mut quoted = String::new();
        for word in text.split(|letter: char| letter.is_whitespace() || letter.is_control()) {
            if word.is_empty() {
                continue;
            }
            if !quoted.is_empty() {
                quoted.push(' ');
            }
            self.word(word, &mut quoted);
        }
        shorten(quoted)
    }

    /// A word of the text, piece by piece: a key may stand in quotes or before a full stop.
    fn word(&self, word: &str, quoted: &mut String) {
        let of_key = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '*');
        let mut rest = word;
        while let Some(start) = rest.find(of_key) {
            let length = rest[start..]
                .find(|letter| !of_key(letter))
                .unwrap_or(rest.len() - start);
            let (before, piece) = (&rest[..start], &rest[start..start + length]);
            quoted.push_str(before);
            quoted.push_str(if self.tells(piece) { HIDDEN } else { piece });
            rest = &rest[start + length..];
        }
        quoted.push_str(rest);
    }

    /// Whether the piece looks like a key, or like a part of ours.
    fn tells(&self, piece: &str) -> bool {
        let like_any = piece.len() > TELLING && piece.starts_with("sk-");
        like_any
            || self.0.iter().any(|secret| {
                let secret = secret.expose();
                let (head, tail) = (secret.get(..TELLING), last(secret, TELLING));
                head.is_some_and(|head| piece.starts_with(head))
                    || tail.is_some_and(|tail| piece.ends_with(tail))
                    || (piece.contains('*') && last(secret, 4) == last(piece, 4))
            })
    }
}

fn last(text: &str, count: usize) -> Option<&str> {
    text.len()
        .checked_sub(count)
        .and_then(|start| text.get(start..))
}

fn shorten(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_QUOTE) {
        text.truncate(end);
        text.push_str("...");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn redact() -> Redact {
        Redact::new(vec![Secret::new("abcdef-0123456789-uvwxyz")])
    }

    #[test]
    fn a_key_is_hidden_whole_or_in_part() {
        let redact = redact();
        for (text, quoted) in [
            ("wrong key abcdef-0123456789-uvwxyz.", "wrong key [key]."),
            ("wrong key: 'abcdef**********wxyz'", "wrong key: '[key]'"),
            (
                "Incorrect API key provided: sk-proj-a1b2*****Z9.",
                "Incorrect API key provided: [key].",
            ),
            ("Bearer sk-live_0123456789", "Bearer [key]"),
            ("the risk-free way", "the risk-free way"),
            ("a\r\nb\tc\u{1b}[31m", "a b c [31m"),
        ] {
            assert_eq!(redact.quote(text), quoted);
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        let quoted = redact().quote(&"wörd ".repeat(10_000));
        assert_eq!(quoted.chars().count(), MAX_QUOTE + 3);
    }

    proptest! {
        #[test]
        fn a_key_is_never_quoted_whatever_surrounds_it(before in ".{0,40}", after in ".{0,40}", key in "[A-Za-z0-9_-]{8,40}") {
            let redact = Redact::new(vec![Secret::new(&key)]);
            let quoted = redact.quote(&format!("{before}{key}{after}"));
            prop_assert!(!quoted.contains(&key));
            prop_assert!(quoted.chars().count() <= MAX_QUOTE + 3);
            prop_assert!(!quoted.chars().any(char::is_control));
        }
    }
}
