//! Makes what a program wrote fit to be shown: no colours, no control characters, none of our paths, not too long.

use super::scratch::Scratch;
use crate::wording::cut;

/// Cleans the texts of one run.
#[derive(Debug, Clone)]
pub(crate) struct OutputText {
    /// The folder the program ran in, with a slash; what follows is a path of the submission.
    work: String,
    /// Folders of ours, longest first.
    folders: Vec<String>,
}

impl OutputText {
    /// For what ran in a folder.
    pub(crate) fn of(scratch: &Scratch) -> Self {
        let work = scratch.work().display().to_string();
        Self {
            folders: vec![work.clone(), scratch.root().display().to_string()],
            work: work + "/",
        }
    }

    /// The text without what is not for people.
    pub(crate) fn clean(&self, text: &str) -> String {
        let plain: String = anstream::adapter::strip_str(text)
            .to_string()
            .replace("\r\n", "\n")
            .chars()
            // Progress bars return to the beginning of the line.
            .map(|c| if c == '\r' { '\n' } else { c })
            .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
            .collect();
        let mut text = plain.replace(&self.work, "");
        for folder in &self.folders {
            text = text.replace(folder.as_str(), ".");
        }
        text.trim().to_owned()
    }

    /// The beginning of a cleaned text.
    pub(crate) fn beginning(&self, text: &str, chars: usize) -> String {
        cut(self.clean(text), chars)
    }

    /// The end of the cleaned output: what programs say last is what they mean.
    pub(crate) fn end(&self, output: &[u8], chars: usize) -> String {
        let text = self.clean(&String::from_utf8_lossy(output));
        let count = text.chars().count();
        if count <= chars {
            return text;
        }
        let kept: String = text.chars().skip(count - chars).collect();
        format!("…{}", kept.trim_start())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_control_characters_and_our_folders_go() {
        let scratch = Scratch::create().unwrap();
        let text = OutputText::of(&scratch);
        let work = scratch.work().display().to_string();
        let root = scratch.root().display().to_string();
        let said = format!("\x1b[31m{work}/a/b.py:1\x1b[0m\r\nbad\x07 in {work} and {root}/home ");
        assert_eq!(text.clean(&said), "a/b.py:1\nbad in . and ./home");
        assert_eq!(text.beginning("abcdef", 3), "abc…");
        assert_eq!(text.end("ab\u{e9}def".as_bytes(), 4), "…\u{e9}def");
        assert_eq!(text.end(b"\xff\xfeab", 10), "\u{fffd}\u{fffd}ab");
    }
}
