//! Brackets that have no partner.

/// A place where brackets or quotes prove that a text is not of its language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What is wrong there, as the rest of a sentence that begins with "This is not valid ...:".
    pub(crate) what: String,
    /// Row of the bracket or quote, from 0.
    pub(crate) row: usize,
    /// Last row up to which the mistake may be, from 0.
    pub(crate) last: usize,
}

/// What an open bracket is closed by.
fn partner(open: u8) -> u8 {
    match open {
        b'(' => b')',
        b'[' => b']',
        // Of a block, and of the code in a template.
        _ => b'}',
    }
}

/// The brackets that are open at a place.
#[derive(Debug, Default)]
pub(crate) struct Brackets {
    open: Vec<(u8, usize)>,
    fault: Option<Fault>,
}

impl Brackets {
    /// A bracket opens. `` ` `` is the one that begins code in a template.
    pub(crate) fn open(&mut self, bracket: u8, row: usize) {
        self.open.push((bracket, row));
    }

    /// A bracket closes. Returns what it closed; the first that closes nothing, or another kind, is the fault.
    pub(crate) fn close(&mut self, bracket: u8, row: usize) -> Option<u8> {
        let found = self.open.pop();
        match found {
            Some((open, _)) if partner(open) == bracket => return Some(open),
            Some((open, opened)) => self.blame(
                format!(
                    "`{}` closes what `{}` opened in line {}",
                    bracket as char,
                    shown(open),
                    opened + 1
                ),
                row,
                row,
            ),
            None => self.blame(format!("`{}` closes nothing", bracket as char), row, row),
        }
        None
    }

    /// How many are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// A bracket had no partner.
    pub(crate) fn failed(&self) -> bool {
        self.fault.is_some()
    }

    /// At the end of the text, whose last row is given.
    pub(crate) fn finish(mut self, last: usize) -> Option<Fault> {
        if let Some((open, row)) = self.open.pop() {
            self.blame(format!("`{}` is never closed", shown(open)), row, last);
        }
        self.fault
    }

    fn blame(&mut self, what: String, row: usize, last: usize) {
        self.fault.get_or_insert(Fault { what, row, last });
    }
}

fn shown(open: u8) -> &'static str {
    match open {
        b'(' => "(",
        b'[' => "[",
        b'{' => "{",
        _ => "${",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<(String, usize, usize)> {
        let mut brackets = Brackets::default();
        for (row, line) in text.lines().enumerate() {
            for byte in line.bytes() {
                match byte {
                    b'(' | b'[' | b'{' => brackets.open(byte, row),
                    b')' | b']' | b'}' => {
                        brackets.close(byte, row);
                    }
                    _ => {}
                }
            }
        }
        let last = text.lines().count().saturating_sub(1);
        brackets
            .finish(last)
            .map(|fault| (fault.what, fault.row, fault.last))
    }

    #[test]
    fn the_first_bracket_without_a_partner_is_the_fault() {
        assert_eq!(fault("f(a[0], {})"), None);
        assert_eq!(fault("a\n)\n)"), Some(("`)` closes nothing".into(), 1, 1)));
        assert_eq!(
            fault("(\n]\n"),
            Some(("`]` closes what `(` opened in line 1".into(), 1, 1))
        );
        assert_eq!(
            fault("{\n(\n\n"),
            Some(("`(` is never closed".into(), 1, 2))
        );
    }
}
