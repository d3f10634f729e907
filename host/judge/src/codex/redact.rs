//! Foreign words made fit to be shown.

/// Longest message of Codex that is passed on, in characters.
const LONGEST: usize = 600;

/// What a key of any service looks like at its beginning.
const KEYS: [&str; 3] = ["sk-", "eyJ", "sess-"];

/// A word this long that begins like a key is taken for one.
const SHORTEST_KEY: usize = 10;

/// The text without the secret and without what looks like a key, on one line, shortened.
pub(crate) fn shown(text: &str, secret: Option<&str>) -> String {
    let text = match secret {
        Some(secret) if !secret.is_empty() => text.replace(secret, "[key]"),
        _ => text.to_owned(),
    };
    let mut shown = String::new();
    let mut word = String::new();
    for letter in text.trim().chars().chain(std::iter::once(' ')) {
        if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '*') {
            word.push(letter);
            continue;
        }
        let is_key = word.len() >= SHORTEST_KEY && KEYS.iter().any(|start| word.starts_with(start));
        shown.push_str(if is_key { "[key]" } else { &word });
        word.clear();
        shown.push(if letter.is_control() { ' ' } else { letter });
    }
    shown.truncate(shown.trim_end().len());
    match shown.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} ...", &shown[..end]),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_are_taken_out_and_the_rest_stays() {
        assert_eq!(
            shown(
                "Incorrect key: sk-abc***wxyz1 (k-1)\nfor eyJhbGciOi.x.y",
                Some("k-1")
            ),
            "Incorrect key: [key] ([key]) for [key]"
        );
        assert_eq!(
            shown("sk-ip this; risk-averse-people", None),
            "sk-ip this; risk-averse-people"
        );
    }

    proptest! {
        #[test]
        fn whatever_is_said_is_short_and_on_one_line(text in any::<String>()) {
            let shown = shown(&text, Some("secret"));
            prop_assert!(shown.chars().count() <= LONGEST + 4);
            prop_assert!(!shown.contains('\n'));
        }

        #[test]
        fn the_secret_is_never_shown(before in "[a-z ]{0,20}", after in "[a-z ]{0,20}") {
            let shown = shown(&format!("{before}K3Y/+=0{after}"), Some("K3Y/+=0"));
            prop_assert!(!shown.contains("K3Y"));
        }
    }
}
