//! Text on a terminal, some of it untrusted.

/// The text on one line, without a character that a terminal would obey or that reverses what is shown.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut plain, c| {
            push_plain(&mut plain, c);
            plain
        })
}

/// One character of such a text.
pub(crate) fn push_plain(plain: &mut String, c: char) {
    match c {
        '\t' => plain.push_str("    "),
        c if is_unsafe(c) => plain.extend(c.escape_unicode()),
        c => plain.push(c),
    }
}

/// Control characters, and those that reverse the direction of what follows.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
    fn keeps_what_is_read_and_escapes_what_is_obeyed() {
        assert_eq!(plain("naïve 漢字\t!"), "naïve 漢字    !");
        assert_eq!(
            plain("a\n\u{1b}[2J\u{202e}b"),
            "a\\u{a}\\u{1b}[2J\\u{202e}b"
        );
    }
}
