//! Other people's words in our messages: shortened, on one line, and without secrets.

use crate::secret::Secret;

/// Most characters that are quoted.
const MAX_QUOTE: usize = 600;
/// Most bytes that are looked at.
const MAX_READ: usize = 16 << 10;
/// What stands for a secret.
const HIDDEN: &str = "[key]";
/// Shorter secrets, such as a header's `1`, are parts of many words: they are hidden only where they stand alone.
const SHORTEST: usize = 6;
/// So much of a key's beginning or end gives it away, as services quote `sk-abc***wxyz`.
const TELLING: usize = 6;
/// How keys and tokens of any service begin.
const BEGINNINGS: [&str; 3] = ["sk-", "eyJ", "sess-"];

/// Hides what must not be said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Redact(Vec<Secret>);

impl Redact {
    /// Hides these, and whatever looks like a key.
    pub(crate) fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let mut secrets: Vec<Secret> = secrets
            .into_iter()
            .filter(|secret| !secret.expose().is_empty())
            .collect();
        // A secret within a longer one would leave the rest of that one standing.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        Self(secrets)
    }

    /// The text as it may be quoted.
    pub(crate) fn quote(&self, text: &str) -> String {
        let end = text.floor_char_boundary(MAX_READ.min(text.len()));
        let mut text = text[..end].to_owned();
        for secret in &self.0 {
            let secret = secret.expose();
            text = if secret.len() < SHORTEST {
                without_word(&text, secret)
            } else {
                text.replace(secret, HIDDEN)
            };
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
        let of_key =
            |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '*' | '.');
        let mut rest = word;
        while let Some(start) = rest.find(of_key) {
            let length = rest[start..]
                .find(|letter| !of_key(letter))
                .unwrap_or(rest.len() - start);
            let (before, piece) = (&rest[..start], &rest[start..start + length]);
            quoted.push_str(before);
            let key = piece.trim_end_matches('.');
            if self.tells(key) {
                quoted.push_str(HIDDEN);
                quoted.push_str(&piece[key.len()..]);
            } else {
                quoted.push_str(piece);
            }
            rest = &rest[start + length..];
        }
        quoted.push_str(rest);
    }

    /// Whether the piece looks like a key, or like a part of ours. A dot may be of the key, or before or behind it.
    fn tells(&self, piece: &str) -> bool {
        let dots = || piece.match_indices('.').map(|(dot, _)| dot);
        let begins_with = |head: &str| {
            piece.starts_with(head) || dots().any(|dot| piece[dot + 1..].starts_with(head))
        };
        let ends_with =
            |tail: &str| piece.ends_with(tail) || dots().any(|dot| piece[..dot].ends_with(tail));
        let masked = piece.contains('*') || piece.contains("..");
        let like_any = piece.len() > TELLING && BEGINNINGS.into_iter().any(begins_with);
        like_any
            || self.0.iter().any(|secret| {
                let secret = secret.expose();
                let (head, tail) = (secret.get(..TELLING), last(secret, TELLING));
                head.is_some_and(begins_with)
                    || tail.is_some_and(ends_with)
                    || (masked && last(secret, 4).is_some_and(|tail| piece.ends_with(tail)))
            })
    }
}

/// The text without the secret where it is no part of a longer word.
fn without_word(text: &str, secret: &str) -> String {
    let mut without = String::new();
    let mut copied = 0;
    for (start, _) in text.match_indices(secret) {
        let end = start + secret.len();
        let alone = !text[..start].ends_with(char::is_alphanumeric)
            && !text[end..].starts_with(char::is_alphanumeric);
        if alone {
            without.push_str(&text[copied..start]);
            without.push_str(HIDDEN);
            copied = end;
        }
    }
    without.push_str(&text[copied..]);
    without
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

    fn redact(secret: &str) -> Redact {
        Redact::new([Secret::new(secret)])
    }

    #[test]
    fn a_key_is_hidden_whole_or_in_part() {
        let redact = redact("abcdef-0123456789-uvwxyz");
        for (text, quoted) in [
            ("wrong key abcdef-0123456789-uvwxyz.", "wrong key [key]."),
            ("wrong key: 'abcdef**********wxyz'", "wrong key: '[key]'"),
            ("wrong key: ab...wxyz.", "wrong key: [key]."),
            ("wrong key: abcdef...", "wrong key: [key]..."),
            ("see key.abcdef-0123.", "see [key]."),
            (
                "Incorrect API key provided: sk-proj-a1b2*****Z9.",
                "Incorrect API key provided: [key].",
            ),
            ("Bearer sk-live_0123456789", "Bearer [key]"),
            ("the risk-free way", "the risk-free way"),
            ("see api.example.com.", "see api.example.com."),
            ("a\r\nb\tc\u{1b}[31m", "a b c [31m"),
        ] {
            assert_eq!(redact.quote(text), quoted);
        }
    }

    #[test]
    fn what_looks_like_a_key_is_hidden_and_the_rest_stays() {
        assert_eq!(
            redact("k-1")
                .quote("Incorrect key: sk-abc***wxyz1 (k-1)\nfor eyJhbGciOi.x.y, sess-0123"),
            "Incorrect key: [key] ([key]) for [key], [key]"
        );
        assert_eq!(
            Redact::default().quote("sk-ip this; risk-averse-people"),
            "sk-ip this; risk-averse-people"
        );
    }

    #[test]
    fn a_short_secret_is_hidden_where_it_stands_alone() {
        assert_eq!(
            redact("1").quote("version 1, not 1.1 or 10; x=1"),
            "version [key], not [key].[key] or 10; x=[key]"
        );
        assert_eq!(redact("").quote("nothing to hide"), "nothing to hide");
    }

    #[test]
    fn a_secret_within_another_leaves_nothing_of_it() {
        let redact = Redact::new(["secret", "my-secret-of-old"].map(Secret::new));
        assert_eq!(redact.quote("(my-secret-of-old)"), "([key])");
    }

    #[test]
    fn a_long_text_is_cut() {
        let quoted = Redact::default().quote(&"wörd ".repeat(10_000));
        assert_eq!(quoted.chars().count(), MAX_QUOTE + 3);
    }

    proptest! {
        #[test]
        fn a_key_is_never_quoted_whatever_surrounds_it(before in ".{0,40}", after in ".{0,40}", key in "[A-Za-z0-9_-]{8,40}") {
            let quoted = redact(&key).quote(&format!("{before}{key}{after}"));
            prop_assert!(!quoted.contains(&key));
        }

        #[test]
        fn a_secret_of_any_letters_is_never_quoted(before in "[a-z ]{0,20}", after in "[a-z ]{0,20}") {
            let quoted = redact("K3Y/+=0").quote(&format!("{before}K3Y/+=0{after}"));
            prop_assert!(!quoted.contains("K3Y"));
        }

        #[test]
        fn a_short_secret_is_never_quoted_as_a_word(before in "[a-z ,]{0,20}", after in "[a-z ,]{0,20}", key in "[A-Z0-9]{1,5}") {
            let quoted = redact(&key).quote(&format!("{before} {key}, {after}"));
            prop_assert!(!quoted.contains(&key));
        }

        #[test]
        fn whatever_is_said_is_short_and_on_one_line(text in any::<String>()) {
            let quoted = redact("secret").quote(&text);
            prop_assert!(quoted.chars().count() <= MAX_QUOTE + 3);
            prop_assert!(!quoted.chars().any(char::is_control));
        }
    }
}
