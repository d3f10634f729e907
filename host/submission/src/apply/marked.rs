//! A text that knows which of its lines are new.

/// A text, and which of its lines came with the changes that made it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marked {
    /// The text.
    pub text: String,
    /// Numbers of the lines that are new or changed, from 1, ascending.
    pub added: Vec<u32>,
}

impl Marked {
    /// A text of which nothing is new.
    pub fn unchanged(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            added: Vec::new(),
        }
    }

    /// The text with each of these byte ranges replaced by `new`. They are ascending, apart, and at characters.
    pub(super) fn with(&self, ranges: &[(usize, usize)], new: &str) -> Self {
        let mut out = Builder::new(self);
        let mut next = 0;
        for &(start, end) in ranges {
            let (Some(kept), Some(old)) = (self.text.get(next..start), self.text.get(start..end))
            else {
                continue;
            };
            out.keep(kept, next);
            out.replace(old, new, start);
            next = end;
        }
        out.keep(self.text.get(next..).unwrap_or_default(), next);
        out.finish()
    }
}

/// Puts a text together out of pieces of an earlier one and new ones.
struct Builder<'a> {
    /// Where the new lines of the earlier text begin.
    marks: std::iter::Peekable<std::vec::IntoIter<usize>>,
    text: String,
    /// Places in the new text whose lines are new, ascending.
    new: Vec<usize>,
    earlier: &'a str,
}

impl<'a> Builder<'a> {
    fn new(earlier: &'a Marked) -> Self {
        let mut added = earlier.added.iter().copied().peekable();
        let mut marks = Vec::with_capacity(earlier.added.len());
        let mut at = 0;
        for (number, line) in (1u32..).zip(earlier.text.split_inclusive('\n')) {
            if added.next_if_eq(&number).is_some() {
                marks.push(at);
            }
            at += line.len();
        }
        Self {
            marks: marks.into_iter().peekable(),
            text: String::with_capacity(earlier.text.len()),
            new: Vec::new(),
            earlier: &earlier.text,
        }
    }

    /// What stays; it begins at `from` in the earlier text.
    fn keep(&mut self, kept: &str, from: usize) {
        let end = from + kept.len();
        while let Some(mark) = self.marks.next_if(|&mark| mark < end) {
            if mark >= from {
                self.new.push(self.text.len() + (mark - from));
            }
        }
        self.text.push_str(kept);
    }

    /// What was at `from` in the earlier text becomes another.
    fn replace(&mut self, old: &str, new: &str, from: usize) {
        let at = self.text.len();
        self.text.push_str(new);
        let same_before = old.bytes().zip(new.bytes());
        let before = same_before.take_while(|(a, b)| a == b).count();
        let rest = old.len().min(new.len()) - before;
        let same_after = old.bytes().rev().zip(new.bytes().rev());
        let after = same_after.take(rest).take_while(|(a, b)| a == b).count();
        let (first, last) = (at + before, at + new.len() - after);
        if first < last {
            self.new.push(first);
            let breaks = self.text.as_bytes()[first..last - 1]
                .iter()
                .enumerate()
                .filter(|(_, byte)| **byte == b'\n')
                .map(|(offset, _)| first + offset + 1);
            self.new.extend(breaks);
        } else if before + after < old.len() {
            // Something was only taken away: whole lines leave no trace, a part of a line does.
            let gone = &old[before..old.len() - after];
            let begins_line = match before {
                0 => from == 0 || self.earlier.as_bytes().get(from - 1) == Some(&b'\n'),
                before => old.as_bytes().get(before - 1) == Some(&b'\n'),
            };
            if !(begins_line && gone.ends_with('\n')) {
                self.new.push(first);
            }
        }
    }

    fn finish(self) -> Marked {
        let mut new = self.new;
        new.sort_unstable();
        let mut new = new.into_iter().peekable();
        let mut added = Vec::new();
        let mut end = 0;
        for (number, line) in (1u32..).zip(self.text.split_inclusive('\n')) {
            end += line.len();
            let mut is_new = false;
            while new.next_if(|&at| at < end).is_some() {
                is_new = true;
            }
            if is_new {
                added.push(number);
            }
        }
        Marked {
            text: self.text,
            added,
        }
    }
}
