//! Text on a terminal, some of it untrusted.

pub(crate) use gansauditor_audit::plain::{is_unsafe, plain, push_plain};

/// JSON without the whitespace between its values; all else stays as it is written. A text that is no JSON gives one.
pub(crate) fn compact(json: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let is_kept = |c: &char| {
        let is_kept = quoted || !matches!(c, ' ' | '\t' | '\n' | '\r');
        (quoted, escaped) = match c {
            '"' if !escaped => (!quoted, false),
            '\\' if quoted => (true, !escaped),
            _ => (quoted, false),
        };
        is_kept
    };
    json.chars().filter(is_kept).collect()
}

/// At most this many bytes of a text, and a sign where it goes on.
pub(crate) fn cut(mut text: String, bytes: usize) -> String {
    if text.len() > bytes {
        text.truncate(text.floor_char_boundary(bytes));
        text.push_str(" ...");
    }
    text
}

/// A count with its noun: `1 file`, `2 files`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whitespace_goes_between_values_and_stays_within_them() {
        for (json, shown) in [
            (
                "{\n  \"b\": 1.50,\r\n\t\"a\": [ true, null ]\n}\n",
                r#"{"b":1.50,"a":[true,null]}"#,
            ),
            (
                r#"{"say": "a \"b c\" \\", "n": 1}"#,
                r#"{"say":"a \"b c\" \\","n":1}"#,
            ),
            ("{}", "{}"),
            (" \n", ""),
            (r#"{"open: 1 "#, r#"{"open: 1 "#),
        ] {
            assert_eq!(compact(json), shown);
        }
    }

    #[test]
    fn a_long_text_is_cut_at_a_character_and_a_short_one_stays() {
        assert_eq!(cut("naïve".to_owned(), 6), "naïve");
        assert_eq!(cut("naïve".to_owned(), 3), "na ...");
        assert_eq!(cut(String::new(), 0), "");
    }
}
