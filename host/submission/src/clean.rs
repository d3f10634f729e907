//! What is set right in a text before it is read: colours of a terminal, and line breaks that were escaped.

use crate::note::{Note, Notes};
use crate::shape::listing::{is_escaped_code, is_escaped_fence, unescape};
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

#[expect(
    clippy::expect_used,
    reason = "a constant pattern, which the tests of this file compile"
)]
static COLOUR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?-u:\x1b\[[0-9;:]*[mK])").expect("constant pattern"));

/// The text to read.
pub(crate) fn clean<'a>(text: &'a str, notes: &mut Notes) -> Cow<'a, str> {
    let mut text = without_colours(text);
    if text.contains("\\n") {
        if is_escaped_code(&text) {
            notes.push(Note::Unescaped { line: 1 });
            let bare = text.trim().trim_matches(['"', '\'']);
            return Cow::Owned(unescape(bare));
        }
        if text.lines().any(is_escaped_fence) {
            let mut real = String::with_capacity(text.len());
            for (line, number) in text.split_inclusive('\n').zip(1..) {
                if is_escaped_fence(line) {
                    notes.push(Note::Unescaped { line: number });
                    real.push_str(&unescape(line));
                } else {
                    real.push_str(line);
                }
            }
            text = Cow::Owned(real);
        }
    }
    text
}

/// Takes the colours off a text in which a diff was coloured; escapes in other texts are the code's own.
pub(crate) fn without_colours(text: &str) -> Cow<'_, str> {
    let coloured = text.contains('\u{1b}')
        && text
            .lines()
            .filter(|line| line.starts_with('\u{1b}'))
            .any(|line| {
                let bare = COLOUR.replace_all(line, "");
                ["diff --", "@@", "--- ", "+++ ", "+", "-"]
                    .iter()
                    .any(|start| bare.starts_with(start))
            });
    if coloured {
        COLOUR.replace_all(text, "")
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_off_a_diff_and_stay_in_code() {
        let coloured = "\u{1b}[1mdiff --git a/x b/x\u{1b}[m\n\u{1b}[31m-a\u{1b}[m\n\u{1b}[32m+\u{1b}[m\u{1b}[32mb\u{1b}[m\n";
        assert_eq!(
            clean(coloured, &mut Notes::default()),
            "diff --git a/x b/x\n-a\n+b\n"
        );
        let code = "print(\"\u{1b}[31mred\u{1b}[0m\")\n";
        assert_eq!(clean(code, &mut Notes::default()), code);
    }

    #[test]
    fn escaped_line_breaks_become_real_where_a_fence_or_code_is_meant() {
        let mut notes = Notes::default();
        assert_eq!(
            clean(
                "Here:\n```python\\nimport os\\nprint(\\\"a\\\")\\n```",
                &mut notes
            ),
            "Here:\n```python\nimport os\nprint(\"a\")\n```"
        );
        assert_eq!(notes.finish(), [Note::Unescaped { line: 2 }]);
        let code = "def f(x):\\n    y = eval(x)\\n    return y\\n";
        assert_eq!(
            clean(code, &mut Notes::default()),
            "def f(x):\n    y = eval(x)\n    return y\n"
        );
        for text in ["print('a\\nb\\nc')", "a\\nb", "```py\nprint('\\n```')\n```"] {
            assert_eq!(clean(text, &mut Notes::default()), text);
        }
    }
}
