use super::*;
use crate::limits::Limits;
use crate::patch::HunkStart;
use crate::submission::{Content, SubmittedFile};

fn read(text: &str) -> (Vec<SubmittedFile>, Vec<Note>) {
    let (mut drafts, mut notes) = (Drafts::default(), Notes::default());
    read_all(text, None, &mut drafts, &mut notes);
    let files = drafts.finish(&Limits::default(), &mut notes).unwrap();
    (files, notes.finish())
}

fn patch(file: &SubmittedFile) -> &Patch {
    match &file.content {
        Content::Patch(patch) => patch,
        other => panic!("{other:?} is no patch"),
    }
}

fn paths(files: &[SubmittedFile]) -> Vec<&str> {
    files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn reads_a_git_diff_of_several_files() {
    let (files, notes) = read(
        "diff --git a/src/a.rs b/src/a.rs\nindex 1..2 100644\n--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,2 +1,2 @@ fn a()\n x\n-y\n+z\n\
         diff --git a/new.py b/new.py\nnew file mode 100644\nindex 0..2\n--- /dev/null\n+++ b/new.py\n@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file\n\
         diff --git a/old.c b/old.c\ndeleted file mode 100644\n--- a/old.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
    );
    assert_eq!(notes, []);
    assert_eq!(paths(&files), ["new.py", "old.c", "src/a.rs"]);
    assert_eq!(
        files[0].content,
        Content::Whole {
            text: "a\nb".into()
        }
    );
    assert_eq!(files[1].content, Content::Deleted);
    assert_eq!(
        patch(&files[2]).hunks()[0].at,
        Some(HunkStart { old: 1, new: 1 })
    );
    assert_eq!(files[2].language.as_ref().map(Language::name), Some("rust"));
}

#[test]
fn a_rename_with_a_change_deletes_the_old_path_and_names_the_base() {
    let (files, notes) = read(
        "diff --git a/old.rs b/new.rs\nsimilarity index 90%\nrename from old.rs\nrename to new.rs\n--- a/old.rs\n+++ b/new.rs\n@@ -1 +1 @@\n-a\n+b\n",
    );
    assert_eq!(notes, []);
    assert_eq!(paths(&files), ["new.rs", "old.rs"]);
    assert_eq!(patch(&files[0]).base(), Some("old.rs"));
    assert_eq!(files[1].content, Content::Deleted);
}

#[test]
fn what_holds_no_text_says_what_it_is_and_deletes_nothing() {
    let (files, notes) = read(
        "diff --git a/o.rs b/n.rs\nsimilarity index 100%\nrename from o.rs\nrename to n.rs\n\
         diff --git a/x.pyc b/x.pyc\nindex 1..2\nGIT binary patch\nliteral 3\nKcmZ\n\n\
         diff --git a/m.sh b/m.sh\nold mode 100644\nnew mode 100755\n\
         diff --cc c.rs\nindex 1,2..3\n--- a/c.rs\n+++ b/c.rs\n@@@ -1,1 -1,1 +1,1 @@@\n++x\n",
    );
    assert_eq!(notes, []);
    let contents: Vec<_> = files
        .into_iter()
        .map(|file| (file.path, file.content))
        .collect();
    assert_eq!(
        contents,
        [
            ("c.rs".to_owned(), Content::Unread(Unread::Combined)),
            (
                "m.sh".to_owned(),
                Content::Metadata {
                    what: "its mode".into()
                }
            ),
            (
                "n.rs".to_owned(),
                Content::Renamed {
                    from: "o.rs".into()
                }
            ),
            ("x.pyc".to_owned(), Content::Unread(Unread::Binary)),
        ]
    );
}

#[test]
fn removed_and_added_lines_that_look_like_headers_stay_lines() {
    let (files, notes) = read(
        "--- a/q.sql\n+++ b/q.sql\n@@ -1,2 +1,2 @@\n x\n--- old comment\n+++ y\n@@ -9 +9 @@\n-a\n+b\n",
    );
    assert_eq!((notes.len(), files.len()), (0, 1));
    assert_eq!(
        patch(&files[0]).removed().collect::<Vec<_>>(),
        ["-- old comment\n", "a\n"]
    );
}

#[test]
fn wrong_counts_cost_a_note_and_no_line() {
    for header in ["@@ -1,1 +1,1 @@", "@@ -1,9 +1,9 @@"] {
        let text = format!(
            "--- a/a.rs\n+++ b/a.rs\n{header}\n x\n-y\n+z\n+w\n\n v\n--- a/b.rs\n+++ b/b.rs\n@@ -1 +1 @@\n-a\n+b\n"
        );
        let (files, notes) = read(&text);
        assert_eq!(paths(&files), ["a.rs", "b.rs"], "{header}");
        let shown: String = patch(&files[0]).new_side().map(|line| line.text).collect();
        assert_eq!(shown, "x\nz\nw\n\nv\n");
        assert_eq!(
            notes,
            [Note::MiscountedHunk {
                path: "a.rs".into(),
                line: 3
            }]
        );
        assert!(diffy::Patch::from_str(&patch(&files[0]).to_unified()).is_ok());
    }
}

#[test]
fn hunks_without_numbers_and_lines_without_hunks_are_read() {
    let (files, _) = read("-old\n+new\n same\n");
    assert_eq!(
        (paths(&files), files[0].named),
        (vec!["snippet-1.txt"], false)
    );
    assert_eq!(
        patch(&files[0]).new_side().next().map(|line| line.number),
        Some(None)
    );
    let (files, _) = read("--- a/a.py\n+++ b/a.py\n@@ def f\n-old\n+new\n@@\n-b\n+c\n");
    assert_eq!(patch(&files[0]).hunks().len(), 2);
    assert_eq!(patch(&files[0]).hunks()[0].heading, "def f");
}

#[test]
fn an_empty_or_unreadable_diff_is_never_silent() {
    assert_eq!(read("").1, [Note::EmptyDiff]);
    assert_eq!(read("nothing here\n").1, [Note::EmptyDiff]);
    for text in [
        "--- a/a\n+++ b/a\n",
        "--- a/a\n+++ b/a\n@@ -1 +1 @@\n same\n",
        "--- a/a\n+++ b/a\nprose\n",
        "@@ -1 +1 @@\n same\n",
    ] {
        let (files, _) = read(text);
        let contents: Vec<_> = files.iter().map(|file| &file.content).collect();
        assert_eq!(
            contents,
            [&Content::Unread(Unread::IncompleteEdit)],
            "{text:?}"
        );
    }
}

#[test]
fn names_lose_prefixes_quotes_and_times() {
    for (header, path) in [
        ("--- a/x y.rs\n+++ b/x y.rs", "x y.rs"),
        ("--- a/a/x.rs\n+++ a/a/x.rs", "a/a/x.rs"),
        ("--- i/x.rs\n+++ w/x.rs", "x.rs"),
        ("--- x.rs\t2024-01-01\n+++ x.rs\t2024-01-02", "x.rs"),
        ("--- x.rs.orig\n+++ x.rs", "x.rs"),
        ("--- \"a/\\303\\244.rs\"\n+++ \"b/\\303\\244.rs\"", "ä.rs"),
        (
            "--- a/../../etc/passwd\n+++ b/../../etc/passwd",
            "etc/passwd",
        ),
        (
            "Index: x.rs\n=======\n--- x.rs\t(revision 1)\n+++ x.rs\t(working copy)",
            "x.rs",
        ),
    ] {
        let (files, notes) = read(&format!("{header}\n@@ -1 +1 @@\n-a\n+b\n"));
        assert_eq!((paths(&files), notes.len()), (vec![path], 0), "{header}");
    }
}

#[test]
fn a_git_line_alone_names_the_file() {
    for (names, path) in [
        ("a/x y.rs b/x y.rs", "x y.rs"),
        ("\"a/\\303\\244.rs\" \"b/\\303\\244.rs\"", "ä.rs"),
        ("\"a/unfinished", "snippet-1.txt"),
    ] {
        let (files, notes) = read(&format!(
            "diff --git {names}\ndeleted file mode 100644\nindex 1..0\n"
        ));
        let content = if names.ends_with("unfinished") {
            Content::Unread(Unread::IncompleteEdit)
        } else {
            Content::Deleted
        };
        match files.as_slice() {
            [file] => assert_eq!((file.path.as_str(), &file.content), (path, &content)),
            _ => panic!("{names}: {files:?} {notes:?}"),
        }
    }
}

#[test]
fn a_mail_signature_is_no_line_of_the_hunk() {
    let (files, _) = read(
        "Subject: x\n\ndiff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-a\n+b\n-- \n2.40.1\n",
    );
    assert_eq!(patch(&files[0]).removed().collect::<Vec<_>>(), ["a\n"]);
}

#[test]
fn a_diff_written_with_crlf_is_read_as_if_with_lf() {
    let lf = "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n x\n-a\n+b\n";
    assert_eq!(read(&lf.replace('\n', "\r\n")).0, read(lf).0);
}

#[test]
fn patches_of_separate_places_are_joined_and_others_replaced() {
    let one = "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-a\n+b\n";
    let other = "--- a/a\n+++ b/a\n@@ -9 +9 @@\n-c\n+d\n";
    let (files, notes) = read(&format!("{other}{one}"));
    assert_eq!((patch(&files[0]).hunks().len(), notes.len()), (2, 0));
    let (files, notes) = read(&format!("{one}{one}"));
    assert_eq!(
        (patch(&files[0]).hunks().len(), notes),
        (1, vec![Note::ReplacedEarlier { path: "a".into() }])
    );
}

#[test]
fn a_diff_in_prose_ends_where_its_counts_end() {
    let text = "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-a\n+b\n\n- a bullet\n";
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    assert!(begins(&lines, 0));
    assert_eq!(
        read_in_prose(&lines, 0, &mut Drafts::default(), &mut Notes::default()),
        5
    );
    assert!(!begins(&["--- a\n", "+++ b\n", "text\n"], 0));
}
