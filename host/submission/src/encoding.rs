//! Bytes to text, by strict rules: a byte order mark wins; else valid UTF-8 is UTF-8; else what looks like text is
//! windows-1252, which holds Latin-1. All else is no text.
//!
//! A mark says how bytes are written and is not part of the text, so it is taken off wherever a file begins. Texts are
//! digested as they come out here: one text in two encodings is one text.

use crate::limits::is_binary;
use crate::patch::{Hunk, Patch};
use crate::submission::Content;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::borrow::Cow;

/// The byte order mark, as a character.
const MARK: char = '\u{feff}';

/// The text of a file; `None` when its bytes are not text.
pub fn decode(bytes: &[u8]) -> Option<String> {
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => {
            encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..])?
        }
        None => match UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
            Some(text) => text,
            None if is_western(bytes) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
            None => return None,
        },
    };
    (!is_binary(&text)).then(|| text.into_owned())
}

/// The text of a message: as [`decode`], but of a diff, whose files may be written in different encodings, each side of
/// each file by itself. `None` when a part of it is not text.
pub fn decode_message(bytes: &[u8]) -> Option<String> {
    if Encoding::for_bom(bytes).is_some() || std::str::from_utf8(bytes).is_ok() {
        return decode(bytes);
    }
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let mut starts: Vec<usize> = (0..lines.len())
        .filter(|at| begins_file(&lines, *at))
        .collect();
    if starts.is_empty() {
        return decode(bytes);
    }
    let mut text = decode(&lines[..starts[0]].concat())?;
    starts.push(lines.len());
    for pair in starts.windows(2) {
        text.push_str(&section(&lines[pair[0]..pair[1]])?);
    }
    Some(text)
}

/// A file's content without the mark at its beginning, where the content holds its beginning.
pub(crate) fn without_mark(content: Content) -> Content {
    match content {
        Content::Whole { text } => Content::Whole {
            text: match text.strip_prefix(MARK) {
                Some(rest) => rest.to_owned(),
                None => text,
            },
        },
        Content::Patch(patch) => Content::Patch(without_marks(patch)),
        other => other,
    }
}

fn without_marks(patch: Patch) -> Patch {
    let Some(first) = patch.hunks().first().filter(|hunk| {
        hunk.at.is_some_and(|at| at.old <= 1 || at.new <= 1) && hunk.body().contains(MARK)
    }) else {
        return patch;
    };
    let (mut old, mut new) = (false, false);
    if let Some(at) = first.at {
        (old, new) = (at.old > 1, at.new > 1);
    }
    let mut body = String::with_capacity(first.body().len());
    for line in first.body().split_inclusive('\n') {
        let (is_old, is_new) = (!line.starts_with('+'), !line.starts_with('-'));
        let begins = (is_old && !old) || (is_new && !new);
        match line.char_indices().nth(1) {
            Some((at, MARK)) if begins => {
                body.push_str(&line[..at]);
                body.push_str(&line[at + MARK.len_utf8()..]);
            }
            _ => body.push_str(line),
        }
        (old, new) = (old || is_old, new || is_new);
    }
    let mut hunks = patch.hunks().to_vec();
    hunks[0] = Hunk::new(first.at, first.heading.clone(), body);
    Patch::new(hunks, patch.base().map(str::to_owned)).unwrap_or(patch)
}

/// Whether bytes that are not UTF-8 look like text in a single-byte encoding: no control characters but white space and
/// escapes, none of the five bytes that windows-1252 leaves open, and more ASCII than other bytes. Compressed or
/// encrypted data has a control character in every 8 bytes.
fn is_western(bytes: &[u8]) -> bool {
    let mut high = 0usize;
    for byte in bytes {
        match byte {
            b'\t' | b'\n' | b'\r' | 0x0c | 0x1b | b' '..=b'~' => {}
            0x00..=0x1f | 0x7f | 0x81 | 0x8d | 0x8f | 0x90 | 0x9d => return false,
            0x80..=0xff => high += 1,
        }
    }
    high * 2 < bytes.len()
}

fn begins_file(lines: &[&[u8]], at: usize) -> bool {
    lines[at].starts_with(b"diff --git ")
        || (lines[at].starts_with(b"--- ")
            && lines
                .get(at + 1)
                .is_some_and(|next| next.starts_with(b"+++ "))
            && !at
                .checked_sub(1)
                .is_some_and(|before| lines[before].starts_with(b"index ")))
}

