//! One file's part of a diff.

use std::collections::BTreeMap;

/// Texts of files after a change, by path.
#[derive(Debug, Default)]
pub(super) struct Texts(pub(super) BTreeMap<String, String>);

impl Texts {
    /// Takes a text in. Git compares what it would store, which may have other line ends than the file in the folder:
    /// the text gets those of its diff.
    pub(super) fn add(&mut self, path: String, text: String, diff_has_returns: bool) {
        let text = if !diff_has_returns && text.contains("\r\n") {
            text.replace("\r\n", "\n")
        } else {
            text
        };
        self.0.insert(path, text);
    }
}

/// The head of a file's part, as far as it says nothing of lines: its names, modes and objects.
pub(super) fn header(patch: &[u8]) -> String {
    String::from_utf8_lossy(patch)
        .split_inclusive('\n')
        .take_while(|line| {
            !["--- ", "+++ ", "@@ ", "Binary files "]
                .iter()
                .any(|start| line.starts_with(start))
        })
        .collect()
}

/// A head whose file is no text.
pub(super) fn opaque(header: &str) -> String {
    format!("{header}Binary files a and b differ\n")
}

/// A file's part with these hunks. Without any, the texts are the same and only their bytes differ.
pub(super) fn with_hunks(patch: &[u8], hunks: &str) -> String {
    let mut part = header(patch);
    part.push_str(hunks);
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &[u8] = b"diff --git a/x b/x\nnew file mode 100644\nindex 0..1\nBinary files /dev/null and b/x differ\n";

    #[test]
    fn a_part_keeps_its_head_and_gets_other_hunks() {
        let head = "diff --git a/x b/x\nnew file mode 100644\nindex 0..1\n";
        assert_eq!(header(PATCH), head);
        let hunks = "@@ -0,0 +1 @@\n+x\n";
        assert_eq!(with_hunks(PATCH, hunks), format!("{head}{hunks}"));
        assert!(opaque(head).ends_with("1\nBinary files a and b differ\n"));
    }

    #[test]
    fn a_text_has_the_line_ends_of_its_diff() {
        let mut texts = Texts::default();
        texts.add("a".into(), "1\r\n2\r\n".into(), false);
        texts.add("b".into(), "1\r\n".into(), true);
        assert_eq!(texts.0["a"], "1\n2\n");
        assert_eq!(texts.0["b"], "1\r\n");
    }
}
