//! Reads past quotes, comments and regular expressions.

use super::brackets::Fault;
use super::lexis::Quote;
use super::skim::Reader;

/// Words of JavaScript after which `/` begins a regular expression.
const BEFORE_REGEX: &[&[u8]] = &[
    b"return",
    b"typeof",
    b"case",
    b"in",
    b"of",
    b"delete",
    b"void",
    b"throw",
    b"new",
    b"do",
    b"else",
    b"yield",
    b"await",
    b"instanceof",
];
/// Longest regular expression that is taken for one, in bytes, and how far is looked back for what stands before a
/// place: nothing here may cost the length of a line.
const WINDOW: usize = 2_000;
const LOOK_BACK: usize = 64;

impl Reader<'_> {
    /// Reads a comment, a quote, or a letter that is neither.
    pub(super) fn literal(&mut self, byte: u8) -> Result<(), Fault> {
        let rest = self.rest();
        if rest.starts_with(self.lexis.line_comment.as_bytes()) {
            self.skip_line();
            return Ok(());
        }
        match byte {
            b'/' if self.lexis.block_comments && rest.starts_with(b"/*") => self.comment(),
            b'/' if self.lexis.script => {
                self.slash();
                Ok(())
            }
            b'`' if self.lexis.script => {
                self.at += 1;
                self.template(self.row)
            }
            b'\'' if self.lexis.doubtful_apostrophe && !self.is_quote() => {
                self.at += 1;
                Ok(())
            }
            _ => {
                if byte == b'"'
                    && let Some(end) = self.raw_end()
                {
                    return self.raw_string(&end);
                }
                let quotes = self.lexis.quotes.iter().copied();
                match quotes
                    .into_iter()
                    .find(|quote| rest.starts_with(quote.mark.as_bytes()))
                {
                    Some(quote) => self.quoted(quote),
                    None => {
                        self.at += 1;
                        Ok(())
                    }
                }
            }
        }
    }

    pub(super) fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes over one byte.
    pub(super) fn pass(&mut self, byte: u8) {
        self.row += usize::from(byte == b'\n');
        self.at += 1;
    }

    pub(super) fn skip_line(&mut self) {
        let rest = self.rest();
        let end = rest.iter().position(|byte| *byte == b'\n');
        self.at += end.unwrap_or(rest.len());
    }

    fn unclosed(&self, mark: &str, row: usize) -> Fault {
        Fault {
            what: format!("`{mark}` is never closed"),
            row,
            last: self.row,
        }
    }

    fn comment(&mut self) -> Result<(), Fault> {
        let first = self.row;
        let mut nested = 0_usize;
        while let Some(&byte) = self.text.get(self.at) {
            let rest = self.rest();
            if rest.starts_with(b"*/") {
                self.at += 2;
                nested -= 1;
                if nested == 0 {
                    return Ok(());
                }
            } else if rest.starts_with(b"/*") && (nested == 0 || self.lexis.nested_comments) {
                self.at += 2;
                nested += 1;
            } else {
                self.pass(byte);
            }
        }
        Err(self.unclosed("/*", first))
    }

    fn quoted(&mut self, quote: Quote) -> Result<(), Fault> {
        let first = self.row;
        self.at += quote.mark.len();
        while let Some(&byte) = self.text.get(self.at) {
            let rest = self.rest();
            if byte == b'\\' && quote.escapes {
                // The line may end in a carriage return and a line feed.
                let length = if rest.starts_with(b"\\\r\n") { 3 } else { 2 };
                let escaped = rest.get(1..length).unwrap_or_default();
                self.row += usize::from(escaped.contains(&b'\n'));
                self.at += length;
            } else if rest.starts_with(quote.mark.as_bytes()) {
                self.at += quote.mark.len();
                return Ok(());
            } else if byte == b'\n' && quote.one_line {
                break;
            } else {
                self.pass(byte);
            }
        }
        Err(self.unclosed(quote.mark, first))
    }

    /// Reads a template from within, up to its end or to code in it.
    pub(super) fn template(&mut self, first: usize) -> Result<(), Fault> {
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'\\' => {
                    self.pass(byte);
                    if let Some(&escaped) = self.text.get(self.at) {
                        self.pass(escaped);
                    }
                }
                b'`' => {
                    self.at += 1;
                    return Ok(());
                }
                b'$' if self.rest().starts_with(b"${") => {
                    self.brackets.open(b'`', self.row);
                    self.at += 2;
                    return Ok(());
                }
                _ => self.pass(byte),
            }
        }
        Err(self.unclosed("`", first))
    }

    /// What stands before this place.
    fn before(&self) -> &[u8] {
        let text = self.text.get(..self.at).unwrap_or_default();
        text.get(text.len().saturating_sub(LOOK_BACK)..)
            .unwrap_or_default()
    }

    fn slash(&mut self) {
        let window = self.before();
        let line = window
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let before = window.get(line..).unwrap_or_default().trim_ascii_end();
        let word = last_word(before);
        let begins = match before.last() {
            None => true,
            Some(_) if !word.is_empty() => BEFORE_REGEX.contains(&word),
            Some(last) => !matches!(last, b')' | b']' | b'"' | b'\'' | b'`'),
        };
        let rest = self.rest();
        let window = rest.get(..WINDOW).unwrap_or(rest);
        let length = if begins { regex_length(window) } else { None };
        self.at += length.unwrap_or(1);
    }

    /// What ends the raw string that begins at this quote; `None` for an ordinary one.
    fn raw_end(&self) -> Option<Vec<u8>> {
        let before = self.before();
        if self.lexis.nested_comments {
            // Rust: r"..." and r##"..."##.
            let hashes = before
                .iter()
                .rev()
                .take_while(|byte| **byte == b'#')
                .count();
            let head = before.get(..before.len() - hashes).unwrap_or_default();
            let raw = [&b"r"[..], b"br", b"cr"].contains(&last_word(head));
            return raw.then(|| [&b"\""[..], &b"#".repeat(hashes)].concat());
        }
        if !self.lexis.directives
            || ![&b"R"[..], b"u8R", b"uR", b"UR", b"LR"].contains(&last_word(before))
        {
            return None;
        }
        // C++: R"delimiter(...)delimiter", whose delimiter has 16 letters at most.
        let rest = self.rest();
        let end = rest.iter().take(18).position(|byte| *byte == b'(')?;
        Some([&b")"[..], rest.get(1..end)?, &b"\""[..]].concat())
    }

    fn raw_string(&mut self, end: &[u8]) -> Result<(), Fault> {
        let first = self.row;
        self.at += 1;
        while let Some(&byte) = self.text.get(self.at) {
            if self.rest().starts_with(end) {
                self.at += end.len();
                return Ok(());
            }
            self.pass(byte);
        }
        Err(self.unclosed("\"", first))
    }

    /// Whether an apostrophe begins a letter in quotes, and is neither a lifetime nor a separator of digits.
    fn is_quote(&self) -> bool {
        if self.lexis.nested_comments {
            let rest = self.rest();
            let window = String::from_utf8_lossy(rest.get(..8).unwrap_or(rest));
            let mut letters = window.chars().skip(1);
            return match letters.next() {
                Some('\\') => true,
                Some(_) => letters.next() == Some('\''),
                None => false,
            };
        }
        [&b""[..], b"u8", b"u", b"U", b"L"].contains(&last_word(self.before()))
    }
}

/// The word at the end of a text; empty where there is none.
fn last_word(text: &[u8]) -> &[u8] {
    let start = text
        .iter()
        .rposition(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'$'))
        .map_or(0, |at| at + 1);
    text.get(start..).unwrap_or_default()
}

/// The length of a regular expression at the beginning of a text, its slashes included.
fn regex_length(text: &[u8]) -> Option<usize> {
    let mut in_class = false;
    let mut at = 1;
    loop {
        match text.get(at)? {
            b'\n' => return None,
            b'\\' => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'/' if !in_class => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
}