/// One file of a diff. The old and the new text may be in different encodings; their headers are in neither.
fn section(lines: &[&[u8]]) -> Option<String> {
    let hunks = lines
        .iter()
        .position(|line| line.starts_with(b"@@"))
        .unwrap_or(lines.len());
    let side = |other: u8| {
        let bytes: Vec<u8> = lines[hunks..]
            .iter()
            .filter(|line| line.first() != Some(&other))
            .flat_map(|line| line.iter().copied())
            .collect();
        match std::str::from_utf8(&bytes) {
            Ok(_) => Some(UTF_8),
            Err(_) => is_western(&bytes).then_some(WINDOWS_1252),
        }
    };
    let (old, new) = (side(b'+')?, side(b'-')?);
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        let line: Cow<'_, str> = if at < hunks {
            String::from_utf8_lossy(line)
        } else if line.first() == Some(&b'-') {
            old.decode_without_bom_handling(line).0
        } else {
            new.decode_without_bom_handling(line).0
        };
        text.push_str(&line);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(order).collect()
    }

    #[test]
    fn one_text_in_any_of_the_encodings_is_one_text() {
        let text = "# café ½\nx = 1\n";
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            marked,
            utf16(text, u16::to_le_bytes),
            utf16(text, u16::to_be_bytes),
            b"# caf\xe9 \xbd\nx = 1\n".to_vec(),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Some(text), "{bytes:?}");
            assert_eq!(decode_message(&bytes).as_deref(), Some(text), "{bytes:?}");
        }
        assert_eq!(
            decode(b"\x93quoted\x94 \x80 5").as_deref(),
            Some("“quoted” € 5")
        );
    }

    #[test]
    fn what_is_not_text_is_told_apart() {
        for bytes in [
            &b"a\0b"[..],
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"\x89PNG\xff\xfe",
            b"\x1f\x8b\x08\x08\x12\x9c\xe1\x5f\x03",
            b"\xff\xfea\0b",
            b"\xff\xfe\0\0a\0\0\0",
            b"\xff\xfe\x00\xd8a\0",
            b"\xef\xbb\xbf caf\xe9",
            b"caf\xe9 \x81",
            b"caf\xe9 \x07",
        ] {
            assert_eq!(decode(bytes), None, "{bytes:?}");
        }
        assert_eq!(decode(b"").as_deref(), Some(""));
    }

    #[test]
    fn each_side_of_each_file_of_a_diff_has_its_own_encoding() {
        let diff = b"diff --git a/l.py b/l.py\n--- a/l.py\n+++ b/l.py\n@@ -1,2 +1,2 @@\n c = '\xe9'\n-x = '\xe8'\n+x = '\xea'\n\
diff --git a/u.py b/u.py\n--- a/u.py\n+++ b/u.py\n@@ -1 +1 @@\n-x = '\xe9'\n+x = '\xc3\xa9'\n";
        let text = decode_message(diff).unwrap();
        assert!(
            text.contains(" c = 'é'\n-x = 'è'\n+x = 'ê'\ndiff"),
            "{text}"
        );
        assert!(text.ends_with("-x = 'é'\n+x = 'é'\n"), "{text}");
        let binary = [
            &diff[..],
            b"--- a/b\n+++ b/b\n@@ -1 +1 @@\n-\xff\x01\n+\xff\x02\n",
        ]
        .concat();
        assert_eq!(decode_message(&binary), None);
    }

    #[test]
    fn a_mark_is_taken_off_where_a_file_begins_and_nowhere_else() {
        let read = |text: &str| {
            let limits = crate::Limits::default();
            let (submission, _) = crate::Submission::from_diff(text, &limits).unwrap();
            submission.files()[0].content.clone()
        };
        let whole = read("--- /dev/null\n+++ b/a.py\n@@ -0,0 +1,2 @@\n+\u{feff}a\n+\u{feff}b\n");
        let text = "a\n\u{feff}b\n".to_owned();
        assert_eq!(whole, Content::Whole { text });
        let patched = |body: &str, at: u32| {
            let head = format!("--- a/a.py\n+++ b/a.py\n@@ -{at},3 +{at},3 @@\n");
            match read(&format!("{head}{body}")) {
                Content::Patch(patch) => patch.hunks()[0].body().to_owned(),
                other => panic!("{other:?}"),
            }
        };
        let body = "-\u{feff}a\n+\u{feff}b\n c\n \u{feff}d\n";
        assert_eq!(patched(body, 1), "-a\n+b\n c\n \u{feff}d\n");
        assert_eq!(patched(body, 2), body);
        assert_eq!(
            patched(" \u{feff}a\n-\u{feff}b\n+c\n d\n", 1),
            " a\n-\u{feff}b\n+c\n d\n"
        );
    }

    proptest! {
        #[test]
        fn any_text_comes_out_of_its_encodings_again(text in "[\\PC\n\t]{0,80}") {
            prop_assume!(!text.starts_with(MARK) && !is_binary(&text));
            prop_assert_eq!(decode(text.as_bytes()), Some(text.clone()));
            prop_assert_eq!(decode(&utf16(&text, u16::to_le_bytes)), Some(text.clone()));
            prop_assert_eq!(decode(&utf16(&text, u16::to_be_bytes)), Some(text));
        }

        #[test]
        fn no_bytes_are_too_strange(bytes in any::<Vec<u8>>()) {
            let _ = decode(&bytes);
            let _ = decode_message(&[b"--- a\n+++ b\n", &bytes[..]].concat());
        }
    }
}
