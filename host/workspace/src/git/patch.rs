//! Git's diff, file by file.

use gansauditor_submission::unquote;
use std::collections::BTreeMap;

/// The diff of one file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FilePatch {
    /// Path of the file, or where it was before it was deleted.
    pub(crate) path: String,
    /// Where it was before it was renamed.
    pub(crate) from: Option<String>,
    /// All lines, its headers included.
    pub(crate) bytes: Vec<u8>,
    /// Git shows no lines of it: it is binary, or too large to be compared.
    pub(crate) opaque: bool,
}

/// Splits a diff into its files. The last one of a `cut` diff is not whole, and dropped.
pub(crate) fn split(diff: &[u8], cut: bool) -> Vec<FilePatch> {
    let mut starts = Vec::new();
    let mut at = 0;
    for line in diff.split_inclusive(|byte| *byte == b'\n') {
        // Lines of files begin with a space, a sign or a backslash; these cannot be among them.
        if line.starts_with(b"diff --git ") || line.starts_with(b"* Unmerged path ") {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([diff.len()]);
    let mut patches: Vec<FilePatch> = starts
        .iter()
        .zip(ends)
        .map(|(start, end)| &diff[*start..end])
        .take(if cut {
            starts.len().saturating_sub(1)
        } else {
            starts.len()
        })
        .filter_map(read)
        .collect();
    // A file that became a link, or the other way round, comes as two diffs: one goes, one comes.
    patches.dedup_by(|next, first| {
        let same = next.path == first.path;
        if same {
            first.bytes.append(&mut next.bytes);
            first.opaque |= next.opaque;
        }
        same
    });
    patches
}

/// The hunks of a diff between two folders of texts, `a` and `b`, that are named by numbers.
pub(crate) fn numbered(diff: &[u8]) -> BTreeMap<usize, Vec<u8>> {
    let lines: Vec<&[u8]> = diff.split_inclusive(|byte| *byte == b'\n').collect();
    let mut hunks: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
    let (mut number, mut within) = (None, false);
    for line in lines {
        if let Some(names) = line.strip_prefix(b"diff --git a/") {
            let name = names.split(|byte| *byte == b' ').next().unwrap_or_default();
            number = std::str::from_utf8(name)
                .ok()
                .and_then(|name| name.parse().ok());
            within = false;
        }
        within |= line.starts_with(b"@@ ");
        if let (true, Some(number)) = (within, number) {
            hunks.entry(number).or_default().extend_from_slice(line);
        }
    }
    hunks
}

fn read(bytes: &[u8]) -> Option<FilePatch> {
    let mut header = bytes
        .split(|byte| *byte == b'\n')
        .take_while(|line| !line.starts_with(b"@@ "));
    let names = header.next()?.strip_prefix(b"diff --git ")?;
    let (mut path, mut from, mut opaque) = (None, None, false);
    for line in header {
        if let Some(name) = line.strip_prefix(b"rename to ") {
            path = Some(unquote(name));
        } else if let Some(name) = line.strip_prefix(b"rename from ") {
            from = Some(unquote(name));
        } else if line.starts_with(b"Binary files ") {
            opaque = true;
        }
    }
    // Without a rename both names are the same but for their prefixes, and thus of one length.
    let path = match path {
        Some(path) => path,
        None => {
            let name = unquote(names.get(names.len() / 2 + 1..)?);
            name.strip_prefix("b/")?.to_owned()
        }
    };
    Some(FilePatch {
        path,
        from,
        bytes: bytes.to_vec(),
        opaque,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart_by_their_headers_alone() {
        let diff = b"diff --git a/x y b/x y\nindex 1..2 100644\n--- a/x y\t\n+++ b/x y\t\n@@ -1 +1,2 @@\n a\n+diff --git a/no b/no\n\
diff --git a/old b/new\nsimilarity index 100%\nrename from old\nrename to new\n\
diff --git \"a/q\\\"\\303\\274\\n\" \"b/q\\\"\\303\\274\\n\"\nBinary files a/1 and b/1 differ\n\
* Unmerged path z\n";
        let patches = split(diff, false);
        let seen: Vec<_> = patches
            .iter()
            .map(|patch| (patch.path.as_str(), patch.from.as_deref(), patch.opaque))
            .collect();
        assert_eq!(
            seen,
            [
                ("x y", None, false),
                ("new", Some("old"), false),
                ("q\"ü\n", None, true)
            ]
        );
        assert!(patches[0].bytes.ends_with(b"+diff --git a/no b/no\n"));
        assert_eq!(split(&diff[..diff.len() - 20], true).len(), 2);
    }

    #[test]
    fn hunks_of_numbered_texts_are_told_apart() {
        let diff =
            b"diff --git a/0 b/0\nindex 1..2 100644\n--- a/0\n+++ b/0\n@@ -1 +1 @@\n-a\n+b\n\
diff --git a/12 b/12\n--- a/12\n+++ b/12\n@@ -1 +1 @@\n-c\n+d\n\\ No newline at end of file\n";
        let hunks = numbered(diff);
        assert_eq!(hunks.len(), 2);
        assert_eq!(hunks[&0], b"@@ -1 +1 @@\n-a\n+b\n");
        assert!(hunks[&12].ends_with(b"+d\n\\ No newline at end of file\n"));
    }

    #[test]
    fn a_file_that_becomes_a_link_is_one_file() {
        let diff = b"diff --git a/f b/f\ndeleted file mode 100644\n--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n\
diff --git a/f b/f\nnew file mode 120000\n--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+/etc/passwd\n\\ No newline at end of file\n";
        let patches = split(diff, false);
        assert_eq!(patches.len(), 1);
        assert_eq!(patches[0].bytes, diff);
    }
}
