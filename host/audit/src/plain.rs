//! Untrusted text that somebody will see on a terminal or in a log.

/// The text on one line, without a character that a terminal would obey or that reverses what is shown.
pub fn plain(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut plain, c| {
            push_plain(&mut plain, c);
            plain
        })
}

/// One character of such a text.
pub fn push_plain(plain: &mut String, c: char) {
    match c {
        '\t' => plain.push_str("    "),
        c if is_unsafe(c) => plain.extend(c.escape_unicode()),
        c => plain.push(c),
    }
}

/// Control characters, those that break lines, and those that reverse the direction of what follows.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What a guest, a child or a service said, to be quoted in an error: [`plain`], each run of white space one space, and
/// of at most `bytes` bytes.
pub fn quoted(text: &str, bytes: usize) -> String {
    // No more of it is looked at than could be quoted.
    let mut quoted = String::new();
    for word in text.split_whitespace() {
        if quoted.len() > bytes {
            break;
        }
        if !quoted.is_empty() {
            quoted.push(' ');
        }
        let end = word.floor_char_boundary(bytes.saturating_add(1));
        quoted.push_str(&plain(&word[..end]));
    }
    if quoted.len() > bytes {
        const MORE: &str = " ...";
        quoted.truncate(quoted.floor_char_boundary(bytes.saturating_sub(MORE.len())));
        quoted.push_str(MORE);
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keeps_what_is_read_and_escapes_what_is_obeyed() {
        assert_eq!(plain("naïve 漢字\t!"), "naïve 漢字    !");
        assert_eq!(
            plain("a\n\u{1b}[2J\u{202e}b"),
            "a\\u{a}\\u{1b}[2J\\u{202e}b"
        );
    }

    #[test]
    fn a_quotation_is_one_line_within_its_length() {
        assert_eq!(
            quoted("no\n  such\tkey \u{9b}2J", 100),
            "no such key \\u{9b}2J"
        );
        assert_eq!(quoted("0123456789", 10), "0123456789");
        assert_eq!(quoted("0123456789a", 10), "012345 ...");
        assert_eq!(quoted("", 10), "");
    }

    proptest! {
        #[test]
        fn no_quotation_is_obeyed_or_longer_than_allowed(text in any::<String>(), bytes in 4..64usize) {
            let quoted = quoted(&text, bytes);
            prop_assert!(quoted.len() <= bytes);
            prop_assert!(!quoted.contains(is_unsafe));
        }
    }
}
