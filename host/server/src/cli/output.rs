//! What commands print: text in columns, or JSON.

use crate::text::is_unsafe;
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::io::{self, ErrorKind, Write};

/// Headings and what matters.
pub(super) const BOLD: Style = Style::new().bold();
/// What is good.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// What is doubtful.
pub(super) const WARN: Style = AnsiColor::Yellow.on_default();
/// What is bad.
pub(super) const BAD: Style = AnsiColor::Red.on_default();

/// stdout; colours only where they are seen.
pub(super) fn stdout() -> impl Write {
    anstream::stdout().lock()
}

/// One JSON value on stdout.
pub(super) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    writeln!(io::stdout().lock(), "{}", unobeyed(&text))?;
    Ok(())
}

/// The same JSON, without a character that a terminal would obey or that reverses what is shown: outside of its texts
/// there is none but line breaks.
fn unobeyed(json: &str) -> String {
    let mut same = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !is_unsafe(c) {
            same.push(c);
        } else {
            // All of them have four digits.
            same.push_str(&format!("\\u{:04x}", u32::from(c)));
        }
    }
    same
}

/// The reader of the output went away.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// How long ago, in the largest fitting unit.
pub(super) fn ago(millis: u64) -> String {
    let seconds = millis / 1000;
    match seconds {
        0..120 => format!("{seconds} s ago"),
        120..7_200 => format!("{} min ago", seconds / 60),
        7_200..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_the_same_and_no_terminal_obeys_it() {
        let said = "a\u{9b}2J\u{202e}b\u{7f}\u{1b}[0m 漢字 \n";
        let json = unobeyed(&serde_json::to_string_pretty(&[said]).unwrap());
        assert!(!json.contains(|c| c != '\n' && is_unsafe(c)), "{json}");
        assert!(json.contains("漢字"));
        let again: Vec<String> = serde_json::from_str(&json).unwrap();
        assert_eq!(again, [said]);
    }

    #[test]
    fn says_how_long_ago_in_the_largest_fitting_unit() {
        for (seconds, text) in [
            (0, "0 s ago"),
            (119, "119 s ago"),
            (120, "2 min ago"),
            (7_199, "119 min ago"),
            (7_200, "2 h ago"),
            (172_799, "47 h ago"),
            (172_800, "2 days ago"),
        ] {
            assert_eq!(ago(seconds * 1000), text);
        }
    }
}
